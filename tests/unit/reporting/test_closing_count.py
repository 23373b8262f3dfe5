"""The count that must close: what was due, and what became of it as known at the cut-off."""

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from internkontroll.core.clock import end_of_day, swedish_day
from internkontroll.reporting.rules import (
    Absence,
    ClosingCount,
    CountDoesNotClose,
    Move,
    OccurrenceFact,
    Outcome,
    closing_count,
    decided_cut_off,
    live_cut_off,
    outcome_of,
    total,
)
from tests.report_facts import CUT_OFF, at, occurrence


def outcome(**facts: object) -> Outcome:
    return outcome_of(occurrence(1, 1, **facts), CUT_OFF)  # type: ignore[arg-type]


def test_signed_on_the_due_day_is_in_time() -> None:
    assert outcome(due=date(2020, 5, 7), signed=end_of_day(date(2020, 5, 7))) is Outcome.IN_TIME


def test_signed_after_midnight_in_sweden_is_late() -> None:
    just_after = end_of_day(date(2020, 5, 7)) + timedelta(microseconds=1)
    assert just_after.date() == date(2020, 5, 7), "it is still the due day in UTC"
    assert outcome(due=date(2020, 5, 7), signed=just_after) is Outcome.LATE


def test_signed_at_the_cut_off_is_known_and_one_moment_later_is_not() -> None:
    assert outcome(signed=CUT_OFF) is Outcome.LATE
    assert outcome(signed=CUT_OFF + timedelta(microseconds=1)) is Outcome.MISSED


def test_begun_but_unsigned_is_missed() -> None:
    assert outcome() is Outcome.MISSED


def test_a_reason_counts_from_when_it_was_recorded_until_it_was_withdrawn() -> None:
    def reason(recorded: datetime, withdrawn: datetime | None = None) -> Outcome:
        return outcome(absences=(Absence("Inställt.", recorded, withdrawn),))

    assert reason(CUT_OFF) is Outcome.NOT_PERFORMED
    assert reason(CUT_OFF + timedelta(seconds=1)) is Outcome.MISSED
    assert reason(at(5, 1), CUT_OFF) is Outcome.MISSED
    assert reason(at(5, 1), CUT_OFF + timedelta(seconds=1)) is Outcome.NOT_PERFORMED


def test_a_new_reason_stands_after_an_old_one_was_withdrawn() -> None:
    absences = (Absence("Först.", at(4, 1), at(4, 10)), Absence("Sedan.", at(5, 1), None))
    fact = occurrence(1, 1, absences=absences)
    found = fact.absence_at(CUT_OFF)
    assert found is not None
    assert found.reason == "Sedan."


def test_what_is_due_on_the_cut_off_day_is_due_and_the_day_after_is_not() -> None:
    assert outcome(due=date(2020, 5, 21)) is Outcome.MISSED
    assert outcome(due=date(2020, 5, 22)) is Outcome.NOT_YET_DUE
    assert outcome(due=date(2020, 5, 22), signed=at(5, 1)) is Outcome.EARLY


def test_a_reason_given_before_the_due_day_is_not_yet_counted() -> None:
    early = Absence("Görs inte i år.", at(5, 1), None)
    assert outcome(due=date(2020, 6, 1), absences=(early,)) is Outcome.NOT_YET_DUE


def test_an_expired_occurrence_stands_apart() -> None:
    count = closing_count([occurrence(1, 1, expired_at=at(4, 2)), occurrence(2, 1)], CUT_OFF)
    assert (count.due, count.missed, count.expired) == (1, 1, 1)


def test_what_expired_after_the_cut_off_had_not_expired_at_it() -> None:
    assert outcome(expired_at=CUT_OFF) is Outcome.EXPIRED
    assert outcome(expired_at=CUT_OFF + timedelta(microseconds=1)) is Outcome.MISSED


def moved(old: date, new: date, recorded: datetime) -> Move:
    return Move(date(2020, 4, 30), old, new, "Systemet var nere.", recorded)


def test_what_is_signed_by_the_day_it_was_moved_to_is_in_time() -> None:
    move = moved(date(2020, 5, 4), date(2020, 5, 11), at(5, 2))
    assert outcome(due=date(2020, 5, 11), signed=at(5, 10), moves=(move,)) is Outcome.IN_TIME
    assert outcome(due=date(2020, 5, 11), signed=at(5, 12), moves=(move,)) is Outcome.LATE


def test_a_move_recorded_after_the_cut_off_excuses_nothing() -> None:
    late = CUT_OFF + timedelta(seconds=1)
    move = moved(date(2020, 5, 4), date(2020, 6, 11), late)
    assert outcome(due=date(2020, 6, 11), moves=(move,)) is Outcome.MISSED
    known = moved(date(2020, 5, 4), date(2020, 6, 11), CUT_OFF)
    assert outcome(due=date(2020, 6, 11), moves=(known,)) is Outcome.NOT_YET_DUE


def test_the_day_that_stood_is_found_among_several_moves() -> None:
    moves = (
        moved(date(2020, 5, 4), date(2020, 5, 11), at(5, 2)),
        moved(date(2020, 5, 11), date(2020, 5, 18), at(5, 9)),
    )
    fact = occurrence(1, 1, due=date(2020, 5, 18), moves=moves)
    assert [fact.due_at(at(5, day)) for day in (1, 2, 8, 9)] == [
        date(2020, 5, 4),
        date(2020, 5, 11),
        date(2020, 5, 11),
        date(2020, 5, 18),
    ]


def test_a_count_that_does_not_close_is_refused() -> None:
    with pytest.raises(CountDoesNotClose):
        ClosingCount(due=3, in_time=1, missed=1)
    with pytest.raises(CountDoesNotClose):
        ClosingCount(not_yet_due=1, early=2)
    with pytest.raises(CountDoesNotClose):
        ClosingCount(due=0, in_time=1, missed=-1)


moments = st.datetimes(datetime(2020, 1, 1), datetime(2020, 12, 31)).map(  # noqa: DTZ001
    lambda moment: moment.replace(tzinfo=UTC)
)
days = st.dates(date(2020, 1, 1), date(2020, 12, 31))


@st.composite
def facts(draw: st.DrawFn) -> OccurrenceFact:
    absences = draw(
        st.lists(st.builds(Absence, st.just("Orsak."), moments, st.none() | moments), max_size=1)
    )
    return occurrence(
        1,
        1,
        due=draw(days),
        signed=draw(st.none() | moments),
        expired_at=draw(st.none() | moments),
        absences=tuple(absences),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(facts(), max_size=8), moments)
def test_every_occurrence_is_counted_exactly_once(
    made: list[OccurrenceFact], cut_off_at: datetime
) -> None:
    count = closing_count(made, cut_off_at)
    assert count.due + count.not_yet_due + count.expired == len(made)
    assert count.performed == sum(
        fact.verdict is not None
        and fact.verdict.signed_at <= cut_off_at
        and fact.due_at(cut_off_at) <= swedish_day(cut_off_at)
        for fact in made
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(facts(), max_size=6), st.integers(0, 6), moments)
def test_parts_add_up_to_the_whole(
    made: list[OccurrenceFact], where: int, cut_off_at: datetime
) -> None:
    parts = [closing_count(made[:where], cut_off_at), closing_count(made[where:], cut_off_at)]
    assert asdict(total(parts)) == asdict(closing_count(made, cut_off_at))


def test_a_live_report_takes_facts_in_until_now_but_not_past_the_cut_off() -> None:
    cut_off = date(2020, 5, 21)
    assert live_cut_off(cut_off, at(3, 1)) == at(3, 1)
    assert live_cut_off(cut_off, at(12, 1)) == end_of_day(cut_off)


def test_a_report_decided_early_has_its_cut_off_at_the_decision() -> None:
    cut_off = date(2020, 5, 21)
    assert decided_cut_off(cut_off, date(2020, 5, 28), at(5, 29)) == end_of_day(cut_off)
    assert decided_cut_off(cut_off, date(2020, 5, 13), at(5, 29)) == end_of_day(date(2020, 5, 13))
    assert decided_cut_off(cut_off, date(2020, 5, 13), at(5, 13, 8)) == at(5, 13, 8)
