"""Svar per kriterium, registrerat resultat, bilagor, slutsats, underskrift och öppning."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internkontroll.accounts.models import User
from internkontroll.core.base import Base, Pk, Sha256
from internkontroll.files.attachments import AttachmentKind
from internkontroll.plan.rules.vocabulary import Technique

_FIRST_STANDING = "returned_at IS NULL AND corrects_id IS NULL"
_CORRECTION_WAITS = "corrects_id IS NOT NULL AND signed_at IS NULL AND returned_at IS NULL"


class Answer(StrEnum):
    """Svar på ett kriterium."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"
    EVIDENCE_MISSING = "evidence_missing"


class ReviewEvent(StrEnum):
    """What the trail says happened to a review."""

    ITEM_JUDGED = "item:judged"
    AMOUNT_RECORDED = "item:amount-recorded"
    CONCLUSION_WRITTEN = "conclusion:written"
    CONCLUSION_RETURNED = "conclusion:returned"
    CONCLUSION_SIGNED = "conclusion:signed"
    RESULT_RECORDED = "result:recorded"
    RESULT_CORRECTED = "result:corrected"
    ATTACHMENT_ADDED = "attachment:added"
    ATTACHMENT_REMOVED = "attachment:removed"
    CONCLUSION_REOPENED = "conclusion:reopened"
    REOPENING_CLOSED = "conclusion:reopening-closed"
    SECOND_READING_ORDERED = "second-reading:ordered"
    SECOND_READING_JUDGED = "second-reading:judged"
    SECOND_READING_FINISHED = "second-reading:finished"
    SECOND_READING_CANCELLED = "second-reading:cancelled"
    DIFFERENCE_SETTLED = "second-reading:difference-settled"
    MINUTES_READ = "minutes:internal-read"
    COMMITTEE_DECIDED = "committee:outcome-decided"
    ITEM_PROTECTED = "item:protected"
    NOTE_RULE_RECORDED = "case-note:rule-recorded"
    NOTE_RULE_ENDED = "case-note:rule-ended"
    NOTE_WRITTEN = "case-note:written"
    NOTE_READ = "case-note:read"
    NOTES_PURGED = "case-note:purged"
    HANDED_OVER = "urgent:handed-over"


class Basis(StrEnum):
    """Slutsatsens grund: what its figures were counted from."""

    SAMPLE = "sample"
    CENSUS = "census"
    TARGETED = "targeted"
    RESULT = "result"
    NONE = "none"


class ItemResult(Base):
    """Svar för en post och ett kriterium. A correction is a new row; the latest one counts."""

    __tablename__ = "item_result"
    __table_args__ = (
        sa.UniqueConstraint("occurrence_id", "item_id", "criterion_id", "revision"),
        sa.Index(None, "item_id"),
    )

    id: Mapped[Pk]
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey("occurrence.id", ondelete="RESTRICT"))
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("sample_item.id", ondelete="RESTRICT"))
    criterion_id: Mapped[int] = mapped_column(sa.ForeignKey("criterion.id", ondelete="RESTRICT"))
    revision: Mapped[int]
    answer: Mapped[Answer]
    comment: Mapped[str | None]
    reason: Mapped[str | None]
    """Why it was corrected, where the first answer had been signed or another person settled it."""
    by_committee: Mapped[bool] = mapped_column(default=False)
    """The committee's own outcome, taken down by the chair: it makes nobody a tester."""
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]


class RecordedResult(Base):
    """Registrerat resultat: what a control gave that was not judged item by item.

    An enkät, an intervju, an observation, or anything that another body performed. ``size`` is how
    many there were or were asked (None: not known), ``reviewed`` how many were looked at or
    answered, ``deviating`` how many of those deviate. It never carries a bound. A correction is a
    new row with its reason; the one with the highest revision counts.
    """

    __tablename__ = "recorded_result"
    __table_args__ = (
        sa.UniqueConstraint("occurrence_id", "revision"),
        sa.CheckConstraint("deviating >= 0 AND deviating <= reviewed", name="deviating"),
        sa.CheckConstraint("size IS NULL OR reviewed <= size", name="size"),
        sa.CheckConstraint(
            "reviewed > 0 OR technique = 'observation' OR (technique = 'survey' AND size > 0)",
            name="reviewed",
        ),
        sa.CheckConstraint("(revision = 1) = (reason IS NULL)", name="correction_why"),
    )

    id: Mapped[Pk]
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey("occurrence.id", ondelete="RESTRICT"))
    revision: Mapped[int]
    technique: Mapped[Technique]
    by_other: Mapped[bool] = mapped_column(default=False)
    """Whether another body than the board's own performed it."""
    performed_by: Mapped[str]
    """Who performed it, as a function or a body; never a person's name."""
    performed_on: Mapped[date]
    what_was_done: Mapped[str]
    outcome: Mapped[str]
    size: Mapped[int | None]
    reviewed: Mapped[int]
    deviating: Mapped[int]
    source: Mapped[str | None]
    reason: Mapped[str | None]
    recorded_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    recorded_at: Mapped[datetime]

    recorded_by: Mapped[User | None] = relationship()


class Attachment(Base):
    """Bilaga: evidence as a file. Its bytes go when it is removed; row, hash and reason stay."""

    __tablename__ = "attachment"
    __table_args__ = (
        sa.UniqueConstraint("stored_name"),
        sa.CheckConstraint("size > 0", name="size"),
        sa.CheckConstraint("(removed_at IS NULL) = (removal_reason IS NULL)", name="removed_why"),
        sa.Index(None, "board_id"),
        sa.Index(None, "occurrence_id"),
    )

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey("occurrence.id", ondelete="RESTRICT"))
    stored_name: Mapped[str] = mapped_column(sa.String(80))
    """Random name of the file in the attachments' folder."""
    file_name: Mapped[str]
    kind: Mapped[AttachmentKind]
    size: Mapped[int]
    """Bytes."""
    sha256: Mapped[Sha256]
    notice: Mapped[str | None]
    """Something in it that the person has looked at and let stand, such as a personnummer."""
    added_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    added_at: Mapped[datetime]
    removed_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    removed_at: Mapped[datetime | None]
    removal_reason: Mapped[str | None]

    added_by: Mapped[User | None] = relationship(foreign_keys=[added_by_id])
    removed_by: Mapped[User | None] = relationship(foreign_keys=[removed_by_id])


class Conclusion(Base):
    """Slutsats: what the tester found, signed by somebody else. The figures are those at signing.

    ``reviewed`` is n, ``population_size`` N (0: not known), ``deviating`` the number of deviating
    items and ``not_applicable`` of those that stand though they were wholly *ej tillämpligt*.
    ``basis`` says what was counted, ``is_random`` whether it proves anything of the items that were
    not looked at. A conclusion that was sent back keeps its row; a new one follows. One that
    corrects a signed one names it, and counts from its own signature on.
    """

    __tablename__ = "conclusion"
    __table_args__ = (
        sa.CheckConstraint("signed_by_id IS NULL OR signed_by_id <> written_by_id", name="two"),
        sa.CheckConstraint("(signed_at IS NULL) = (signed_by_id IS NULL)", name="signed_by"),
        sa.CheckConstraint("(returned_at IS NULL) = (return_reason IS NULL)", name="returned_why"),
        sa.CheckConstraint("signed_at IS NULL OR returned_at IS NULL", name="one_outcome"),
        sa.CheckConstraint(
            "deviating >= 0 AND not_applicable >= 0 AND deviating + not_applicable <= reviewed",
            name="deviating",
        ),
        sa.CheckConstraint(
            "reviewed <= population_size OR "
            "(population_size = 0 AND basis IN ('targeted', 'result'))",
            name="reviewed",
        ),
        sa.CheckConstraint("(basis = 'result') = (result_id IS NOT NULL)", name="result"),
        sa.CheckConstraint("NOT is_random OR basis IN ('sample', 'census')", name="random"),
        sa.CheckConstraint(
            "at_most IS NULL OR (at_most >= deviating AND at_most <= population_size)",
            name="at_most",
        ),
        sa.Index(None, "occurrence_id"),
        sa.Index(
            "uq_conclusion_standing",
            "occurrence_id",
            unique=True,
            sqlite_where=sa.text(_FIRST_STANDING),
            postgresql_where=sa.text(_FIRST_STANDING),
        ),
        sa.Index(
            "uq_conclusion_correction",
            "corrects_id",
            unique=True,
            sqlite_where=sa.text("returned_at IS NULL"),
            postgresql_where=sa.text("returned_at IS NULL"),
        ),
        sa.Index(
            "ix_conclusion_correction_waits",
            "occurrence_id",
            sqlite_where=sa.text(_CORRECTION_WAITS),
            postgresql_where=sa.text(_CORRECTION_WAITS),
        ),
    )

    id: Mapped[Pk]
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey("occurrence.id", ondelete="RESTRICT"))
    text: Mapped[str]
    reviewed: Mapped[int]
    population_size: Mapped[int]
    deviating: Mapped[int]
    not_applicable: Mapped[int] = mapped_column(default=0)
    is_random: Mapped[bool]
    basis: Mapped[Basis]
    at_most: Mapped[int | None]
    """How many of N may deviate by what the sample proves; empty where it proves no number."""
    proof: Mapped[str | None]
    """The sentence on what the sample proves, as it read when the conclusion was written."""
    result_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("recorded_result.id", ondelete="RESTRICT")
    )
    corrects_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("conclusion.id", ondelete="RESTRICT")
    )
    """The signed conclusion that this one takes the place of."""
    written_by_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    written_at: Mapped[datetime]
    signed_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    signed_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    return_reason: Mapped[str | None]

    written_by: Mapped[User] = relationship(foreign_keys=[written_by_id])
    signed_by: Mapped[User | None] = relationship(foreign_keys=[signed_by_id])


class Reopening(Base):
    """Öppnad för rättelse: the one who signed a conclusion lets its answers be corrected.

    The signed conclusion stands, and so do the reports that counted it, until a correction of it is
    signed. That closes the reopening; so does taking it back before anything was corrected.
    """

    __tablename__ = "conclusion_reopening"
    __table_args__ = (
        sa.CheckConstraint("length(reason) > 0", name="reason"),
        sa.Index(None, "conclusion_id"),
        sa.Index(
            "uq_conclusion_reopening_standing",
            "conclusion_id",
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
    )

    id: Mapped[Pk]
    conclusion_id: Mapped[int] = mapped_column(sa.ForeignKey("conclusion.id", ondelete="RESTRICT"))
    reason: Mapped[str]
    reopened_by_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    reopened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    conclusion: Mapped[Conclusion] = relationship()
    reopened_by: Mapped[User] = relationship()
