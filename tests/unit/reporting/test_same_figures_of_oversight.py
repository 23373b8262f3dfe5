"""Every figure of kommunstyrelsens samlade bild, read back from every form: none differs."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from internkontroll.files import html, pdf
from internkontroll.files.html import plain_html
from internkontroll.organisation.models import BoardKind
from internkontroll.reporting.documents.oversight_sheets import oversight_csv, oversight_xlsx
from internkontroll.reporting.models import OverallAssessment
from internkontroll.reporting.oversight_document import (
    oversight_document,
    oversight_docx,
    oversight_json,
    oversight_pdf,
)
from internkontroll.reporting.rules import build_report
from internkontroll.reporting.rules import to_plain as report_to_plain
from internkontroll.reporting.rules.oversight import (
    BoardFacts,
    ObligatoryFact,
    OversightFacts,
    OversightReport,
    SummaryFacts,
    build_oversight,
    sent_report,
)
from tests import oversight_figures, oversight_sheets
from tests.oversight_figures import expected
from tests.report_facts import CUT_OFF, REPORT_DECISION, many_facts, sample_facts
from tests.report_figures import Figures, differences

READ: dict[str, Callable[[OversightReport], Figures]] = {
    "html": lambda made: oversight_figures.from_html(
        plain_html(oversight_document(made)).encode("utf-8")
    ),
    "pdf": lambda made: oversight_figures.from_pdf(oversight_pdf(made)),
    "docx": lambda made: oversight_figures.from_docx(oversight_docx(made)),
}
READ_AS_DATA: dict[str, Callable[[OversightReport], Figures]] = {
    "xlsx": lambda made: oversight_sheets.from_xlsx(oversight_xlsx(made)),
    "csv": lambda made: oversight_sheets.from_csv(oversight_csv(made)),
}


@pytest.fixture(scope="module")
def picture() -> OversightReport:
    """Two that have sent, one of them late and with åtgärder, and one that is late still."""
    boards = []
    for code, facts in (("A", sample_facts), ("B", many_facts), ("C", None)):
        report = None
        if facts is not None:
            made = build_report(
                facts(), cut_off_at=CUT_OFF, until=CUT_OFF, decision=REPORT_DECISION
            )
            plain = report_to_plain(made)
            actions = {"total": 5, "done": 2, "cancelled": 1, "open": 2, "late": 1}
            plain["actions"] = {**plain["actions"], **actions}
            report = sent_report(plain, code * 64)
        boards.append(
            BoardFacts(
                code=code,
                name=f"Nämnden {code}",
                kind=BoardKind.BOARD,
                oversight=False,
                has_point=True,
                due_on=date(2020, 6, 5),
                sent_on=date(2020, 6, 1 if code == "A" else 9) if report else None,
                report=report,
                plan_size=len(report.rows) + 3 if report else 0,
            )
        )
    return build_oversight(
        OversightFacts(
            municipality="Exempelkommunen",
            year=2020,
            point="april",
            boards=boards,
            obligatory=(ObligatoryFact(1, "Ekonomi", "Attest finns", {("A", 1): 4, ("B", 1): 1}),),
            summary=SummaryFacts(OverallAssessment.PARTLY, "En är sen.", ("att se över attesten",)),
            program_version="1",
        ),
        on=date(2020, 6, 20),
    )


def wanted(picture: OversightReport) -> Figures:
    return expected(json.loads(oversight_json(picture)))


@pytest.mark.parametrize("form", READ)
def test_no_figure_of_the_samlade_bild_differs_between_the_json_and_the_document(
    picture: OversightReport, form: str
) -> None:
    told = wanted(picture)

    assert {key[0] for key in told} >= {"board", "total", "deviating", "obligatory", "days_late"}
    assert len([value for value in told.values() if value]) > 50
    assert differences(READ[form](picture), told) == []


@pytest.mark.parametrize("form", READ)
def test_one_other_figure_in_the_json_is_seen(picture: OversightReport, form: str) -> None:
    changed = json.loads(oversight_json(picture))
    changed["boards"][0]["count"]["late"] += 1

    found = {line.split(":")[0] for line in differences(READ[form](picture), expected(changed))}

    assert found == {
        "('board', 'Nämnden A', 'performed')",
        "('done', 'Nämnden A', 'late')",
    }


@pytest.mark.parametrize("form", READ_AS_DATA)
def test_no_number_of_the_tables_as_data_differs_and_another_one_is_seen(
    picture: OversightReport, form: str
) -> None:
    data = json.loads(oversight_json(picture))
    told = oversight_sheets.expected(data)
    assert {key[0] for key in told} >= {"sammanfattning", "namnder", "kontrollmoment"}
    assert len(told) > 500
    assert differences(READ_AS_DATA[form](picture), told) == []

    data["boards"][1]["report"]["rows"][0]["count"]["missed"] += 1
    (found,) = differences(READ_AS_DATA[form](picture), oversight_sheets.expected(data))
    assert "'kontrollmoment', 'Nämnden B'" in found


@pytest.mark.parametrize(
    ("form", "template", "before", "after"),
    [
        ("html", "plain.html", "(cell)", "(cell|replace('2', '3'))"),
        ("pdf", "plain.typ", "verbatim(cell))", 'verbatim(cell.replace("2", "3")))'),
    ],
)
def test_one_altered_figure_in_one_template_of_the_samlade_bild_is_seen(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    picture: OversightReport,
    form: str,
    template: str,
    before: str,
    after: str,
) -> None:
    own = tmp_path / "documents"
    own.mkdir()
    for path in html.TEMPLATES.iterdir():
        (own / path.name).write_bytes(path.read_bytes())
    text = (own / template).read_text("utf-8")
    assert before in text, "the template has changed: alter another figure here"
    (own / template).write_text(text.replace(before, after, 1), "utf-8")
    monkeypatch.setattr(html, "TEMPLATES", own)
    monkeypatch.setattr(pdf, "TEMPLATES", own)
    html._environment.cache_clear()
    try:
        found = differences(READ[form](picture), wanted(picture))
    finally:
        html._environment.cache_clear()

    assert found
