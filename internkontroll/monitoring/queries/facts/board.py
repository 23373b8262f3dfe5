"""What waits around the work: plans, reports, meetings, minutes, roles and jobs."""

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from internkontroll.accounts.models import ProposalState, RoleGrant, RoleProposal, User
from internkontroll.core.access import Role
from internkontroll.monitoring.models import JobOutcome, JobRun, LogFollowUp, LogFollowUpItem
from internkontroll.monitoring.queries.facts.reach import Part, Question, columns_of, day_of_year
from internkontroll.monitoring.rules import Source
from internkontroll.organisation.models import (
    Board,
    BoardKind,
    Decision,
    Meeting,
    MeetingKind,
    MeetingState,
    ReportingPoint,
    Subcommittee,
)
from internkontroll.plan.models import Control, Plan, PlanState
from internkontroll.plan.rules.vocabulary import Frequency
from internkontroll.reporting.models import (
    AssignmentState,
    BoardAssignment,
    FollowUpReport,
    PublicState,
    PublicVersion,
    ReportState,
)
from internkontroll.trail.models import Reading


def plans(question: Question) -> Part:
    """Plans that wait for a decision."""
    return sa.select(
        *columns_of(
            Source.PLAN,
            subject_id=Plan.id,
            board_id=Plan.board_id,
            year=Plan.year,
            number=Plan.version,
            state=sa.cast(Plan.state, sa.Text),
            due_on=day_of_year(Plan.year, question.years, 1, 1),
        )
    ).where(
        Plan.board_id.in_(question.boards_with(Role.CONTROLLER, Role.SECRETARY)),
        Plan.state.in_((PlanState.DRAFT, PlanState.PREPARED)),
    )


def unappointed(question: Question) -> Part:
    """Decided plans with controls that nobody answers for, and how many there are."""
    return (
        sa.select(
            *columns_of(
                Source.UNAPPOINTED,
                subject_id=Plan.id,
                board_id=Plan.board_id,
                year=Plan.year,
                number=sa.func.count(Control.id),
                due_on=day_of_year(Plan.year, question.years, 1, 31),
            )
        )
        .join(Control, Control.plan_id == Plan.id)
        .where(
            Plan.board_id.in_(question.boards_with(Role.CONTROLLER, Role.DIRECTOR)),
            Plan.state == PlanState.DECIDED,
            Control.responsible_id.is_(None),
            Control.not_applicable_reason.is_(None),
        )
        .group_by(Plan.id, Plan.board_id, Plan.year)
    )


def reports(question: Question) -> Part:
    """Reporting points whose period ends soon and whose report is not decided."""
    return (
        sa.select(
            *columns_of(
                Source.REPORT,
                subject_id=ReportingPoint.id,
                text=ReportingPoint.name,
                board_id=ReportingPoint.board_id,
                year=ReportingPoint.year,
                due_on=sa.func.coalesce(ReportingPoint.board_on, ReportingPoint.cut_off),
                done_on=ReportingPoint.period_end,
                settled=FollowUpReport.overall.is_not(None),
                state=sa.func.coalesce(sa.cast(FollowUpReport.state, sa.Text), "live"),
            )
        )
        .outerjoin(FollowUpReport, FollowUpReport.reporting_point_id == ReportingPoint.id)
        .where(
            ReportingPoint.board_id.in_(
                question.boards_with(Role.CONTROLLER, Role.SECRETARY, Role.DIRECTOR)
            ),
            ReportingPoint.period_end <= question.until,
            sa.or_(FollowUpReport.id.is_(None), FollowUpReport.state != ReportState.DECIDED),
            sa.exists().where(
                Plan.board_id == ReportingPoint.board_id,
                Plan.year == ReportingPoint.year,
                Plan.state == PlanState.DECIDED,
            ),
        )
    )


def corrections(question: Question) -> Part:
    """Decided reports whose correction is begun."""
    return (
        sa.select(
            *columns_of(
                Source.CORRECTION,
                subject_id=ReportingPoint.id,
                text=ReportingPoint.name,
                board_id=ReportingPoint.board_id,
                year=ReportingPoint.year,
            )
        )
        .join(FollowUpReport, FollowUpReport.reporting_point_id == ReportingPoint.id)
        .where(
            ReportingPoint.board_id.in_(
                question.boards_with(Role.CONTROLLER, Role.SECRETARY, Role.DIRECTOR)
            ),
            FollowUpReport.correction_reason.is_not(None),
        )
    )


def assignments(question: Question) -> Part:
    """What the board has asked for that is not reported back."""
    return sa.select(
        *columns_of(
            Source.ASSIGNMENT,
            subject_id=BoardAssignment.id,
            text=BoardAssignment.text,
            board_id=BoardAssignment.board_id,
            year=BoardAssignment.year,
            number=BoardAssignment.number,
            due_on=BoardAssignment.report_back_on,
            done_on=BoardAssignment.given_on,
        )
    ).where(
        BoardAssignment.board_id.in_(question.boards_with(Role.CONTROLLER)),
        BoardAssignment.state == AssignmentState.OPEN,
        BoardAssignment.report_back_on <= question.until,
    )


def requests(question: Question) -> Part:
    """Requests for a decided report that nobody has answered."""
    return (
        sa.select(
            *columns_of(
                Source.REQUEST,
                subject_id=PublicVersion.id,
                text=ReportingPoint.name,
                board_id=PublicVersion.board_id,
                year=ReportingPoint.year,
                done_on=PublicVersion.requested_on,
            )
        )
        .join(FollowUpReport, FollowUpReport.id == PublicVersion.report_id)
        .join(ReportingPoint, ReportingPoint.id == FollowUpReport.reporting_point_id)
        .where(
            PublicVersion.board_id.in_(question.boards_with(Role.CONTROLLER, Role.SECRETARY)),
            PublicVersion.state == PublicState.ASKED_FOR,
        )
    )


def meetings(question: Question) -> Part:
    """Committees without ordinary meetings in a decided plan's year, if any are needed."""
    held = sa.exists().where(
        Meeting.subcommittee_id == Subcommittee.id,
        Meeting.kind == MeetingKind.ORDINARY,
        Meeting.state != MeetingState.CANCELLED,
        sa.extract("year", Meeting.held_on) == Plan.year,
    )
    needed = sa.exists().where(
        Control.plan_id == Plan.id,
        Control.frequency == Frequency.PER_MEETING,
        Control.not_applicable_reason.is_(None),
    )
    return (
        sa.select(
            *columns_of(
                Source.MEETINGS,
                subject_id=Subcommittee.id,
                text=Subcommittee.name,
                board_id=Plan.board_id,
                year=Plan.year,
                due_on=day_of_year(Plan.year, question.years, 1, 15),
            )
        )
        .join(Subcommittee, Subcommittee.board_id == Plan.board_id)
        .where(
            Plan.board_id.in_(question.boards_with(Role.CONTROLLER, Role.SECRETARY)),
            Plan.state == PlanState.DECIDED,
            Subcommittee.reviews_cases,
            needed,
            ~held,
        )
    )


def minutes(question: Question) -> list[Part]:
    """Decisions whose minutes are not noted as verified (justerade), and reports to hand over."""
    boards = question.boards_with(Role.SECRETARY)
    told = {
        "board_id": Decision.board_id,
        "text": Decision.paragraph,
        "done_on": Decision.decided_on,
    }
    plans = (
        sa.select(*columns_of(Source.PLAN_MINUTES, subject_id=Plan.id, year=Plan.year, **told))
        .join(Decision, Decision.id == Plan.decision_id)
        .where(Decision.board_id.in_(boards), Decision.verified_on.is_(None))
    )
    reports = (
        sa.select(
            *columns_of(
                Source.REPORT_MINUTES,
                subject_id=ReportingPoint.id,
                year=ReportingPoint.year,
                where=ReportingPoint.name,
                **told,
            )
        )
        .join(FollowUpReport, FollowUpReport.reporting_point_id == ReportingPoint.id)
        .join(Decision, Decision.id == FollowUpReport.decision_id)
        .where(Decision.board_id.in_(boards), Decision.verified_on.is_(None))
    )
    to_send = (
        sa.select(
            *columns_of(
                Source.REPORT_TO_SEND,
                subject_id=ReportingPoint.id,
                text=ReportingPoint.name,
                board_id=ReportingPoint.board_id,
                year=ReportingPoint.year,
                due_on=ReportingPoint.executive_on,
            )
        )
        .join(FollowUpReport, FollowUpReport.reporting_point_id == ReportingPoint.id)
        .join(Board, Board.id == ReportingPoint.board_id)
        .where(
            ReportingPoint.board_id.in_(boards),
            ReportingPoint.executive_on.is_not(None),
            Board.kind != BoardKind.EXECUTIVE,
            FollowUpReport.state == ReportState.DECIDED,
            FollowUpReport.sent_at.is_(None),
        )
    )
    return [plans, reports, to_send]


def waiting_roles(question: Question, *, of_boards: bool) -> Part:
    """Roles that another has proposed, for somebody else than the one who asks.

    ``of_boards``: those of the boards in which the person is controller; else every one, told as
    the municipality's.
    """
    board_id = RoleProposal.board_id
    asked = (
        sa.select(
            *columns_of(
                Source.ROLE_WAITS,
                subject_id=RoleProposal.id,
                text=User.title,
                board_id=board_id if of_boards else None,
                part=sa.or_(
                    RoleProposal.proposed_by_id == question.me, RoleProposal.user_id == question.me
                ),
                state=sa.cast(RoleProposal.role, sa.Text),
            )
        )
        .join(User, User.id == RoleProposal.user_id)
        .where(RoleProposal.state == ProposalState.PROPOSED)
    )
    return asked.where(board_id.in_(question.boards_with(Role.CONTROLLER))) if of_boards else asked


def readings(question: Question) -> Part:
    """Months whose drawn readings nobody has signed for; ``number`` is the unit, if it is one's."""
    own = sa.exists().where(
        LogFollowUpItem.follow_up_id == LogFollowUp.id,
        Reading.row_id == LogFollowUpItem.reading_id,
        Reading.user_id == question.me,
    )
    return sa.select(
        *columns_of(
            Source.READINGS,
            subject_id=LogFollowUp.id,
            board_id=LogFollowUp.board_id,
            number=LogFollowUp.unit_id,
            done_on=LogFollowUp.period_start,
            open_count=LogFollowUp.n,
            part=own,
            moment=LogFollowUp.drawn_at,
        )
    ).where(
        LogFollowUp.board_id.in_(question.boards_with(Role.CONTROLLER, Role.UNIT_MANAGER)),
        LogFollowUp.signed_at.is_(None),
    )


def of_the_program(question: Question) -> list[Part]:
    """Roles that end soon or wait for a second person, and daily jobs whose latest run failed:
    for the administrator."""
    later = aliased(JobRun)
    roles = (
        sa.select(
            *columns_of(
                Source.ROLE_ENDS,
                subject_id=User.id,
                text=User.title,
                due_on=RoleGrant.valid_to,
                state=sa.cast(RoleGrant.role, sa.Text),
            )
        )
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(User.is_active, RoleGrant.valid_to.between(question.on, question.until))
    )
    jobs = sa.select(
        *columns_of(Source.JOB, subject_id=JobRun.id, text=JobRun.job, moment=JobRun.started_at)
    ).where(
        JobRun.outcome == JobOutcome.FAILED,
        ~sa.exists().where(later.job == JobRun.job, later.started_at > JobRun.started_at),
    )
    return [roles, waiting_roles(question, of_boards=False), jobs]
