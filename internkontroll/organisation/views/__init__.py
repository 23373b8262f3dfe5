"""Organisationens sidor: a board's year, its points and meetings; kommunen, nämnder, enheter."""

from internkontroll.organisation.views import board, meetings, points
from internkontroll.organisation.views.blueprint import bp, set_up

BLUEPRINTS = (bp, set_up)

__all__ = ["BLUEPRINTS", "board", "bp", "meetings", "points", "set_up"]
