"""Internkontrollplan, kontrollområden, kontrollmoment, kriterier, checklistor, inläsningar."""

from internkontroll.plan.models.checklists import (
    Checklist,
    ChecklistCriterion,
    ChecklistVersion,
)
from internkontroll.plan.models.controls import (
    Control,
    ControlArea,
    ControlMark,
    Criterion,
    ObligatoryControl,
    control_risk,
)
from internkontroll.plan.models.plans import (
    Plan,
    PlanText,
    PlanTreatment,
)
from internkontroll.plan.models.readings import (
    PlanHeading,
    PlanReadingRow,
)
from internkontroll.plan.models.vocabulary import (
    ChecklistEvent,
    MarkKind,
    PlanEvent,
    PlanKind,
    PlanState,
    ReadingSource,
)

__all__ = [
    "Checklist",
    "ChecklistCriterion",
    "ChecklistEvent",
    "ChecklistVersion",
    "Control",
    "ControlArea",
    "ControlMark",
    "Criterion",
    "MarkKind",
    "ObligatoryControl",
    "Plan",
    "PlanEvent",
    "PlanHeading",
    "PlanKind",
    "PlanReadingRow",
    "PlanState",
    "PlanText",
    "PlanTreatment",
    "ReadingSource",
    "control_risk",
]
