"""Skapa kontrolltillfällen, carry them on, move them, and let a revision reach them."""

from internkontroll.schedule.services.committee import (
    MEMBER_MAX,
    choose_kind,
    mark_minutes_verified,
    name_verifier,
    record_conflict,
    refuse_other_drawer,
    withdraw_conflict,
)
from internkontroll.schedule.services.generating import (
    Generated,
    generate_occurrences,
    mark_ordered,
    order_occurrence,
)
from internkontroll.schedule.services.moving import (
    Followed,
    Touched,
    cancel_meeting,
    change_point,
    move_meeting,
    move_occurrence,
)
from internkontroll.schedule.services.revising import Revised, decide_revision
from internkontroll.schedule.services.transitions import (
    mark_approved,
    mark_performed,
    mark_returned,
    mark_started,
    record_not_performed,
    start_occurrence,
    withdraw_not_performed,
)

__all__ = [
    "MEMBER_MAX",
    "Followed",
    "Generated",
    "Revised",
    "Touched",
    "cancel_meeting",
    "change_point",
    "choose_kind",
    "decide_revision",
    "generate_occurrences",
    "mark_approved",
    "mark_minutes_verified",
    "mark_ordered",
    "mark_performed",
    "mark_returned",
    "mark_started",
    "move_meeting",
    "move_occurrence",
    "name_verifier",
    "order_occurrence",
    "record_conflict",
    "record_not_performed",
    "refuse_other_drawer",
    "start_occurrence",
    "withdraw_conflict",
    "withdraw_not_performed",
]
