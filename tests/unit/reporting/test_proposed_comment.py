"""Föreslagen kommentar: only what the figures carry, and marked until somebody confirms it."""

import json
from dataclasses import replace

import pytest

from internkontroll.reporting.rules import ClosingCount, ControlRow, build_report
from internkontroll.reporting.rules.proposed import (
    CommentStanding,
    figure_words,
    figures_of,
    known_words,
    proposed_comment,
    standing_of,
)
from tests.report_facts import CUT_OFF, sample_facts


def row(**more: object) -> ControlRow:
    made = build_report(sample_facts(), cut_off_at=CUT_OFF, until=CUT_OFF).rows[0]
    blank = replace(
        made,
        count=ClosingCount(due=4, in_time=4),
        reviewed=0,
        population=0,
        deviating=0,
        findings=(),
        not_applicable=None,
    )
    return replace(blank, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "Kontrollen är gjord 4 gånger, så som planen säger."),
        (
            {"count": ClosingCount(due=1, in_time=1), "reviewed": 5, "population": 320},
            (
                "Kontrollen är gjord en gång, så som planen säger. 5 av 320 poster granskades. "
                "Ingen avvikelse hittades."
            ),
        ),
        (
            {"count": ClosingCount(due=4, in_time=1, late=1, not_performed=1, missed=1)},
            (
                "Kontrollen är gjord 2 av 4 gånger. En gång gjordes den sent. En gång gjordes den "
                "inte, med angiven orsak. En gång gjordes den inte, och ingen orsak är angiven."
            ),
        ),
        (
            {"count": ClosingCount(due=2, late=2)},
            "Kontrollen är gjord 2 gånger. 2 gånger gjordes den sent.",
        ),
        (
            {"reviewed": 1, "deviating": 1},
            (
                "Kontrollen är gjord 4 gånger, så som planen säger. 1 post granskades. "
                "1 av 1 hade en avvikelse."
            ),
        ),
        ({"count": ClosingCount()}, "Kontrollen skulle inte göras under perioden."),
        (
            {"count": ClosingCount(not_yet_due=1, early=1)},
            "Kontrollen är gjord en gång innan den skulle vara klar.",
        ),
        ({"not_applicable": "Nämnden har inga inköp."}, ""),
    ],
)
def test_the_sentences_say_what_the_figures_say(given: dict[str, object], told: str) -> None:
    assert proposed_comment(row(**given)) == told


def test_the_findings_are_named() -> None:
    findings = build_report(sample_facts(), cut_off_at=CUT_OFF, until=CUT_OFF)
    found = [finding for one in findings.rows for finding in one.findings][:2]
    assert proposed_comment(row(findings=tuple(found[:1]))).endswith(
        f"Den är beskriven i a{found[0].label[1:]}."
    )
    assert " och avvikelse " in proposed_comment(row(findings=tuple(found)))


def test_a_comment_is_marked_until_it_is_confirmed_and_again_when_a_figure_changes() -> None:
    one = row()
    text, figures = proposed_comment(one), figures_of(one)
    assert standing_of(text, None, one, confirmed=False) is CommentStanding.OWN_WORDS
    assert standing_of(text, figures, one, confirmed=False) is CommentStanding.PROPOSED
    assert standing_of(f"{text} Bra.", figures, one, confirmed=False) is CommentStanding.EDITED
    assert standing_of(f"{text} Bra.", figures, one, confirmed=True) is CommentStanding.CONFIRMED
    changed = row(deviating=1, reviewed=5)
    assert standing_of(text, figures, changed, confirmed=True) is CommentStanding.CHANGED
    assert standing_of("", figures, one, confirmed=False) is CommentStanding.OWN_WORDS


@pytest.mark.parametrize("name", ["in_time", "reviewed", "population", "deviating", "findings"])
def test_every_figure_a_sentence_may_carry_is_among_those_it_is_marked_with(name: str) -> None:
    assert name in json.loads(figures_of(row()))


def test_figures_are_told_in_words_and_what_is_no_figures_is_not() -> None:
    assert figure_words(figures_of(row())) == "skulle göras 4, gjort i tid 4"
    assert figure_words(figures_of(row(count=ClosingCount()))) == "inga kontrolltillfällen än"
    for text in ("", "{", "[]", '"x"', '{"due":"<b>"}', "7"):
        assert known_words(text) == ""
