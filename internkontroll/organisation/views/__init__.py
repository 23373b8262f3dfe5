"""Organisationens sidor: a board's year, its points and meetings; kommunen, nämnder, enheter."""

from internkontroll.organisation.views import (
    board,
    boards,
    look,
    meetings,
    municipality,
    one_meeting,
    points,
    units,
)
from internkontroll.organisation.views.blueprint import bp, set_up

BLUEPRINTS = (bp, set_up)

__all__ = [
    "BLUEPRINTS",
    "board",
    "boards",
    "bp",
    "look",
    "meetings",
    "municipality",
    "one_meeting",
    "points",
    "set_up",
    "units",
]
