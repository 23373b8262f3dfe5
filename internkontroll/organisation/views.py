"""Nämndens sida och årets sida: the line, the reporting points and the meetings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.dates import parse_date_list
from internkontroll.organisation.forms import MeetingsForm, PointForm
from internkontroll.organisation.models import (
    Board,
    Meeting,
    MeetingState,
    ReportingPoint,
    Subcommittee,
)
from internkontroll.organisation.queries import (
    meetings_of_year,
    point_select,
    points_of_year,
    subcommittee_select,
    subcommittees_of,
)
from internkontroll.organisation.rules import FIRST_YEAR, LAST_YEAR
from internkontroll.organisation.services import AddedMeetings, add_meetings, change_point
from internkontroll.organisation.services import open_year as open_year_of
from internkontroll.organisation.words import meetings_sentence
from internkontroll.plan.models import PlanState
from internkontroll.plan.queries import decided_plan, plan_lines
from internkontroll.schedule.policy import committees_within_reach
from internkontroll.schedule.queries import year_counts
from internkontroll.web.access import (
    current_actor,
    demand,
    load_or_404,
    may,
    now,
    requires,
    session,
    today,
)
from internkontroll.web.board_line import board_line, plan_of
from internkontroll.web.filters import short_date
from internkontroll.web.forms import ButtonForm
from internkontroll.web.submission import page, submit

bp = Blueprint("organisation", __name__, url_prefix="/namnd/<board_code>")

YEAR = f"<int(min={FIRST_YEAR},max={LAST_YEAR}):year>"


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
        may_open=may(Permission.YEAR_OPEN),
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
    form = ButtonForm()

    def act(open_session: Session) -> str:
        open_year_of(open_session, board, year, actor=current_actor(), at=now())
        return url_for("organisation.year", board_code=board.code.lower(), year=year)

    if form.validate() and (
        answer := submit(form, act, done=f"{year} är öppnat. Se över dagarna.")
    ):
        return answer
    return _year_page(board, year, form)


def _point_page(
    board: Board, reporting_point: ReportingPoint, form: PointForm
) -> ResponseReturnValue:
    return page("organisation/point.html", form=form, board=board, point=reporting_point)


@bp.get("/rapporteringstidpunkt/<int:point_id>")
@requires(Permission.YEAR_OPEN)
def point(board: Board, point_id: int) -> ResponseReturnValue:
    """The days of a reporting point, to be changed."""
    found = load_or_404(point_select(board.id, point_id))
    form = PointForm(
        cut_off=found.cut_off,
        board_on=found.board_on,
        executive_on=found.executive_on,
        row_version=str(found.row_version),
    )
    return _point_page(board, found, form)


@bp.post("/rapporteringstidpunkt/<int:point_id>")
@requires(Permission.YEAR_OPEN)
def save_point(board: Board, point_id: int) -> ResponseReturnValue:
    """Change the days of a reporting point."""
    found = load_or_404(point_select(board.id, point_id))
    form = PointForm()

    def act(open_session: Session) -> str:
        changed = change_point(
            open_session,
            board,
            found,
            cut_off=form.cut_off.data,
            board_on=form.board_on.data,
            executive_on=form.executive_on.data,
            row_version=form.seen_version,
            actor=current_actor(),
            at=now(),
        )
        return url_for("organisation.year", board_code=board.code.lower(), year=changed.year)

    if form.validate() and (
        answer := submit(form, act, done=f"Dagarna för {found.name} är sparade.")
    ):
        return answer
    if form.refused_with == 409:
        # The next try is made against what the page now shows beside the typed days.
        form.row_version.data = str(found.row_version)
    return _point_page(board, found, form)


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
                open_session, board, committee, days, actor=current_actor(), at=now(), year=year
            )
        )
        return url_for("organisation.year", board_code=board.code.lower(), year=year)

    if form.validate() and (answer := submit(form, act)):
        for result in results:
            flash(meetings_sentence(len(result.added), [short_date(day) for day in result.known]))
        return answer
    return _meetings_page(board, year, committee, form)
