"""The samlade bild in each of its forms: every figure of the object, and none that differs."""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import docx
import openpyxl
import pytest

from internkontroll.files.attachments import AttachmentKind
from internkontroll.files.house import House
from internkontroll.findings.models import Severity
from internkontroll.organisation.models import BoardKind
from internkontroll.reporting.documents.catalogue import find_form
from internkontroll.reporting.documents.oversight_catalogue import oversight_catalogue
from internkontroll.reporting.models import Assessment, OverallAssessment
from internkontroll.reporting.oversight_document import done_actions, oversight_document
from internkontroll.reporting.rules import ClosingCount
from internkontroll.reporting.rules.lines import ActionCount
from internkontroll.reporting.rules.oversight import (
    BoardFacts,
    ObligatoryFact,
    OversightFacts,
    OversightReport,
    SentReport,
    SentRow,
    SummaryFacts,
    build_oversight,
    severities_of,
)
from internkontroll.reporting.rules.report import DecisionFacts
from tests.pdf_tables import pdf_tables
from tests.pdf_text import pdf_text
from tests.pictures import png

HOUSE = House("Exempelkommunen", "#7a1f2b", png(), AttachmentKind.PNG)
GROUNDS = "## Därför\nSe **alla** [uppföljningar](https://exempel.se/u).\n- en\n- två"
FORMS = ("pdf", "docx", "html", "xlsx", "csv")
Told = dict[str, tuple[int, ...]]


def _row(number: int, severity: Severity | None = None, times: int = 1) -> SentRow:
    deviating = times if severity else 0
    return SentRow(
        number=number,
        area="Ekonomi" if number % 2 else "Personal",
        text=f"Kontroll {number}",
        count=ClosingCount(due=4, in_time=2, late=1, missed=1),
        reviewed=15,
        deviating=deviating,
        assessment=Assessment.MATERIAL if severity else Assessment.WITHOUT_DEVIATION,
        severities=severities_of({severity: times} if severity else {}),
    )


def _board(code: str, report: SentReport | None, **more: Any) -> BoardFacts:
    made = BoardFacts(
        code=code,
        name=f"Nämnden {code}",
        kind=BoardKind.BOARD,
        oversight=False,
        has_point=True,
        due_on=date(2021, 3, 16),
        sent_on=date(2021, 2, 16) if report else None,
        report=report,
        plan_size=len(report.rows) + 2 if report else 0,
    )
    return replace(made, **more)


def _sent(*rows: SentRow, actions: ActionCount | None = None) -> SentReport:
    decision = DecisionFacts("Nämnden", date(2021, 2, 16), "12", "X-2021-1")
    return SentReport(1, OverallAssessment.PARTLY, decision, "a" * 64, rows, actions)


@pytest.fixture(scope="module")
def report() -> OversightReport:
    """Three nämnder: two have sent, one is late; both that sent have found something."""
    actions = ActionCount(total=7, done=3, cancelled=1, open=3, late=2)
    return build_oversight(
        OversightFacts(
            municipality="Exempelkommunen",
            year=2020,
            point="årsbokslut",
            boards=(
                _board("A", _sent(_row(1, Severity.SERIOUS, 3), _row(2), actions=actions)),
                _board("B", _sent(_row(1, Severity.MINOR), _row(2), _row(3), _row(4))),
                _board("C", None),
            ),
            obligatory=(ObligatoryFact(1, "Ekonomi", "Attest prövas.", {("A", 1): 1}),),
            summary=SummaryFacts(OverallAssessment.PARTLY, GROUNDS, ("att följa upp igen",)),
            program_version="1",
        ),
        on=date(2021, 4, 1),
    )


def made(report: OversightReport, kind: str) -> bytes:
    name = "tabell-namnder.csv" if kind == "csv" else f"samlad-bild.{kind}"
    form = find_form(oversight_catalogue(report, HOUSE), name)
    assert form is not None, name
    return form.make()


def wanted(report: OversightReport) -> Told:
    """Kontrollmoment, of the plan, done, due, by severity, per ten: from the JSON."""
    data = json.loads(made(report, "json"))
    told = {line["name"]: _of(line, line["count"]) for line in data["boards"] if line["report"]}
    return told | {"Totalt": _of(data["total"], data["total"]["count"])}


def _of(line: Mapping[str, Any], count: Mapping[str, int]) -> tuple[int, ...]:
    found = line["severities"]
    return (
        line["controls"],
        line["plan_size"],
        count["in_time"] + count["late"],
        count["due"],
        found["serious"],
        found["material"],
        found["minor"],
        round(100 * sum(found.values()) / line["controls"]),
    )


def _figures_of(cells: list[str]) -> tuple[int, ...]:
    return tuple(int(figure) for cell in cells for figure in re.findall(r"\d+", cell))


def _from_tables(tables: list[list[list[str]]]) -> Told:
    (table,) = (rows for rows in tables if "Per tio" in rows[0])
    # "1,3" per ten is read as 13: the comma parts two runs of digits.
    return {row[0]: (*_figures_of(row[1:6]), int(re.sub(r"\D", "", row[6]))) for row in table[1:]}


def _html_tables(page: str) -> list[list[list[str]]]:
    def text(cell: str) -> str:
        return re.sub("<[^>]+>", " ", cell).strip()

    return [
        [
            [text(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
            for row in re.findall("<tr>(.*?)</tr>", table, re.DOTALL)
        ]
        for table in re.findall("<table>(.*?)</table>", page, re.DOTALL)
    ]


def _docx_tables(content: bytes) -> list[list[list[str]]]:
    opened = docx.Document(io.BytesIO(content))
    return [[[cell.text for cell in row.cells] for row in one.rows] for one in opened.tables]


def _from_cells(rows: list[dict[str, Any]], total: Told) -> Told:
    """The sheet of nämnder; the sum stands in the sheet of the summary."""
    told = {
        str(row["Nämnd"]): (
            *(
                int(str(row[name]))
                for name in ("Kontrollmoment som rapporteras", "Kontrollmoment i planen")
            ),
            int(str(row["Gjort i tid"])) + int(str(row["Gjort sent"])),
            int(str(row["Skulle göras"])),
            *(
                int(str(row[f"{word}, avvikelser"]))
                for word in ("Allvarlig", "Väsentlig", "Mindre")
            ),
            round(10 * float(str(row["Avvikelser per tio kontrollmoment"]).replace(",", "."))),
        )
        for row in rows
        if row["Beslutad den"]
    }
    return told | total


def _summary_of(pairs: list[tuple[Any, Any]]) -> Told:
    told = {str(name): value for name, value in pairs}
    named = {
        **told,
        "Nämnd": "Totalt",
        "Beslutad den": "ja",
        "Kontrollmoment i planen": told["Kontrollmoment i planerna"],
    }
    return _from_cells([named], {})


def read(report: OversightReport, kind: str) -> Told:
    content = made(report, kind)
    match kind:
        case "pdf":
            return _from_tables(pdf_tables(content))
        case "docx":
            return _from_tables(_docx_tables(content))
        case "html":
            return _from_tables(_html_tables(content.decode()))
        case "xlsx":
            book = openpyxl.load_workbook(io.BytesIO(content))
            rows = list(book["Nämnder"].values)
            summary = _summary_of([(one[0], one[1]) for one in book["Sammanfattning"].values])
            named = [dict(zip(map(str, rows[0]), row, strict=True)) for row in rows[1:]]
            return _from_cells(named, summary)
        case _:
            form = find_form(oversight_catalogue(report, HOUSE), "tabell-sammanfattning.csv")
            assert form is not None
            pairs = list(csv.reader(_lines(form.make()), delimiter=";"))
            return _from_cells(
                list(csv.DictReader(_lines(content), delimiter=";")),
                _summary_of([(one[0], one[1]) for one in pairs]),
            )


def _lines(content: bytes) -> io.StringIO:
    return io.StringIO(content.decode("utf-8-sig"), newline="")


@pytest.mark.parametrize("kind", FORMS)
def test_no_figure_differs_between_the_json_and_the_document(
    report: OversightReport, kind: str
) -> None:
    told = wanted(report)

    assert set(told) == {"Nämnden A", "Nämnden B", "Totalt"}
    assert told["Totalt"] == (6, 10, 18, 24, 3, 0, 1, 67)
    assert read(report, kind) == told


@pytest.mark.parametrize("kind", FORMS)
def test_another_figure_is_seen(report: OversightReport, kind: str) -> None:
    changed = replace(
        report, boards=(replace(report.boards[0], reviewed=31, plan_size=5), *report.boards[1:]),
        total=replace(
            report.total, reviewed=report.total.reviewed + 1, plan_size=report.total.plan_size + 1
        ),
    )  # fmt: skip

    assert read(changed, kind) != wanted(report)


def test_a_board_that_has_sent_nothing_has_no_figure_but_its_lateness(
    report: OversightReport,
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(made(report, "xlsx")))
    header, *rows = list(book["Nämnder"].values)
    (late,) = (dict(zip(header, row, strict=True)) for row in rows if row[0] == "Nämnden C")

    assert late["Dagar sen"] == 16
    assert [
        name for name, value in late.items() if value is not None
    ] == ["Nämnd", "Läge", "Skulle lämnas", "Dagar sen"]  # fmt: skip


def test_the_workbook_has_every_row_that_is_behind_a_figure(report: OversightReport) -> None:
    book = openpyxl.load_workbook(io.BytesIO(made(report, "xlsx")))
    header, *rows = list(book["Kontrollmoment"].values)
    place = header.index("Allvarlig, avvikelser")

    assert len(rows) == report.total.controls
    assert sum(int(str(row[place])) for row in rows) == 3
    assert len(list(book["Obligatoriska"].values)) == 1 + 3


@pytest.mark.parametrize(
    ("kind", "has"),
    [
        ("html", lambda one: "<h3>Därför</h3>" in one.decode() and "<b>alla</b>" in one.decode()),
        ("pdf", lambda one: "Därför" in pdf_text(one) and "##" not in pdf_text(one)),
        ("docx", lambda one: "Heading 2" in _styles(one, "Därför")),
    ],
)
def test_the_grounds_are_marked_as_they_were_typed(
    report: OversightReport, kind: str, has: Callable[[bytes], bool]
) -> None:
    assert has(made(report, kind))


def _styles(content: bytes, text: str) -> list[str]:
    opened = docx.Document(io.BytesIO(content))
    return [str(one.style.name) for one in opened.paragraphs if one.text == text and one.style]


def test_the_look_of_the_municipality_is_in_every_form(report: OversightReport) -> None:
    assert HOUSE.logo_address is not None
    assert HOUSE.logo_address in made(report, "html").decode()
    assert b"/Subtype/Image" in made(report, "pdf").replace(b" ", b"")
    opened = docx.Document(io.BytesIO(made(report, "docx")))
    assert "Exempelkommunen" in opened.sections[0].header._element.xml


def test_the_document_is_kommunstyrelsens_and_names_the_municipality_once(
    report: OversightReport,
) -> None:
    named = replace(report, municipality="Exempelkommunen")
    assert oversight_document(named).board == "Kommunstyrelsen"
    told = pdf_text(made(named, "pdf"))
    assert len(re.findall(r"Exempelkommunen\s+Exempelkommunen", told)) == 0


@pytest.mark.parametrize(
    ("late", "told"), [(0, "1 av 3"), (1, "1 av 3, 1 sen"), (2, "1 av 3, 2 sena")]
)
def test_late_actions_are_told_in_the_right_number(
    report: OversightReport, late: int, told: str
) -> None:
    count = ActionCount(total=3, done=1, open=2, late=late)
    line = next(one for one in report.boards if one.report is not None)
    assert line.report is not None
    assert done_actions(replace(line, report=replace(line.report, actions=count))) == told


def test_the_charts_are_drawn_in_the_page_with_their_tables(report: OversightReport) -> None:
    page = made(report, "html").decode()

    assert page.count('<svg xmlns="http://www.w3.org/2000/svg" class="chart"') == 2
    assert "&lt;svg" not in page
    assert page.count("<caption>Kontrolltillfällen som är gjorda, per nämnd</caption>") == 1


def test_the_same_picture_gives_the_same_bytes(report: OversightReport) -> None:
    for entry in oversight_catalogue(report, HOUSE):
        for form in entry.forms:
            assert form.make() == form.make(), form.name
