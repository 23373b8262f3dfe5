"""What the demonstration's world holds, found by what it is."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import RoleGrant, RoleProposal, User
from internkontroll.archive.models import Disposal
from internkontroll.core.access import Role
from internkontroll.findings.models import Action, Finding
from internkontroll.monitoring.models import LogFollowUp
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
from internkontroll.reporting.models import (
    AssignmentState,
    BoardAssignment,
    PublicState,
    PublicVersion,
)
from internkontroll.review.models import Attachment, SecondAnswer, SecondReading
from internkontroll.risk.models import Risk
from internkontroll.sampling.models import Draw, DrawOccurrence, Population, SampleItem
from internkontroll.schedule.models import ConflictOfInterest, Occurrence, OccurrenceState

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

    def public_id(self, state: PublicState) -> int:
        return self._one(
            sa.select(PublicVersion.id).where(
                PublicVersion.board_id == self.board_id, PublicVersion.state == state
            )
        )

    def assignment_id(self) -> int:
        return self._one(
            sa.select(BoardAssignment.id).where(
                BoardAssignment.board_id == self.board_id,
                BoardAssignment.state == AssignmentState.OPEN,
            )
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
