"""Kontrolltillfällen: årets lista, ett tillfälle med sitt nästa steg, ej genomförd."""

from internkontroll.schedule.views import listing, moving, occurrence
from internkontroll.schedule.views.blueprint import bp

__all__ = ["bp", "listing", "moving", "occurrence"]
