"""The tjänsteskrivelse and the list of findings: headings as told, figures of the report."""

import io
import re
from dataclasses import replace
from itertools import pairwise

import docx
import pytest
from docx.oxml.ns import qn

from internkontroll.files.attachments import AttachmentKind
from internkontroll.files.docx import docx_bytes
from internkontroll.files.house import House
from internkontroll.files.html import plain_html
from internkontroll.files.pdf import plain_pdf
from internkontroll.files.plain_document import Heading, PlainDocument, Typed
from internkontroll.reporting.documents import (
    catalogue,
    findings_document,
    memo_document,
    report_docx,
    report_html,
    report_pdf,
)
from internkontroll.reporting.models import MemoPart
from internkontroll.reporting.rules import ShownReport
from internkontroll.reporting.rules.memo import (
    DEFAULT_TEMPLATE,
    Memo,
    MemoTexts,
    PartTemplate,
    template_from_plain,
    template_to_plain,
)
from tests.pdf_text import pdf_text
from tests.pictures import png
from tests.report_facts import sample_facts
from tests.report_made import decided, live

HOUSE = House("Exempelkommunen", "#7a1f2b", png(), AttachmentKind.PNG)


def headings(document: PlainDocument) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Heading)]


def words(document: PlainDocument) -> str:
    """The text of the Word document, which every other form says as well."""
    made = docx.Document(io.BytesIO(docx_bytes(document)))
    return "\n".join(paragraph.text for paragraph in made.paragraphs)


def test_the_memo_has_the_templates_headings_in_the_templates_order() -> None:
    document = memo_document(live(sample_facts()), Memo())

    assert headings(document) == [
        "Förslag till beslut",
        "Ärendet",
        "Beredning",
        "Föredragning",
        "Ekonomiska konsekvenser",
        "Beslutsunderlag",
    ]
    again = Memo(tuple(reversed(DEFAULT_TEMPLATE)))
    assert headings(memo_document(live(sample_facts()), again))[0] == "Beslutsunderlag"


def test_the_memo_tells_the_reports_own_clauses_and_figures() -> None:
    shown = live(sample_facts())
    report, text = shown.report, words(memo_document(shown, Memo()))

    assert all(clause in text for clause in report.proposals)
    total = report.total
    assert (
        f"{total.due} kontrolltillfällen skulle vara gjorda. Av dem är {total.in_time} gjorda i "
        f"tid, {total.late} gjorda sent, {total.not_performed} inte gjorda med orsak och "
        f"{total.missed} inte gjorda utan orsak." in text
    )
    assert f"{report.reviewed} poster är granskade, {report.deviating} av dem" in text
    assert "Bilaga 1. Uppföljning av internkontrollplanen per april 2020" in text


@pytest.mark.parametrize(
    ("reviewed", "deviating", "findings", "told"),
    [
        (1, 0, 0, "1 post är granskad. Den har ingen avvikelse. 0 avvikelser är beskrivna."),
        (1, 1, 1, "1 post är granskad. Den har en avvikelse. 1 avvikelse är beskriven."),
        (
            1200,
            4,
            2,
            "1\u00a0200 poster är granskade, 4 av dem har en avvikelse. 2 avvikelser är beskrivna.",
        ),
    ],
)
def test_what_was_reviewed_is_said_as_many_as_it_is(
    reviewed: int, deviating: int, findings: int, told: str
) -> None:
    report = live(sample_facts()).report
    counted = replace(report, reviewed=reviewed, deviating=deviating, findings=findings)
    assert counted.reviewed_words == told


def test_one_kontrolltillfälle_is_told_in_the_singular() -> None:
    shown = live(sample_facts())
    count = replace(shown.report.total, due=1, in_time=0, late=0, not_performed=1, missed=0)
    text = words(memo_document(ShownReport(replace(shown.report, total=count)), Memo()))

    assert (
        "1 kontrolltillfälle skulle vara gjort. Av dem är 0 gjorda i tid, 0 gjorda sent, 1 inte "
        "gjort med orsak och 0 inte gjorda utan orsak." in text
    )


def test_a_part_without_heading_stands_under_the_one_before_and_an_empty_one_is_told() -> None:
    written = MemoTexts({MemoPart.CHILDREN: "Bristerna rör inte barn."})
    document = memo_document(live(sample_facts()), Memo(written=written))
    at = [
        place
        for place, block in enumerate(document.blocks)
        if isinstance(block, Typed) and block.text == "Bristerna rör inte barn."
    ]

    assert len(at) == 1
    before = [block.text for block in document.blocks[: at[0]] if isinstance(block, Heading)]
    assert before[-1] == "Beredning"
    assert "Ekonomiska konsekvenser\nTexten är inte skriven." in words(document)


def test_what_is_written_takes_the_place_of_the_standing_text_and_follows_the_computed() -> None:
    written = MemoTexts({MemoPart.MATTER: "Eget ärende.", MemoPart.PRESENTATION: "Eget tillägg."})
    text = words(memo_document(live(sample_facts()), Memo(written=written)))

    assert "Eget ärende." in text
    assert "följer upp sin internkontrollplan vid varje" not in text
    assert text.index("poster är granskade") < text.index("Eget tillägg.")


def test_a_part_that_is_left_out_is_not_there_and_not_asked_for() -> None:
    template = tuple(
        replace(one, included=one.part not in {MemoPart.ECONOMY, MemoPart.CHILDREN})
        for one in DEFAULT_TEMPLATE
    )
    memo = Memo(template)

    assert "Ekonomiska konsekvenser" not in headings(memo_document(live(sample_facts()), memo))
    assert [part.part for part in memo.unwritten] == [MemoPart.EQUALITY, MemoPart.BUSINESS]
    assert len(Memo().unwritten) == 4


def test_a_template_kept_before_a_part_was_thought_of_is_still_read() -> None:
    old = [row for row in template_to_plain(DEFAULT_TEMPLATE) if row["part"] != "business"]
    parts = template_from_plain(old)

    assert parts[-1] == PartTemplate(MemoPart.BUSINESS, "", "", False)
    assert parts[:-1] == tuple(one for one in DEFAULT_TEMPLATE if one.part != MemoPart.BUSINESS)


def test_the_list_of_findings_has_every_one_of_them() -> None:
    shown = decided(sample_facts())
    text = pdf_text(plain_pdf(findings_document(shown)))
    told = [one for row in shown.report.rows for one in row.findings]

    assert told
    assert all(one.label in text and one.description in text for one in told)
    assert f"{len(told)} avvikelser i" in text


def test_a_report_without_findings_says_so() -> None:
    shown = live(replace(sample_facts(), findings=[]))

    assert "Ingen avvikelse är beskriven" in words(findings_document(shown))


@pytest.mark.parametrize("document", ["report", "memo", "findings"])
def test_word_documents_skip_no_heading_mark_header_rows_and_are_swedish(document: str) -> None:
    shown = decided(sample_facts())
    content = {
        "report": lambda: report_docx(shown),
        "memo": lambda: docx_bytes(memo_document(shown, Memo())),
        "findings": lambda: docx_bytes(findings_document(shown)),
    }[document]()
    made = docx.Document(io.BytesIO(content))
    names = [str(paragraph.style.name) for paragraph in made.paragraphs if paragraph.style]
    levels = [int(name[-1]) for name in names if re.fullmatch(r"Heading \d", name)]

    assert names[0] == "Title"
    assert levels[:1] == [1]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for table in made.tables:
        marks = [row._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") for row in table.rows]
        assert marks[0] is not None
        assert not any(mark is not None for mark in marks[1:])
    languages = {one.get(qn("w:val")) for one in made.styles.element.iter(qn("w:lang"))}
    assert languages == {"sv-SE"}


def test_the_logotype_and_the_colour_are_in_every_form() -> None:
    shown = decided(sample_facts())
    document = memo_document(shown, Memo())

    for html in (report_html(shown, HOUSE).decode(), plain_html(document, HOUSE)):
        assert f'<img src="{HOUSE.logo_address}" alt="Exempelkommunen"' in html
        assert "--brand: #7a1f2b" in html
    for content in (report_docx(shown, HOUSE), docx_bytes(document, HOUSE)):
        made = docx.Document(io.BytesIO(content))
        (picture,) = made.sections[0].header._element.iter(qn("wp:docPr"))
        assert picture.get("descr") == "Exempelkommunen"
        assert str(made.styles["Heading 1"].font.color.rgb) == "7A1F2B"
    for content in (report_pdf(shown, HOUSE), plain_pdf(document, HOUSE)):
        assert b"/Subtype/Image" in content.replace(b" ", b"")


def test_without_a_logotype_the_municipalitys_name_stands_first() -> None:
    shown = decided(sample_facts())
    house = House("Exempelkommunen")

    assert "Exempelkommunen" in pdf_text(report_pdf(shown, house))
    assert '<p class="soft">Exempelkommunen</p>' in report_html(shown, house).decode()


def test_the_same_report_and_look_give_the_same_bytes() -> None:
    shown = decided(sample_facts())

    for entry in catalogue(shown, Memo(), HOUSE):
        for form in entry.forms:
            assert form.make() == form.make(), form.name
