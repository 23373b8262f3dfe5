"""PDF files: what makes them accessible and lasting, and what no text can do to them."""

import io
import itertools
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import typst

from internkontroll.core.canonical import canonical_json
from internkontroll.files import pdf
from internkontroll.files.pdf import DocumentNotMade, Refused, render_pdf
from internkontroll.reporting.documents import document_data, report_html, report_pdf
from internkontroll.reporting.rules import RemarkFact, ReportFacts
from tests.pdf_text import pdf_text
from tests.report_facts import many_facts, sample_facts
from tests.report_made import decided, live

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def made() -> bytes:
    return report_pdf(decided(sample_facts()))


@pytest.fixture(scope="module")
def document(made: bytes) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(made)) as opened:
        yield opened


def elements(node: Any) -> Iterator[Any]:
    """Every structure element below a node of the structure tree."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


def test_the_file_is_tagged_swedish_and_shows_its_title(document: pikepdf.Pdf) -> None:
    assert document.Root.MarkInfo.Marked
    assert str(document.Root.Lang).lower().startswith("sv")
    assert document.Root.ViewerPreferences.DisplayDocTitle
    assert "/StructTreeRoot" in document.Root


def test_the_file_says_which_standards_it_follows(document: pikepdf.Pdf) -> None:
    with document.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "A")
        assert metadata["pdfuaid:part"] == "1"
        assert metadata["dc:title"].startswith("Uppföljning av internkontrollplanen per april 2020")


def test_every_table_has_heading_cells_with_a_scope(document: pikepdf.Pdf) -> None:
    found = list(elements(document.Root.StructTreeRoot))
    kinds = [str(element.S) for element in found]
    assert kinds.count("/Table") == 8
    assert kinds.count("/THead") >= 4
    headings = [element for element in found if str(element.S) == "/TH"]
    assert len(headings) >= 8 + 6 + 7 + 5 + 3
    for element in headings:
        attributes = element.get("/A", [])
        listed = attributes if isinstance(attributes, pikepdf.Array) else [attributes]
        assert any("/Scope" in attribute for attribute in listed)


def test_headings_skip_no_level(document: pikepdf.Pdf) -> None:
    kinds = [str(element.S)[1:] for element in elements(document.Root.StructTreeRoot)]
    levels = [int(kind[1]) for kind in kinds if kind in {"H1", "H2", "H3"}]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_every_font_is_embedded_and_is_one_of_the_two_faces(document: pikepdf.Pdf) -> None:
    names = set()
    for page in document.pages:
        for font in page.Resources.Font.values():
            descendant = font.DescendantFonts[0]
            assert {"/FontFile2", "/FontFile3"} & set(descendant.FontDescriptor.keys())
            names.add(str(descendant.BaseFont).split("+")[1])
    assert all(name.startswith(("SourceSans3", "DejaVuSansMono")) for name in names), names


def test_every_page_tells_board_document_state_and_its_number(made: bytes) -> None:
    text = pdf_text(made)
    with pikepdf.open(io.BytesIO(made)) as opened:
        pages = len(opened.pages)
    assert pages > 2
    for number in range(1, pages + 1):
        assert f"Sida {number} av {pages}" in text
    header = (
        "Socialnämnden · Uppföljning av internkontrollplanen per april 2020 Beslutad 28 maj 2020"
    )
    assert text.count(header) == pages


def test_a_decided_report_carries_its_hash_and_a_draft_says_what_it_is(made: bytes) -> None:
    sha256 = decided(sample_facts()).sha256
    assert sha256 is not None
    assert sha256 in pdf_text(made)
    assert "Utkast" not in pdf_text(made)
    draft = pdf_text(report_pdf(live(sample_facts())))
    assert "Utkast, inte beslutat" in draft
    assert "Beslutad" not in draft


def test_the_same_report_gives_the_same_file_byte_for_byte(made: bytes) -> None:
    assert report_pdf(decided(sample_facts())) == made


HOSTILE = [
    '#read("/etc/passwd")',
    "#panic()",
    "*fet* _kursiv_ `kod` $x^2$ <etikett> @ref",
    "= inte en rubrik",
    "\\ # [ ] { } // /* */",
    "<script>alert(1)</script> &amp; &",
    "\"citat\" 'apostrof' ”svenska”",
    "=HYPERLINK(1)",
    "Пример ελληνικά ąćęłńóśźż",
]


def with_comment(comment: str) -> ReportFacts:
    return replace(sample_facts(), remarks={"c4": RemarkFact(comment, None, None)})


@pytest.mark.parametrize("comment", HOSTILE)
def test_typed_text_is_printed_and_never_read_as_markup(comment: str) -> None:
    text = pdf_text(report_pdf(live(with_comment(comment))))
    assert " ".join(comment.split()) in text


def test_a_sign_that_no_font_has_is_told_by_its_number() -> None:
    text = pdf_text(report_pdf(live(with_comment("Bra \U0001f600 \x01 \ue000\tslut."))))
    assert "Bra [U+1F600] [U+0001] [U+E000] slut." in text


def test_a_very_long_comment_runs_on_over_the_pages() -> None:
    words = " ".join(f"ord{number}" for number in range(1500))
    text = pdf_text(report_pdf(live(with_comment(words))))
    assert all(f"ord{number} " in text for number in range(1500))


def test_a_word_without_end_is_broken_and_loses_nothing() -> None:
    text = pdf_text(report_pdf(live(with_comment("x" * 900))))
    runs = re.findall("x{2,}", text.replace(" ", ""))
    assert sum(len(run) for run in runs) == 900


def test_a_control_of_eight_thousand_signs_is_told_whole_in_the_appendix() -> None:
    facts = sample_facts()
    long = " ".join(f"mening{number}." for number in range(600))
    controls = [replace(facts.controls[0], text=long), *facts.controls[1:]]
    text = pdf_text(report_pdf(live(replace(facts, controls=controls))))
    assert "mening599." in text
    assert "Hela texten står i bilagan." in text


def test_a_report_with_nothing_to_tell_is_made() -> None:
    empty = replace(
        sample_facts(), occurrences=[], findings=[], remarks={}, overall=None, grounds=None
    )
    text = pdf_text(report_pdf(live(empty)))
    assert "Den samlade bedömningen är inte skriven." in text
    assert "Inget kontrollmoment är ogjort" in text


def test_a_report_of_no_control_does_not_say_that_all_is_well() -> None:
    facts = sample_facts()
    later = [replace(control, points=("augusti",)) for control in facts.controls]
    shown = live(replace(facts, controls=later))
    assert not shown.report.rows
    for text in (pdf_text(report_pdf(shown)), report_html(shown).decode()):
        assert "inget kontrollmoment som rapporteras vid den här tidpunkten" in text
        assert "Inget kontrollmoment är ogjort" not in text


def test_a_whole_year_is_made() -> None:
    text = pdf_text(report_pdf(live(many_facts())))
    assert "Totalt 192" in text


@pytest.mark.parametrize("name", ["missing.typ", "../documents/report.typ", "/etc/passwd"])
def test_only_our_own_templates_are_made(name: str) -> None:
    with pytest.raises(DocumentNotMade):
        render_pdf(name, {})


def test_what_typst_says_never_stands_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(DocumentNotMade) as caught:
        render_pdf("report.typ", {"report": {"title": "hemlig uppgift"}})
    assert "hemlig" not in str(caught.value)
    assert isinstance(caught.value.__cause__, Refused)


def test_a_warning_stops_the_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "warned.typ").write_text(
        '#set document(title: [.])\n#set text(font: "Saknat Typsnitt")\nText', encoding="utf-8"
    )
    monkeypatch.setattr(pdf, "TEMPLATES", tmp_path)
    with pytest.raises(DocumentNotMade, match="warnings") as caught:
        render_pdf("warned.typ", {})
    assert "saknat typsnitt" in str(caught.value.__cause__).lower()


def test_a_template_reaches_nothing_outside_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.txt").write_text("hemligt", encoding="utf-8")
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "curious.typ").write_text(
        '#set document(title: [.])\n#read("../secret.txt")', encoding="utf-8"
    )
    monkeypatch.setattr(pdf, "TEMPLATES", folder)
    with pytest.raises(DocumentNotMade):
        render_pdf("curious.typ", {})


def test_the_data_of_a_document_is_plain() -> None:
    assert canonical_json(document_data(live(sample_facts())))


asked_for = pytest.mark.skipif(
    os.environ.get("CI") != "true" and os.environ.get("VERAPDF") != "1",
    reason="veraPDF körs när CI=true och med VERAPDF=1 (make verapdf)",
)


def verapdf(*files: Path) -> subprocess.CompletedProcess[str]:
    """Run the checker of tools/ on the files."""
    command = [sys.executable, str(ROOT / "tools" / "verapdf"), *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@asked_for
@pytest.mark.verapdf
def test_verapdf_finds_nothing_in_a_draft_and_in_a_decided_report(
    tmp_path: Path, made: bytes
) -> None:
    draft, frozen = tmp_path / "draft.pdf", tmp_path / "decided.pdf"
    draft.write_bytes(report_pdf(live(sample_facts())))
    frozen.write_bytes(made)
    checked = verapdf(draft, frozen)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.count(" ok (") == 4


@asked_for
@pytest.mark.verapdf
def test_verapdf_tells_a_file_that_follows_only_one_standard(tmp_path: Path) -> None:
    source, target = tmp_path / "plain.typ", tmp_path / "archive-only.pdf"
    source.write_text("#set document(title: [Titel])\nText", encoding="utf-8")
    typst.compile(str(source), output=str(target), format="pdf", pdf_standards=["a-2a"])
    checked = verapdf(target)
    assert checked.returncode == 1, checked.stdout + checked.stderr
    assert "2a ok" in checked.stdout
    assert "ua1 FAILED" in checked.stdout
