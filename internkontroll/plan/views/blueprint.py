"""The blueprint of the plan's pages, and what all of them need."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, url_for

from internkontroll.organisation.models import Board
from internkontroll.plan.rules.content import plan_title
from internkontroll.plan.words import method_words, points_words, sample_words, short_title

bp = Blueprint("plan", __name__, url_prefix="/namnd/<board_code>")

WORDS_OF_A_PLAN: Mapping[str, Any] = {
    "plan_title": plan_title,
    "short_title": short_title,
    "method_words": method_words,
    "points_words": points_words,
    "sample_words": sample_words,
}


def address(endpoint: str, board: Board, **values: Any) -> str:
    """A page's address within the board."""
    return url_for(endpoint, board_code=board.code.lower(), **values)
