"""Individutskottets granskning: skyddade ärenden, anteckningar, och det som inte kan vänta."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from internkontroll.core.base import Base, Pk


class UrgentKind(StrEnum):
    """Det som inte kan vänta till nästa steg i granskningen."""

    LEX_SARAH = "lex_sarah"
    CONCERN_REPORT = "concern_report"
    UNLAWFUL_ACCESS = "unlawful_access"
    PERSONAL_DATA_BREACH = "personal_data_breach"
    SUSPECTED_CRIME = "suspected_crime"


class ProtectedItem(Base):
    """Ärende med skyddade personuppgifter: its outcome stands by running number, and no words."""

    __tablename__ = "protected_item"

    item_id: Mapped[int] = mapped_column(
        sa.ForeignKey("sample_item.id", ondelete="RESTRICT"), primary_key=True, autoincrement=False
    )
    marked_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    marked_at: Mapped[datetime]


class CaseNoteRule(Base):
    """Nämndens beslut om skriftlig anteckning. Without one the enhetschef only tells of the cases.

    ``body``, ``decided_on`` and ``paragraph`` are the decision; a rule that has ended stays.
    """

    __tablename__ = "case_note_rule"
    __table_args__ = (
        sa.CheckConstraint("length(body) > 0 AND length(paragraph) > 0", name="decision"),
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= recorded_at", name="ended_after"),
        sa.Index(
            "uq_case_note_rule_standing",
            "board_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    body: Mapped[str]
    decided_on: Mapped[date]
    paragraph: Mapped[str] = mapped_column(sa.String(20))
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class CaseNote(Base):
    """Enhetschefens anteckning om ett draget ärende; gone when the minutes are verified."""

    __tablename__ = "case_note"
    __table_args__ = (
        sa.UniqueConstraint("item_id"),
        sa.CheckConstraint("(text IS NULL) = (purged_at IS NOT NULL)", name="purged"),
        sa.Index(None, "occurrence_id"),
    )

    id: Mapped[Pk]
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey("occurrence.id", ondelete="RESTRICT"))
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("sample_item.id", ondelete="RESTRICT"))
    rule_id: Mapped[int] = mapped_column(sa.ForeignKey("case_note_rule.id", ondelete="RESTRICT"))
    text: Mapped[str | None]
    written_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    written_at: Mapped[datetime]
    purged_at: Mapped[datetime | None]
    row_version: Mapped[int] = mapped_column(default=1)


class UrgentHandover(Base):
    """Överlämnat som inte kan vänta: what it is, to which function, and when. Never which case.

    ``noticed_at`` is when a personuppgiftsincident became known: 72 hours are counted from there
    (dataskyddsförordningen artikel 33). It stands for no other kind.
    """

    __tablename__ = "urgent_handover"
    __table_args__ = (
        sa.CheckConstraint("length(handed_to) > 0", name="handed_to"),
        sa.CheckConstraint(
            "(kind = 'personal_data_breach') = (noticed_at IS NOT NULL)", name="noticed"
        ),
        sa.Index(None, "occurrence_id"),
    )

    id: Mapped[Pk]
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey("occurrence.id", ondelete="RESTRICT"))
    kind: Mapped[UrgentKind]
    handed_to: Mapped[str] = mapped_column(sa.String(60))
    """A function, such as "dataskyddsombudet"; never a person's name."""
    handed_on: Mapped[date]
    noticed_at: Mapped[datetime | None]
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]
