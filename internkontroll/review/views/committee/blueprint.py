"""What the pages of a committee's meeting share: the blueprint, the wall, where things are."""

from typing import Any

from flask import Blueprint, abort, url_for

from internkontroll.organisation.models import Board, Meeting
from internkontroll.review.views.blueprint import occurrence_of
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.policy import committees_within_reach
from internkontroll.schedule.queries import case_meeting_select, committee_members, reviews_cases
from internkontroll.web.access import current_actor, load_or_404, session, today

bp = Blueprint("committee", __name__, url_prefix="/namnd/<board_code>/individutskott")


def meeting_of(board: Board, meeting_id: int) -> Meeting:
    """The meeting; 404 for another board's or committee's."""
    committees = committees_within_reach(current_actor(), board.id, today())
    return load_or_404(case_meeting_select(board.id, meeting_id, committees=committees))


def review_occurrence(board: Board, occurrence_id: int) -> Occurrence:
    """What a committee reviews at a meeting; 404 for every other kontrolltillfälle."""
    occurrence = occurrence_of(board, occurrence_id)
    if not reviews_cases(occurrence):
        abort(404)
    return occurrence


def address(endpoint: str, board: Board, **values: Any) -> str:
    """The address of one of the meeting's pages."""
    return url_for(f"committee.{endpoint}", board_code=board.code.lower(), **values)


def people_of(board: Board, meeting: Meeting) -> list[tuple[str, str]]:
    """Those who sit in the committee on the meeting's day, as choices."""
    rows = committee_members(session(), board.id, meeting.subcommittee_id or 0, meeting.held_on)
    return [(str(user.id), user.title) for user in rows]


def to_meeting(board: Board, occurrence: Occurrence) -> str:
    """The address of the meeting that the occurrence belongs to."""
    return address("meeting", board, meeting_id=occurrence.meeting_id)
