"""The plan's document: from every form of frozen content, and as PDF."""

import hashlib
import io
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from internkontroll.core.canonical import canonical_json
from internkontroll.plan.documents import (
    DecisionFacts,
    PlanDocument,
    file_name,
    plan_document,
    plan_pdf,
)
from internkontroll.plan.models import PlanState, PlanText
from internkontroll.plan.rules.content import section_texts
from internkontroll.plan.rules.sections import SECTION_TITLES, TextSection, default_text
from tests.pdf_text import pdf_text

ROOT = Path(__file__).resolve().parents[3]
DECISION = DecisionFacts("Socialnämnden", date(2019, 12, 18), "187", "SCN-2019-0598")


def control(number: int, **more: Any) -> dict[str, Any]:
    return {
        "number": number,
        "lineage": f"{number:032d}",
        "area": "Ekonomi" if number % 2 else "Verksamhet",
        "risks": [1],
        "text": f"Kontroll {number} görs.",
        "method_text": "Stickprov på fem fakturor.",
        "reporting_text": "April",
        "responsible_text": None,
        "performed_by": None,
        "technique": "sample",
        "sample": {"kind": "exact", "n": 5},
        "frequency": "quarter",
        "points": ["april", "årsbokslut"],
        "extra": {},
        "criteria": [{"text": f"Kontroll {number} görs.", "counts": True}],
        "marks": [],
        **more,
    }


FIRST_FORM: dict[str, Any] = {
    "format": "internkontrollplan-1",
    "board": {"code": "SCN", "name": "Socialnämnden"},
    "year": 2020,
    "kind": "internal_control",
    "version": 1,
    "title": "Internkontrollplan 2020",
    "source_sha256": None,
    "areas": ["Ekonomi", "Verksamhet"],
    "risks": [{"number": 1, "description": "Fel betalas", "assessment": None}],
    "controls": [control(1), control(2)],
}
SECOND_FORM: dict[str, Any] = {
    **FIRST_FORM,
    "format": "internkontrollplan-2",
    "texts": [
        {
            "section": section.value,
            "title": SECTION_TITLES[section],
            "text": default_text(section, board_name="Socialnämnden", year=2020),
        }
        for section in TextSection
    ],
    "risks": [
        {
            "number": 1,
            "description": "Fel betalas",
            "cause": "Brådska",
            "consequence": "Pengar går förlorade",
            "category": None,
            "owner": "Ekonomichef",
            "concerns_irregularities": True,
            "assessment": {"score": 12, "likelihood": 3, "impact": 4},
        }
    ],
    "controls": [
        control(
            1,
            kind="preventive",
            frame_text="Alla fakturor",
            criteria=[{"text": "Attest finns", "counts": True, "help": None}],
        ),
        control(2, kind=None, obligatory=True, not_applicable_reason="Vi har inga fakturor."),
        *(control(number) for number in range(3, 26)),
    ],
}


def document(content: dict[str, Any], *, decided: bool = False) -> PlanDocument:
    sha256 = hashlib.sha256(canonical_json(content).encode()).hexdigest()
    return plan_document(
        content,
        state=PlanState.DECIDED if decided else PlanState.DRAFT,
        decision=DECISION if decided else None,
        sha256=sha256 if decided else None,
        known_on=date(2019, 12, 18),
    )


@pytest.fixture(scope="module")
def made() -> bytes:
    return plan_pdf(document(SECOND_FORM, decided=True))


def test_a_plan_frozen_in_the_first_form_still_verifies_and_is_told() -> None:
    text = canonical_json(FIRST_FORM)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    assert hashlib.sha256(canonical_json(json.loads(text)).encode()).hexdigest() == sha256
    told = document(FIRST_FORM, decided=True)
    assert told.sections == ()
    assert [area.name for area in told.areas] == ["Ekonomi", "Verksamhet"]
    assert (told.areas[0].rows[0].kind, told.areas[0].rows[0].frame_text) == (None, None)
    assert "Kontroll 1 görs." in pdf_text(plan_pdf(told))


def test_a_section_left_empty_is_left_out() -> None:
    texts = [{**row, "text": " \n"} for row in SECOND_FORM["texts"][:1]]
    told = document({**SECOND_FORM, "texts": [*texts, *SECOND_FORM["texts"][1:]]})
    assert told.sections[0].title == SECTION_TITLES[TextSection.BOARD_WORK]


def test_the_latest_version_of_a_text_is_the_one_that_is_told() -> None:
    rows = [
        PlanText(section=TextSection.TERMS, revision=2, text="Ny"),
        PlanText(section=TextSection.TERMS, revision=1, text="Gammal"),
    ]
    texts = dict(section_texts(rows, board_name="Socialnämnden", year=2020))
    assert texts[TextSection.TERMS] == "Ny"
    assert "kommunallagen" in texts[TextSection.INTRODUCTION]


def test_a_criterion_that_is_the_text_itself_is_not_told_twice() -> None:
    rows = [row for area in document(SECOND_FORM).areas for row in area.rows]
    by_number = {row.number: row for row in rows}
    assert by_number[1].criteria == ("Attest finns",)
    assert by_number[3].criteria == ()


def test_the_pdf_tells_everything_of_the_plan(made: bytes) -> None:
    text = pdf_text(made)
    for words in (
        "Nämndens arbete med intern kontroll",
        "Kontroll 25 görs.",
        "Stickprov, 5 stycken",
        "Varje kvartal",
        "April, årsbokslut",
        "Obligatoriskt för alla nämnder",
        "Ej tillämpligt: Vi har inga fakturor.",
        "Väljs ur: Alla fakturor",
        "12 (3 × 4)",
        "Orsak: Brådska",
        "SCN-2019-0598",
        "Beslutad 18 december 2019, § 187",
    ):
        assert words in text, words
    assert "UTKAST" not in text


def test_a_decided_plan_carries_its_whole_hash_and_its_beginning_on_every_page(
    made: bytes,
) -> None:
    sha256 = document(SECOND_FORM, decided=True).sha256
    assert sha256 is not None
    with pikepdf.open(io.BytesIO(made)) as opened:
        pages = len(opened.pages)
    text = pdf_text(made)
    assert pages > 3
    assert sha256 in text
    assert text.count(f"SHA-256 {sha256[:16]}…") == pages


def test_a_draft_says_so_on_every_page() -> None:
    pdf = plan_pdf(document(SECOND_FORM))
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        pages = len(opened.pages)
    assert pdf_text(pdf).count("UTKAST · Inte beslutat") == pages
    assert "Beslutad" not in pdf_text(pdf)


def test_a_plan_without_anything_is_made() -> None:
    empty = {**SECOND_FORM, "controls": [], "areas": [], "risks": [], "texts": []}
    assert "Planen har inga kontrollmoment." in pdf_text(plan_pdf(document(empty)))


def elements(node: Any) -> Iterator[Any]:
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


def test_the_file_is_tagged_with_headings_that_skip_no_level(made: bytes) -> None:
    with pikepdf.open(io.BytesIO(made)) as opened:
        assert str(opened.Root.Lang).lower().startswith("sv")
        kinds = [str(element.S)[1:] for element in elements(opened.Root.StructTreeRoot)]
        with opened.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfuaid:part"]) == ("2", "1")
    levels = [int(kind[1]) for kind in kinds if kind in {"H1", "H2", "H3"}]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert kinds.count("Table") == 2


@pytest.mark.parametrize("text", ['#read("/etc/passwd")', "*fet* $x$ <etikett>", "= rubrik"])
def test_typed_text_is_printed_and_never_read_as_markup(text: str) -> None:
    content = {**SECOND_FORM, "controls": [control(1, text=text, method_text=text)]}
    content["texts"] = [{"section": "terms", "title": "Begrepp", "text": text}]
    assert pdf_text(plan_pdf(document(content))).count(" ".join(text.split())) >= 3


def test_very_long_texts_run_on_over_the_pages() -> None:
    words = " ".join(f"ord{number}" for number in range(1200))
    content = {**SECOND_FORM, "controls": [control(1, text=words)]}
    text = pdf_text(plan_pdf(document(content)))
    assert all(f"ord{number} " in text for number in range(1199))


def test_the_file_is_named_for_board_year_and_version() -> None:
    told = replace(document(SECOND_FORM), version=2)
    assert file_name(told) == "internkontrollplan-scn-2020-version-2.pdf"


@pytest.mark.skipif(
    os.environ.get("CI") != "true" and os.environ.get("VERAPDF") != "1",
    reason="veraPDF körs när CI=true och med VERAPDF=1 (make verapdf)",
)
@pytest.mark.verapdf
def test_verapdf_finds_nothing_in_a_draft_and_in_a_decided_plan(
    tmp_path: Path, made: bytes
) -> None:
    draft, frozen = tmp_path / "draft.pdf", tmp_path / "decided.pdf"
    draft.write_bytes(plan_pdf(document(SECOND_FORM)))
    frozen.write_bytes(made)
    command = [sys.executable, str(ROOT / "tools" / "verapdf"), str(draft), str(frozen)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.count(" ok (") == 4
