"""Ett sammanträde: flytta det eller ställ in det, with what follows for its kontroller."""

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.organisation.forms import CancelMeetingForm, MoveMeetingForm
from internkontroll.organisation.models import Board, Meeting, MeetingState
from internkontroll.organisation.queries import meeting_select
from internkontroll.organisation.views.blueprint import bp
from internkontroll.review.services import call_off_meeting
from internkontroll.sampling.services import refuse_named_items
from internkontroll.schedule.queries import occurrences_of_meeting
from internkontroll.schedule.rules import DONE_STATES, short_text
from internkontroll.schedule.services import Followed
from internkontroll.schedule.services import move_meeting as move_with_occurrences
from internkontroll.schedule.words import advice, followed_sentences, month_sentence
from internkontroll.web.access import (
    current_actor,
    demand,
    load_or_404,
    now,
    requires,
    session,
    today,
)
from internkontroll.web.forms import BaseForm
from internkontroll.web.submission import page, submit


def _load(board: Board, meeting_id: int) -> Meeting:
    found = load_or_404(meeting_select(board.id, meeting_id))
    demand(Permission.YEAR_OPEN, found.subcommittee_id)
    return found


def _address(board: Board, meeting: Meeting) -> str:
    return url_for("organisation.meeting", board_code=board.code.lower(), meeting_id=meeting.id)


def _tell(results: list[Followed]) -> None:
    for result in results:
        touched = [(row.number, row.state) for row in result.touched]
        sentences = followed_sentences(result.moved, result.expired, touched)
        for number, sentence in enumerate(sentences):
            flash(sentence, "warn" if number else "message")
        if result.month_without is not None:
            flash(month_sentence(result.month_without), "warn")


def _move_form(meeting: Meeting) -> MoveMeetingForm:
    """The form as it is filled in from the meeting now."""
    return MoveMeetingForm(
        formdata=None, held_on=meeting.held_on, row_version=str(meeting.row_version)
    )


def _meeting_page(board: Board, meeting: Meeting, form: BaseForm) -> ResponseReturnValue:
    occurrences = occurrences_of_meeting(session(), board.id, meeting.id)
    return page(
        "organisation/meeting.html",
        form=form,
        move_form=form,
        board=board,
        meeting=meeting,
        year=meeting.held_on.year,
        held=meeting.state is MeetingState.PLANNED,
        passed=meeting.held_on < today(),
        reviewed=any(row.state in DONE_STATES for row in occurrences),
        occurrences=occurrences,
        short_text=short_text,
        advice=advice,
    )


@bp.get("/sammantraden/<int:meeting_id>")
@requires(Permission.YEAR_OPEN)
def meeting(board: Board, meeting_id: int) -> ResponseReturnValue:
    """One meeting, its day and the occurrences that are done for it."""
    found = _load(board, meeting_id)
    return _meeting_page(board, found, _move_form(found))


@bp.post("/sammantraden/<int:meeting_id>")
@requires(Permission.YEAR_OPEN)
def move_meeting(board: Board, meeting_id: int) -> ResponseReturnValue:
    """Move the meeting; its untouched occurrences follow."""
    found = _load(board, meeting_id)
    form = MoveMeetingForm()
    results: list[Followed] = []

    def act(open_session: Session) -> str:
        refuse_named_items(open_session, board.id, form.reason.data or "", "reason")
        results.append(
            move_with_occurrences(
                open_session,
                board,
                found,
                held_on=form.held_on.data,
                reason=form.reason.data or "",
                row_version=form.seen_version,
                actor=current_actor(),
                at=now(),
            )
        )
        return _address(board, found)

    if form.validate() and (answer := submit(form, act, done="Sammanträdets dag är sparad.")):
        _tell(results)
        return answer
    if form.refused_with == 409 and form.seen_version != found.row_version:
        form.set_beside(_move_form(found))
    return _meeting_page(board, found, form)


def _cancel_page(board: Board, found: Meeting, form: CancelMeetingForm) -> ResponseReturnValue:
    return page("organisation/cancel_meeting.html", form=form, board=board, meeting=found)


@bp.get("/sammantraden/<int:meeting_id>/stall-in")
@requires(Permission.YEAR_OPEN)
def cancel(board: Board, meeting_id: int) -> ResponseReturnValue:
    """Ask why the meeting is called off."""
    found = _load(board, meeting_id)
    form = CancelMeetingForm(row_version=str(found.row_version))
    return _cancel_page(board, found, form)


@bp.post("/sammantraden/<int:meeting_id>/stall-in")
@requires(Permission.YEAR_OPEN)
def cancel_now(board: Board, meeting_id: int) -> ResponseReturnValue:
    """Call the meeting off; its untouched occurrences expire and its notes go."""
    found = _load(board, meeting_id)
    form = CancelMeetingForm()
    results: list[Followed] = []

    def act(open_session: Session) -> str:
        refuse_named_items(open_session, board.id, form.reason.data or "", "reason")
        results.append(
            call_off_meeting(
                open_session,
                board,
                found,
                reason=form.reason.data or "",
                row_version=form.seen_version,
                actor=current_actor(),
                at=now(),
            )
        )
        return _address(board, found)

    if form.validate() and (answer := submit(form, act, done="Sammanträdet är inställt.")):
        _tell(results)
        return answer
    if form.refused_with == 409:
        form.row_version.data = str(found.row_version)
    return _cancel_page(board, found, form)
