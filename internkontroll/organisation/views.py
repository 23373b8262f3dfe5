"""Nämndens sida och årets sida: the line, the reporting points and the meetings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.dates import MONTHS, parse_date_list
from internkontroll.findings.queries import findings_select
from internkontroll.organisation.forms import ButtonForm, MeetingsForm, PointForm
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
from internkontroll.plan.models import Control, PlanKind, PlanState, control_risk
from internkontroll.plan.queries import PlanLine, decided_plan, plan_lines
from internkontroll.schedule.policy import committees_within_reach
from internkontroll.schedule.queries import YearCounts, year_counts
from internkontroll.schedule.words import days_words, left_words
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
from internkontroll.web.filters import count_of, has_endpoint, number, short_date
from internkontroll.web.submission import page, submit

bp = Blueprint("organisation", __name__, url_prefix="/namnd/<board_code>")

YEAR = f"<int(min={FIRST_YEAR},max={LAST_YEAR}):year>"


@dataclass(frozen=True)
class LineStep:
    """One step of the line: what it is, its figure, what more there is to say, where it leads."""

    step: str
    figure: str
    note: str
    url: str | None = None
    status: str = ""
    done: int = 0
    total: int = 0


@dataclass(frozen=True)
class MeetingGroup:
    """The meetings of the year of one committee, or of the board itself (``committee`` None)."""

    committee: Subcommittee | None
    meetings: Sequence[Meeting]
    coming: date | None


def _link(endpoint: str, permission: Permission, board: Board, **values: Any) -> str | None:
    if not may(permission) or not has_endpoint(endpoint):
        return None
    return url_for(endpoint, board_code=board.code.lower(), **values)


def plan_of(lines: Sequence[PlanLine], year: int) -> PlanLine | None:
    """The board's internkontrollplan of the year: the decided one, else the latest draft."""
    own = [row for row in lines if row.year == year and row.kind is PlanKind.INTERNAL_CONTROL]
    decided = [row for row in own if row.state in (PlanState.DECIDED, PlanState.CLOSED)]
    return max(decided or own, key=lambda row: row.version, default=None)


def _plan_steps(board: Board, plan: PlanLine | None) -> list[LineStep]:
    if plan is None:
        url = _link("plan.index", Permission.PLAN_READ, board)
        return [
            LineStep("Risker", "–", "ingen plan än"),
            LineStep("Plan", "–", "ingen plan än", url),
        ]
    risks = session().scalar(
        sa.select(sa.func.count(control_risk.c.risk_id.distinct()))
        .join(Control, Control.id == control_risk.c.control_id)
        .where(Control.plan_id == plan.id)
    )
    url = _link("plan.show", Permission.PLAN_READ, board, plan_id=plan.id)
    status, note = "warn", "väntar på beslut"
    if plan.paragraph is not None and isinstance(plan.decided_on, date):
        status = "done"
        paragraph = (
            plan.paragraph
            if plan.paragraph.startswith("§")
            else f"§\N{NO-BREAK SPACE}{plan.paragraph}"
        )
        note = f"beslutad {paragraph}, {short_date(plan.decided_on)}"
    return [
        LineStep("Risker", number(risks or 0), "i planen", url, "done" if risks else ""),
        LineStep("Plan", number(plan.controls), note, url, status),
    ]


def _control_steps(board: Board, year: int, counts: YearCounts, on: date) -> list[LineStep]:
    everything = _link("schedule.index", Permission.OCCURRENCE_READ, board, ar=year)
    late = _link("schedule.index", Permission.OCCURRENCE_READ, board, ar=year, lage="forsenade")
    if not counts.total:
        done = LineStep("Kontroller", "–", "inga tillfällen än", everything)
    else:
        done = LineStep(
            "Kontroller",
            count_of(counts.done, counts.total),
            "godkända till i dag",
            everything,
            "done" if counts.done == counts.total else "now",
            counts.done,
            counts.total,
        )
    note = "inget är sent"
    if counts.first_late_on is not None:
        note = f"som mest {days_words((on - counts.first_late_on).days)}"
    status = "warn" if counts.late else ""
    return [done, LineStep("Försenade", number(counts.late), note, late, status)]


def board_line(
    board: Board, year: int, plan: PlanLine | None, points: Sequence[ReportingPoint]
) -> list[LineStep]:
    """Where the board's year stands, from risk to follow-up, every figure with its link.

    Four queries at most; ``points`` are the year's reporting points in order.
    """
    on = today()
    reach = committees_within_reach(current_actor(), board.id, on)
    counts = year_counts(session(), board.id, year, on, committees=reach)
    found = session().scalar(
        sa.select(sa.func.count()).select_from(
            findings_select(board.id, year, committees=reach).order_by(None).subquery()
        )
    )
    steps = [
        *_plan_steps(board, plan),
        *_control_steps(board, year, counts, on),
        LineStep(
            "Avvikelser",
            number(found or 0),
            f"under {year}",
            _link("findings.index", Permission.FINDING_READ, board, ar=year),
        ),
    ]
    coming = (row for row in points if (row.board_on or row.cut_off) >= on)
    if point := next(coming, None):
        day = point.board_on or point.cut_off
        steps.append(
            LineStep(
                f"Uppföljning {point.name}",
                f"{day.day} {MONTHS[day.month - 1][:3]}",
                f"till nämnden {left_words((day - on).days)}",
                _link("reporting.index", Permission.REPORT_READ_DECIDED, board),
            )
        )
    return steps


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
