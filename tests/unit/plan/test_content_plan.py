"""Planens ord och frysta innehåll."""

import json
from datetime import UTC, datetime

from internkontroll.plan.models import (
    Control,
    ControlArea,
    ControlMark,
    Criterion,
    MarkKind,
    Plan,
    PlanEvent,
    PlanKind,
    PlanState,
)
from internkontroll.plan.rules.content import frozen, plan_content
from internkontroll.plan.rules.vocabulary import Frequency, SampleKind, Technique
from internkontroll.plan.words import STATES, WORDS, method_words, sample_words, short_title
from internkontroll.risk.models import Risk
from internkontroll.risk.words import WORDS as RISK_WORDS

AT = datetime(2020, 1, 15, tzinfo=UTC)


def make(number: int, text: str, area: ControlArea, risk: Risk) -> Control:
    control = Control(
        number=number,
        lineage="0" * 31 + str(number),
        area=area,
        text=text,
        method_text="Stickprov på fem",
        reporting_text="Årsbokslut",
        technique=Technique.SAMPLE,
        sample_kind=SampleKind.EXACT,
        sample_n=5,
        frequency=Frequency.YEAR,
        points=["årsbokslut"],
        extra={},
    )
    control.risks = [risk]
    control.criteria = [Criterion(position=1, text=text, counts=True)]
    control.marks = [
        ControlMark(
            id=number, kind=MarkKind.NOTE, code="x", field="method", text="Oklart", recorded_at=AT
        )
    ]
    return control


def content_of(*texts: str) -> dict[str, object]:
    plan = Plan(year=2020, kind=PlanKind.INTERNAL_CONTROL, version=1, source_sha256=None)
    area = ControlArea(id=1, name="Ekonomi", position=1)
    risk = Risk(id=1, number=4, description="Dubbel utbetalning")
    controls = [make(number, text, area, risk) for number, text in enumerate(texts, start=1)]
    return plan_content(plan, reversed(controls), board_code="SCN", board_name="Socialnämnden")


def test_the_content_is_the_same_whatever_order_it_was_read_in() -> None:
    content = content_of("Attest finns", "Konto är rätt")
    assert [c["number"] for c in content["controls"]] == [1, 2]  # type: ignore[attr-defined]
    text, sha256 = frozen(content)
    assert frozen(json.loads(text)) == (text, sha256)


def test_one_changed_word_changes_the_hash() -> None:
    assert frozen(content_of("Attest finns"))[1] != frozen(content_of("Attest fanns"))[1]


def test_the_content_names_its_form_and_who_is_responsible_is_no_part_of_it() -> None:
    content = content_of("Attest finns")
    assert content["format"] == "internkontrollplan-2"
    assert "responsible_id" not in frozen(content)[0]


def test_every_word_of_the_plan_is_there_and_equal_values_keep_apart() -> None:
    for members in (PlanEvent, PlanKind, MarkKind, SampleKind, Technique, Frequency):
        for member in members:
            assert WORDS[member], member
            assert any(known is member for known in WORDS)
    assert WORDS[Technique.CENSUS] == "totalkontroll"
    assert WORDS[SampleKind.CENSUS] == "samtliga"
    assert set(PlanState) <= set(STATES)
    assert RISK_WORDS


def test_the_sample_is_told_in_words() -> None:
    assert sample_words(SampleKind.AT_LEAST, 3) == "minst 3"
    assert method_words(Technique.SAMPLE, SampleKind.EXACT, 5) == "Stickprov, 5 stycken"
    assert method_words(Technique.CENSUS, SampleKind.CENSUS, None) == "Totalkontroll"
    assert method_words(Technique.SURVEY, SampleKind.CENSUS, None) == "Enkät, samtliga"


def test_a_title_is_the_first_line_cut_at_a_word() -> None:
    assert short_title("Kontroll av ärenden:\n- ett\n- två") == "Kontroll av ärenden"
    assert short_title("ett två tre", 8) == "ett två…"
