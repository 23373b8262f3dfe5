"""Uppföljning av internkontrollplanen: live until decided, then a snapshot with hash."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internkontroll.core.base import Base, Pk, Sha256
from internkontroll.organisation.models import Decision, ReportingPoint, Unit


class ReportEvent(StrEnum):
    """What the trail says happened to a follow-up report."""

    COMMENTED = "report:commented"
    ASSESSED = "report:assessed"
    CONCLUDED = "report:concluded"
    DECIDED = "report:decided"
    APPROVED = "report:approved"
    TAKEN_BACK = "report:taken-back"
    AMENDING = "report:amending"
    REFERRED_BACK = "report:referred-back"
    TABLED = "report:tabled"
    VERIFIED = "report:verified"
    SENT = "report:sent"
    RECEIVED = "report:received"
    CORRECTION_OPENED = "report:correction-opened"
    CORRECTION_DROPPED = "report:correction-dropped"
    CORRECTED = "report:corrected"
    ASSIGNED = "assignment:given"
    ASSIGNMENT_MOVED = "assignment:moved"
    ASSIGNMENT_REPORTED = "assignment:reported"


class Assessment(StrEnum):
    """Bedömning av ett kontrollmoment."""

    WITHOUT_DEVIATION = "without_deviation"
    MINOR = "minor"
    MATERIAL = "material"
    SERIOUS = "serious"
    NOT_PERFORMED = "not_performed"


class OverallAssessment(StrEnum):
    """Samlad bedömning av den interna kontrollen."""

    SUFFICIENT = "sufficient"
    PARTLY = "partly"
    INSUFFICIENT = "insufficient"


class ReportState(StrEnum):
    """Uppföljningens läge."""

    LIVE = "live"
    APPROVED = "approved"
    AMENDING = "amending"
    DECIDED = "decided"


class AssignmentState(StrEnum):
    """Uppdragets läge."""

    OPEN = "open"
    REPORTED = "reported"


def _person() -> Mapped[int | None]:
    return mapped_column(sa.ForeignKey("user_account.id", ondelete="RESTRICT"))


class FollowUpReport(Base):
    """Uppföljning av internkontrollplan for one board and reporting point.

    Approved by the director it lies before the board as ``proposal``; decided it is ``snapshot``.
    ``correction_reason`` is set while a decided one is being corrected: the decided version stands
    until the board has decided the next, and is then kept as a :class:`ReportVersion`.
    """

    __tablename__ = "follow_up_report"
    __table_args__ = (
        sa.UniqueConstraint("reporting_point_id"),
        sa.CheckConstraint(
            "(state = 'decided') = (decision_id IS NOT NULL AND snapshot IS NOT NULL\n"
            "AND snapshot_sha256 IS NOT NULL AND cut_off_at IS NOT NULL)",
            name="decided_is_frozen",
        ),
        sa.CheckConstraint(
            "(overall IS NULL) = (overall_grounds IS NULL)", name="overall_has_grounds"
        ),
        sa.CheckConstraint("(overall IS NULL) = (overall_at IS NULL)", name="overall_has_time"),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'amending') OR (proposal IS NOT NULL\n"
            "AND proposal_sha256 IS NOT NULL AND approved_at IS NOT NULL\n"
            "AND cut_off_at IS NOT NULL)",
            name="approved_is_frozen",
        ),
        sa.CheckConstraint("sent_at IS NULL OR state = 'decided'", name="sent_is_decided"),
        sa.CheckConstraint(
            "received_at IS NULL OR (sent_at IS NOT NULL AND received_on IS NOT NULL)",
            name="received_is_sent",
        ),
        sa.CheckConstraint(
            "correction_reason IS NULL OR (state = 'decided' AND length(correction_reason) > 0)",
            name="corrects_decided",
        ),
        sa.CheckConstraint("version >= 1", name="version"),
    )

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    reporting_point_id: Mapped[int] = mapped_column(
        sa.ForeignKey("reporting_point.id", ondelete="RESTRICT")
    )
    state: Mapped[ReportState] = mapped_column(default=ReportState.LIVE)
    overall: Mapped[OverallAssessment | None]
    overall_grounds: Mapped[str | None]
    overall_at: Mapped[datetime | None]
    """When the overall assessment was last written."""
    overall_by_id: Mapped[int | None] = _person()
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = _person()
    proposal: Mapped[str | None] = mapped_column(deferred=True)
    """The canonical JSON that the director approved and the board was given."""
    proposal_sha256: Mapped[Sha256 | None]
    decision_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("decision.id", ondelete="RESTRICT")
    )
    cut_off_at: Mapped[datetime | None]
    """The moment up to which facts were taken in; set by the approval, else by the decision."""
    snapshot: Mapped[str | None]
    """The canonical JSON that was decided."""
    snapshot_sha256: Mapped[Sha256 | None]
    version: Mapped[int] = mapped_column(default=1)
    """The version that is decided, or is to be; each correction is the next."""
    corrected_because: Mapped[str | None]
    """Why this version took the place of the one before it."""
    correction_reason: Mapped[str | None]
    correction_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    """When the decided version was handed over to kommunstyrelsen."""
    sent_by_id: Mapped[int | None] = _person()
    received_on: Mapped[date | None]
    received_at: Mapped[datetime | None]
    received_by_id: Mapped[int | None] = _person()
    created_at: Mapped[datetime]
    row_version: Mapped[int] = mapped_column(default=1)

    reporting_point: Mapped[ReportingPoint] = relationship()
    decision: Mapped[Decision | None] = relationship()


class ReportRemark(Base):
    """Kommentar och bedömning för ett kontrollmoment i en uppföljning. A change is a new row.

    ``assessment`` empty: the rule's own proposal stands. ``reason`` is asked for when it differs.
    """

    __tablename__ = "report_remark"
    __table_args__ = (
        sa.UniqueConstraint("report_id", "control_id", "revision"),
        sa.CheckConstraint(
            "assessment IS NULL OR assessment_reason IS NOT NULL", name="assessment_why"
        ),
        sa.CheckConstraint("figures IS NOT NULL OR NOT figures_confirmed", name="confirmed"),
    )

    id: Mapped[Pk]
    report_id: Mapped[int] = mapped_column(
        sa.ForeignKey("follow_up_report.id", ondelete="RESTRICT")
    )
    control_id: Mapped[int] = mapped_column(sa.ForeignKey("control.id", ondelete="RESTRICT"))
    revision: Mapped[int]
    comment: Mapped[str]
    assessment: Mapped[Assessment | None]
    assessment_reason: Mapped[str | None]
    figures: Mapped[str | None]
    """Canonical JSON of the figures that the comment was proposed from, or confirmed against."""
    figures_confirmed: Mapped[bool] = mapped_column(default=False)
    recorded_by_id: Mapped[int | None] = _person()
    recorded_at: Mapped[datetime]


class ReportTreatment(Base):
    """Nämndens behandling av uppföljningen: each time it was before the board, and its outcome.

    The outcome is the decision's. ``proposal`` is what lay before the board, ``xray`` what the
    X-ray reminded of then, a sentence a row.
    """

    __tablename__ = "report_treatment"
    __table_args__ = (sa.UniqueConstraint("decision_id"), sa.Index(None, "report_id"))

    id: Mapped[Pk]
    report_id: Mapped[int] = mapped_column(
        sa.ForeignKey("follow_up_report.id", ondelete="RESTRICT")
    )
    decision_id: Mapped[int] = mapped_column(sa.ForeignKey("decision.id", ondelete="RESTRICT"))
    proposal: Mapped[str] = mapped_column(deferred=True)
    proposal_sha256: Mapped[Sha256]
    xray: Mapped[list[str]] = mapped_column(default=list)
    reason: Mapped[str | None]
    next_on: Mapped[date | None]
    """When a tabled report is to come up again."""
    recorded_by_id: Mapped[int | None] = _person()
    recorded_at: Mapped[datetime]

    decision: Mapped[Decision] = relationship()


class ReportVersion(Base):
    """Tidigare version av en beslutad uppföljning, as it was decided; ``reason`` is why it fell."""

    __tablename__ = "report_version"
    __table_args__ = (
        sa.UniqueConstraint("report_id", "version"),
        sa.CheckConstraint("length(reason) > 0", name="reason"),
    )

    id: Mapped[Pk]
    report_id: Mapped[int] = mapped_column(
        sa.ForeignKey("follow_up_report.id", ondelete="RESTRICT")
    )
    version: Mapped[int]
    decision_id: Mapped[int] = mapped_column(sa.ForeignKey("decision.id", ondelete="RESTRICT"))
    snapshot: Mapped[str] = mapped_column(deferred=True)
    snapshot_sha256: Mapped[Sha256]
    reason: Mapped[str]
    sent_at: Mapped[datetime | None]
    received_on: Mapped[date | None]
    replaced_at: Mapped[datetime]

    decision: Mapped[Decision] = relationship()


class BoardAssignment(Base):
    """Uppdrag från nämnden: "att uppdra till förvaltningen ..." in the decision on a report.

    ``number`` counts within the board and the report's year. ``report_back_on`` is the day that
    holds now; :class:`AssignmentMove` tells from which days it has been moved.
    """

    __tablename__ = "board_assignment"
    __table_args__ = (
        sa.UniqueConstraint("board_id", "year", "number"),
        sa.CheckConstraint("length(text) > 0", name="text"),
        sa.CheckConstraint(
            "(state = 'reported') = (reported_on IS NOT NULL AND reported_at IS NOT NULL\n"
            "AND report_back IS NOT NULL)",
            name="reported",
        ),
        sa.Index(None, "report_id"),
    )

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    report_id: Mapped[int] = mapped_column(
        sa.ForeignKey("follow_up_report.id", ondelete="RESTRICT")
    )
    year: Mapped[int]
    number: Mapped[int]
    text: Mapped[str]
    """The clause as decided, without its "att"."""
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id", ondelete="RESTRICT"))
    given_on: Mapped[date]
    report_back_on: Mapped[date]
    state: Mapped[AssignmentState] = mapped_column(default=AssignmentState.OPEN)
    report_back: Mapped[str | None]
    reported_on: Mapped[date | None]
    reported_at: Mapped[datetime | None]
    reported_by_id: Mapped[int | None] = _person()
    recorded_at: Mapped[datetime]
    row_version: Mapped[int] = mapped_column(default=1)

    unit: Mapped[Unit | None] = relationship()
    report: Mapped[FollowUpReport] = relationship()
    moves: Mapped[list["AssignmentMove"]] = relationship(order_by="AssignmentMove.id")


class AssignmentMove(Base):
    """Flyttad återrapportering: from which day to which, and why. Never changed."""

    __tablename__ = "assignment_move"
    __table_args__ = (
        sa.CheckConstraint("length(reason) > 0", name="reason"),
        sa.Index(None, "assignment_id"),
    )

    id: Mapped[Pk]
    assignment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("board_assignment.id", ondelete="RESTRICT")
    )
    old_on: Mapped[date]
    new_on: Mapped[date]
    reason: Mapped[str]
    recorded_by_id: Mapped[int | None] = _person()
    recorded_at: Mapped[datetime]


class MemoEvent(StrEnum):
    """What the trail says happened to a tjänsteskrivelse and to its template."""

    WRITTEN = "memo:written"
    TEMPLATE_CHANGED = "memo-template:changed"


class MemoPart(StrEnum):
    """Del av tjänsteskrivelsen."""

    PROPOSAL = "proposal"
    MATTER = "matter"
    PREPARATION = "preparation"
    CHILDREN = "children"
    EQUALITY = "equality"
    BUSINESS = "business"
    PRESENTATION = "presentation"
    ECONOMY = "economy"
    BASIS = "basis"


class MemoTemplate(Base):
    """Kommunens mall för tjänsteskrivelser: its parts in order. A change is a new row.

    A document of a decided report has the headings that stood at its decision.
    """

    __tablename__ = "memo_template"
    __table_args__ = (
        sa.UniqueConstraint("revision"),
        sa.CheckConstraint("revision >= 1", name="revision"),
    )

    id: Mapped[Pk]
    revision: Mapped[int]
    parts: Mapped[list[Any]] = mapped_column(sa.JSON)
    """Each part with ``part``, ``heading``, ``text`` and ``included``, in the document's order."""
    recorded_by_id: Mapped[int | None] = _person()
    recorded_at: Mapped[datetime]


class CoverMemo(Base):
    """Tjänsteskrivelse: what is written by hand in one. A change is a new row.

    ``texts`` are by :class:`MemoPart`; all else in the document is computed from the report. Each
    ``version`` of the report has its own; that of a decided version is never changed.
    """

    __tablename__ = "cover_memo"
    __table_args__ = (
        sa.UniqueConstraint("report_id", "version", "revision"),
        sa.CheckConstraint("revision >= 1", name="revision"),
        sa.CheckConstraint("version >= 1", name="version"),
    )

    id: Mapped[Pk]
    report_id: Mapped[int] = mapped_column(
        sa.ForeignKey("follow_up_report.id", ondelete="RESTRICT")
    )
    version: Mapped[int]
    revision: Mapped[int]
    texts: Mapped[dict[str, Any]]
    memo_author: Mapped[str]
    """Handläggare, by function; empty if it is not told."""
    registry_number: Mapped[str]
    """Diarienummer; empty until it is known."""
    recorded_by_id: Mapped[int | None] = _person()
    recorded_at: Mapped[datetime]
