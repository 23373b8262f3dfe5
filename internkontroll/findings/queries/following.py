"""How far findings have come: corrections, actions, retests, closings, earlier words."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload, selectinload

from internkontroll.accounts.models import RoleGrant, User
from internkontroll.core.clock import swedish_day
from internkontroll.core.collation import swedish_order
from internkontroll.findings.models import (
    Action,
    ActionMove,
    Closing,
    Correction,
    Finding,
    FindingRevision,
    FindingState,
    Retest,
)
from internkontroll.findings.policy import HANDLERS
from internkontroll.findings.rules import (
    DEAD_OCCURRENCES,
    OPEN_ACTIONS,
    ActionFacts,
    FindingFacts,
    RetestFacts,
)
from internkontroll.plan.models import Control, Plan, PlanState
from internkontroll.review.models import Conclusion
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.schedule.queries import Committees, within_reach


@dataclass(frozen=True)
class FollowUp:
    """Allt om vad som gjorts med en avvikelse, and the facts that the rules read."""

    facts: FindingFacts
    corrections: Sequence[Correction]
    actions: Sequence[Action]
    retest: Retest | None
    closings: Sequence[Closing]
    revisions: Sequence[FindingRevision]

    @property
    def correction(self) -> Correction | None:
        """The correction that counts: the latest one."""
        return self.corrections[0] if self.corrections else None

    @property
    def closing(self) -> Closing | None:
        """The closing that stands."""
        return next((row for row in self.closings if row.reopened_at is None), None)


def corrections_of(session: Session, finding_id: int) -> Sequence[Correction]:
    """What was recorded about putting the item right, latest first."""
    return session.scalars(
        sa.select(Correction)
        .options(joinedload(Correction.recorded_by))
        .where(Correction.finding_id == finding_id)
        .order_by(Correction.id.desc())
    ).all()


def actions_of(session: Session, finding_id: int) -> Sequence[Action]:
    """The finding's actions by number, with their responsible and their moves."""
    rows = session.scalars(
        sa.select(Action)
        .options(joinedload(Action.responsible), joinedload(Action.moves))
        .where(Action.finding_id == finding_id)
        .order_by(Action.number)
    )
    return rows.unique().all()


def action_select(
    board_id: int, action_id: int, *, committees: Committees = None
) -> sa.Select[Action]:
    """One action of the board with its finding, occurrence, control and moves."""
    return (
        sa.select(Action)
        .join(Action.finding)
        .join(Finding.occurrence)
        .options(
            contains_eager(Action.finding)
            .contains_eager(Finding.occurrence)
            .options(joinedload(Occurrence.control), joinedload(Occurrence.subcommittee)),
            joinedload(Action.responsible),
            joinedload(Action.ended_by),
            selectinload(Action.moves).joinedload(ActionMove.recorded_by),
        )
        .where(Finding.board_id == board_id, Action.id == action_id, within_reach(committees))
    )


def open_actions_of(session: Session, user_id: int) -> Sequence[Action]:
    """Every open action that the person is responsible for, in all boards, the earliest due first.

    The finding and its occurrence are loaded.
    """
    return session.scalars(
        sa.select(Action)
        .options(joinedload(Action.finding).joinedload(Finding.occurrence))
        .where(Action.responsible_id == user_id, Action.state.in_(OPEN_ACTIONS))
        .order_by(Action.due_on, Action.id)
    ).all()


def closings_of(session: Session, finding_id: int) -> Sequence[Closing]:
    """Every time the finding was ended, latest first; those that were reopened too."""
    return session.scalars(
        sa.select(Closing)
        .options(joinedload(Closing.recorded_by), joinedload(Closing.reopened_by))
        .where(Closing.finding_id == finding_id)
        .order_by(Closing.id.desc())
    ).all()


def revisions_of(session: Session, finding_id: int) -> Sequence[FindingRevision]:
    """What the finding said before, latest first."""
    return session.scalars(
        sa.select(FindingRevision)
        .options(joinedload(FindingRevision.recorded_by))
        .where(FindingRevision.finding_id == finding_id)
        .order_by(FindingRevision.revision.desc())
    ).all()


def latest_retest(session: Session, finding_id: int) -> Retest | None:
    """The retest that counts, with its occurrence and what tells which that is."""
    return _latest_retest(session, finding_id)[0]


def _latest_retest(
    session: Session, finding_id: int
) -> tuple[Retest, Conclusion | None] | tuple[None, None]:
    """The retest that counts, and the conclusion of it that does."""
    row = session.execute(_latest_retest_statement(), {"finding_id": finding_id}).first()
    return (None, None) if row is None else (row[0], row[1])


@cache
def _latest_retest_statement() -> sa.Select[Retest, Conclusion]:
    # Made once: to put it together takes longer than to run it.
    return (
        sa.select(Retest, Conclusion)
        .outerjoin(Conclusion, Conclusion.id == latest_signed(Retest.occurrence_id))
        .options(
            joinedload(Retest.occurrence).options(
                joinedload(Occurrence.meeting),
                joinedload(Occurrence.reporting_point),
                joinedload(Occurrence.subcommittee),
            )
        )
        .where(Retest.finding_id == sa.bindparam("finding_id", type_=sa.Integer()))
        .order_by(Retest.id.desc())
        .limit(1)
    )


def latest_signed(occurrence_id: Any) -> sa.ScalarSelect[int]:
    """Id of the conclusion of an occurrence that counts: the one that was signed last."""
    signed = aliased(Conclusion)
    return (
        sa.select(sa.func.max(signed.id))
        .where(signed.occurrence_id == occurrence_id, signed.signed_at.is_not(None))
        .scalar_subquery()
    )


def _retest_facts(session: Session, finding_ids: Collection[int]) -> dict[int, RetestFacts]:
    newest = (
        sa.select(sa.func.max(Retest.id))
        .where(Retest.finding_id.in_(finding_ids))
        .group_by(Retest.finding_id)
    )
    rows = session.execute(
        sa.select(Retest.finding_id, Occurrence.state, Conclusion)
        .join(Occurrence, Occurrence.id == Retest.occurrence_id)
        .outerjoin(Conclusion, Conclusion.id == latest_signed(Occurrence.id))
        .where(Retest.id.in_(newest))
    )
    return {
        finding_id: _facts_of_retest(state, conclusion) for finding_id, state, conclusion in rows
    }


def _facts_of_retest(state: OccurrenceState, conclusion: Conclusion | None) -> RetestFacts:
    if conclusion is None:
        return RetestFacts(state)
    return RetestFacts(
        state,
        written_on=swedish_day(conclusion.written_at),
        deviating=conclusion.deviating,
        reviewed=conclusion.reviewed,
    )


def facts_of(session: Session, findings: Sequence[Finding]) -> dict[int, FindingFacts]:
    """What the rules need of the findings, by finding id. Three queries, however many."""
    ids = [finding.id for finding in findings]
    if not ids:
        return {}
    settled = set(
        session.scalars(sa.select(Correction.finding_id).where(Correction.finding_id.in_(ids)))
    )
    actions: dict[int, list[ActionFacts]] = {finding_id: [] for finding_id in ids}
    for row in session.execute(
        sa.select(Action.finding_id, Action.state, Action.due_on, Action.ended_on)
        .where(Action.finding_id.in_(ids))
        .order_by(Action.number)
    ):
        actions[row.finding_id].append(ActionFacts(row.state, row.due_on, row.ended_on))
    retests = _retest_facts(session, ids)
    return {
        finding.id: FindingFacts(
            closed=finding.state is FindingState.CLOSED,
            about_an_item=finding.item_id is not None,
            settled=finding.id in settled,
            actions=tuple(actions[finding.id]),
            retest=retests.get(finding.id),
        )
        for finding in findings
    }


def follow_up_of(session: Session, finding: Finding) -> FollowUp:
    """Everything that was done with one finding. Five queries."""
    corrections = corrections_of(session, finding.id)
    actions = actions_of(session, finding.id)
    retest, conclusion = _latest_retest(session, finding.id)
    return FollowUp(
        facts=FindingFacts(
            closed=finding.state is FindingState.CLOSED,
            about_an_item=finding.item_id is not None,
            settled=bool(corrections),
            actions=tuple(ActionFacts(row.state, row.due_on, row.ended_on) for row in actions),
            retest=_facts_of_retest(retest.occurrence.state, conclusion) if retest else None,
        ),
        corrections=corrections,
        actions=actions,
        retest=retest,
        closings=closings_of(session, finding.id),
        revisions=revisions_of(session, finding.id),
    )


def possible_responsibles(
    session: Session, board_id: int, subcommittee_id: int | None, on: date
) -> Sequence[User]:
    """Active users who may answer for an action where the finding is, in Swedish order."""
    where: sa.ColumnElement[bool] = RoleGrant.subcommittee_id.is_(None)
    if subcommittee_id is not None:
        where = sa.or_(where, RoleGrant.subcommittee_id == subcommittee_id)
    return session.scalars(
        sa.select(User)
        .where(
            User.is_active,
            sa.exists().where(
                RoleGrant.user_id == User.id,
                RoleGrant.role.in_(HANDLERS),
                RoleGrant.board_id == board_id,
                where,
                RoleGrant.valid_from <= on,
                sa.or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to >= on),
            ),
        )
        .order_by(swedish_order(User.title), User.id)
    ).all()


def retest_candidates(session: Session, finding: Finding) -> Sequence[Occurrence]:
    """Later occurrences of the same control, in the same committee, that may be the retest."""
    tested, other = finding.occurrence, aliased(Control)
    lineage = sa.select(other.lineage).where(other.id == tested.control_id).scalar_subquery()
    same_committee: sa.ColumnElement[bool] = Occurrence.subcommittee_id.is_not_distinct_from(
        tested.subcommittee_id
    )
    return session.scalars(
        sa.select(Occurrence)
        .join(Occurrence.control)
        .options(
            joinedload(Occurrence.meeting),
            joinedload(Occurrence.reporting_point),
            joinedload(Occurrence.subcommittee),
        )
        .where(
            Occurrence.board_id == finding.board_id,
            Occurrence.id != tested.id,
            Control.lineage == lineage,
            same_committee,
            Occurrence.scheduled_on >= tested.scheduled_on,
            Occurrence.state.not_in(DEAD_OCCURRENCES),
        )
        .order_by(Occurrence.scheduled_on, Occurrence.id)
    ).all()


def control_in_force(session: Session, finding: Finding, year: int) -> Control | None:
    """The finding's control as it stands in the plan that holds that year, if it does."""
    other = aliased(Control)
    lineage = (
        sa.select(other.lineage).where(other.id == finding.occurrence.control_id).scalar_subquery()
    )
    return session.scalar(
        sa.select(Control)
        .join(Control.plan)
        .options(joinedload(Control.plan))
        .where(
            Plan.board_id == finding.board_id,
            Plan.year == year,
            Plan.state == PlanState.DECIDED,
            Control.lineage == lineage,
        )
        .order_by(Plan.version.desc())
        .limit(1)
    )
