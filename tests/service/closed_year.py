"""A board whose year is over, with everything that gallring is to weigh."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.archive.models import CountedFrom, Disposal, RecordKind
from internkontroll.archive.queries import try_disposal
from internkontroll.archive.rules import OF_THE_MUNICIPALITY, DryRun
from internkontroll.archive.services import (
    close_audit,
    confirm_disposal,
    decide_rule,
    order_disposal,
)
from internkontroll.core.access import Actor, Role, system_actor
from internkontroll.core.transaction import transaction
from internkontroll.files.attachments import AttachmentKind
from internkontroll.organisation.models import Board, ReportingPoint
from internkontroll.plan.models import Criterion
from internkontroll.reporting.models import FollowUpReport, ReportRemark, ReportState
from internkontroll.review.models import Answer, Attachment, ItemResult
from internkontroll.sampling.models import Draw, SamplingEvent
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.trail.queries import history_of
from internkontroll.trail.services import record
from tests.factories import (
    AT,
    make_actor,
    make_board,
    make_control,
    make_decision,
    make_drawn_sample,
    make_occurrence,
    make_plan,
    make_points,
)

LATER = datetime(2026, 3, 2, 9, tzinfo=UTC)
YEAR = 2020
ALL = tuple(kind for kind in RecordKind if kind not in OF_THE_MUNICIPALITY)


@dataclass
class Office:
    """A board whose year 2020 is over: decided, and the auditors done with it."""

    session: Session
    board: Board
    controller: Actor
    secretary: Actor
    occurrence: Occurrence
    draw: Draw

    def rule(self, kind: RecordKind, months: int = 24, version: int = 0) -> None:
        with transaction(self.session):
            decide_rule(
                self.session,
                self.board,
                kind,
                months=months,
                counted_from=CountedFrom.YEAR_DECIDED,
                body="Nämnden",
                decided_on=date(2021, 1, 20),
                reference="§ 12",
                row_version=version,
                actor=self.secretary,
                at=LATER,
            )

    def tried(self, kind: RecordKind, on: date | None = None) -> DryRun:
        return try_disposal(self.session, self.board, kind, YEAR, on=on or LATER.date())

    def order(self, kind: RecordKind, at: datetime = LATER, actor: Actor | None = None) -> Disposal:
        with transaction(self.session):
            return order_disposal(
                self.session,
                self.board,
                kind,
                YEAR,
                selection=self.tried(kind).selection,
                actor=actor or self.controller,
                at=at,
            )

    def confirm(self, disposal: Disposal, actor: Actor | None = None, at: datetime = LATER) -> None:
        with transaction(self.session):
            confirm_disposal(self.session, disposal, actor=actor or self.secretary, at=at)

    def run(self, kind: RecordKind) -> Disposal:
        self.rule(kind)
        disposal = self.order(kind)
        self.confirm(disposal)
        return disposal

    def events(self) -> list[str]:
        return [row.event for row in history_of(self.session, "SCN", "disposal", 1)]


def add_evidence(session: Session, occurrence: Occurrence, draw: Draw) -> None:
    """A comment, a file, and what the trail says of reading and of doing."""
    session.add(
        ItemResult(
            occurrence_id=occurrence.id,
            item_id=draw.items[0].id,
            criterion_id=session.scalars(sa.select(Criterion.id)).first(),
            revision=1,
            answer=Answer.NO,
            comment="Datum saknas.",
            recorded_at=AT,
        )
    )
    session.add(
        Attachment(
            board_id=occurrence.board_id,
            occurrence_id=occurrence.id,
            stored_name="a1",
            file_name="protokoll.pdf",
            kind=AttachmentKind.PDF,
            size=1,
            sha256="0" * 64,
            added_at=AT,
        )
    )
    occurrence.attachments = 1
    for event in (SamplingEvent.REFERENCES_READ, SamplingEvent.DRAW_SEEDED):
        record(
            session,
            chain="SCN",
            actor=system_actor("provning"),
            at=AT,
            event=event,
            subject=("draw", draw.id),
        )


def add_report(session: Session, board: Board, occurrence: Occurrence) -> None:
    last = occurrence.reporting_point_id
    session.get_one(ReportingPoint, last).closed_at = AT
    report = FollowUpReport(
        board_id=board.id,
        reporting_point_id=last,
        state=ReportState.DECIDED,
        decision_id=make_decision(session, board, date(2021, 2, 10)).id,
        cut_off_at=AT,
        snapshot="{}",
        snapshot_sha256="0" * 64,
        created_at=AT,
    )
    session.add(report)
    session.flush()
    session.add_all(
        ReportRemark(
            report_id=report.id,
            control_id=occurrence.control_id,
            revision=revision,
            comment=comment,
            recorded_at=AT,
        )
        for revision, comment in ((1, "Först så."), (2, "Sedan så."))
    )


def make_office(session: Session) -> Office:
    """The board's year with one approved kontroll, its sample, report, evidence and trail."""
    board = make_board(session)
    control = make_control(session, make_plan(session, board, YEAR, decided=True))
    last = make_points(session, board, YEAR)[-1]
    occurrence = make_occurrence(session, control, last, state=OccurrenceState.APPROVED)
    draw = make_drawn_sample(session, occurrence)
    add_evidence(session, occurrence, draw)
    add_report(session, board, occurrence)
    controller = make_actor(session, Role.CONTROLLER, board)
    secretary = make_actor(session, Role.SECRETARY, board)
    with transaction(session):
        close_audit(
            session,
            board,
            YEAR,
            closed_on=date(2021, 5, 4),
            told_by="Revisionens skrivelse",
            actor=secretary,
            at=LATER,
        )
    return Office(session, board, controller, secretary, occurrence, draw)
