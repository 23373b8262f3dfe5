"""Offentlig version av en beslutad uppföljning: what is asked for, what is masked, what came out.

Who asked is not kept: nobody needs to say who they are, or why (tryckfrihetsförordningen 2:18).
"""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internkontroll.core.base import Base, Pk, Sha256


class PublicEvent(StrEnum):
    """What the trail says happened when a report was asked for."""

    PROPOSED = "public-version:proposed"
    JUDGED = "public-version:judged"
    DECIDED = "public-version:decided"


class PublicState(StrEnum):
    """Läget för en begäran om en handling."""

    ASKED_FOR = "asked_for"
    ANSWERED = "answered"


class PublicOutcome(StrEnum):
    """Utgången: what was given out."""

    WHOLE = "given_whole"
    PART = "given_part"
    REFUSED = "not_given"


class MaskGround(StrEnum):
    """Varför programmet föreslår att något maskeras."""

    SMALL_FRAME = "small_frame"
    FREE_TEXT = "free_text"
    COMMITTEE = "committee_cases"
    TOTAL = "sum_tells"
    RESEMBLES_PERSON = "resembles_person"


class PublicVersion(Base):
    """Offentlig version: one request for a decided version of a report, and the decision on it.

    ``content`` is the canonical JSON that was given out; a refused one has none.
    """

    __tablename__ = "public_version"
    __table_args__ = (
        sa.CheckConstraint(
            "(state = 'answered') = (outcome IS NOT NULL AND decided_on IS NOT NULL\n"
            "AND decided_at IS NOT NULL)",
            name="decided",
        ),
        sa.CheckConstraint(
            "(content IS NOT NULL) = (outcome IS NOT NULL AND outcome <> 'not_given')",
            name="given_out",
        ),
        sa.CheckConstraint("(content IS NULL) = (content_sha256 IS NULL)", name="hash"),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome = 'given_whole' OR length(ground) > 0", name="ground"
        ),
        sa.CheckConstraint("version >= 1", name="version"),
        sa.Index(None, "report_id"),
    )

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    report_id: Mapped[int] = mapped_column(
        sa.ForeignKey("follow_up_report.id", ondelete="RESTRICT")
    )
    version: Mapped[int]
    """The version of the report that was asked for."""
    report_sha256: Mapped[Sha256]
    requested_on: Mapped[date]
    state: Mapped[PublicState] = mapped_column(default=PublicState.ASKED_FOR)
    provision: Mapped[str] = mapped_column(default="")
    """The provision of OSL that holds where a masking has none of its own."""
    outcome: Mapped[PublicOutcome | None]
    ground: Mapped[str] = mapped_column(default="")
    """Why, as it is told to who asked."""
    decided_on: Mapped[date | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    content: Mapped[str | None] = mapped_column(deferred=True)
    content_sha256: Mapped[Sha256 | None]
    created_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    created_at: Mapped[datetime]
    row_version: Mapped[int] = mapped_column(default=1)

    maskings: Mapped[list["PublicMasking"]] = relationship(order_by="PublicMasking.id")


class PublicMasking(Base):
    """Maskering: a place in the report, what the program proposed and what a person decided.

    ``place`` is as ``rules.public`` names it. ``proposed`` empty: a person added it. ``masked``
    empty: nobody has judged it yet.
    """

    __tablename__ = "public_masking"
    __table_args__ = (
        sa.UniqueConstraint("public_version_id", "place"),
        sa.CheckConstraint("proposed IS NOT NULL OR masked IS NOT NULL", name="added"),
        sa.CheckConstraint("(masked IS NULL) = (judged_at IS NULL)", name="judged"),
    )

    id: Mapped[Pk]
    public_version_id: Mapped[int] = mapped_column(
        sa.ForeignKey("public_version.id", ondelete="RESTRICT")
    )
    place: Mapped[str] = mapped_column(sa.String(120))
    proposed: Mapped[MaskGround | None]
    masked: Mapped[bool | None]
    provision: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    judged_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    judged_at: Mapped[datetime | None]
