"""Sammanträden: a pasted list of the days of a board or a committee."""

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.dates import parse_date_list
from internkontroll.organisation.forms import MeetingsForm
from internkontroll.organisation.models import Board, MeetingKind, Subcommittee
from internkontroll.organisation.queries import meetings_of_year, subcommittee_select
from internkontroll.organisation.services import AddedMeetings, add_meetings
from internkontroll.organisation.views.blueprint import YEAR, bp
from internkontroll.organisation.words import meetings_sentence
from internkontroll.web.access import (
    current_actor,
    demand,
    load_or_404,
    now,
    requires,
    session,
    today,
)
from internkontroll.web.filters import short_date
from internkontroll.web.submission import page, submit


def _committee(board: Board, subcommittee_id: int) -> Subcommittee | None:
    """The committee of the address; 0 stands for the board itself."""
    if not subcommittee_id:
        return None
    return load_or_404(subcommittee_select(board.id, subcommittee_id))


def _meetings_page(
    board: Board, year: int, committee: Subcommittee | None, form: MeetingsForm
) -> ResponseReturnValue:
    committee_id = committee.id if committee else None
    known = [
        row
        for row in meetings_of_year(session(), board.id, year)
        if row.subcommittee_id == committee_id
    ]
    return page(
        "organisation/meetings.html",
        form=form,
        board=board,
        year=year,
        committee=committee,
        meetings=known,
    )


@bp.get(f"/ar/{YEAR}/sammantraden/<int:subcommittee_id>")
@requires(Permission.YEAR_OPEN)
def meetings(board: Board, year: int, subcommittee_id: int) -> ResponseReturnValue:
    """The small page that takes a pasted list of a committee's days; 0 is the board itself."""
    committee = _committee(board, subcommittee_id)
    demand(Permission.YEAR_OPEN, committee.id if committee else None)
    return _meetings_page(board, year, committee, MeetingsForm())


@bp.post(f"/ar/{YEAR}/sammantraden/<int:subcommittee_id>")
@requires(Permission.YEAR_OPEN)
def save_meetings(board: Board, year: int, subcommittee_id: int) -> ResponseReturnValue:
    """Add the days of the list that are not there already."""
    committee = _committee(board, subcommittee_id)
    demand(Permission.YEAR_OPEN, committee.id if committee else None)
    form = MeetingsForm()
    results: list[AddedMeetings] = []

    def act(open_session: Session) -> str:
        days = parse_date_list(form.dates.data or "", today=today(), year=year, field="dates")
        results.append(
            add_meetings(
                open_session,
                board,
                committee,
                days,
                kind=MeetingKind(form.kind.data),
                actor=current_actor(),
                at=now(),
                year=year,
            )
        )
        return url_for("organisation.year", board_code=board.code.lower(), year=year)

    if form.validate() and (answer := submit(form, act)):
        for result in results:
            flash(meetings_sentence(len(result.added), [short_date(day) for day in result.known]))
        return answer
    return _meetings_page(board, year, committee, form)
