"""The demonstration filled for the tests, copied, and logged in to without a page."""

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import LoginSession, RoleProposal, User
from internkontroll.accounts.rules import session_digest
from internkontroll.archive.models import Disposal, PackageState, RecordKind, ReportPackage
from internkontroll.core.access import Actor, Role, system_actor
from internkontroll.core.base import Base
from internkontroll.core.database import intent_to_write
from internkontroll.demo import fill_demo
from internkontroll.demo.reading import HERE
from internkontroll.files.attachments import AttachmentKind
from internkontroll.monitoring.services import draw_readings
from internkontroll.organisation.models import Board, ReportingPoint, Subcommittee
from internkontroll.plan.models import Control, Criterion
from internkontroll.plan.rules.checklists import CriterionContent
from internkontroll.plan.services import store_reading
from internkontroll.plan.services.checklists import begin_version, create_checklist, publish_version
from internkontroll.plan.services.control_checklist import take_over_checklist
from internkontroll.reporting.models import BoardAssignment, FollowUpReport, ReportVersion
from internkontroll.reporting.services import (
    Judged,
    decide_public_version,
    judge_public_version,
    propose_public_version,
)
from internkontroll.review.models import Answer, Attachment, SecondAnswer, SecondReading
from internkontroll.sampling.models import DrawOccurrence, SampleItem, SamplingEvent
from internkontroll.schedule.models import ConflictOfInterest, Occurrence, OccurrenceState
from internkontroll.trail.services import ReadRows, record_reading
from tests.world_ids import AT, YEAR, World


def fill_world(url: str) -> None:
    """The demonstration, a waiting reading, and what the demonstration itself does not leave."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with intent_to_write(), Session(engine) as session:
        fill_demo(session, actor=system_actor("provning"), at=AT)
        for board in session.scalars(sa.select(Board).where(Board.code.in_(("SCN", "OSN")))):
            store_reading(
                session,
                board,
                year=YEAR + 1,
                data=(HERE / "plan_amn.csv").read_bytes(),
                file_name="plan.csv",
                actor=system_actor("provning"),
                at=AT,
            )
        _add_evidence(session)
        _add_checklist(session)
        _add_second_reading(session)
        _add_disposal(session)
        _add_proposal(session)
        _add_way_of_report(session)
        _add_package(session)
        _add_follow_up(session)
        _add_conflict(session)
        session.commit()
    engine.dispose()


def _add_evidence(session: Session) -> None:
    """An attachment of the board's own and of IU1's, and a draw that two of IU1's share."""
    for committee in (None, "IU1"):
        occurrence = session.get_one(Occurrence, World(session, "SCN", committee).open())
        number = occurrence.id
        session.add(
            Attachment(
                board_id=occurrence.board_id,
                occurrence_id=number,
                stored_name=f"bilaga{number}",
                file_name="protokoll.pdf",
                kind=AttachmentKind.PDF,
                size=20_480,
                sha256="0" * 64,
                added_at=AT,
            )
        )
        occurrence.attachments = 1
    committee = World(session, "SCN", "IU1")
    latest = session.scalars(
        sa.select(DrawOccurrence.draw_id)
        .join(Occurrence, Occurrence.id == DrawOccurrence.occurrence_id)
        .join(Subcommittee, Subcommittee.id == Occurrence.subcommittee_id)
        .where(Subcommittee.code == "IU1", Occurrence.board_id == committee.board_id)
        .order_by(DrawOccurrence.draw_id.desc())
    ).first()
    assert latest is not None
    coming = session.scalars(
        sa.select(Occurrence.id)
        .join(Subcommittee, Subcommittee.id == Occurrence.subcommittee_id)
        .where(Subcommittee.code == "IU1", Occurrence.state == OccurrenceState.PLANNED)
        .order_by(Occurrence.due_on.desc())
    ).first()
    session.add(DrawOccurrence(draw_id=latest, occurrence_id=coming))
    session.flush()


def _add_checklist(session: Session) -> None:
    """A published checklist that a control of SCN's draft has, and its next version's draft."""
    actor = system_actor("provning")
    criteria = [CriterionContent(text) for text in ("Skälen finns i akten.", "Beslutet är i tid.")]
    checklist = create_checklist(session, "Beslut i ärenden", criteria, actor=actor, at=AT)
    version = checklist.versions[0]
    publish_version(session, version, row_version=1, actor=actor, at=AT)
    begin_version(session, checklist, actor=actor, at=AT)
    control = session.get_one(Control, World(session).draft_control_id())
    if control.obligatory_id is None:
        take_over_checklist(
            session, control, version, row_version=control.row_version, actor=actor, at=AT
        )


def _add_second_reading(session: Session) -> None:
    """An item of the board's own and of IU1's read twice, with one difference to settle."""
    for committee, username in ((None, "granskare"), ("IU1", "ordforande-iu1")):
        world = World(session, "SCN", committee)
        occurrence = session.get_one(Occurrence, world.done())
        reading = SecondReading(
            occurrence_id=occurrence.id,
            draw_id=world.draw_id(),
            n=1,
            size=1,
            seed="0" * 20,
            reader_id=session.scalar(sa.select(User.id).where(User.username == username)),
            ordered_at=AT,
            finished_at=AT,
        )
        session.add(reading)
        session.flush()
        first = session.scalar(
            sa.select(SampleItem.id)
            .where(SampleItem.draw_id == reading.draw_id)
            .order_by(SampleItem.position)
            .limit(1)
        )
        session.add_all(
            SecondAnswer(
                reading_id=reading.id,
                item_id=first,
                criterion_id=criterion_id,
                first_answer=Answer.YES,
                answer=Answer.NO,
                recorded_at=AT,
            )
            for criterion_id in session.scalars(
                sa.select(Criterion.id).where(Criterion.control_id == occurrence.control_id)
            )
        )
        session.flush()


def _add_disposal(session: Session) -> None:
    """An order of SCN's to destroy comments, that waits for its second person."""
    secretary = session.scalar(sa.select(User.id).where(User.username == "namndsekreterare"))
    session.add(
        Disposal(
            board_id=World(session).board_id,
            kind=RecordKind.NOTES,
            year=YEAR - 1,
            decision="Socialnämnden, 15 januari 2020, § 12: 2 år efter årets slut",
            count=3,
            kept=1,
            oldest=AT,
            newest=AT,
            selection="0" * 64,
            ordered_by_id=secretary,
            ordered_at=AT,
        )
    )
    session.flush()


def _add_way_of_report(session: Session) -> None:
    """April's report was corrected once, and its decision gave an assignment."""
    april = session.scalars(
        sa.select(FollowUpReport)
        .join(ReportingPoint)
        .where(ReportingPoint.board_id == World(session).board_id, ReportingPoint.name == "april")
    ).one()
    session.add_all(
        [
            ReportVersion(
                report_id=april.id,
                version=1,
                decision_id=april.decision_id,
                snapshot=april.snapshot,
                snapshot_sha256=april.snapshot_sha256,
                reason="En kontroll räknades inte.",
                replaced_at=AT,
            ),
            BoardAssignment(
                board_id=april.board_id,
                report_id=april.id,
                year=YEAR,
                number=9,
                text="se över rutinen för inköp",
                given_on=date(YEAR, 5, 28),
                report_back_on=date(YEAR, 12, 16),
                recorded_at=AT,
            ),
        ]
    )
    april.version = 2
    session.flush()
    _add_requests(session, april)


def _add_requests(session: Session, april: FollowUpReport) -> None:
    """April's report was asked for twice: one request waits, one is answered."""
    board, point = session.get_one(Board, april.board_id), april.reporting_point
    about: dict[str, Any] = {"actor": system_actor("provning"), "at": AT}
    for waits in (True, False):
        public = propose_public_version(session, board, point, april, date(YEAR, 5, 30), **about)
        if waits:
            continue
        judged = {one.place: Judged(masked=True) for one in public.maskings}
        provision = "26 kap. 1 §"
        judge_public_version(session, board, point, public, judged, provision=provision, **about)
        ground = "Det kan inte uteslutas att någon lider men."
        decide_public_version(session, board, point, public, ground=ground, **about)


def _add_package(session: Session) -> None:
    """August's report has been sent, and kommunstyrelsen has had its package made."""
    august = session.scalars(
        sa.select(FollowUpReport)
        .join(ReportingPoint)
        .where(ReportingPoint.board_id == World(session).board_id, ReportingPoint.name == "augusti")
    ).one()
    august.sent_at = AT
    session.add(
        ReportPackage(
            board_id=august.board_id,
            report_id=august.id,
            report_sha256=august.snapshot_sha256,
            state=PackageState.DONE,
            content=b"PK",
            sha256="0" * 64,
            size=2,
            ordered_at=AT,
            ended_at=AT,
        )
    )
    session.flush()


def _add_proposal(session: Session) -> None:
    """A role in SCN that waits for a second person, proposed for the reader."""
    people = {user.username: user for user in session.scalars(sa.select(User))}
    session.add(
        RoleProposal(
            user_id=people["lasare"].id,
            role=Role.REVIEWER,
            board_id=World(session).board_id,
            valid_from=AT.date(),
            proposed_by_id=people["direktor"].id,
            proposed_at=AT,
        )
    )
    session.flush()


def _add_follow_up(session: Session) -> None:
    """A reading of IU1's list by its reviewer last month, drawn to be followed up."""
    world = World(session, "SCN", "IU1")
    reader = session.scalars(sa.select(User).where(User.username == "justerare-iu1")).one()
    record_reading(
        session,
        ReadRows(world.population_id(), [1]),
        chain="SCN",
        actor=Actor(reader.id, reader.title),
        at=AT - timedelta(days=30),
        event=SamplingEvent.REFERENCES_READ,
        subject=("occurrence", world.done()),
    )
    draw_readings(session, date(AT.year, AT.month - 1, 1), actor=system_actor("provning"), at=AT)


def _add_conflict(session: Session) -> None:
    """A member without an account who stepped aside from IU1's done review, and one that waits."""
    world = World(session, "SCN", "IU1")
    for occurrence_id in (world.done(), world.open()):
        session.add(
            ConflictOfInterest(occurrence_id=occurrence_id, member="ledamot 3", recorded_at=AT)
        )
    session.flush()


def log_in_directly(session: Session, username: str, at: datetime = AT) -> str:
    """A session's secret name without the login page: passwords are not under test here."""
    user_id = session.scalar(
        sa.text("SELECT id FROM user_account WHERE username = :name"), {"name": username}
    )
    token = f"provning-{username}"
    session.add(
        LoginSession(digest=session_digest(token), user_id=user_id, created_at=at, last_seen_at=at)
    )
    return token


def copied_world(source: str, target: str) -> None:
    """Copy every row of one database into another that is migrated and empty, as its owner."""
    engines = [sa.create_engine(url, poolclass=sa.NullPool) for url in (source, target)]
    with engines[0].connect() as there, engines[1].begin() as here:
        for table in Base.metadata.sorted_tables:
            order = table.primary_key.columns.values()
            rows = [
                dict(row) for row in there.execute(sa.select(table).order_by(*order)).mappings()
            ]
            if rows:
                here.execute(sa.insert(table), rows)
            if "id" in table.c and here.dialect.name == "postgresql":
                here.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), "  # noqa: S608 -- our own names
                    f"(SELECT max(id) + 1 FROM {table.name}))"
                )
    for engine in engines:
        engine.dispose()
