"""Ett individutskotts sammanträden: who is justerare, what is reviewed, who stepped aside."""

from collections.abc import Collection, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from internkontroll.accounts.models import RoleGrant, User
from internkontroll.core.access import Role
from internkontroll.core.collation import swedish_order
from internkontroll.organisation.models import Meeting, MeetingState, Subcommittee
from internkontroll.plan.models import Control
from internkontroll.schedule.models import (
    CommitteeMeeting,
    CommitteeReview,
    ConflictOfInterest,
    Occurrence,
)
from internkontroll.schedule.queries.occurrences import Committees

MEMBERS = frozenset({Role.MEMBER, Role.CHAIR})
"""Roles of those who sit in a committee."""


def reviews_cases(occurrence: Occurrence) -> bool:
    """Whether the occurrence is what an individutskott reviews at one of its meetings."""
    committee = occurrence.subcommittee
    return occurrence.meeting_id is not None and committee is not None and committee.reviews_cases


def case_meeting_select(
    board_id: int, meeting_id: int, *, committees: Committees = None
) -> sa.Select[Meeting]:
    """One meeting of an individutskott of the board; another committee's does not exist."""
    select = (
        sa.select(Meeting)
        .join(Meeting.subcommittee)
        .options(joinedload(Meeting.subcommittee))
        .where(Meeting.board_id == board_id, Meeting.id == meeting_id, Subcommittee.reviews_cases)
    )
    if committees is not None:
        select = select.where(Meeting.subcommittee_id.in_(committees))
    return select


def committee_members(
    session: Session, board_id: int, subcommittee_id: int, on: date
) -> Sequence[User]:
    """Active accounts that sit in the committee on a day, by title."""
    sits = sa.exists().where(
        RoleGrant.user_id == User.id,
        RoleGrant.board_id == board_id,
        RoleGrant.subcommittee_id == subcommittee_id,
        RoleGrant.role.in_(MEMBERS),
        RoleGrant.valid_from <= on,
        sa.or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to >= on),
    )
    return session.scalars(
        sa.select(User).where(User.is_active, sits).order_by(swedish_order(User.title), User.id)
    ).all()


def seats_of(session: Session, meeting_id: int) -> CommitteeMeeting | None:
    """Who is justerare at the meeting, None while nobody is named."""
    return session.scalar(
        sa.select(CommitteeMeeting)
        .options(joinedload(CommitteeMeeting.verifier), joinedload(CommitteeMeeting.substitute))
        .where(CommitteeMeeting.meeting_id == meeting_id)
    )


def review_of(session: Session, occurrence_id: int) -> CommitteeReview | None:
    """What kind of cases the occurrence takes, None while nothing is chosen."""
    return session.get(CommitteeReview, occurrence_id)


def reviewed_kinds(session: Session, occurrence: Occurrence) -> list[str]:
    """The kinds that the committee took at its earlier meetings, the oldest first.

    Those of meetings that were called off are not among them; earlier years' are.
    """
    if occurrence.meeting is None:
        return []
    lineage = occurrence.control.lineage
    return kinds_before(session, occurrence.meeting, [lineage])[lineage]


def kinds_before(
    session: Session, meeting: Meeting, lineages: Collection[str]
) -> dict[str, list[str]]:
    """As :func:`reviewed_kinds` of each kontrollmoment by its lineage, in one query."""
    rows = session.execute(
        sa.select(Control.lineage, CommitteeReview.case_kind)
        .join(Occurrence, Occurrence.id == CommitteeReview.occurrence_id)
        .join(Occurrence.control)
        .join(Occurrence.meeting)
        .where(
            Occurrence.board_id == meeting.board_id,
            Occurrence.subcommittee_id == meeting.subcommittee_id,
            Control.lineage.in_(lineages),
            Meeting.held_on < meeting.held_on,
            Meeting.state != MeetingState.CANCELLED,
        )
        .order_by(Meeting.held_on, Occurrence.id)
    )
    found: dict[str, list[str]] = {each: [] for each in lineages}
    for lineage, kind in rows:
        found[lineage].append(kind)
    return found


def conflicts_of(session: Session, occurrence_ids: Collection[int]) -> Sequence[ConflictOfInterest]:
    """Jäv that stands for the occurrences: the whole review first, then case by case."""
    return session.scalars(
        sa.select(ConflictOfInterest)
        .options(joinedload(ConflictOfInterest.user))
        .where(
            ConflictOfInterest.occurrence_id.in_(occurrence_ids),
            ConflictOfInterest.withdrawn_at.is_(None),
        )
        .order_by(sa.func.coalesce(ConflictOfInterest.position, 0), ConflictOfInterest.id)
    ).all()


def stepped_aside(
    session: Session, occurrence_id: int, user_id: int | None, position: int | None = None
) -> bool:
    """Whether a person has stepped aside from the case, or from the review as a whole.

    Without ``position``: from anything at all in the review.
    """
    if user_id is None:
        return False
    found = sa.select(ConflictOfInterest.id).where(
        ConflictOfInterest.occurrence_id == occurrence_id,
        ConflictOfInterest.user_id == user_id,
        ConflictOfInterest.withdrawn_at.is_(None),
    )
    if position is not None:
        found = found.where(
            sa.or_(ConflictOfInterest.position.is_(None), ConflictOfInterest.position == position)
        )
    return session.scalar(found.limit(1)) is not None


def conflict_select(occurrence_id: int, conflict_id: int) -> sa.Select[ConflictOfInterest]:
    """One recorded jäv of the occurrence, whose wall the caller has asked about."""
    return sa.select(ConflictOfInterest).where(
        ConflictOfInterest.id == conflict_id, ConflictOfInterest.occurrence_id == occurrence_id
    )
