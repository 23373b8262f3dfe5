"""Set up the municipality and its boards, open a board's year, and record decisions."""

from internkontroll.organisation.services.decisions import record_decision, verify_decision
from internkontroll.organisation.services.look import change_look
from internkontroll.organisation.services.meetings import cancel_meeting, move_meeting
from internkontroll.organisation.services.points import (
    add_default_point,
    add_point,
    change_default_point,
    remove_default_point,
    remove_point,
)
from internkontroll.organisation.services.set_up import (
    change_board,
    change_municipality,
    change_subcommittee,
    create_board,
    create_municipality,
    create_subcommittee,
)
from internkontroll.organisation.services.turns import take_turn
from internkontroll.organisation.services.units import (
    change_unit,
    close_unit,
    create_unit,
    reopen_unit,
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
    "add_default_point",
    "add_meetings",
    "add_point",
    "cancel_meeting",
    "change_board",
    "change_default_point",
    "change_look",
    "change_municipality",
    "change_point",
    "change_subcommittee",
    "change_unit",
    "close_point",
    "close_unit",
    "create_board",
    "create_municipality",
    "create_subcommittee",
    "create_unit",
    "move_meeting",
    "open_year",
    "record_decision",
    "remove_default_point",
    "remove_point",
    "reopen_unit",
    "take_turn",
    "verify_decision",
]
