"""Read the trail: an object's history, and whether the chains hold."""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.trail.models import TrailDisposal, TrailPayload, TrailRow
from internkontroll.trail.rules import GENESIS, ChainRow, ChainVerdict, check_chain


@dataclass(frozen=True)
class HistoryRow:
    """One line of an object's history as a page shows it."""

    seq: int
    at: datetime
    event: str
    actor: str
    reason: str | None
    data: dict[str, Any]
    hash: str
    disposed_at: datetime | None = None
    decision: str | None = None
    """When and by which rule its content was disposed of."""


def history_select(
    chain: str, kind: str, subject_id: int
) -> sa.Select[TrailRow, TrailPayload, TrailDisposal]:
    """The history of one object, newest first."""
    return (
        sa.select(TrailRow, TrailPayload, TrailDisposal)
        .outerjoin(TrailPayload, TrailPayload.row_id == TrailRow.id)
        .outerjoin(TrailDisposal, TrailDisposal.row_id == TrailRow.id)
        .where(
            TrailRow.chain == chain,
            TrailRow.subject_kind == kind,
            TrailRow.subject_id == subject_id,
        )
        .order_by(TrailRow.seq.desc())
    )


def history_of(
    session: Session, chain: str, kind: str, subject_id: int, limit: int = 200
) -> list[HistoryRow]:
    """The latest rows of one object's history; a disposed payload says that it is gone."""
    rows = session.execute(history_select(chain, kind, subject_id).limit(limit)).all()
    return [
        HistoryRow(
            seq=row.seq,
            at=row.at,
            event=row.event,
            actor=payload.body["actor"] if payload else "gallrad",
            reason=payload.body.get("reason") if payload else None,
            data=payload.body.get("data", {}) if payload else {},
            hash=row.hash,
            disposed_at=disposed.at if disposed else None,
            decision=disposed.decision if disposed else None,
        )
        for row, payload, disposed in rows
    ]


def chain_head(session: Session, chain: str) -> str:
    """The hash of a chain's last row; 64 zeros where nothing has happened yet."""
    head = session.scalar(
        sa.select(TrailRow.hash)
        .where(TrailRow.chain == chain)
        .order_by(TrailRow.seq.desc())
        .limit(1)
    )
    return head or GENESIS


def _rows(session: Session, chain: str) -> Generator[ChainRow, None, None]:
    select = (
        sa.select(TrailRow, TrailPayload, TrailDisposal.row_id)
        .outerjoin(TrailPayload, TrailPayload.row_id == TrailRow.id)
        .outerjoin(TrailDisposal, TrailDisposal.row_id == TrailRow.id)
        .where(TrailRow.chain == chain)
        .order_by(TrailRow.seq)
        .execution_options(yield_per=1000)
    )
    with session.execute(select) as found:
        for row, payload, disposed in found:
            yield ChainRow(
                chain=row.chain,
                seq=row.seq,
                at=row.at,
                event=row.event,
                subject_kind=row.subject_kind,
                subject_id=row.subject_id,
                digest=row.digest,
                previous=row.previous,
                hash=row.hash,
                salt=payload.salt if payload else None,
                body=payload.body if payload else None,
                disposed=disposed is not None,
            )


def _verdict(session: Session, chain: str) -> ChainVerdict:
    with closing(_rows(session, chain)) as rows:
        return check_chain(chain, rows)


def verify_trail(session: Session) -> list[ChainVerdict]:
    """Check every chain; each verdict names the first broken row."""
    chains = session.scalars(sa.select(TrailRow.chain).distinct().order_by(TrailRow.chain)).all()
    return [_verdict(session, chain) for chain in chains]
