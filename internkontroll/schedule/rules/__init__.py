"""Kontrolltillfällenas regler: when they are due, what comes next, what a list covers."""

from internkontroll.schedule.rules.committee import case_kinds, proposed_kind
from internkontroll.schedule.rules.frames import (
    Frame,
    FrameMeeting,
    frame_of,
)
from internkontroll.schedule.rules.planning import (
    DONE_STATES,
    DUE_DAYS_AFTER_PERIOD,
    DUE_DAYS_BEFORE_CUT_OFF,
    MONTHS_OF_PERIOD,
    OPEN_STATES,
    SKIPPABLE_STATES,
    ControlFacts,
    MeetingFacts,
    PlannedOccurrence,
    PointFacts,
    days_late,
    missing_sentences,
    month_origin,
    planned_occurrences,
    short_text,
)
from internkontroll.schedule.rules.stages import (
    STEPS_DONE,
    Stage,
    StageFacts,
    stage_of,
)

__all__ = [
    "DONE_STATES",
    "DUE_DAYS_AFTER_PERIOD",
    "DUE_DAYS_BEFORE_CUT_OFF",
    "MONTHS_OF_PERIOD",
    "OPEN_STATES",
    "SKIPPABLE_STATES",
    "STEPS_DONE",
    "ControlFacts",
    "Frame",
    "FrameMeeting",
    "MeetingFacts",
    "PlannedOccurrence",
    "PointFacts",
    "Stage",
    "StageFacts",
    "case_kinds",
    "days_late",
    "frame_of",
    "missing_sentences",
    "month_origin",
    "planned_occurrences",
    "proposed_kind",
    "short_text",
    "stage_of",
]
