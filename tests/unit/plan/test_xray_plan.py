"""Röntgen: what stops a decision and what is only told."""

from dataclasses import replace

import pytest

from internkontroll.plan.rules.vocabulary import Frequency, SampleKind
from internkontroll.plan.rules.xray import (
    Severity,
    XrayControl,
    XrayFinding,
    XrayPlan,
    blocks,
    control_words,
    xray,
)

POINTS = ("april", "augusti", "årsbokslut")
WHOLE = XrayControl(
    number=1,
    area="Ekonomi",
    text="Attest finns",
    method_text="Stickprov på fem fakturor",
    sample_kind=SampleKind.EXACT,
    frequency=Frequency.REPORTING_POINT,
    points=("april",),
    risks=1,
    has_responsible=True,
    open_questions=(),
    open_notes=(),
    sample_asked=False,
    criteria=1,
)


def looked_at(*controls: XrayControl, areas: tuple[str, ...] = ("Ekonomi",)) -> list[XrayFinding]:
    return list(xray(controls, XrayPlan(areas=areas, points=POINTS)))


def test_a_whole_plan_has_no_findings() -> None:
    assert looked_at(WHOLE) == []


@pytest.mark.parametrize(
    ("lack", "word"),
    [
        ({"points": ()}, "Rapporteringstidpunkt saknas"),
        ({"points": ("april", "oktober")}, "oktober"),
        ({"criteria": 0}, "granska mot"),
    ],
)
def test_what_cannot_be_carried_out_stops_the_decision(lack: dict[str, object], word: str) -> None:
    found = looked_at(replace(WHOLE, **lack))  # type: ignore[arg-type]
    assert [(f.severity, f.number) for f in found] == [(Severity.BLOCKS, 1)]
    assert word in found[0].sentence
    assert blocks(found)


@pytest.mark.parametrize(
    ("lack", "word"),
    [
        ({"risks": 0}, "risk"),
        ({"sample_kind": SampleKind.UNSTATED}, "storlek"),
        ({"open_questions": ("Hur många?",)}, "Obesvarad fråga: Hur många?"),
        ({"open_notes": ("Går inte att mäta mot",)}, "Påpekande: Går inte"),
        ({"has_responsible": False}, "kontrollansvarig"),
        ({"area": " "}, "Kontrollområde saknas"),
        ({"kind_stated": False}, "förebyggande"),
        ({"frame_stated": False}, "väljs ur"),
    ],
)
def test_what_real_plans_lack_is_told_and_passes(lack: dict[str, object], word: str) -> None:
    control = replace(WHOLE, **lack)  # type: ignore[arg-type]
    found = looked_at(control, areas=(control.area,))
    assert [f.severity for f in found] == [Severity.REMINDS]
    assert word in found[0].sentence
    assert not blocks(found)


def test_a_sample_that_is_asked_about_is_told_of_once() -> None:
    control = replace(
        WHOLE,
        sample_kind=SampleKind.UNSTATED,
        sample_asked=True,
        open_questions=("Hur många?",),
    )
    assert len(looked_at(control)) == 1


def test_the_missing_responsible_are_told_once_for_the_whole_plan() -> None:
    controls = [
        replace(WHOLE, number=n, text=f"Text {n}", has_responsible=False) for n in range(1, 25)
    ]
    found = looked_at(*controls)
    assert [(f.number, f.sentence[:2]) for f in found] == [(None, "24")]


def test_the_same_text_and_method_twice_is_pointed_out_at_the_later_one() -> None:
    later = replace(WHOLE, number=7, text="attest  finns.")
    other_method = replace(WHOLE, number=8, method_text="Alla fakturor")
    found = looked_at(WHOLE, later, other_method)
    assert [f.number for f in found] == [7]
    assert "kontrollmoment 1" in found[0].sentence


def test_an_area_without_kontrollmoment_is_pointed_out() -> None:
    assert "Mutor" in looked_at(WHOLE, areas=("Ekonomi", "Mutor"))[0].sentence


def test_an_empty_plan_cannot_be_decided() -> None:
    assert blocks(looked_at(areas=()))


def test_what_stops_stands_first() -> None:
    found = looked_at(replace(WHOLE, risks=0), replace(WHOLE, number=2, text="Annan", points=()))
    assert [f.severity for f in found] == [Severity.BLOCKS, Severity.REMINDS]


def test_the_same_lack_in_several_kontrollmoment_is_told_once_with_their_numbers() -> None:
    lacking = [replace(WHOLE, number=n, text=f"Text {n}", risks=0) for n in (8, 3, 5)]
    found = looked_at(WHOLE, *lacking)
    assert [f.numbers for f in found] == [(3, 5, 8)]


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((3,), "Kontrollmoment 3"),
        ((5, 3, 8), "Kontrollmoment 3, 5 och 8"),
        ((1, 2), "Kontrollmoment 1 och 2"),
        ((1, 2, 3, 4, 9), "Kontrollmoment 1–4 och 9"),
    ],
)
def test_numbers_are_told_as_a_person_would(numbers: tuple[int, ...], words: str) -> None:
    assert control_words(numbers) == words


def test_what_kommunstyrelsen_asks_for_stops_the_decision_until_it_is_there() -> None:
    whole = XrayPlan(areas=("Ekonomi",), points=POINTS)
    assert blocks(xray([WHOLE], replace(whole, obligatory_missing=2)))
    changed = xray([WHOLE], replace(whole, obligatory_changed=1))
    assert [f.severity for f in changed] == [Severity.REMINDS]


def test_a_kontrollmoment_that_is_not_applicable_lacks_nothing() -> None:
    assert looked_at(replace(WHOLE, points=(), risks=0, applicable=False)) == []


def test_risks_nobody_has_scored_and_texts_nobody_has_read_are_told_of_once_each() -> None:
    plan = XrayPlan(
        areas=("Ekonomi",),
        points=POINTS,
        unscored_risks=(2, 4),
        untouched_sections=("Inledning", "Begrepp"),
    )
    sentences = [f.sentence for f in xray([WHOLE], plan)]
    assert sentences[0] == "Risk 2 och 4 är inte värderade."
    assert "Inledning, Begrepp" in sentences[1]
