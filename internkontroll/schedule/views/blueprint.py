"""Blueprint of the kontrolltillfällen, and what its reader may see."""

from flask import Blueprint

from internkontroll.organisation.models import Board
from internkontroll.schedule.policy import committees_within_reach
from internkontroll.schedule.queries import Committees
from internkontroll.web.access import current_actor, today

bp = Blueprint("schedule", __name__, url_prefix="/namnd/<board_code>")


def reach_of(board: Board) -> Committees:
    """The committees of the board whose occurrences the logged-in user may see."""
    return committees_within_reach(current_actor(), board.id, today())
