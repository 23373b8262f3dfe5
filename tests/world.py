"""The demonstration as a world for page tests: every route has an entry that opens it with data."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import LoginSession, RoleGrant, RoleProposal, User
from internkontroll.accounts.rules import session_digest
from internkontroll.archive.models import Disposal, RecordKind
from internkontroll.core.access import Actor, Role, system_actor
from internkontroll.core.base import Base
from internkontroll.core.database import intent_to_write
from internkontroll.demo import fill_demo
from internkontroll.demo.year import HERE
from internkontroll.files.attachments import AttachmentKind
from internkontroll.findings.models import Action, Finding
from internkontroll.monitoring.models import LogFollowUp
from internkontroll.monitoring.services import draw_readings
from internkontroll.organisation.models import (
    Board,
    DefaultPoint,
    Meeting,
    ReportingPoint,
    Subcommittee,
    Unit,
)
from internkontroll.plan.models import (
    Checklist,
    Control,
    ControlMark,
    Criterion,
    MarkKind,
    ObligatoryControl,
    Plan,
    PlanReadingRow,
    PlanState,
)
from internkontroll.plan.rules.checklists import CriterionContent
from internkontroll.plan.services import store_reading
from internkontroll.plan.services.checklists import (
    begin_version,
    create_checklist,
    publish_version,
)
from internkontroll.plan.services.control_checklist import take_over_checklist
from internkontroll.reporting.models import BoardAssignment, FollowUpReport, ReportVersion
from internkontroll.review.models import Answer, Attachment, SecondAnswer, SecondReading
from internkontroll.risk.models import Risk
from internkontroll.sampling.models import (
    Draw,
    DrawOccurrence,
    Population,
    SampleItem,
    SamplingEvent,
)
from internkontroll.schedule.models import ConflictOfInterest, Occurrence, OccurrenceState
from internkontroll.trail.services import ReadRows, record_reading

AT = datetime(2020, 11, 22, 9, tzinfo=UTC)
"""The moment at which the demonstration of the tests was made."""

YEAR = AT.year

ROLE_ACCOUNTS: dict[Role, str] = {
    Role.ADMINISTRATOR: "administrator",
    Role.CONTROLLER: "controller",
    Role.RESPONSIBLE: "kontrollansvarig",
    Role.REVIEWER: "granskare",
    Role.UNIT_MANAGER: "enhetschef",
    Role.MEMBER: "justerare-iu1",
    Role.CHAIR: "ordforande-iu1",
    Role.SECRETARY: "namndsekreterare",
    Role.DIRECTOR: "direktor",
    Role.OVERSIGHT_CONTROLLER: "ks-controller",
    Role.AUDITOR: "revisor",
    Role.DATA_PROTECTION_OFFICER: "dataskyddsombud",
    Role.READER: "lasare",
}


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
                number=1,
                text="se över rutinen för inköp",
                given_on=date(YEAR, 5, 28),
                report_back_on=date(YEAR, 12, 16),
                recorded_at=AT,
            ),
        ]
    )
    april.version = 2
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


@dataclass
class World:
    """Finds things of the demonstration for the routes' addresses."""

    session: Session
    board_code: str = "SCN"
    committee: str | None = None
    """IU1 or IU2: then occurrences are that committee's; else the board's own."""

    @property
    def board_id(self) -> int:
        return self._one(sa.select(Board.id).where(Board.code == self.board_code))

    def _one(self, select: sa.Select[Any]) -> Any:
        found = self.session.scalars(select.limit(1)).first()
        assert found is not None, f"the world has nothing for {select}"
        return found

    def plan_id(self) -> int:
        return self._one(
            sa.select(Plan.id)
            .where(Plan.board_id == self.board_id)
            .order_by(Plan.year, Plan.version)
        )

    def draft_id(self) -> int:
        return self._one(
            sa.select(Plan.id).where(
                Plan.board_id == self.board_id,
                Plan.state == PlanState.DRAFT,
                Plan.replaces_id.is_(None),
            )
        )

    def of_draft(self, *columns: Any) -> sa.Select[Any]:
        return (
            sa.select(*columns)
            .select_from(Control)
            .where(Control.plan_id == self.draft_id())
            .order_by(Control.number)
        )

    def draft_control_id(self) -> int:
        return self._one(self.of_draft(Control.id))

    def draft_area_id(self) -> int:
        return self._one(self.of_draft(Control.area_id))

    def draft_criterion_id(self) -> int:
        return self._one(self.of_draft(Criterion.id).join(Control.criteria))

    def draft_risk_id(self) -> int:
        return self._one(self.of_draft(Risk.id).join(Control.risks))

    def draft_obligatory_id(self) -> int:
        return self._one(self.of_draft(Control.id).where(Control.obligatory_id.is_not(None)))

    def obligatory_id(self) -> int:
        return self._one(sa.select(ObligatoryControl.id).where(ObligatoryControl.year == YEAR + 1))

    def control_id(self) -> int:
        return self._one(
            sa.select(Control.id)
            .join(Plan, Plan.id == Control.plan_id)
            .where(Plan.id == self.plan_id())
            .order_by(Control.number.desc())
        )

    def mark(self) -> ControlMark:
        return self._one(
            sa.select(ControlMark)
            .join(Control, Control.id == ControlMark.control_id)
            .join(Plan, Plan.id == Control.plan_id)
            .where(Plan.board_id == self.board_id)
            .order_by(ControlMark.kind == MarkKind.NOTE)
        )

    def reading_id(self) -> int:
        return self._one(
            sa.select(PlanReadingRow.id).where(PlanReadingRow.board_id == self.board_id)
        )

    def occurrence_id(self, *states: OccurrenceState) -> int:
        select = (
            sa.select(Occurrence.id)
            .outerjoin(Subcommittee, Subcommittee.id == Occurrence.subcommittee_id)
            .where(Occurrence.board_id == self.board_id, Subcommittee.code == self.committee)
            .order_by(Occurrence.due_on)
        )
        if states:
            select = select.where(Occurrence.state.in_(states))
        return self._one(select)

    def done(self) -> int:
        return self.occurrence_id(OccurrenceState.APPROVED)

    def open(self) -> int:
        return self.occurrence_id(OccurrenceState.PLANNED)

    def draw_id(self) -> int:
        return self._one(
            sa.select(Draw.id)
            .join(DrawOccurrence, DrawOccurrence.draw_id == Draw.id)
            .where(DrawOccurrence.occurrence_id == self.done())
        )

    def item_id(self) -> int:
        return self._one(sa.select(SampleItem.id).where(SampleItem.draw_id == self.draw_id()))

    def population_id(self) -> int:
        return self._one(sa.select(Population.id).where(Population.occurrence_id == self.done()))

    def finding_id(self) -> int:
        return self._one(self._own(sa.select(Finding.id)))

    def action_id(self) -> int:
        return self._one(self._own(sa.select(Action.id).join(Action.finding)))

    def _own(self, select: sa.Select[Any]) -> sa.Select[Any]:
        """Findings of the board's own occurrences, or of the committee's."""
        return (
            select.join(Finding.occurrence)
            .outerjoin(Occurrence.subcommittee)
            .where(Finding.board_id == self.board_id, Subcommittee.code == self.committee)
            .order_by(Finding.number)
        )

    def checklist_id(self) -> int:
        return self._one(sa.select(Checklist.id))

    def disposal_id(self) -> int:
        return self._one(sa.select(Disposal.id).where(Disposal.board_id == self.board_id))

    def second_answer(self) -> dict[str, Any]:
        found = self._one(
            sa.select(SecondAnswer)
            .join(SecondReading, SecondReading.id == SecondAnswer.reading_id)
            .where(SecondReading.occurrence_id == self.done())
        )
        return {"occurrence_id": self.done(), "answer_id": found.id}

    def shared(self) -> int:
        """An occurrence whose draw serves another one too."""
        served = sa.select(DrawOccurrence.draw_id).group_by(DrawOccurrence.draw_id)
        return self._one(
            sa.select(Occurrence.id)
            .join(DrawOccurrence, DrawOccurrence.occurrence_id == Occurrence.id)
            .outerjoin(Subcommittee, Subcommittee.id == Occurrence.subcommittee_id)
            .where(
                Occurrence.board_id == self.board_id,
                Subcommittee.code == self.committee,
                DrawOccurrence.draw_id.in_(served.having(sa.func.count() > 1)),
            )
        )

    def attachment(self) -> Attachment:
        return self._one(
            sa.select(Attachment)
            .join(Occurrence, Occurrence.id == Attachment.occurrence_id)
            .outerjoin(Subcommittee, Subcommittee.id == Occurrence.subcommittee_id)
            .where(Attachment.board_id == self.board_id, Subcommittee.code == self.committee)
        )

    def point_id(self) -> int:
        return self._one(
            sa.select(ReportingPoint.id).where(ReportingPoint.board_id == self.board_id)
        )

    def user_id(self) -> int:
        return self._one(sa.select(User.id).where(User.username == "controller-osn"))

    def grant_id(self) -> int:
        return self._one(sa.select(RoleGrant.id).where(RoleGrant.user_id == self.user_id()))

    def proposal_id(self) -> int:
        return self._one(sa.select(RoleProposal.id).where(RoleProposal.board_id == self.board_id))

    def assignment_id(self) -> int:
        return self._one(
            sa.select(BoardAssignment.id).where(BoardAssignment.board_id == self.board_id)
        )

    def follow_up_id(self) -> int:
        return self._one(sa.select(LogFollowUp.id).where(LogFollowUp.board_id == self.board_id))

    def default_point_id(self) -> int:
        return self._one(sa.select(DefaultPoint.id))

    def unit_id(self) -> int:
        return self._one(
            sa.select(Unit.id).where(Unit.board_id == self.board_id, Unit.parent_id.is_not(None))
        )

    def meeting_id(self) -> int:
        select = sa.select(Meeting.id).where(Meeting.board_id == self.board_id)
        if self.committee:
            select = select.join(Subcommittee).where(Subcommittee.code == self.committee)
        return self._one(select.order_by(Meeting.held_on.desc(), Meeting.id))

    def reviewed_meeting_id(self) -> int:
        """A meeting of the first individutskott whose review is signed."""
        return self._one(
            sa.select(Meeting.id)
            .join(Occurrence, Occurrence.meeting_id == Meeting.id)
            .join(Subcommittee, Subcommittee.id == Meeting.subcommittee_id)
            .where(
                Meeting.board_id == self.board_id,
                Subcommittee.code == "IU1",
                Occurrence.state == OccurrenceState.APPROVED,
            )
            .order_by(Meeting.held_on)
        )

    def case_occurrence(self) -> dict[str, Any]:
        """What IU1 has reviewed."""
        return {"occurrence_id": World(self.session, self.board_code, "IU1").done()}

    def case(self) -> dict[str, Any]:
        return {**self.case_occurrence(), "position": 1}

    def conflict(self) -> dict[str, Any]:
        here = self.case_occurrence()
        found = sa.select(ConflictOfInterest.id).where(
            ConflictOfInterest.occurrence_id == here["occurrence_id"]
        )
        return {**here, "conflict_id": self._one(found)}

    def case_meeting(self) -> dict[str, Any]:
        done = self.case_occurrence()["occurrence_id"]
        return {"meeting_id": self.session.get_one(Occurrence, done).meeting_id}

    def subcommittee_id(self) -> int:
        return self._one(
            sa.select(Subcommittee.id)
            .where(Subcommittee.board_id == self.board_id)
            .order_by(Subcommittee.code)
        )


def _on_report(_world: World) -> dict[str, Any]:
    return {"year": YEAR, "point": "april"}


def _on_open_report(_world: World) -> dict[str, Any]:
    return {"year": YEAR, "point": "årsbokslut"}


def _on_assignment(world: World) -> dict[str, Any]:
    return {"assignment_id": world.assignment_id()}


def _on_attachment(world: World) -> dict[str, Any]:
    found = world.attachment()
    return {"occurrence_id": found.occurrence_id, "attachment_id": found.id}


ADDRESSES: dict[str, Callable[[World], dict[str, Any]]] = {
    "accounts.close": lambda w: {"user_id": w.user_id()},
    "accounts.close_now": lambda w: {"user_id": w.user_id()},
    "accounts.edit": lambda w: {"user_id": w.user_id()},
    "accounts.end": lambda w: {"user_id": w.user_id(), "grant_id": w.grant_id()},
    "accounts.end_own_session": lambda w: {"session_id": 1},
    "accounts.ending": lambda w: {"user_id": w.user_id(), "grant_id": w.grant_id()},
    "accounts.give_role": lambda w: {"user_id": w.user_id()},
    "accounts.proposal": lambda w: {"proposal_id": w.proposal_id()},
    "accounts.settle": lambda w: {"proposal_id": w.proposal_id()},
    "roles.proposal": lambda w: {"proposal_id": w.proposal_id()},
    "roles.settle": lambda w: {"proposal_id": w.proposal_id()},
    "monitoring.log_follow_up": lambda w: {"follow_up_id": w.follow_up_id()},
    "monitoring.sign_readings": lambda w: {"follow_up_id": w.follow_up_id()},
    "accounts.reopen": lambda w: {"user_id": w.user_id()},
    "accounts.reset": lambda w: {"user_id": w.user_id()},
    "accounts.reset_now": lambda w: {"user_id": w.user_id()},
    "accounts.reset_code": lambda w: {"user_id": w.user_id()},
    "accounts.reset_code_now": lambda w: {"user_id": w.user_id()},
    "accounts.role": lambda w: {"user_id": w.user_id()},
    "accounts.save": lambda w: {"user_id": w.user_id()},
    "accounts.show": lambda w: {"user_id": w.user_id()},
    "organisation.create_point": lambda w: {"year": YEAR},
    "organisation.new_point": lambda w: {"year": YEAR},
    "organisation.remove_point_now": lambda w: {"point_id": w.point_id()},
    "organisation.removing_point": lambda w: {"point_id": w.point_id()},
    "set_up.close_unit_now": lambda w: {"unit_id": w.unit_id()},
    "set_up.closing_unit": lambda w: {"unit_id": w.unit_id()},
    "set_up.create_committee": lambda w: {"board_id": w.board_id},
    "set_up.create_new_unit": lambda w: {"board_id": w.board_id},
    "set_up.edit_board": lambda w: {"board_id": w.board_id},
    "set_up.edit_committee": lambda w: {"subcommittee_id": w.subcommittee_id()},
    "set_up.new_committee": lambda w: {"board_id": w.board_id},
    "set_up.new_unit": lambda w: {"board_id": w.board_id},
    "set_up.point": lambda w: {"default_point_id": w.default_point_id()},
    "set_up.remove_point": lambda w: {"default_point_id": w.default_point_id()},
    "set_up.remove_point_now": lambda w: {"default_point_id": w.default_point_id()},
    "set_up.reopen_unit_now": lambda w: {"unit_id": w.unit_id()},
    "set_up.save_board": lambda w: {"board_id": w.board_id},
    "set_up.save_committee": lambda w: {"subcommittee_id": w.subcommittee_id()},
    "set_up.save_point": lambda w: {"default_point_id": w.default_point_id()},
    "set_up.save_unit": lambda w: {"unit_id": w.unit_id()},
    "set_up.show_board": lambda w: {"board_id": w.board_id},
    "set_up.unit": lambda w: {"unit_id": w.unit_id()},
    "findings.action": lambda w: {"action_id": w.action_id()},
    "findings.action_list": lambda w: {},
    "findings.assign": lambda w: {"action_id": w.action_id()},
    "findings.begin_action": lambda w: {"action_id": w.action_id()},
    "findings.cancel": lambda w: {"action_id": w.action_id()},
    "findings.close": lambda w: {"finding_id": w.finding_id()},
    "findings.correct": lambda w: {"finding_id": w.finding_id()},
    "findings.create": lambda w: {"occurrence_id": w.done()},
    "findings.export": lambda w: {},
    "findings.finish": lambda w: {"action_id": w.action_id()},
    "findings.index": lambda w: {},
    "findings.move": lambda w: {"action_id": w.action_id()},
    "findings.new": lambda w: {"occurrence_id": w.done()},
    "findings.new_action": lambda w: {"finding_id": w.finding_id()},
    "findings.reopen": lambda w: {"finding_id": w.finding_id()},
    "findings.retest": lambda w: {"finding_id": w.finding_id()},
    "findings.revise": lambda w: {"finding_id": w.finding_id()},
    "findings.save_action": lambda w: {"finding_id": w.finding_id()},
    "findings.save_assignment": lambda w: {"action_id": w.action_id()},
    "findings.save_cancel": lambda w: {"action_id": w.action_id()},
    "findings.save_closing": lambda w: {"finding_id": w.finding_id()},
    "findings.save_correction": lambda w: {"finding_id": w.finding_id()},
    "findings.save_finish": lambda w: {"action_id": w.action_id()},
    "findings.save_move": lambda w: {"action_id": w.action_id()},
    "findings.save_reopening": lambda w: {"finding_id": w.finding_id()},
    "findings.save_retest": lambda w: {"finding_id": w.finding_id()},
    "findings.save_revision": lambda w: {"finding_id": w.finding_id()},
    "findings.show": lambda w: {"finding_id": w.finding_id()},
    "help.topic": lambda w: {"slug": "dra-stickprov"},
    "obligatory.confirm_withdrawal": lambda w: {
        "year": YEAR + 1,
        "obligatory_id": w.obligatory_id(),
    },
    "obligatory.create": lambda w: {"year": YEAR + 1},
    "obligatory.edit": lambda w: {"year": YEAR + 1, "obligatory_id": w.obligatory_id()},
    "obligatory.index": lambda w: {"year": YEAR + 1},
    "obligatory.new": lambda w: {"year": YEAR + 1},
    "obligatory.save": lambda w: {"year": YEAR + 1, "obligatory_id": w.obligatory_id()},
    "obligatory.withdraw": lambda w: {"year": YEAR + 1, "obligatory_id": w.obligatory_id()},
    "organisation.board": lambda w: {},
    "organisation.meetings": lambda w: {"year": YEAR, "subcommittee_id": w.subcommittee_id()},
    "archive.audit": lambda w: {"year": YEAR},
    "archive.confirm": lambda w: {"disposal_id": w.disposal_id()},
    "archive.index": lambda w: {"ar": YEAR},
    "archive.kind": lambda w: {"year": YEAR, "slug": "kommentarer"},
    "archive.order": lambda w: {"year": YEAR, "slug": "kommentarer"},
    "archive.receipt": lambda w: {"disposal_id": w.disposal_id()},
    "archive.rule": lambda w: {"slug": "kommentarer"},
    "archive.save_audit": lambda w: {"year": YEAR},
    "archive.save_rule": lambda w: {"slug": "kommentarer"},
    "archive.show": lambda w: {"disposal_id": w.disposal_id()},
    "archive.withdraw": lambda w: {"disposal_id": w.disposal_id()},
    "organisation.open_year": lambda w: {"year": YEAR + 1},
    "organisation.point": lambda w: {"point_id": w.point_id()},
    "organisation.save_meetings": lambda w: {"year": YEAR, "subcommittee_id": w.subcommittee_id()},
    "organisation.save_point": lambda w: {"point_id": w.point_id()},
    "organisation.year": lambda w: {"year": YEAR},
    "plan.applicability": lambda w: {"control_id": w.draft_obligatory_id()},
    "plan.appoint": lambda w: {"plan_id": w.plan_id()},
    "plan.appoint_now": lambda w: {"plan_id": w.plan_id()},
    "plan.area": lambda w: {"area_id": w.draft_area_id()},
    "plan.areas": lambda w: {"plan_id": w.draft_id()},
    "plan.change_control": lambda w: {"control_id": w.draft_control_id()},
    "plan.confirm_removal": lambda w: {"kind": "kontrollmoment", "part_id": w.draft_control_id()},
    "plan.confirm_risk_removal": lambda w: {"plan_id": w.draft_id(), "risk_id": w.draft_risk_id()},
    "plan.control": lambda w: {"control_id": w.control_id()},
    "plan.create_control": lambda w: {"plan_id": w.draft_id()},
    "plan.create_criterion": lambda w: {"control_id": w.draft_control_id()},
    "plan.create_plan": lambda w: {},
    "plan.create_risk": lambda w: {"plan_id": w.draft_id()},
    "plan.decide": lambda w: {"plan_id": w.plan_id()},
    "plan.document": lambda w: {"plan_id": w.plan_id()},
    "plan.edit_control": lambda w: {"control_id": w.draft_control_id()},
    "plan.edit_criterion": lambda w: {"criterion_id": w.draft_criterion_id()},
    "plan.edit_text": lambda w: {"plan_id": w.draft_id(), "slug": "utveckling"},
    "plan.frozen": lambda w: {"plan_id": w.plan_id()},
    "plan.headings": lambda w: {"reading_id": w.reading_id()},
    "plan.import_file": lambda w: {},
    "plan.import_reading_now": lambda w: {"reading_id": w.reading_id()},
    "plan.index": lambda w: {},
    "plan.move": lambda w: {"kind": "kontrollmoment", "part_id": w.draft_control_id()},
    "plan.new_control": lambda w: {"plan_id": w.draft_id()},
    "plan.new_criterion": lambda w: {"control_id": w.draft_control_id()},
    "plan.new_plan": lambda w: {},
    "plan.new_risk": lambda w: {"plan_id": w.draft_id()},
    "plan.order": lambda w: {"plan_id": w.draft_id()},
    "plan.pdf": lambda w: {"plan_id": w.plan_id()},
    "plan.reading": lambda w: {"reading_id": w.reading_id()},
    "plan.remove": lambda w: {"kind": "kontrollmoment", "part_id": w.draft_control_id()},
    "plan.remove_risk": lambda w: {"plan_id": w.draft_id(), "risk_id": w.draft_risk_id()},
    "plan.risk": lambda w: {"plan_id": w.draft_id(), "risk_id": w.draft_risk_id()},
    "plan.risks": lambda w: {"plan_id": w.draft_id()},
    "plan.save_applicability": lambda w: {"control_id": w.draft_obligatory_id()},
    "plan.save_area": lambda w: {"area_id": w.draft_area_id()},
    "plan.save_criterion": lambda w: {"criterion_id": w.draft_criterion_id()},
    "plan.save_new_area": lambda w: {"plan_id": w.draft_id()},
    "plan.save_risk": lambda w: {"plan_id": w.draft_id(), "risk_id": w.draft_risk_id()},
    "plan.save_text": lambda w: {"plan_id": w.draft_id(), "slug": "utveckling"},
    "plan.choose_checklist": lambda w: {"control_id": w.draft_control_id()},
    "plan.take_over_checklist_now": lambda w: {"control_id": w.draft_control_id()},
    "plan.new_from_control": lambda w: {"control_id": w.draft_control_id()},
    "plan.save_from_control": lambda w: {"control_id": w.draft_control_id()},
    "plan.settle": lambda w: {"control_id": w.mark().control_id, "mark_id": w.mark().id},
    "plan.show": lambda w: {"plan_id": w.plan_id()},
    "plan.take_over": lambda w: {"plan_id": w.draft_id()},
    "plan.tell_headings": lambda w: {"reading_id": w.reading_id()},
    "plan.texts": lambda w: {"plan_id": w.draft_id()},
    "plan.undo_import": lambda w: {"reading_id": w.reading_id()},
    "plan.upload": lambda w: {},
    "plan.xray": lambda w: {"plan_id": w.plan_id()},
    "reporting.decide": _on_open_report,
    "reporting.document": lambda w: {**_on_report(w), "name": "avvikelser.docx"},
    "reporting.documents": _on_report,
    "reporting.index": lambda w: {},
    "reporting.json_file": _on_report,
    "reporting.memo": _on_open_report,
    "reporting.save_memo": _on_open_report,
    "reporting.overall": _on_open_report,
    "reporting.package": _on_report,
    "reporting.pdf": _on_report,
    "reporting.remark": lambda w: {**_on_open_report(w), "number": 5},
    "reporting.save_decision": _on_open_report,
    "reporting.save_overall": _on_open_report,
    "reporting.save_remark": lambda w: {**_on_open_report(w), "number": 5},
    "reporting.show": _on_report,
    "reporting.xray": _on_open_report,
    "reporting.approve": _on_open_report,
    "reporting.amend": _on_open_report,
    "reporting.take_back": _on_open_report,
    "reporting.take_back_now": _on_open_report,
    "reporting.keep_overall": _on_open_report,
    "reporting.keep_remark": lambda w: {**_on_open_report(w), "number": 5},
    "reporting.treatment": _on_report,
    "reporting.verify": _on_report,
    "reporting.send": _on_report,
    "reporting.receive": _on_report,
    "reporting.correction": _on_report,
    "reporting.correct": _on_report,
    "reporting.decide_corrected": _on_report,
    "reporting.drop": _on_report,
    "reporting.drop_now": _on_report,
    "reporting.version": lambda w: {**_on_report(w), "version": 1},
    "reporting.version_json": lambda w: {**_on_report(w), "version": 1},
    "reporting.version_memo": lambda w: {**_on_report(w), "version": 1},
    "reporting.new_assignment": _on_report,
    "reporting.save_assignment": _on_report,
    "reporting.assignments": lambda w: {},
    "reporting.assignment": _on_assignment,
    "reporting.report_assignment": _on_assignment,
    "reporting.move_report_back": _on_assignment,
    "review.attach": lambda w: {"occurrence_id": w.attachment().occurrence_id},
    "review.attachment": lambda w: _on_attachment(w),
    "review.autosave": lambda w: {"occurrence_id": w.done(), "position": 1},
    "review.autosave_shared": lambda w: {"occurrence_id": w.shared(), "position": 1},
    "review.conclude": lambda w: {"occurrence_id": w.done()},
    "review.conclusion": lambda w: {"occurrence_id": w.done()},
    "checklists.begin": lambda w: {"checklist_id": w.checklist_id()},
    "checklists.confirm_removal": lambda w: {"checklist_id": w.checklist_id()},
    "checklists.edit": lambda w: {"checklist_id": w.checklist_id()},
    "checklists.publish": lambda w: {"checklist_id": w.checklist_id()},
    "checklists.remove": lambda w: {"checklist_id": w.checklist_id()},
    "checklists.save": lambda w: {"checklist_id": w.checklist_id()},
    "checklists.show": lambda w: {"checklist_id": w.checklist_id()},
    "checklists.version": lambda w: {"checklist_id": w.checklist_id(), "number": 2},
    "review.cancel": lambda w: {"occurrence_id": w.done()},
    "review.close": lambda w: {"occurrence_id": w.done()},
    "review.finish": lambda w: {"occurrence_id": w.done()},
    "review.grid": lambda w: {"occurrence_id": w.done()},
    "review.order": lambda w: {"occurrence_id": w.done()},
    "review.paste": lambda w: {"occurrence_id": w.done()},
    "review.reopen": lambda w: {"occurrence_id": w.done()},
    "review.save_grid": lambda w: {"occurrence_id": w.done()},
    "review.save_pasted": lambda w: {"occurrence_id": w.done()},
    "review.second": lambda w: {"occurrence_id": w.done()},
    "review.judge_again": lambda w: {"occurrence_id": w.done(), "position": 1},
    "review.second_item": lambda w: {"occurrence_id": w.done(), "position": 1},
    "review.settle": lambda w: w.second_answer(),
    "review.evaluation": lambda w: {"occurrence_id": w.done()},
    "review.evidence": lambda w: {"occurrence_id": w.attachment().occurrence_id},
    "review.item": lambda w: {"occurrence_id": w.done(), "position": 1},
    "review.judge": lambda w: {"occurrence_id": w.done(), "position": 1},
    "review.judge_shared": lambda w: {"occurrence_id": w.shared(), "position": 1},
    "review.removal": lambda w: _on_attachment(w),
    "review.remove": lambda w: _on_attachment(w),
    "review.replace": lambda w: {"occurrence_id": w.done(), "position": 1},
    "review.result": lambda w: {"occurrence_id": w.open()},
    "review.save_result": lambda w: {"occurrence_id": w.open()},
    "review.send_back": lambda w: {"occurrence_id": w.done()},
    "review.shared": lambda w: {"occurrence_id": w.shared()},
    "review.shared_item": lambda w: {"occurrence_id": w.shared(), "position": 1},
    "review.sign": lambda w: {"occurrence_id": w.done()},
    "sampling.canonical": lambda w: {"draw_id": w.draw_id()},
    "sampling.check": lambda w: {"draw_id": w.draw_id()},
    "sampling.choose": lambda w: {"occurrence_id": w.open()},
    "sampling.columns": lambda w: {"population_id": w.population_id()},
    "sampling.commit": lambda w: {"occurrence_id": w.done()},
    "sampling.control_sums": lambda w: {"population_id": w.population_id()},
    "sampling.draw": lambda w: {"draw_id": w.draw_id()},
    "sampling.draw_new": lambda w: {"occurrence_id": w.done()},
    "sampling.extend": lambda w: {"draw_id": w.draw_id()},
    "sampling.extension_new": lambda w: {"draw_id": w.draw_id()},
    "sampling.extension_seed": lambda w: {"draw_id": w.draw_id()},
    "sampling.freeze": lambda w: {"population_id": w.population_id()},
    "sampling.population": lambda w: {"population_id": w.population_id()},
    "sampling.population_new": lambda w: {"occurrence_id": w.open()},
    "sampling.protocol_full": lambda w: {"draw_id": w.draw_id()},
    "sampling.protocol_sealed": lambda w: {"draw_id": w.draw_id()},
    "sampling.receive": lambda w: {"occurrence_id": w.open()},
    "sampling.record_full": lambda w: {"draw_id": w.draw_id()},
    "sampling.record_sealed": lambda w: {"draw_id": w.draw_id()},
    "sampling.seed": lambda w: {"draw_id": w.draw_id()},
    "sampling.take_away": lambda w: {"population_id": w.population_id()},
    "sampling.targeted_new": lambda w: {"occurrence_id": w.open()},
    "sampling.verify_files": lambda w: {"draw_id": w.draw_id()},
    "schedule.generate": lambda w: {"year": YEAR},
    "schedule.index": lambda w: {"ar": YEAR},
    "schedule.not_performed": lambda w: {"occurrence_id": w.open()},
    "schedule.resume": lambda w: {"occurrence_id": w.open()},
    "schedule.save_not_performed": lambda w: {"occurrence_id": w.open()},
    "schedule.show": lambda w: {"occurrence_id": w.done()},
    "committee.case": lambda w: w.case(),
    "committee.confirm": lambda w: w.case_occurrence(),
    "committee.conflicts": lambda w: w.case_occurrence(),
    "committee.decide": lambda w: w.case(),
    "committee.judge": lambda w: w.case(),
    "committee.kind": lambda w: w.case_occurrence(),
    "committee.meeting": lambda w: w.case_meeting(),
    "committee.note": lambda w: w.case(),
    "committee.outcome": lambda w: w.case_occurrence(),
    "committee.protect": lambda w: w.case(),
    "committee.save_conflict": lambda w: w.case_occurrence(),
    "committee.save_decision": lambda w: w.case(),
    "committee.save_kind": lambda w: w.case_occurrence(),
    "committee.save_minutes": lambda w: w.case_meeting(),
    "committee.save_note": lambda w: w.case(),
    "committee.save_urgent": lambda w: w.case_occurrence(),
    "committee.save_verifier": lambda w: w.case_meeting(),
    "committee.take_back_conflict": lambda w: w.conflict(),
    "committee.urgent": lambda w: w.case_occurrence(),
    "throw_draft_away": lambda w: {"draft_id": 1},
    "trail.history": lambda w: {"kind": "plan", "subject_id": w.plan_id()},
    "static": lambda w: {"filename": "css/internkontroll.css"},
    "minutes.internal": lambda w: {"meeting_id": w.reviewed_meeting_id()},
    "minutes.internal_pdf": lambda w: {"meeting_id": w.reviewed_meeting_id()},
    "minutes.internal_word": lambda w: {"meeting_id": w.reviewed_meeting_id()},
    "minutes.months": lambda w: {"subcommittee_id": w.subcommittee_id(), "year": YEAR},
    "minutes.months_file": lambda w: {"subcommittee_id": w.subcommittee_id(), "year": YEAR},
    "minutes.pdf": lambda w: {"meeting_id": w.reviewed_meeting_id()},
    "minutes.show": lambda w: {"meeting_id": w.reviewed_meeting_id()},
    "minutes.word": lambda w: {"meeting_id": w.reviewed_meeting_id()},
    "organisation.cancel": lambda w: {"meeting_id": w.meeting_id()},
    "organisation.cancel_now": lambda w: {"meeting_id": w.meeting_id()},
    "organisation.meeting": lambda w: {"meeting_id": w.meeting_id()},
    "organisation.move_meeting": lambda w: {"meeting_id": w.meeting_id()},
    "bundles.file": lambda _w: {"year": YEAR},
    **{
        f"oversight.{name}": lambda _w: {"year": YEAR, "point": "årsbokslut"}
        for name in (
            "assess",
            "documents",
            "json_file",
            "pdf",
            "rows",
            "save_assessment",
            "show",
            "word",
        )
    },
    "oversight.document": lambda _w: {
        "year": YEAR,
        "point": "årsbokslut",
        "name": "samlad-bild.xlsx",
    },
    "plan.amend": lambda w: {"plan_id": w.plan_id()},
    "plan.close": lambda w: {"plan_id": w.plan_id()},
    "plan.drop": lambda w: {"plan_id": w.plan_id()},
    "plan.prepare": lambda w: {"plan_id": w.plan_id()},
    "plan.revise": lambda w: {"plan_id": w.plan_id()},
    "plan.revise_now": lambda w: {"plan_id": w.plan_id()},
    "plan.take_back": lambda w: {"plan_id": w.plan_id()},
    "plan.take_back_now": lambda w: {"plan_id": w.plan_id()},
    "plan.verify": lambda w: {"plan_id": w.plan_id()},
    "plan.versions": lambda w: {"plan_id": w.plan_id()},
    "schedule.move": lambda w: {"occurrence_id": w.open()},
    "schedule.move_now": lambda w: {"occurrence_id": w.open()},
    "schedule.order": lambda w: {"control_id": w.control_id()},
    "schedule.order_now": lambda w: {"control_id": w.control_id()},
}
"""How each route is opened with seeded data; routes without arguments need no entry."""


def address(world: World, endpoint: str) -> dict[str, Any]:
    """The arguments of a route in this world."""
    return ADDRESSES.get(endpoint, lambda _w: {})(world)


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
