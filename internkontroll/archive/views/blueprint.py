"""The ground of gallringens sidor: their addresses, and the kind that an address names."""

from typing import Any

from flask import Blueprint, abort, url_for

from internkontroll.archive.models import RecordKind
from internkontroll.archive.queries.reading import kinds_of
from internkontroll.archive.words import GONE, SLUG_OF, SLUGS, STAYS, frist_words
from internkontroll.organisation.models import Board
from internkontroll.organisation.rules import FIRST_YEAR, LAST_YEAR

bp = Blueprint("archive", __name__, url_prefix="/namnd/<board_code>/gallring")
personal_data = Blueprint("personal_data", __name__)

YEAR = f"<int(min={FIRST_YEAR},max={LAST_YEAR}):year>"


@bp.context_processor
def _for_every_page() -> dict[str, Any]:
    return {"slug_of": SLUG_OF, "gone": GONE, "stays": STAYS, "frist_words": frist_words}


def kind_or_404(board: Board, slug: str) -> RecordKind:
    """The kind of records that the address names, if the board decides on it."""
    kind = SLUGS.get(slug)
    if kind is None or kind not in kinds_of(board):
        abort(404)
    return kind


def address(endpoint: str, board: Board, **values: Any) -> str:
    """The address of one of the board's own pages."""
    return url_for(endpoint, board_code=board.code.lower(), **values)
