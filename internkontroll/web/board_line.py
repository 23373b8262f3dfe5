"""The line: where a board's year stands, on the start page and on the board's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import url_for

from internkontroll.core.access import Permission, Scope, can
from internkontroll.core.dates import MONTHS
from internkontroll.findings.queries import findings_select
from internkontroll.organisation.models import Board, ReportingPoint
from internkontroll.plan.models import Control, PlanKind, PlanState, control_risk
from internkontroll.plan.queries import PlanLine
from internkontroll.schedule.policy import committees_within_reach
from internkontroll.schedule.queries import YearCounts, year_counts
from internkontroll.schedule.words import days_words, left_words
from internkontroll.web.access import current_actor, rules, session, today
from internkontroll.web.filters import count_of, number, short_date


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


def _link(endpoint: str, permission: Permission, board: Board, **values: Any) -> str | None:
    if not can(current_actor(), permission, Scope(board.id), today(), rules()):
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
