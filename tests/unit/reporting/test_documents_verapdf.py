"""Every kind of document with typed headings, links, charts and a logotype, asked of veraPDF."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from internkontroll.files.attachments import AttachmentKind
from internkontroll.files.house import House
from internkontroll.files.pdf import plain_pdf
from internkontroll.organisation.models import BoardKind
from internkontroll.reporting.documents import findings_document, memo_document, report_pdf
from internkontroll.reporting.models import MemoPart, OverallAssessment
from internkontroll.reporting.oversight_document import oversight_pdf
from internkontroll.reporting.rules import to_plain
from internkontroll.reporting.rules.memo import Memo, MemoTexts
from internkontroll.reporting.rules.oversight import (
    BoardFacts,
    OversightFacts,
    SummaryFacts,
    build_oversight,
    sent_report,
)
from tests.pictures import png
from tests.report_facts import sample_facts
from tests.report_made import decided

ROOT = Path(__file__).resolve().parents[3]
HOUSE = House("Exempelkommunen", "#7a1f2b", png(180, 60), AttachmentKind.PNG)
TEXT = (
    "# Så gjorde vi\n**Alla** stod i [rutinen](https://exempel.se/a?b=1&c=2).\n"
    "## Därefter\n- ett\n- två\n\n7. sju\n8. åtta"
)


def oversight() -> bytes:
    """The samlade bild of one nämnd, with kommunstyrelsen's own marked text."""
    shown = decided(sample_facts())
    sent = sent_report(to_plain(shown.report), "a" * 64)
    board = BoardFacts(
        code="SCN",
        name="Socialnämnden",
        kind=BoardKind.BOARD,
        oversight=False,
        has_point=True,
        due_on=date(2020, 6, 1),
        sent_on=date(2020, 6, 10),
        report=sent,
        plan_size=12,
    )
    facts = OversightFacts(
        municipality="Exempelkommunen",
        year=2020,
        point="april",
        boards=(board,),
        obligatory=(),
        summary=SummaryFacts(OverallAssessment.PARTLY, TEXT),
        program_version="1",
    )
    return oversight_pdf(build_oversight(facts, on=date(2020, 6, 15)), HOUSE)


@pytest.mark.skipif(
    os.environ.get("CI") != "true" and os.environ.get("VERAPDF") != "1",
    reason="veraPDF körs när CI=true och med VERAPDF=1 (make verapdf)",
)
@pytest.mark.verapdf
def test_verapdf_finds_nothing_in_marked_texts_charts_and_logotypes(tmp_path: Path) -> None:
    shown = decided(sample_facts())
    rows = tuple(replace(row, comment=TEXT) for row in shown.report.rows)
    shown = replace(shown, report=replace(shown.report, rows=rows, grounds=TEXT))
    memo = Memo(written=MemoTexts({MemoPart.CHILDREN: TEXT}, "Controller", "SCN-2020-1"))
    made = {
        "report": report_pdf(shown, HOUSE),
        "memo": plain_pdf(memo_document(shown, memo), HOUSE),
        "findings": plain_pdf(findings_document(shown), HOUSE),
        "oversight": oversight(),
    }
    for name, body in made.items():
        (tmp_path / f"{name}.pdf").write_bytes(body)
    paths = [str(tmp_path / f"{name}.pdf") for name in made]
    command = [sys.executable, str(ROOT / "tools" / "verapdf"), *paths]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.count(" ok (") == 2 * len(made)
