"""Read what kommunstyrelsen's samlade bild is made of: every nämnd, what it has decided and sent.

What has not been sent is never read: the statement gives its content out only where it has.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from internkontroll.core.clock import end_of_day, swedish_day
from internkontroll.core.sorting import swedish_key
from internkontroll.organisation.models import (
    Board,
    BoardKind,
    Decision,
    Municipality,
    ReportingPoint,
)
from internkontroll.plan.models import Control, ObligatoryControl, Plan, PlanKind
from internkontroll.reporting.models import (
    FollowUpReport,
    OversightDecision,
    OversightSummary,
    ReportState,
    ReportVersion,
)
from internkontroll.reporting.queries.facts import PROGRAM_VERSION
from internkontroll.reporting.rules.oversight import (
    BoardFacts,
    ObligatoryFact,
    OversightFacts,
    OversightReport,
    PictureDecision,
    PictureStanding,
    SentReport,
    ShownOversight,
    SummaryFacts,
    build_oversight,
    oversight_from_plain,
    picture_standing,
    sent_report,
)

IS_SENT = sa.or_(
    FollowUpReport.sent_at.is_not(None),
    sa.and_(
        Board.kind == BoardKind.EXECUTIVE,
        FollowUpReport.state == ReportState.DECIDED,
        ReportingPoint.executive_on.is_not(None),
    ),
)
"""A decided report that the nämnd has handed over; kommunstyrelsen's own is handed to nobody."""

WAS_SENT = sa.or_(
    ReportVersion.sent_at.is_not(None),
    sa.and_(Board.kind == BoardKind.EXECUTIVE, ReportingPoint.executive_on.is_not(None)),
)
"""The same of a version that a later one has taken the place of."""

_IS_OF_THE_PLAN = (Plan.kind == PlanKind.INTERNAL_CONTROL, Plan.decision_id.is_not(None))


@dataclass(frozen=True)
class OversightEntry:
    """En rapporteringstidpunkt över alla nämnder: ``sent`` of ``asked`` have sent theirs.

    ``due_on`` is the last day to kommunstyrelsen that any nämnd has, None where none has one.
    ``decision`` is kommunstyrelsen's on the picture, the one that holds.
    """

    year: int
    point: str
    period_end: date
    asked: int
    sent: int
    due_on: date | None
    decision: PictureDecision | None
    standing: PictureStanding


def _standing_decisions(session: Session) -> dict[tuple[int, str], PictureDecision]:
    """The decision that holds on each picture, no snapshot read."""
    rows = session.execute(
        sa.select(
            OversightDecision.year,
            OversightDecision.point,
            OversightDecision.version,
            OversightDecision.decided_on,
            OversightDecision.paragraph,
        ).order_by(OversightDecision.version)
    )
    return {(row.year, row.point): PictureDecision(*row[2:]) for row in rows}


def oversight_entries(session: Session, *, on: date) -> list[OversightEntry]:
    """Every reporting point that any nämnd has, newest first, as it stands on the day."""
    sent = sa.func.count(sa.case((IS_SENT, FollowUpReport.id)))
    period_end = sa.func.max(ReportingPoint.period_end)
    rows = session.execute(
        sa.select(
            ReportingPoint.year,
            ReportingPoint.name,
            period_end,
            sa.func.count(ReportingPoint.executive_on),
            sent,
            sa.func.max(ReportingPoint.executive_on),
        )
        .join(Board, Board.id == ReportingPoint.board_id)
        .outerjoin(FollowUpReport, FollowUpReport.reporting_point_id == ReportingPoint.id)
        .group_by(ReportingPoint.year, ReportingPoint.name)
    )
    counted = rows.all()
    decisions = _standing_decisions(session)
    until: dict[int, date] = {}
    for year, point, ended, *_ in counted:
        if (year, point) in decisions:
            until[year] = max(ended, until.get(year, ended))
    found = []
    for year, point, ended, asked, came, due_on in counted:
        decision = decisions.get((year, point))
        standing = picture_standing(
            year, ended, sent=came, decision=decision, decided_until=until.get(year), on=on
        )
        found.append(OversightEntry(year, point, ended, asked, came, due_on, decision, standing))
    return sorted(found, key=lambda one: (one.period_end, swedish_key(one.point)), reverse=True)


def has_point(session: Session, year: int, point: str) -> bool:
    """Whether any nämnd has such a point."""
    known = sa.select(ReportingPoint.id).where(
        ReportingPoint.year == year, ReportingPoint.name == point
    )
    return session.scalar(known.limit(1)) is not None


def _plan_sizes(session: Session, year: int) -> dict[tuple[int, int], int]:
    """How many kontrollmoment each decided plan of the year has, by nämnd and version."""
    rows = session.execute(
        sa.select(Plan.board_id, Plan.version, sa.func.count(Control.id))
        .join(Control, Control.plan_id == Plan.id)
        .where(Plan.year == year, *_IS_OF_THE_PLAN)
        .group_by(Plan.board_id, Plan.version)
    )
    return {(board_id, version): number for board_id, version, number in rows}


def sent_reports(session: Session, year: int, point: str, *, on: date) -> list[BoardFacts]:
    """Every nämnd of the year, with its report of the point if it is decided and sent.

    The one place that says what kommunstyrelsen may see of the nämnder. A version that a later one
    has taken the place of since the day is told as it had been sent by then; what is sent after
    the day is told too, with its day. Three queries, and one more where a report was corrected.
    """
    first, last = date(year, 1, 1), date(year, 12, 31)
    rows = session.execute(
        sa.select(
            Board.id,
            Board.code,
            Board.name,
            Board.kind,
            Board.oversight,
            ReportingPoint.id.label("point_id"),
            ReportingPoint.executive_on,
            FollowUpReport.sent_at,
            Decision.decided_on,
            sa.case((IS_SENT, FollowUpReport.id)).label("report_id"),
            FollowUpReport.id.label("any_report_id"),
            FollowUpReport.version,
            FollowUpReport.snapshot_sha256.label("sha256"),
        )
        .outerjoin(
            ReportingPoint,
            sa.and_(
                ReportingPoint.board_id == Board.id,
                ReportingPoint.year == year,
                ReportingPoint.name == point,
            ),
        )
        .outerjoin(FollowUpReport, FollowUpReport.reporting_point_id == ReportingPoint.id)
        .outerjoin(Decision, Decision.id == FollowUpReport.decision_id)
        .where(
            sa.or_(Board.valid_from.is_(None), Board.valid_from <= last),
            sa.or_(Board.valid_to.is_(None), Board.valid_to >= first),
        )
    ).all()
    sizes = _plan_sizes(session, year)
    wanted = {row.report_id: row.sha256 for row in rows if row.report_id is not None}
    reports = _contents(session, wanted)
    corrected = [row.any_report_id for row in rows if (row.version or 1) > 1]
    stood = _versions_of_the_day(session, corrected, on)
    facts = []
    for row in rows:
        report, sent_on = reports.get(row.report_id), _sent_on(row)
        if row.any_report_id in stood:
            report, sent_on = stood[row.any_report_id]
        facts.append(
            BoardFacts(
                code=row.code,
                name=row.name,
                kind=row.kind,
                oversight=row.oversight,
                has_point=row.point_id is not None,
                due_on=row.executive_on,
                sent_on=sent_on if report else None,
                report=report,
                plan_size=sizes.get((row.id, report.plan_version), 0) if report else 0,
            )
        )
    return facts


def _sent_on(row: Any) -> date | None:
    """The day on which a sent report was handed over; of kommunstyrelsen's own, that it decided."""
    decided_on: date | None = row.decided_on
    return swedish_day(row.sent_at) if row.sent_at is not None else decided_on


def _versions_of_the_day(
    session: Session, report_ids: Sequence[int], on: date
) -> dict[int, tuple[SentReport, date]]:
    """What kommunstyrelsen had of reports that have been corrected since the day, by report."""
    if not report_ids:
        return {}
    rows = session.execute(
        sa.select(
            ReportVersion.report_id,
            ReportVersion.snapshot,
            ReportVersion.snapshot_sha256,
            ReportVersion.sent_at,
            Decision.decided_on,
            WAS_SENT.label("was_sent"),
        )
        .join(FollowUpReport, FollowUpReport.id == ReportVersion.report_id)
        .join(ReportingPoint, ReportingPoint.id == FollowUpReport.reporting_point_id)
        .join(Board, Board.id == FollowUpReport.board_id)
        .join(Decision, Decision.id == ReportVersion.decision_id)
        .where(ReportVersion.report_id.in_(report_ids), ReportVersion.replaced_at > end_of_day(on))
        .order_by(ReportVersion.version.desc())
    )
    # Of several, the earliest is the one that stood on the day.
    stood = {row.report_id: row for row in rows}
    return {
        report_id: (sent_report(json.loads(row.snapshot), row.snapshot_sha256), sent_on)
        for report_id, row in stood.items()
        if row.was_sent and (sent_on := _sent_on(row)) is not None and sent_on <= on
    }


_kept: dict[str, SentReport] = {}
_KEPT_AT_MOST = 256


def forget_contents() -> None:
    """Let the next samlade bild read every report again, as a new process does."""
    _kept.clear()


def _contents(session: Session, wanted: Mapping[int, str]) -> dict[int, SentReport]:
    """What each sent report says, by its id.

    A decided report never changes: what was read once is kept by its SHA-256. Whether it is sent
    is asked each time. One that was corrected a moment ago is left out: its next version is not
    sent.
    """
    # Another thread may empty what is kept at any moment.
    kept = {report_id: _kept.get(sha256) for report_id, sha256 in wanted.items()}
    found = {report_id: read for report_id, read in kept.items() if read is not None}
    missing = [report_id for report_id in wanted if report_id not in found]
    if not missing:
        return found
    if len(_kept) + len(missing) > _KEPT_AT_MOST:
        _kept.clear()
    for report_id, snapshot, sha256 in session.execute(
        sa.select(FollowUpReport.id, FollowUpReport.snapshot, FollowUpReport.snapshot_sha256).where(
            FollowUpReport.id.in_(missing)
        )
    ):
        if sha256 == wanted[report_id]:
            _kept[sha256] = found[report_id] = sent_report(json.loads(snapshot or ""), sha256)
    return found


def _obligatory_facts(session: Session, year: int) -> list[ObligatoryFact]:
    """The year's obligatory kontrollmoment, and where each decided plan has them. Two queries."""
    wanted = session.scalars(
        sa.select(ObligatoryControl)
        .where(ObligatoryControl.year == year, ObligatoryControl.withdrawn_at.is_(None))
        .order_by(ObligatoryControl.number)
    ).all()
    if not wanted:
        return []
    places: dict[int, dict[tuple[str, int], int]] = defaultdict(dict)
    for obligatory_id, code, version, number in session.execute(
        sa.select(Control.obligatory_id, Board.code, Plan.version, Control.number)
        .join(Plan, Plan.id == Control.plan_id)
        .join(Board, Board.id == Plan.board_id)
        .where(Plan.year == year, Control.obligatory_id.is_not(None), *_IS_OF_THE_PLAN)
    ):
        if obligatory_id is not None:
            places[obligatory_id][code, version] = number
    return [
        ObligatoryFact(row.number, row.area_name, row.text, places.get(row.id, {}))
        for row in wanted
    ]


def unacknowledged(session: Session, year: int, point: str) -> frozenset[str]:
    """The codes of the nämnder whose report is handed over and has no receipt. One query."""
    codes = session.scalars(
        sa.select(Board.code)
        .join(ReportingPoint, ReportingPoint.board_id == Board.id)
        .join(FollowUpReport, FollowUpReport.reporting_point_id == ReportingPoint.id)
        .where(
            ReportingPoint.year == year,
            ReportingPoint.name == point,
            FollowUpReport.sent_at.is_not(None),
            FollowUpReport.received_at.is_(None),
        )
    )
    return frozenset(codes)


def standing_summary(session: Session, year: int, point: str) -> OversightSummary | None:
    """What kommunstyrelsen has written of the point last; None where nothing has been."""
    return session.scalar(
        sa.select(OversightSummary)
        .where(OversightSummary.year == year, OversightSummary.point == point)
        .order_by(OversightSummary.revision.desc())
        .limit(1)
    )


def _summary_facts(summary: OversightSummary | None) -> SummaryFacts:
    if summary is None:
        return SummaryFacts()
    clauses: Sequence[str] = summary.proposals.split("\n") if summary.proposals else ()
    return SummaryFacts(summary.overall, summary.grounds, tuple(clauses))


def standing_decision(session: Session, year: int, point: str) -> OversightDecision | None:
    """Kommunstyrelsens decision that holds, its snapshot not read; None before any."""
    return session.scalar(standing_select(year, point))


def standing_select(year: int, point: str) -> sa.Select[OversightDecision]:
    """Kommunstyrelsens decision that holds."""
    return (
        sa.select(OversightDecision)
        .where(OversightDecision.year == year, OversightDecision.point == point)
        .order_by(OversightDecision.version.desc())
        .limit(1)
    )


def shown_oversight(
    session: Session, year: int, point: str, *, on: date, drafts: bool = True
) -> ShownOversight | None:
    """The picture as it was decided, read from its snapshot; before a decision as it stands."""
    whole = undefer(OversightDecision.snapshot)
    decided = session.scalar(standing_select(year, point).options(whole))
    if decided is not None:
        made = oversight_from_plain(json.loads(decided.snapshot))
        return ShownOversight(made, decided.snapshot_sha256, decided.snapshot)
    live = oversight_report(session, year, point, on=on, drafts=drafts)
    return ShownOversight(live) if live else None


def oversight_report(
    session: Session, year: int, point: str, *, on: date, drafts: bool = True
) -> OversightReport | None:
    """The samlade bild of a point as it stands on a day; None where no nämnd has such a point.

    Without ``drafts`` there is nothing in it that kommunstyrelsen itself has not decided.
    At most nine queries however many nämnder there are.
    """
    boards = sent_reports(session, year, point, on=on)
    if not any(board.has_point for board in boards):
        return None
    municipality = session.get(Municipality, 1)
    summary = standing_summary(session, year, point) if drafts else None
    facts = OversightFacts(
        municipality=municipality.name if municipality else "",
        year=year,
        point=point,
        boards=boards,
        obligatory=_obligatory_facts(session, year),
        summary=_summary_facts(summary),
        program_version=PROGRAM_VERSION,
    )
    return build_oversight(facts, on=on)
