"""What the minutes take in: counts in public, outcomes by running number inside, the same twice."""

import io
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import docx
import pytest

from internkontroll.files.plain_document import Bullets, PlainDocument, Table
from internkontroll.review.documents import (
    Part,
    minutes_document,
    minutes_docx,
    minutes_file_name,
    minutes_pdf,
)
from internkontroll.review.models import Answer
from internkontroll.review.rules import (
    Drawn,
    ItemOutcome,
    ItemState,
    MeetingReview,
    MinutesFacts,
    Outcomes,
    ReviewFacts,
    StepAside,
)
from internkontroll.sampling.models import SeedSource, SelectionMethod
from internkontroll.schedule.models import OccurrenceState
from internkontroll.schedule.rules import Frame
from tests.pdf_text import pdf_text

ROOT = Path(__file__).resolve().parents[3]

REVIEW = MeetingReview(
    occurrence_id=7,
    meeting_id=2,
    held_on=date(2020, 3, 12),
    counted_on=date(2020, 3, 12),
    ordinary=True,
    cancelled=False,
    state=OccurrenceState.APPROVED,
    number=1,
    kind="Beslut att inte inleda utredning",
    drawn=Drawn(
        5, 3, 21, SelectionMethod.SRS_TICKET, datetime(2020, 3, 9, 9, tzinfo=UTC), "Justerare IU1"
    ),
    outcomes=Outcomes(3, 21, 1, 1),
)
ITEMS = (
    ItemOutcome(1, ItemState.CLEAN),
    ItemOutcome(2, ItemState.DEVIATING, (("Finns skälen i akten?", Answer.NO),)),
    ItemOutcome(3, ItemState.NOT_APPLICABLE),
)
ROW = ReviewFacts(
    REVIEW,
    Frame(date(2020, 2, 13), date(2020, 3, 12)),
    unreconciled=True,
    seed_source=SeedSource.DICE,
    digest="ab" * 32,
    items=ITEMS,
    observation="Ett skäl saknas.",
    stepped_aside=(StepAside(7, "Ledamot i utskottet", 2),),
)
FACTS = MinutesFacts(
    board_code="SCN",
    board_name="Socialnämnden",
    committee_code="IU1",
    committee_name="Individutskott 1",
    held_on=date(2020, 3, 12),
    ordinary=True,
    reviews=(ROW,),
)
COUNTS = "Antal per utfall"
INSIDE_ONLY = (
    "Finns skälen i akten?",
    "Ett skäl saknas.",
    "Ledamot i utskottet",
    "Utfall per löpnummer",
)


def with_review(**changes: object) -> MinutesFacts:
    return replace(FACTS, reviews=(replace(ROW, review=replace(REVIEW, **changes)),))  # type: ignore[arg-type]


def told(document: PlainDocument) -> str:
    return repr(document)


def without_spaces(text: str) -> str:
    """A PDF breaks lines, and a hash, where there is room."""
    return re.sub("[\\s\u200b]", "", text)


def outcomes_of(document: PlainDocument) -> dict[str, str]:
    (table,) = (
        block for block in document.blocks if isinstance(block, Table) and block.caption == COUNTS
    )
    return {row[0]: row[1] for row in table.rows}


def clauses(facts: MinutesFacts) -> tuple[str, ...]:
    document = minutes_document(facts, Part.PUBLIC)
    (bullets,) = (block for block in document.blocks if isinstance(block, Bullets))
    return bullets.items


def test_the_public_part_has_counts_and_kind_and_nothing_of_a_case() -> None:
    document = minutes_document(FACTS, Part.PUBLIC)
    text = told(document)
    for needed in (
        "Kontroll 1. Beslut att inte inleda utredning",
        "3 av 21 ärenden är granskade. 1 av 3 avviker.",
        "Justerare IU1, 9 mars 2020 kl. 10.00",
        "ab" * 32,
        "Listan är ej avstämd",
        "En ledamot deltog inte i granskningen på grund av jäv.",
        "Ramen omfattar beslut sedan 13 februari 2020",
    ):
        assert needed in text, needed
    for inside in INSIDE_ONLY:
        assert inside not in text, inside


def test_n_of_n_and_departures_are_told_and_small_counts_of_the_rest_are_not() -> None:
    assert outcomes_of(minutes_document(FACTS, Part.PUBLIC)) == {
        "Granskade": "3 av 21",
        "Avviker": "1 av 3",
        "Utan avvikelse": "visas inte",
        "Gäller inte": "visas inte",
    }
    many = with_review(outcomes=Outcomes(30, 210, 2, 8))
    assert outcomes_of(minutes_document(many, Part.PUBLIC)) == {
        "Granskade": "30 av 210",
        "Avviker": "2 av 30",
        "Utan avvikelse": "20",
        "Gäller inte": "8",
    }


def test_the_internal_part_tells_the_outcome_by_running_number() -> None:
    document = minutes_document(FACTS, Part.INTERNAL)
    (table,) = (
        block
        for block in document.blocks
        if isinstance(block, Table) and block.caption == "Utfall per löpnummer"
    )
    assert table.rows == (
        ("1", "Utan avvikelse", "–"),
        ("2", "Avviker", "Finns skälen i akten? Nej"),
        ("3", "Gäller inte", "–"),
    )
    assert outcomes_of(document)["Utan avvikelse"] == "1"
    assert "26 kap. 1 §" in told(document)
    for inside in INSIDE_ONLY:
        assert inside in told(document), inside


def test_the_committee_decides_and_asks_for_more_only_where_something_deviates() -> None:
    laid = "att lägga redovisningen av stickprovet till handlingarna"
    asked = "att förvaltningen ska redovisa vad som görs åt bristerna"
    assert clauses(FACTS) == (laid, asked)
    assert clauses(with_review(outcomes=Outcomes(3, 21, 0))) == (laid,)
    assert "Individutskott 1 beslutar" in told(minutes_document(FACTS, Part.PUBLIC))


def test_a_review_that_is_not_signed_is_a_draft_without_outcomes() -> None:
    draft = minutes_document(with_review(outcomes=None, state=OccurrenceState.STARTED), Part.PUBLIC)
    assert draft.version == "Offentlig del · Utkast"
    assert "3 av 21 ärenden är dragna. Granskningen är inte underskriven än." in told(draft)
    assert "Utan avvikelse" not in told(draft)
    assert minutes_document(FACTS, Part.PUBLIC).version == "Offentlig del"


def test_a_whole_list_is_told_as_such() -> None:
    whole = with_review(outcomes=Outcomes(2, 2, 0))
    assert "Alla 2 ärenden i listan är granskade. 0 av 2 avviker." in told(
        minutes_document(whole, Part.PUBLIC)
    )


def test_a_meeting_without_draw_or_control_says_so() -> None:
    bare = replace(FACTS, reviews=(ReviewFacts(replace(REVIEW, drawn=None, outcomes=None)),))
    assert "Inget stickprov är draget än." in told(minutes_document(bare, Part.PUBLIC))
    empty = minutes_document(replace(FACTS, reviews=()), Part.INTERNAL)
    assert "Ingen kontroll skulle göras inför sammanträdet." in told(empty)


def test_a_cancelled_meeting_says_so_and_decides_nothing_without_a_review() -> None:
    called_off = replace(FACTS, cancelled=True)
    assert "Sammanträdet är inställt." in told(minutes_document(called_off, Part.PUBLIC))
    bare = minutes_document(replace(called_off, reviews=()), Part.PUBLIC)
    assert not any(isinstance(block, Bullets) for block in bare.blocks)


def test_a_purged_list_has_no_digest_to_print() -> None:
    purged = replace(FACTS, reviews=(replace(ROW, digest=None),))
    assert "Listan är gallrad." in told(minutes_document(purged, Part.PUBLIC))


@pytest.mark.parametrize("part", list(Part))
def test_pdf_and_docx_say_what_the_document_says(part: Part) -> None:
    text = without_spaces(pdf_text(minutes_pdf(FACTS, part)))
    word = docx.Document(io.BytesIO(minutes_docx(FACTS, part)))
    written = [row.text for row in word.paragraphs] + [
        cell.text for table in word.tables for row in table.rows for cell in row.cells
    ]
    for piece in (piece for one in written for piece in one.replace("\t", "\n").split("\n")):
        assert without_spaces(piece) in text, piece
    assert any("1 av 3 avviker." in one for one in written)
    for inside in INSIDE_ONLY:
        assert (without_spaces(inside) in text) is (part is Part.INTERNAL), inside


def test_the_name_of_the_file_tells_committee_day_and_part() -> None:
    name = minutes_file_name(FACTS, Part.INTERNAL, "docx")
    assert name == "underlag-scn-iu1-2020-03-12-intern.docx"


@pytest.mark.skipif(
    os.environ.get("CI") != "true" and os.environ.get("VERAPDF") != "1",
    reason="veraPDF körs när CI=true och med VERAPDF=1 (make verapdf)",
)
@pytest.mark.verapdf
def test_verapdf_finds_nothing_in_either_part(tmp_path: Path) -> None:
    paths = []
    for part in Part:
        path = tmp_path / f"{part.value}.pdf"
        path.write_bytes(minutes_pdf(FACTS, part))
        paths.append(path)
    command = [sys.executable, str(ROOT / "tools" / "verapdf"), *map(str, paths)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.count(" ok (") == 4
