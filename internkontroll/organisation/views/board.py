"""Nämndens sida och årets sida: the line, the reporting points and the meetings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board, Meeting, MeetingState, Subcommittee
from internkontroll.organisation.queries import (
    meetings_of_year,
    points_of_year,
    subcommittees_of,
)
from internkontroll.organisation.rules import FIRST_YEAR, LAST_YEAR
from internkontroll.organisation.services import open_year as open_year_of
from internkontroll.organisation.views.blueprint import YEAR, bp
from internkontroll.plan.models import PlanState
from internkontroll.plan.queries import decided_plan, plan_lines
from internkontroll.schedule.policy import committees_within_reach
from internkontroll.schedule.queries import year_counts
from internkontroll.web.access import current_actor, demand, may, now, requires, session, today
from internkontroll.web.board_line import board_line, plan_of
from internkontroll.web.forms import ButtonForm
from internkontroll.web.submission import page, submit

WATCH = (
    ("Nämndens spår", "trail.heads", Permission.TRAIL_READ),
    ("Vilka har läst ett ärende?", "monitoring.readings", Permission.READING_SEARCH),
    ("Logguppföljning", "monitoring.log_follow_ups", Permission.READING_FOLLOW_UP),
    ("Roller som väntar på en andra person", "roles.waiting", Permission.ROLE_CONFIRM),
    ("Revisionens läsningar", "monitoring.audit_readings", Permission.READING_AUDIT),
    ("Årets handlingar", "bundles.index", Permission.BUNDLE_MAKE),
)
"""Pages about who did and read what, for those who may see them."""


@dataclass(frozen=True)
class MeetingGroup:
    """The meetings of the year of one committee, or of the board itself (``committee`` None)."""

    committee: Subcommittee | None
    meetings: Sequence[Meeting]
    coming: date | None


def _meeting_groups(board: Board, year: int) -> list[MeetingGroup]:
    meetings = meetings_of_year(session(), board.id, year)
    on = today()

    def group(committee: Subcommittee | None) -> MeetingGroup:
        committee_id = committee.id if committee else None
        own = [row for row in meetings if row.subcommittee_id == committee_id]
        coming = (
            row.held_on
            for row in own
            if row.held_on >= on and row.state is not MeetingState.CANCELLED
        )
        return MeetingGroup(committee, own, next(coming, None))

    return [group(None), *map(group, subcommittees_of(session(), board.id))]


def _asked_year() -> int:
    text = request.args.get("ar", "")
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else today().year
    return year if FIRST_YEAR <= year <= LAST_YEAR else today().year


@bp.get("/")
@requires(Permission.BOARD_READ)
def board(board: Board) -> ResponseReturnValue:
    """The board's page: its year on a line, its plan, its points, its committees."""
    year = _asked_year()
    lines = plan_lines(session(), board.id)
    plan = plan_of(lines, year)
    points = points_of_year(session(), board.id, year)
    years = {*(row.year for row in lines), today().year, today().year + 1}
    return page(
        "organisation/board.html",
        board=board,
        year=year,
        other_years=sorted(years - {year}),
        plan=plan,
        line=board_line(board, year, plan, points),
        points=points,
        groups=_meeting_groups(board, year),
        reach=committees_within_reach(current_actor(), board.id, today()),
        may_open=may(Permission.YEAR_OPEN),
        may_hand_over=may(Permission.TASKS_HAND_OVER),
        watch=[
            (word, url_for(endpoint, board_code=board.code.lower()))
            for word, endpoint, permission in WATCH
            if may(permission)
        ],
    )


def _year_page(board: Board, year: int, form: ButtonForm) -> ResponseReturnValue:
    plan = decided_plan(session(), board.id, year)
    reach = committees_within_reach(current_actor(), board.id, today())
    return page(
        "organisation/year.html",
        form=form,
        board=board,
        year=year,
        points=points_of_year(session(), board.id, year),
        groups=_meeting_groups(board, year),
        plan=plan,
        can_generate=plan is not None and plan.state is PlanState.DECIDED,
        counts=year_counts(session(), board.id, year, today(), committees=reach),
        may_open=may(Permission.YEAR_OPEN),
        decided_late=plan is not None
        and plan.decision is not None
        and plan.decision.decided_on.year >= year
        and not plan.ended_periods,
    )


@bp.get(f"/ar/{YEAR}")
@requires(Permission.BOARD_READ)
def year(board: Board, year: int) -> ResponseReturnValue:
    """The year's reporting points and meetings, and the step to its occurrences."""
    return _year_page(board, year, ButtonForm())


@bp.post(f"/ar/{YEAR}/oppna")
@requires(Permission.YEAR_OPEN)
def open_year(board: Board, year: int) -> ResponseReturnValue:
    """Open the year: give the board its reporting points."""
    demand(Permission.YEAR_OPEN)
    form = ButtonForm()

    def act(open_session: Session) -> str:
        open_year_of(open_session, board, year, actor=current_actor(), at=now())
        return url_for("organisation.year", board_code=board.code.lower(), year=year)

    if form.validate() and (
        answer := submit(form, act, done=f"{year} är öppnat. Se över dagarna.")
    ):
        return answer
    return _year_page(board, year, form)
