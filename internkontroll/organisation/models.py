"""Kommun, nämnder, utskott, enheter, sammanträden, rapporteringstidpunkter och beslut."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internkontroll.core.base import Base, Pk, Sha256
from internkontroll.files.attachments import AttachmentKind


class OrganisationEvent(StrEnum):
    """What the trail says happened to the organisation and its calendar."""

    MUNICIPALITY_NAMED = "municipality:named"
    MUNICIPALITY_CHANGED = "municipality:changed"
    LOOK_CHANGED = "municipality:look-changed"
    DEFAULT_POINT_ADDED = "default-point:added"
    DEFAULT_POINT_CHANGED = "default-point:changed"
    DEFAULT_POINT_REMOVED = "default-point:removed"
    BOARD_CREATED = "board:created"
    BOARD_CHANGED = "board:changed"
    SUBCOMMITTEE_CREATED = "subcommittee:created"
    SUBCOMMITTEE_CHANGED = "subcommittee:changed"
    UNIT_CREATED = "unit:created"
    UNIT_CHANGED = "unit:changed"
    UNIT_CLOSED = "unit:closed"
    UNIT_REOPENED = "unit:reopened"
    YEAR_OPENED = "year:opened"
    REPORTING_POINT_ADDED = "reporting-point:added"
    REPORTING_POINT_REMOVED = "reporting-point:removed"
    REPORTING_POINT_CHANGED = "reporting-point:changed"
    MEETINGS_ADDED = "meetings:added"
    MEETING_MOVED = "meeting:moved"
    MEETING_CANCELLED = "meeting:cancelled"


class BoardKind(StrEnum):
    """Slag av organ."""

    BOARD = "board"
    EXECUTIVE = "executive"
    COMPANY = "company"


class MeetingKind(StrEnum):
    """Slag av sammanträde."""

    ORDINARY = "ordinary"
    EXTRA = "extra"


class MeetingState(StrEnum):
    """Om sammanträdet hålls."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class DecisionOutcome(StrEnum):
    """Utgången av ett politiskt beslut."""

    APPROVED = "approved"
    AMENDED = "amended"
    REFERRED_BACK = "referred_back"
    TABLED = "tabled"


class Municipality(Base):
    """Kommun: the one row that names the municipality this installation serves.

    ``due_days``: how many days before a reporting point's last day for facts its controls are to
    be done (0-90), where nothing else is said.
    """

    __tablename__ = "municipality"
    __table_args__ = (
        sa.CheckConstraint("id = 1", name="single"),
        sa.CheckConstraint("due_days BETWEEN 0 AND 90", name="due_days"),
    )

    id: Mapped[Pk]
    name: Mapped[str]
    due_days: Mapped[int] = mapped_column(default=14)
    row_version: Mapped[int] = mapped_column(default=1)


class DocumentLook(Base):
    """Dokumentens utseende: the municipality's logotype and colour; one row, made when changed."""

    __tablename__ = "document_look"
    __table_args__ = (
        sa.CheckConstraint("id = 1", name="single"),
        sa.CheckConstraint("(logo IS NULL) = (logo_kind IS NULL)", name="logo_has_kind"),
        sa.CheckConstraint("logo_kind IS NULL OR logo_kind IN ('png', 'jpeg')", name="logo_image"),
        sa.CheckConstraint("(logo IS NULL) = (logo_sha256 IS NULL)", name="logo_has_sum"),
    )

    id: Mapped[Pk]
    colour: Mapped[str] = mapped_column(sa.String(7))
    logo: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    logo_kind: Mapped[AttachmentKind | None]
    logo_sha256: Mapped[Sha256 | None]
    row_version: Mapped[int] = mapped_column(default=1)


class DefaultPoint(Base):
    """Kommunens rapporteringstidpunkt: what a board is given when its year is opened.

    ``month`` and ``day`` are the last day of its period; the days count from there, as in
    :class:`internkontroll.organisation.rules.PointTemplate`.
    """

    __tablename__ = "default_point"
    __table_args__ = (
        sa.UniqueConstraint("name"),
        sa.CheckConstraint("month BETWEEN 1 AND 12 AND day BETWEEN 1 AND 31", name="period_end"),
        sa.CheckConstraint("cut_off_days >= 0 AND board_days >= cut_off_days", name="days"),
        sa.CheckConstraint(
            "executive_days IS NULL OR executive_days >= board_days", name="executive_days"
        ),
    )

    id: Mapped[Pk]
    name: Mapped[str] = mapped_column(sa.String(40))
    month: Mapped[int]
    day: Mapped[int]
    cut_off_days: Mapped[int]
    board_days: Mapped[int]
    executive_days: Mapped[int | None]
    row_version: Mapped[int] = mapped_column(default=1)


class Board(Base):
    """Nämnd, styrelse eller bolag: the wall between secrets. ``oversight``: kommunstyrelsen."""

    __tablename__ = "board"
    __table_args__ = (
        sa.UniqueConstraint("code"),
        sa.CheckConstraint("code = upper(code) AND length(code) BETWEEN 2 AND 12", name="code"),
    )

    id: Mapped[Pk]
    code: Mapped[str] = mapped_column(sa.String(12))
    name: Mapped[str]
    kind: Mapped[BoardKind]
    oversight: Mapped[bool] = mapped_column(default=False)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    row_version: Mapped[int] = mapped_column(default=1)

    subcommittees: Mapped[list["Subcommittee"]] = relationship(
        back_populates="board", order_by="Subcommittee.name"
    )


class Subcommittee(Base):
    """Utskott: part of a board; ``reviews_cases`` marks an individutskott."""

    __tablename__ = "subcommittee"
    __table_args__ = (sa.UniqueConstraint("board_id", "code"),)

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    code: Mapped[str] = mapped_column(sa.String(12))
    name: Mapped[str]
    reviews_cases: Mapped[bool] = mapped_column(default=False)
    row_version: Mapped[int] = mapped_column(default=1)

    board: Mapped[Board] = relationship(back_populates="subcommittees")


class Unit(Base):
    """Förvaltning, avdelning eller enhet: a tree with dates.

    ``name`` and ``parent_id`` are the latest ones; :class:`UnitPeriod` tells which were right when.
    A closed unit stays; its name may be used anew.
    """

    __tablename__ = "unit"
    __table_args__ = (
        sa.Index(
            "uq_unit_open_name",
            "board_id",
            "name",
            unique=True,
            sqlite_where=sa.text("valid_to IS NULL"),
            postgresql_where=sa.text("valid_to IS NULL"),
        ),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates"),
        sa.CheckConstraint("parent_id IS NULL OR parent_id <> id", name="parent"),
    )

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id", ondelete="RESTRICT"))
    name: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    row_version: Mapped[int] = mapped_column(default=1)

    board: Mapped[Board] = relationship()
    periods: Mapped[list["UnitPeriod"]] = relationship(
        order_by="UnitPeriod.valid_from", foreign_keys="UnitPeriod.unit_id"
    )


class UnitPeriod(Base):
    """Enhetens namn och plats i trädet from one day until the next row's.

    One whose day has passed is never changed; one that is planned goes if the unit closes first.
    """

    __tablename__ = "unit_period"
    __table_args__ = (sa.UniqueConstraint("unit_id", "valid_from"),)

    id: Mapped[Pk]
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id", ondelete="RESTRICT"))
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id", ondelete="RESTRICT"))
    valid_from: Mapped[date]
    recorded_at: Mapped[datetime]


class Meeting(Base):
    """Sammanträde of a board (``subcommittee_id`` empty) or of one of its committees."""

    __tablename__ = "meeting"
    __table_args__ = (
        # A day that was called off can be taken up again by a new meeting.
        sa.Index(
            "uq_meeting_of_committee",
            "board_id",
            "subcommittee_id",
            "held_on",
            "kind",
            unique=True,
            sqlite_where=sa.text("state = 'planned'"),
            postgresql_where=sa.text("state = 'planned'"),
        ),
        # NULLs are never equal: the board's own meetings need an index of their own.
        sa.Index(
            "uq_meeting_of_board",
            "board_id",
            "held_on",
            "kind",
            unique=True,
            sqlite_where=sa.text("subcommittee_id IS NULL AND state = 'planned'"),
            postgresql_where=sa.text("subcommittee_id IS NULL AND state = 'planned'"),
        ),
        sa.Index(None, "board_id", "held_on"),
    )

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    subcommittee_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("subcommittee.id", ondelete="RESTRICT")
    )
    held_on: Mapped[date]
    kind: Mapped[MeetingKind] = mapped_column(default=MeetingKind.ORDINARY)
    state: Mapped[MeetingState] = mapped_column(default=MeetingState.PLANNED)
    first_on: Mapped[date | None]
    """The day it was first to be held on, if it has been moved."""
    change_reason: Mapped[str | None]
    """Why it was last moved or called off."""
    recorded_at: Mapped[datetime]
    row_version: Mapped[int] = mapped_column(default=1)

    subcommittee: Mapped[Subcommittee | None] = relationship()


class ReportingPoint(Base):
    """Rapporteringstidpunkt of one board and year; its name is the municipality's own word.

    ``period_end`` is the last day the figures speak of, ``cut_off`` the last day on which facts are
    taken in, ``board_on`` when the board takes it up, ``executive_on`` when kommunstyrelsen does.
    """

    __tablename__ = "reporting_point"
    __table_args__ = (
        sa.UniqueConstraint("board_id", "year", "name"),
        sa.CheckConstraint("cut_off >= period_end", name="cut_off_after_period"),
        sa.CheckConstraint("board_on IS NULL OR board_on >= period_end", name="board_after_period"),
    )

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    year: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(40))
    period_end: Mapped[date]
    cut_off: Mapped[date]
    board_on: Mapped[date | None]
    executive_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    """Set when the board has decided its report: then the days stand."""
    row_version: Mapped[int] = mapped_column(default=1)


class Decision(Base):
    """Politiskt beslut: organ, datum, paragraf, diarienummer, utgång, justerad den.

    The form of a diarienummer and its year differ between municipalities and are never validated.
    """

    __tablename__ = "decision"
    __table_args__ = (
        sa.CheckConstraint("length(paragraph) > 0", name="paragraph"),
        sa.CheckConstraint("length(registry_number) > 0", name="registry_number"),
        sa.CheckConstraint("verified_on IS NULL OR verified_on >= decided_on", name="verified"),
    )

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    body: Mapped[str]
    decided_on: Mapped[date]
    paragraph: Mapped[str] = mapped_column(sa.String(20))
    registry_number: Mapped[str] = mapped_column(sa.String(60))
    outcome: Mapped[DecisionOutcome]
    verified_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
