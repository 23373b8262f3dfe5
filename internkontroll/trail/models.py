"""Spårbarhet: one hash chain per board and one for the municipality."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from internkontroll.core.base import Base, Pk, Sha256

MUNICIPALITY_CHAIN = "kommun"
AUDIT_CHAIN = "revision"
"""The chain of what the auditors read: no page of a nämnd shows a row of it (ADR 0018)."""


class TrailRow(Base):
    """Spårrad: that something happened, in order. Inserted and read, never changed.

    ``digest`` is the salted SHA-256 of the payload, so that a payload can be destroyed by gallring
    and the chain still holds. ``hash`` covers every column here and the hash before it.
    """

    __tablename__ = "trail_row"
    __table_args__ = (
        sa.UniqueConstraint("chain", "seq"),
        sa.Index(None, "chain", "subject_kind", "subject_id"),
        sa.CheckConstraint("seq >= 1", name="seq_positive"),
    )

    id: Mapped[Pk]
    chain: Mapped[str] = mapped_column(sa.String(40))
    seq: Mapped[int]
    at: Mapped[datetime]
    event: Mapped[str] = mapped_column(sa.String(60))
    subject_kind: Mapped[str] = mapped_column(sa.String(40))
    subject_id: Mapped[int]
    digest: Mapped[Sha256]
    previous: Mapped[Sha256]
    hash: Mapped[Sha256]


class Reading(Base):
    """Läsning av sekretessbelagda poster: who opened which rows of which list, and when.

    An index over rows of the trail, in whose payload the same stands: inserted with them and never
    changed. ``list_id`` and ``rows`` name the cases by list and row number, never by reference;
    ``whole`` is the list as a whole. ``chain`` is the board's even where the trail's row stands in
    the auditors' chain: then ``by_auditor`` is true.
    """

    __tablename__ = "reading"
    __table_args__ = (
        sa.Index(None, "list_id", "at"),
        sa.Index(None, "chain", "at"),
    )

    row_id: Mapped[int] = mapped_column(
        sa.ForeignKey("trail_row.id", ondelete="RESTRICT"), primary_key=True, autoincrement=False
    )
    chain: Mapped[str] = mapped_column(sa.String(40))
    at: Mapped[datetime]
    user_id: Mapped[int | None]
    actor: Mapped[str]
    by_auditor: Mapped[bool]
    list_id: Mapped[int]
    whole: Mapped[bool]
    rows: Mapped[list[int]] = mapped_column(sa.JSON)
    kind: Mapped[str] = mapped_column(sa.String(60))


class TrailPayload(Base):
    """Spårradens innehåll: who, as what, why, from what to what. Can be destroyed by gallring."""

    __tablename__ = "trail_payload"

    row_id: Mapped[int] = mapped_column(
        sa.ForeignKey("trail_row.id", ondelete="RESTRICT"), primary_key=True
    )
    salt: Mapped[str] = mapped_column(sa.String(32))
    body: Mapped[dict[str, Any]]


class TrailDisposal(Base):
    """Gallrad spårrad: the decision by which a payload may go. The triggers ask for it."""

    __tablename__ = "trail_disposal"

    row_id: Mapped[int] = mapped_column(
        sa.ForeignKey("trail_row.id", ondelete="RESTRICT"), primary_key=True
    )
    at: Mapped[datetime]
    decision: Mapped[str]
