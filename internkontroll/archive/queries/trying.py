"""Provkörning: what could be destroyed of a year today, and why not the rest."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.archive.models import AuditClosing, RecordKind
from internkontroll.archive.queries.candidates import candidates_of
from internkontroll.archive.queries.reading import (
    RuleEntry,
    audit_closing,
    kinds_of,
    rule_of,
    rules_of,
)
from internkontroll.archive.rules import OF_THE_MUNICIPALITY, Candidate, DryRun, dry_run, due_on
from internkontroll.core.dates import long_date
from internkontroll.organisation.models import Board, Decision
from internkontroll.organisation.queries import points_of_year
from internkontroll.reporting.models import FollowUpReport


def year_decided_on(session: Session, board_id: int, year: int) -> date | None:
    """The day of the board's decision on the year's last follow-up; None while there is none."""
    points = points_of_year(session, board_id, year)
    if not points or points[-1].closed_at is None:
        return None
    return session.scalar(
        sa.select(Decision.decided_on)
        .join(FollowUpReport, FollowUpReport.decision_id == Decision.id)
        .where(FollowUpReport.reporting_point_id == points[-1].id)
    )


def _refusals(
    entry: RuleEntry, year: int, closed: AuditClosing | None, decided_on: date | None, on: date
) -> list[str]:
    told: list[str] = []
    if entry.rule is None:
        told.append(
            "Nämnden har inte beslutat någon gallringsregel. Anteckna beslutet under "
            "gallringsregler."
        )
    if decided_on is None and entry.kind not in OF_THE_MUNICIPALITY:
        told.append(
            f"Nämnden har inte beslutat årets sista uppföljning för {year}. Gallra när det är "
            "beslutat."
        )
    if closed is None:
        told.append(
            f"Revisorerna är inte klara med {year}. Anteckna deras besked när det har kommit."
        )
    due = due_on(year, entry.frist, decided_on)
    if due is not None and on < due:
        told.append(f"Fristen har inte gått ut. Den går ut {long_date(due)}.")
    return told


def _tried(
    entry: RuleEntry,
    year: int,
    candidates: Sequence[Candidate],
    *,
    closed: AuditClosing | None,
    decided_on: date | None,
    on: date,
) -> DryRun:
    return dry_run(
        entry.kind,
        year,
        candidates,
        refusals=_refusals(entry, year, closed, decided_on, on),
        due=due_on(year, entry.frist, decided_on),
    )


def try_disposal(
    session: Session, board: Board, kind: RecordKind, year: int, *, on: date
) -> DryRun:
    """What would be destroyed of one kind of the year, were it done on that day."""
    return _tried(
        rule_of(session, board.id, kind),
        year,
        candidates_of(session, board, year, [kind])[kind],
        closed=audit_closing(session, board.id, year),
        decided_on=year_decided_on(session, board.id, year),
        on=on,
    )


def try_year(
    session: Session, board: Board, year: int, *, closed: AuditClosing | None, on: date
) -> list[DryRun]:
    """The same for every kind that the board decides on. ``closed`` is the auditors' word."""
    kinds = kinds_of(board)
    candidates = candidates_of(session, board, year, kinds)
    decided_on = year_decided_on(session, board.id, year)
    return [
        _tried(entry, year, candidates[entry.kind], closed=closed, decided_on=decided_on, on=on)
        for entry in rules_of(session, board.id)
        if entry.kind in kinds
    ]
