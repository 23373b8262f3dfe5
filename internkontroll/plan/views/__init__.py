"""Planens sidor: the list, a file on its way in, the plan written by hand, the decision."""

from internkontroll.plan.views import (
    areas,
    checklists,
    control_checklist,
    controls,
    criteria,
    decision,
    document,
    obligatory,
    plans,
    reading,
    risks,
    starting,
    texts,
    versions,
)
from internkontroll.plan.views.blueprint import bp

BLUEPRINTS = (bp, obligatory.municipal, checklists.library)

__all__ = [
    "BLUEPRINTS",
    "areas",
    "bp",
    "checklists",
    "control_checklist",
    "controls",
    "criteria",
    "decision",
    "document",
    "obligatory",
    "plans",
    "reading",
    "risks",
    "starting",
    "texts",
    "versions",
]
