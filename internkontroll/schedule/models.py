"""Kontrolltillfällen: one planned performance of a control."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internkontroll.accounts.models import User
from internkontroll.core.base import Base, Pk
from internkontroll.organisation.models import Meeting, ReportingPoint, Subcommittee
from internkontroll.plan.models import Control


class OccurrenceEvent(StrEnum):
    """What the trail says happened to occurrences."""

    GENERATED = "occurrences:generated"
    STARTED = "occurrence:started"
    NOT_PERFORMED = "occurrence:not-performed"
    RESUMED = "occurrence:resumed"
    SUBMITTED = "occurrence:submitted"
    RETURNED = "occurrence:returned"
    APPROVED = "occurrence:approved"
    MOVED = "occurrence:moved"
    EXPIRED = "occurrence:expired"
    ORDERED = "occurrence:ordered"
    REVISED = "occurrences:revised"


class CommitteeEvent(StrEnum):
    """What the trail says happened to an individutskott's meeting."""

    VERIFIER_NAMED = "committee:verifier-named"
    REVIEW_PREPARED = "committee:review-prepared"
    CONFLICT_RECORDED = "committee:conflict-recorded"
    CONFLICT_WITHDRAWN = "committee:conflict-withdrawn"
    MINUTES_VERIFIED = "committee:minutes-verified"


class OccurrenceState(StrEnum):
    """Kontrolltillfällets läge."""

    PLANNED = "planned"
    STARTED = "started"
    PERFORMED = "performed"
    APPROVED = "approved"
    NOT_PERFORMED = "not_performed"
    EXPIRED = "expired"


class Occurrence(Base):
    """Kontrolltillfälle: a control to be done once, because of a meeting, a point or a period.

    ``origin`` says in plain data why it exists (the rule that made it), so that making the year's
    occurrences twice changes nothing: ``meeting:<id>``, ``point:<name>``, a period such as
    ``month:2020-03``, which has neither meeting nor reporting point, or ``demand:<n>`` (vid behov).
    An expired one makes room for another with the same origin.
    ``performed`` means that the tester is done and another person has yet to sign; ``approved``
    that the conclusion is signed.
    """

    __tablename__ = "occurrence"
    __table_args__ = (
        sa.Index(
            "uq_occurrence_alive",
            "control_id",
            "origin",
            unique=True,
            sqlite_where=sa.text("state <> 'expired'"),
            postgresql_where=sa.text("state <> 'expired'"),
        ),
        sa.Index(None, "board_id", "scheduled_on"),
        sa.Index(None, "board_id", "state", "due_on"),
        sa.CheckConstraint("length(origin) > 0", name="origin"),
        sa.CheckConstraint(
            "(substr(origin, 1, 8) = 'meeting:') = (meeting_id IS NOT NULL)", name="meeting_origin"
        ),
        sa.CheckConstraint(
            "(substr(origin, 1, 6) = 'point:') = (reporting_point_id IS NOT NULL)",
            name="point_origin",
        ),
        sa.CheckConstraint(
            "(state = 'expired') = (expired_at IS NOT NULL)", name="expired_has_time"
        ),
        sa.CheckConstraint(
            "(expired_at IS NULL) = (expired_reason IS NULL)", name="expired_has_reason"
        ),
        sa.CheckConstraint(
            "(substr(origin, 1, 7) = 'demand:') = (wanted_because IS NOT NULL)",
            name="demand_has_reason",
        ),
    )

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    control_id: Mapped[int] = mapped_column(sa.ForeignKey("control.id", ondelete="RESTRICT"))
    origin: Mapped[str] = mapped_column(sa.String(60))
    subcommittee_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("subcommittee.id", ondelete="RESTRICT")
    )
    meeting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("meeting.id", ondelete="RESTRICT"))
    reporting_point_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("reporting_point.id", ondelete="RESTRICT")
    )
    scheduled_on: Mapped[date]
    due_on: Mapped[date]
    state: Mapped[OccurrenceState] = mapped_column(default=OccurrenceState.PLANNED)
    expired_at: Mapped[datetime | None]
    expired_reason: Mapped[str | None]
    wanted_because: Mapped[str | None]
    """Why one that is done vid behov was called for."""
    recorded_at: Mapped[datetime]
    row_version: Mapped[int] = mapped_column(default=1)
    attachments: Mapped[int] = mapped_column(default=0)
    """Bilagor that stand. The review counts them here, because a secret list must know of them."""

    control: Mapped[Control] = relationship()
    subcommittee: Mapped[Subcommittee | None] = relationship()
    meeting: Mapped[Meeting | None] = relationship()
    reporting_point: Mapped[ReportingPoint | None] = relationship()


class OccurrenceMove(Base):
    """Flytt av ett kontrolltillfälle: the days it had, those it got, why, and since when known.

    A report asked for as of a moment reads the days that stood then.
    """

    __tablename__ = "occurrence_move"
    __table_args__ = (
        sa.CheckConstraint("length(reason) > 0", name="reason"),
        sa.CheckConstraint(
            "old_scheduled_on <> new_scheduled_on OR old_due_on <> new_due_on", name="moved"
        ),
        sa.Index(None, "occurrence_id"),
        sa.Index(None, "old_scheduled_on"),
    )

    id: Mapped[Pk]
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey("occurrence.id", ondelete="RESTRICT"))
    old_scheduled_on: Mapped[date]
    new_scheduled_on: Mapped[date]
    old_due_on: Mapped[date]
    new_due_on: Mapped[date]
    reason: Mapped[str]
    by_hand: Mapped[bool]
    """Somebody gave it a day of its own; else it followed a meeting or a reporting point."""
    moved_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]


class NonPerformance(Base):
    """Ej genomförd: that an occurrence was not done, why, and until when that stood.

    A report asked for as of a day reads ``recorded_at`` and ``withdrawn_at``; nothing is erased.
    """

    __tablename__ = "non_performance"
    __table_args__ = (
        sa.CheckConstraint("length(reason) > 0", name="reason"),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR withdrawn_at >= recorded_at", name="withdrawn_after"
        ),
        sa.CheckConstraint("previous_state IN ('planned', 'started')", name="previous"),
        sa.Index(None, "occurrence_id"),
        sa.Index(
            "uq_non_performance_standing",
            "occurrence_id",
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[Pk]
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey("occurrence.id", ondelete="RESTRICT"))
    reason: Mapped[str]
    previous_state: Mapped[OccurrenceState] = mapped_column(default=OccurrenceState.PLANNED)
    """The state that a withdrawal goes back to."""
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class CommitteeMeeting(Base):
    """Justerare och ersättare vid ett utskotts sammanträde, and the day its minutes were verified.

    Only those two draw the meeting's stickprov.
    """

    __tablename__ = "committee_meeting"
    __table_args__ = (
        sa.CheckConstraint("substitute_id IS NULL OR substitute_id <> verifier_id", name="two"),
    )

    meeting_id: Mapped[int] = mapped_column(
        sa.ForeignKey("meeting.id", ondelete="RESTRICT"), primary_key=True, autoincrement=False
    )
    verifier_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="RESTRICT"))
    substitute_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    minutes_verified_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    row_version: Mapped[int] = mapped_column(default=1)

    verifier: Mapped[User] = relationship(foreign_keys=[verifier_id])
    substitute: Mapped[User | None] = relationship(foreign_keys=[substitute_id])


class CommitteeReview(Base):
    """Sammanträdets granskning: the kind of cases it takes, and what the committee said of it.

    ``protected`` is how many cases of the frame have skyddade personuppgifter: they count in N and
    are told of aloud, never in writing. ``statement`` is the committee's own words on the whole.
    """

    __tablename__ = "committee_review"
    __table_args__ = (
        sa.CheckConstraint("length(case_kind) > 0", name="case_kind"),
        sa.CheckConstraint("protected >= 0", name="protected"),
    )

    occurrence_id: Mapped[int] = mapped_column(
        sa.ForeignKey("occurrence.id", ondelete="RESTRICT"), primary_key=True, autoincrement=False
    )
    case_kind: Mapped[str]
    proposed_kind: Mapped[str | None]
    """The kind whose turn it was when the committee chose."""
    protected: Mapped[int] = mapped_column(default=0)
    statement: Mapped[str | None]
    chosen_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    chosen_at: Mapped[datetime]
    row_version: Mapped[int] = mapped_column(default=1)


class ConflictOfInterest(Base):
    """Jäv: a member stepped aside, for one case by its running number or for the whole review.

    Who it was is an account, or a function for one who has none. Taken back it stays, with when.
    """

    __tablename__ = "conflict_of_interest"
    __table_args__ = (
        sa.CheckConstraint("(user_id IS NULL) <> (member IS NULL)", name="who"),
        sa.CheckConstraint("position IS NULL OR position >= 1", name="position"),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR withdrawn_at >= recorded_at", name="withdrawn_after"
        ),
        sa.Index(None, "occurrence_id"),
    )

    id: Mapped[Pk]
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey("occurrence.id", ondelete="RESTRICT"))
    user_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    member: Mapped[str | None] = mapped_column(sa.String(60))
    """The function of one without an account, such as "ledamot 3"; never a name."""
    position: Mapped[int | None]
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
