"""The ground of the organisation's pages: one blueprint in a board, one for the whole kommun."""

from flask import Blueprint

from internkontroll.organisation.rules import FIRST_YEAR, LAST_YEAR

bp = Blueprint("organisation", __name__, url_prefix="/namnd/<board_code>")
set_up = Blueprint("set_up", __name__, url_prefix="/organisation")

YEAR = f"<int(min={FIRST_YEAR},max={LAST_YEAR}):year>"
