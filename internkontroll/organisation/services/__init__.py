"""Set up the municipality and its boards, open a board's year, and record decisions."""

from internkontroll.organisation.services.decisions import record_decision, verify_decision
from internkontroll.organisation.services.meetings import cancel_meeting, move_meeting
from internkontroll.organisation.services.set_up import (
    create_board,
    create_municipality,
    create_subcommittee,
    create_unit,
)
from internkontroll.organisation.services.year import (
    AddedMeetings,
    add_meetings,
    change_point,
    close_point,
    open_year,
)

__all__ = [
    "AddedMeetings",
    "add_meetings",
    "cancel_meeting",
    "change_point",
    "close_point",
    "create_board",
    "create_municipality",
    "create_subcommittee",
    "create_unit",
    "move_meeting",
    "open_year",
    "record_decision",
    "verify_decision",
]
