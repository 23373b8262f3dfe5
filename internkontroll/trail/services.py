"""Write the trail: in the same transaction as the change it tells of."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.core.canonical import plain
from internkontroll.trail.models import TrailPayload, TrailRow
from internkontroll.trail.rules import GENESIS, payload_digest, row_hash


def _lock_chain(session: Session, chain: str) -> None:
    # On SQLite the one write lock is held already: every writing request asks for it first.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"trail:{chain}")))
        )


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
    session.flush()
    _lock_chain(session, chain)
    last = session.execute(
        sa.select(TrailRow.seq, TrailRow.hash)
        .where(TrailRow.chain == chain)
        .order_by(TrailRow.seq.desc())
        .limit(1)
    ).first()
    seq, previous = (last.seq + 1, last.hash) if last else (1, GENESIS)
    kind, subject_id = subject
    body: dict[str, Any] = plain(
        {
            "actor": actor.name,
            "user_id": actor.user_id,
            "os_user": actor.os_user,
            "request_id": actor.request_id,
            "reason": reason,
            "data": dict(data or {}),
        }
    )
    salt = secrets.token_hex(16)
    digest = payload_digest(salt, body)
    row = TrailRow(
        chain=chain,
        seq=seq,
        at=at,
        event=event.value,
        subject_kind=kind,
        subject_id=subject_id,
        digest=digest,
        previous=previous,
        hash=row_hash(
            chain=chain,
            seq=seq,
            at=at,
            event=event.value,
            subject_kind=kind,
            subject_id=subject_id,
            digest=digest,
            previous=previous,
        ),
    )
    session.add(row)
    session.flush()
    session.add(TrailPayload(row_id=row.id, salt=salt, body=body))
    return row
