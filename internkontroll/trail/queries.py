"""Read the trail: an object's history, and whether the chains hold."""

from collections.abc import Collection, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.clock import start_of_day, swedish_day
from internkontroll.trail.models import TrailDisposal, TrailPayload, TrailRow
from internkontroll.trail.rules import (
    GENESIS,
    ChainRow,
    ChainVerdict,
    OutsideHead,
    check_chain,
)


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
    return session.scalar(sa.select(head_of(chain))) or GENESIS


def head_of(chain: Any) -> sa.ScalarSelect[str]:
    """The hash of a chain's last row, as a column of another question; empty without a row."""
    return (
        sa.select(TrailRow.hash)
        .where(TrailRow.chain == chain)
        .order_by(TrailRow.seq.desc())
        .limit(1)
        .scalar_subquery()
    )


def chain_rows(
    session: Session, chain: str, first: int = 1, last: int | None = None
) -> Generator[ChainRow, None, None]:
    """The rows of a chain in order, from one number to another, with what is left of their content.

    Close it where it is not read to its end.
    """
    select = (
        sa.select(TrailRow, TrailPayload, TrailDisposal.row_id)
        .outerjoin(TrailPayload, TrailPayload.row_id == TrailRow.id)
        .outerjoin(TrailDisposal, TrailDisposal.row_id == TrailRow.id)
        .where(TrailRow.chain == chain, TrailRow.seq >= first)
        .order_by(TrailRow.seq)
        .execution_options(yield_per=1000)
    )
    if last is not None:
        select = select.where(TrailRow.seq <= last)
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


def _verdict(session: Session, chain: str, outside: Collection[OutsideHead]) -> ChainVerdict:
    with closing(chain_rows(session, chain)) as rows:
        return check_chain(chain, rows, outside)


def verify_trail(session: Session, outside: Collection[OutsideHead] = ()) -> list[ChainVerdict]:
    """Check every chain; each verdict names the first broken row.

    ``outside`` are heads kept outside the program: a chain that they name and that is gone is
    broken too.
    """
    chains = set(session.scalars(sa.select(TrailRow.chain).distinct()))
    chains |= {head.chain for head in outside}
    return [_verdict(session, chain, outside) for chain in sorted(chains)]


@dataclass(frozen=True)
class DayHead:
    """Slutrad per dag: the last row of a chain on a Swedish day."""

    chain: str
    day: date
    seq: int
    hash: str


def day_heads(session: Session, since: date, chain: str | None = None) -> list[DayHead]:
    """The last row of each day from a day on, per chain, the latest day first.

    A chain with nothing since then is told by its last row, whenever that was.
    """
    latest = sa.select(sa.func.max(TrailRow.id)).group_by(TrailRow.chain)
    select = sa.select(TrailRow.chain, TrailRow.seq, TrailRow.at, TrailRow.hash).where(
        sa.or_(TrailRow.at >= start_of_day(since), TrailRow.id.in_(latest))
    )
    if chain is not None:
        select = select.where(TrailRow.chain == chain)
    heads: dict[tuple[str, date], DayHead] = {}
    for row in session.execute(select.order_by(TrailRow.chain, TrailRow.seq)):
        day = swedish_day(row.at)
        heads[row.chain, day] = DayHead(row.chain, day, row.seq, row.hash)
    return sorted(heads.values(), key=lambda head: (head.chain, -head.seq))


def heads_file(heads: Sequence[DayHead], at: datetime) -> dict[str, Any]:
    """The heads as they are kept outside the program; read back by ``read_heads``."""
    return {
        "format": "internkontroll-heads-1",
        "made_at": at.isoformat(),
        "heads": [
            {"chain": head.chain, "day": head.day.isoformat(), "seq": head.seq, "hash": head.hash}
            for head in heads
        ],
    }
