"""Historik: what has happened to one thing of a board."""

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.trail.queries import chain_head, history_of
from internkontroll.trail.words import SUBJECTS
from internkontroll.web.access import requires, session
from internkontroll.web.event_words import event_word
from internkontroll.web.submission import page

bp = Blueprint("trail", __name__, url_prefix="/namnd/<board_code>")


@bp.get("/historik/<kind>/<int:subject_id>")
@requires(Permission.TRAIL_READ)
def history(board: Board, kind: str, subject_id: int) -> ResponseReturnValue:
    """Everything the board's chain tells of one thing, newest first."""
    if kind not in SUBJECTS:
        abort(404)
    rows = history_of(session(), board.code, kind, subject_id)
    if not rows:
        abort(404)
    return page(
        "trail/history.html",
        board=board,
        subject=SUBJECTS[kind],
        rows=rows,
        disposed=sum(row.disposed_at is not None for row in rows),
        head=chain_head(session(), board.code),
        event_word=event_word,
    )
