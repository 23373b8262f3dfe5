"""What the pages of the review share: the blueprint, the wall, and where things are."""

from pathlib import Path
from typing import Any, NoReturn

from flask import Blueprint, abort, current_app, flash, redirect, url_for

from internkontroll.organisation.models import Board
from internkontroll.review.models import Answer, SecondReading
from internkontroll.review.queries import blind_to, item_by_position, reads_blindly
from internkontroll.sampling.models import Draw, DrawState, SampleItem
from internkontroll.sampling.queries import sampling_progress
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.schedule.policy import committees_within_reach
from internkontroll.schedule.queries import occurrence_select
from internkontroll.web.access import current_actor, load_or_404, session, today

bp = Blueprint("review", __name__, url_prefix="/namnd/<board_code>/granskning/<int:occurrence_id>")

ANSWERS = (Answer.YES, Answer.NO, Answer.EVIDENCE_MISSING, Answer.NOT_APPLICABLE)
OPEN = frozenset({OccurrenceState.PLANNED, OccurrenceState.STARTED})


def occurrence_of(board: Board, occurrence_id: int) -> Occurrence:
    """The kontrolltillfälle; 404 for another board's or committee's."""
    committees = committees_within_reach(current_actor(), board.id, today())
    return load_or_404(occurrence_select(board.id, occurrence_id, committees=committees))


def occurrence_to_read(board: Board, occurrence_id: int) -> Occurrence:
    """As :func:`occurrence_of` and :func:`refuse_blind_reader`, in one question."""
    actor = current_actor()
    committees = committees_within_reach(actor, board.id, today())
    asked = occurrence_select(board.id, occurrence_id, committees=committees)
    found = session().execute(asked.add_columns(reads_blindly(actor.user_id))).one_or_none()
    if found is None:
        abort(404)
    occurrence: Occurrence = found[0]
    blind: bool = found[1]
    if blind:
        _lead_to_reading(board, occurrence.id)
    return occurrence


def drawn_of(occurrence: Occurrence) -> Draw:
    """Its drawn sample; 404 while there is none."""
    return drawn_and_served(occurrence)[0]


def drawn_and_served(occurrence: Occurrence) -> tuple[Draw, int]:
    """Its drawn sample, and how many kontrolltillfällen that serves; 404 while there is none."""
    found = sampling_progress(session(), occurrence.id)
    if found.draw is None or found.draw.state is not DrawState.DRAWN:
        abort(404)
    return found.draw, found.serves


def item_of(draw: Draw, position: int) -> SampleItem:
    """The drawn item with that running number, or 404."""
    item = item_by_position(session(), draw.id, position)
    if item is None:
        abort(404)
    return item


def address(endpoint: str, board: Board, occurrence_id: int, **values: Any) -> str:
    """The address of one of the occurrence's pages."""
    return url_for(endpoint, board_code=board.code.lower(), occurrence_id=occurrence_id, **values)


def attachments_folder() -> Path:
    """Where the attachments lie."""
    folder: Path = current_app.config["INSTANCE_DIR"]
    return folder / "attachments"


def refuse_blind_reader(board: Board, *occurrences: Occurrence) -> None:
    """Lead the one who is reading the items again to that page: the first answers are not shown."""
    own = blind_to(session(), [row.id for row in occurrences], current_actor().user_id)
    if own is not None:
        _lead_to_reading(board, own)


def refuse_reader_of(board: Board, reading: SecondReading | None) -> None:
    """As :func:`refuse_blind_reader`, where the standing second reading is read already."""
    if reading is None or reading.finished_at is not None:
        return
    if reading.reader_id == current_actor().user_id:
        _lead_to_reading(board, reading.occurrence_id)


def _lead_to_reading(board: Board, occurrence_id: int) -> NoReturn:
    flash("Du läser om posterna och får inte se de första svaren innan du har lämnat in.", "warn")
    abort(redirect(address("review.second", board, occurrence_id), 303))
