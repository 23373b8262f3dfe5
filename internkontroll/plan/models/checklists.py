"""Kvalitetschecklistor: the municipality's library, in versions that stand once published."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internkontroll.accounts.models import User
from internkontroll.core.base import Base, Pk
from internkontroll.organisation.models import Board


class Checklist(Base):
    """Kvalitetschecklista: criteria that controls of any board may be judged by.

    ``name_key`` is the name as it is compared: no two are the same. ``proposed_by_board_id`` is the
    board whose controller saved it from a control, None for one written in the library.
    """

    __tablename__ = "checklist"
    __table_args__ = (
        sa.UniqueConstraint("name_key"),
        sa.CheckConstraint("length(name) > 0", name="name"),
    )

    id: Mapped[Pk]
    name: Mapped[str]
    name_key: Mapped[str]
    proposed_by_board_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("board.id", ondelete="RESTRICT")
    )
    created_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    created_at: Mapped[datetime]

    proposed_by_board: Mapped[Board | None] = relationship()
    versions: Mapped[list["ChecklistVersion"]] = relationship(
        back_populates="checklist", order_by="ChecklistVersion.number"
    )


class ChecklistVersion(Base):
    """Version av en checklista. A published one never changes; a change is the next version.

    ``note`` tells what is new in it, and is there in every version but the first.
    """

    __tablename__ = "checklist_version"
    __table_args__ = (
        sa.UniqueConstraint("checklist_id", "number"),
        sa.CheckConstraint("number >= 1", name="number"),
        sa.CheckConstraint("published_at IS NULL OR number = 1 OR note IS NOT NULL", name="note"),
        sa.Index(
            "uq_checklist_version_draft",
            "checklist_id",
            unique=True,
            sqlite_where=sa.text("published_at IS NULL"),
            postgresql_where=sa.text("published_at IS NULL"),
        ),
    )

    id: Mapped[Pk]
    checklist_id: Mapped[int] = mapped_column(sa.ForeignKey("checklist.id", ondelete="RESTRICT"))
    number: Mapped[int]
    note: Mapped[str | None]
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    row_version: Mapped[int] = mapped_column(default=1)

    checklist: Mapped[Checklist] = relationship(back_populates="versions")
    published_by: Mapped[User | None] = relationship()
    criteria: Mapped[list["ChecklistCriterion"]] = relationship(
        back_populates="version", order_by="ChecklistCriterion.position"
    )


class ChecklistCriterion(Base):
    """Kriterium i en checklista: no weights, only whether a nej counts as a deviation."""

    __tablename__ = "checklist_criterion"
    __table_args__ = (
        sa.UniqueConstraint("version_id", "position"),
        sa.CheckConstraint("length(text) > 0", name="text"),
    )

    id: Mapped[Pk]
    version_id: Mapped[int] = mapped_column(
        sa.ForeignKey("checklist_version.id", ondelete="RESTRICT")
    )
    position: Mapped[int]
    text: Mapped[str]
    counts: Mapped[bool] = mapped_column(default=True)
    help_text: Mapped[str | None]

    version: Mapped[ChecklistVersion] = relationship(back_populates="criteria")
