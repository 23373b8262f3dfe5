"""Read retention rules, the auditors' word, and disposals."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from internkontroll.archive.models import (
    AuditClosing,
    Disposal,
    RecordKind,
    RetentionRule,
)
from internkontroll.archive.rules import OF_THE_MUNICIPALITY, PROPOSALS, Frist
from internkontroll.organisation.models import Board, ReportingPoint


@dataclass(frozen=True)
class RuleEntry:
    """A kind with its rule; without one the frist is the program's proposal."""

    kind: RecordKind
    frist: Frist
    rule: RetentionRule | None

    @property
    def version(self) -> int:
        """The version that a change is written against; 0 while there is no rule."""
        return self.rule.row_version if self.rule else 0


def kinds_of(board: Board) -> tuple[RecordKind, ...]:
    """The kinds that the board decides on: the municipality's own with the one with uppsikt."""
    return tuple(k for k in RecordKind if board.oversight or k not in OF_THE_MUNICIPALITY)


def _entry(kind: RecordKind, rule: RetentionRule | None) -> RuleEntry:
    frist = Frist(rule.months, rule.counted_from) if rule else PROPOSALS[kind]
    return RuleEntry(kind, frist, rule)


def rules_of(session: Session, board_id: int) -> list[RuleEntry]:
    """Every kind with the board's rule, or the proposal."""
    rows = session.scalars(sa.select(RetentionRule).where(RetentionRule.board_id == board_id))
    found = {rule.kind: rule for rule in rows}
    return [_entry(kind, found.get(kind)) for kind in RecordKind]


def rule_of(session: Session, board_id: int, kind: RecordKind) -> RuleEntry:
    """One kind with the board's rule, or the proposal."""
    rule = session.scalar(
        sa.select(RetentionRule).where(
            RetentionRule.board_id == board_id, RetentionRule.kind == kind
        )
    )
    return _entry(kind, rule)


def audit_closing(session: Session, board_id: int, year: int) -> AuditClosing | None:
    """What the auditors have said of the year; None until they are done with it."""
    return session.scalar(
        sa.select(AuditClosing).where(AuditClosing.board_id == board_id, AuditClosing.year == year)
    )


def years_of(session: Session, board_id: int) -> list[int]:
    """The years that the board has had reporting points in, the latest first."""
    return list(
        session.scalars(
            sa.select(ReportingPoint.year)
            .where(ReportingPoint.board_id == board_id)
            .distinct()
            .order_by(ReportingPoint.year.desc())
        )
    )


def _disposals(board_id: int) -> sa.Select[Disposal]:
    return (
        sa.select(Disposal)
        .where(Disposal.board_id == board_id)
        .options(
            joinedload(Disposal.ordered_by),
            joinedload(Disposal.confirmed_by),
            joinedload(Disposal.board),
        )
    )


def disposal_select(board_id: int, disposal_id: int) -> sa.Select[Disposal]:
    """One disposal of the board, with its board and its two persons."""
    return _disposals(board_id).where(Disposal.id == disposal_id)


def disposals_of(session: Session, board_id: int, year: int) -> list[Disposal]:
    """The board's disposals of a year, the latest first."""
    rows = session.scalars(
        _disposals(board_id).where(Disposal.year == year).order_by(Disposal.id.desc())
    )
    return list(rows)
