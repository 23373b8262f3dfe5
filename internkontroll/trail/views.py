"""Historik: what has happened to one thing of a board; and the heads of the board's chain."""

import json
from datetime import timedelta

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.trail.queries import chain_head, day_heads, heads_file, history_of
from internkontroll.trail.words import SUBJECTS
from internkontroll.web.access import now, requires, session, today
from internkontroll.web.event_words import event_word
from internkontroll.web.submission import page

bp = Blueprint("trail", __name__, url_prefix="/namnd/<board_code>")

SHOWN_FOR = timedelta(days=31)
"""How far back the heads of each day are shown."""


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


@bp.get("/spar")
@requires(Permission.TRAIL_READ)
def heads(board: Board) -> ResponseReturnValue:
    """The last row of each day of the board's chain, to be kept outside the program."""
    rows = day_heads(session(), today() - SHOWN_FOR, board.code)
    return page("trail/heads.html", board=board, rows=rows)


@bp.get("/spar.json")
@requires(Permission.TRAIL_READ)
def heads_json(board: Board) -> ResponseReturnValue:
    """The same as a file that verify-trail reads."""
    rows = day_heads(session(), today() - SHOWN_FOR, board.code)
    content = json.dumps(heads_file(rows, now()), ensure_ascii=False, indent=2)
    answer = Response(content, content_type="application/json")
    name = f"spar-{board.code.lower()}-{today().isoformat()}.json"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
