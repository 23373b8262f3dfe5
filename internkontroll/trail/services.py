"""Write the trail: in the same transaction as the change it tells of."""

import secrets
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role
from internkontroll.core.canonical import plain
from internkontroll.core.clock import swedish_day
from internkontroll.core.reach import EVERY_BOARD, within
from internkontroll.trail.models import (
    AUDIT_CHAIN,
    Reading,
    TrailDisposal,
    TrailPayload,
    TrailRow,
)
from internkontroll.trail.rules import GENESIS, payload_digest, row_hash

_AT_ONCE = 500
"""Rows in one statement."""


def _lock_chain(session: Session, chain: str) -> None:
    # On SQLite the one write lock is held already: every writing request asks for it first.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"trail:{chain}")))
        )


def _reach_of(chain: str) -> AbstractContextManager[None]:
    # The auditors' chain is no board's: whoever reads as an auditor must reach its last row.
    return within(EVERY_BOARD) if chain == AUDIT_CHAIN else nullcontext()


def record(
    session: Session,
    *,
    chain: str,
    actor: Actor,
    at: datetime,
    event: StrEnum,
    subject: tuple[str, int],
    data: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> TrailRow:
    """Spåra: add one row to a chain ("kommun" or a board's code).

    ``data`` tells what changed, as old -> new pairs or plain facts; never a case reference.
    The chain is locked until the transaction ends, so that two writers cannot share a number.
    """
    with _reach_of(chain):
        (row,) = _added(session, chain, at, event, [subject], _told(actor, data, reason))
        return row


def record_each(
    session: Session,
    subjects: Sequence[tuple[str, int]],
    *,
    chain: str,
    actor: Actor,
    at: datetime,
    event: StrEnum,
    data: Mapping[str, Any] | None = None,
) -> list[TrailRow]:
    """Spåra the same of several subjects: one row for each in that order, as :func:`record`.

    Three statements however many they are.
    """
    if not subjects:
        return []
    with _reach_of(chain):
        return _added(session, chain, at, event, subjects, _told(actor, data, None))


def _told(actor: Actor, data: Mapping[str, Any] | None, reason: str | None) -> dict[str, Any]:
    return {
        "actor": actor.name,
        "user_id": actor.user_id,
        "os_user": actor.os_user,
        "request_id": actor.request_id,
        "reason": reason,
        "data": dict(data or {}),
    }


def _added(
    session: Session,
    chain: str,
    at: datetime,
    event: StrEnum,
    subjects: Sequence[tuple[str, int]],
    told: Mapping[str, Any],
) -> list[TrailRow]:
    session.flush()
    _lock_chain(session, chain)
    last = session.execute(
        sa.select(TrailRow.seq, TrailRow.hash)
        .where(TrailRow.chain == chain)
        .order_by(TrailRow.seq.desc())
        .limit(1)
    ).first()
    seq, previous = (last.seq + 1, last.hash) if last else (1, GENESIS)
    body: dict[str, Any] = plain(dict(told))
    values: list[dict[str, Any]] = []
    salts = [secrets.token_hex(16) for _ in subjects]
    for number, ((kind, subject_id), salt) in enumerate(zip(subjects, salts, strict=True), seq):
        digest = payload_digest(salt, body)
        told_of_row: dict[str, Any] = {
            "chain": chain,
            "seq": number,
            "at": at,
            "event": event.value,
            "subject_kind": kind,
            "subject_id": subject_id,
            "digest": digest,
            "previous": previous,
        }
        previous = row_hash(**told_of_row)
        values.append({**told_of_row, "hash": previous})
    # One statement however many rows: the unit of work would write them one by one.
    written = session.scalars(sa.insert(TrailRow).returning(TrailRow), values).all()
    rows = sorted(written, key=lambda row: row.seq)
    session.add_all(
        TrailPayload(row_id=row.id, salt=salt, body=body)
        for row, salt in zip(rows, salts, strict=True)
    )
    session.flush()
    return rows


def dispose_payloads(
    session: Session, row_ids: Sequence[int], *, disposal_id: int, decision: str, at: datetime
) -> int:
    """Gallra spårets innehåll of these rows; the rows and the chain stand. Returns how many.

    What the index of readings tells of them goes too.
    ``decision`` is the rule by which they go. On PostgreSQL the owner's function deletes them,
    and only for a disposal that two persons stand behind.
    """
    for first in range(0, len(row_ids), _AT_ONCE):
        session.execute(
            sa.insert(TrailDisposal),
            [
                {"row_id": number, "at": at, "decision": decision}
                for number in row_ids[first : first + _AT_ONCE]
            ],
        )
    if session.get_bind().dialect.name == "postgresql":
        gone = session.scalar(sa.select(sa.func.dispose_trail_payloads(disposal_id)))
        return int(gone or 0)
    done = 0
    for first in range(0, len(row_ids), _AT_ONCE):
        session.execute(
            sa.delete(Reading)
            .where(Reading.row_id.in_(row_ids[first : first + _AT_ONCE]))
            .execution_options(synchronize_session=False)
        )
        done += session.execute(  # type: ignore[attr-defined]
            sa.delete(TrailPayload)
            .where(TrailPayload.row_id.in_(row_ids[first : first + _AT_ONCE]))
            .execution_options(synchronize_session=False)
        ).rowcount
    return done


@dataclass(frozen=True)
class ReadRows:
    """Vad som lästes: rows of a list by number; None is the list as a whole."""

    list_id: int
    rows: Sequence[int] | None


def reads_as_auditor(actor: Actor, at: datetime) -> bool:
    """Whether the actor audits: an account that is a revisor's is nothing else."""
    on = swedish_day(at)
    return any(
        grant.role is Role.AUDITOR and grant.valid_from <= on <= grant.valid_to
        for grant in actor.grants
    )


def chain_of_reader(actor: Actor, at: datetime, chain: str) -> str:
    """The chain in which a reader's doings stand: an auditor's in the auditors' own."""
    return AUDIT_CHAIN if reads_as_auditor(actor, at) else chain


def record_reading(
    session: Session,
    read: ReadRows,
    *,
    chain: str,
    actor: Actor,
    at: datetime,
    event: StrEnum,
    subject: tuple[str, int],
    data: Mapping[str, Any] | None = None,
) -> TrailRow:
    """Spåra en läsning of secret items, before anybody sees them and in the same transaction.

    ``chain`` is the board's. What an auditor reads stands in the auditors' own chain, bound as
    hard, and no page of the nämnd shows it.
    """
    by_auditor = reads_as_auditor(actor, at)
    numbers = None if read.rows is None else sorted(set(read.rows))
    row = record(
        session,
        chain=chain_of_reader(actor, at, chain),
        actor=actor,
        at=at,
        event=event,
        subject=subject,
        data={
            **(data or {}),
            **({"board": chain} if by_auditor else {}),
            "list": read.list_id,
            "rows": "all" if numbers is None else numbers,
        },
    )
    reading = Reading(
        row_id=row.id,
        chain=chain,
        at=at,
        user_id=actor.user_id,
        actor=actor.name,
        by_auditor=by_auditor,
        list_id=read.list_id,
        whole=numbers is None,
        rows=numbers or [],
        kind=event.value,
    )
    with _reach_of(row.chain):
        session.add(reading)
        session.flush()
    return row
