"""Planens sidor: the list, a file on its way in, the plan, one kontrollmoment, the decision."""

from internkontroll.plan.views import controls, decision, plans, reading
from internkontroll.plan.views.blueprint import bp

__all__ = ["bp", "controls", "decision", "plans", "reading"]
