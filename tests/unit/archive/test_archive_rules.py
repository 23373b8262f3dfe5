"""Gallringsfrister: months that end on the right day, and a dry run that counts n of N."""

from datetime import UTC, date, datetime, timedelta

import pytest

from internkontroll.archive.models import CountedFrom, RecordKind
from internkontroll.archive.rules import (
    PROPOSALS,
    Candidate,
    Frist,
    dry_run,
    due_on,
    last_day_to_confirm,
    months_after,
    selection_digest,
)
from internkontroll.archive.words import GONE, SLUG_OF, STAYS, frist_words

AT = datetime(2020, 1, 15, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        (date(2020, 1, 31), 1, date(2020, 2, 29)),
        (date(2021, 1, 31), 1, date(2021, 2, 28)),
        (date(2020, 12, 31), 24, date(2022, 12, 31)),
        (date(2020, 2, 29), 12, date(2021, 2, 28)),
        (date(2020, 11, 30), 1, date(2020, 12, 30)),
        (date(2020, 5, 4), 0, date(2020, 5, 4)),
    ],
)
def test_months_end_on_the_same_day_or_the_months_last(day: date, months: int, after: date) -> None:
    assert months_after(day, months) == after


def test_a_frist_has_run_out_the_day_after_its_last() -> None:
    assert due_on(2020, Frist(24, CountedFrom.YEAR_END), None) == date(2023, 1, 1)
    decided = date(2021, 2, 10)
    assert due_on(2020, Frist(12, CountedFrom.YEAR_DECIDED), decided) == date(2022, 2, 11)
    assert due_on(2020, Frist(12, CountedFrom.YEAR_DECIDED), None) is None


def test_the_other_person_has_fourteen_days() -> None:
    assert last_day_to_confirm(date(2026, 3, 2)) == date(2026, 3, 16)


def test_a_dry_run_tells_n_of_n_and_the_commonest_obstacle_first() -> None:
    candidates = [
        Candidate("1", AT, "Ett."),
        Candidate("2", AT + timedelta(days=2)),
        Candidate("3", AT + timedelta(days=1)),
        Candidate("4", AT, "Två."),
        Candidate("5", AT, "Två."),
    ]

    run = dry_run(RecordKind.NOTES, 2020, candidates, refusals=[], due=None)

    assert (run.count, run.total) == (2, 5)
    assert (run.oldest, run.newest) == (candidates[2].at, candidates[1].at)
    assert run.obstacles == (("Två.", 2), ("Ett.", 1))
    assert run.may_be_ordered
    assert not dry_run(
        RecordKind.NOTES, 2020, candidates, refusals=["Nej."], due=None
    ).may_be_ordered
    assert not dry_run(RecordKind.NOTES, 2020, [], refusals=[], due=None).may_be_ordered


def test_a_selection_is_the_same_in_any_order_and_another_with_another_record() -> None:
    assert selection_digest(["2", "1"]) == selection_digest(["1", "2"])
    assert selection_digest(["1", "2"]) != selection_digest(["1", "3"])
    assert selection_digest(["12"]) != selection_digest(["1", "2"])


def test_every_kind_has_its_proposal_its_address_and_its_words() -> None:
    for table in (PROPOSALS, SLUG_OF, GONE, STAYS):
        assert set(table) == set(RecordKind)


@pytest.mark.parametrize(
    ("months", "words"),
    [(0, "genast"), (1, "1 månad"), (18, "18 månader"), (12, "1 år"), (120, "10 år")],
)
def test_a_frist_is_told_as_it_is_said(months: int, words: str) -> None:
    assert frist_words(months) == words
