"""What waits in the work itself: occurrences, findings and actions."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from internkontroll.core.access import Role
from internkontroll.findings.models import (
    Action,
    ActionState,
    Correction,
    Finding,
    FindingState,
    Retest,
)
from internkontroll.findings.queries.following import latest_signed
from internkontroll.findings.rules import OPEN_ACTIONS
from internkontroll.monitoring.queries.facts.reach import Part, Question, columns_of
from internkontroll.monitoring.rules import SIGNATURE, Source
from internkontroll.organisation.models import Subcommittee
from internkontroll.plan.models import Control
from internkontroll.plan.rules.vocabulary import SampleKind
from internkontroll.review.models import (
    Attachment,
    Conclusion,
    ItemAmount,
    ItemResult,
    RecordedResult,
    SecondAnswer,
    SecondReading,
)
from internkontroll.review.queries import of_current_draw
from internkontroll.review.rules import WITHOUT_ITEMS
from internkontroll.sampling.models import (
    Draw,
    DrawOccurrence,
    DrawRound,
    DrawState,
    Population,
    PopulationState,
)
from internkontroll.schedule.models import Occurrence, OccurrenceState

MOST_READ = 300
"""How many facts of one source are read, a person's own first, then the earliest due."""


def occurrences(question: Question) -> Part:
    """Open occurrences: one's own, and in boards where one watches or signs, the others'."""
    own = sa.or_(
        Control.responsible_id == question.me,
        sa.and_(
            Occurrence.subcommittee_id.is_not(None),
            Occurrence.subcommittee_id.in_(question.committees()),
        ),
    )
    watched = question.boards_with(Role.CONTROLLER, Role.REVIEWER, Role.CHAIR, Role.UNIT_MANAGER)
    rows = (
        sa.select(
            *_told_of_occurrence(
                Source.OCCURRENCE,
                person_id=Control.responsible_id,
                part=_tested(question),
                settled=Occurrence.state != OccurrenceState.PLANNED,
                state=_occurrence_step(),
            )
        )
        .join(Control, Control.id == Occurrence.control_id)
        .outerjoin(Subcommittee, Subcommittee.id == Occurrence.subcommittee_id)
        .where(
            Occurrence.state.in_(
                (
                    OccurrenceState.PLANNED,
                    OccurrenceState.STARTED,
                    OccurrenceState.PERFORMED,
                )
            ),
            sa.or_(
                Occurrence.due_on <= question.until,
                Occurrence.state == OccurrenceState.PERFORMED,
            ),
            sa.or_(own, Occurrence.board_id.in_(watched)),
            question.within_walls(),
        )
        .order_by(sa.case((own, 0), else_=1), Occurrence.due_on, Occurrence.id)
        .limit(question.most)
        .subquery()
    )
    return sa.select(*rows.c)


def corrected(question: Question) -> Part:
    """Signed conclusions whose correction waits for a signature; their occurrences are approved."""
    waiting = sa.select(Conclusion.occurrence_id).where(
        Conclusion.corrects_id.is_not(None),
        Conclusion.signed_at.is_(None),
        Conclusion.returned_at.is_(None),
    )
    return _of_the_review(
        question,
        Source.OCCURRENCE,
        Occurrence.id.in_(waiting),
        part=_tested(question),
        state=SIGNATURE,
    )


def second_readings(question: Question) -> Part:
    """What the person has been asked to read again and has not handed in; not of a redrawn draw."""
    asked = sa.and_(
        SecondReading.reader_id == question.me,
        SecondReading.finished_at.is_(None),
        SecondReading.cancelled_at.is_(None),
        of_current_draw(),
    )
    return _of_the_review(
        question,
        Source.SECOND_READING,
        asked,
        join=SecondReading,
        person_id=SecondReading.reader_id,
        open_count=SecondReading.n,
    )


def _told_of_occurrence(source: Source, **told: Any) -> list[sa.ColumnElement[Any]]:
    """The columns of an occurrence, of its kontrollmoment and its committee, and what is added."""
    return columns_of(
        source,
        subject_id=Occurrence.id,
        text=Control.text,
        board_id=Occurrence.board_id,
        subcommittee_id=Occurrence.subcommittee_id,
        where=Subcommittee.name,
        due_on=Occurrence.due_on,
        number=Control.number,
        **told,
    )


def _of_the_review(
    question: Question,
    source: Source,
    *conditions: sa.ColumnElement[bool],
    join: type[SecondReading] | None = None,
    **told: Any,
) -> Part:
    rows = sa.select(*_told_of_occurrence(source, **told)).join(
        Control, Control.id == Occurrence.control_id
    )
    if join is not None:
        rows = rows.join(join, join.occurrence_id == Occurrence.id)
    return rows.outerjoin(Subcommittee, Subcommittee.id == Occurrence.subcommittee_id).where(
        *conditions, question.within_walls()
    )


def _tested(question: Question) -> sa.ColumnElement[bool]:
    """Whether the person had any part in what waits for a signature, as ``testers_of`` has it."""
    drawn = sa.exists().where(
        DrawOccurrence.occurrence_id == Occurrence.id,
        DrawOccurrence.draw_id == Draw.id,
        sa.or_(
            Draw.committed_by_id == question.me,
            Draw.drawn_by_id == question.me,
            sa.exists().where(
                DrawRound.draw_id == Draw.id,
                sa.or_(
                    DrawRound.committed_by_id == question.me, DrawRound.drawn_by_id == question.me
                ),
            ),
        ),
    )
    judged = sa.exists().where(
        ItemResult.occurrence_id == Occurrence.id, ItemResult.recorded_by_id == question.me
    )
    wrote = sa.exists().where(
        Conclusion.occurrence_id == Occurrence.id, Conclusion.written_by_id == question.me
    )
    recorded = sa.exists().where(
        RecordedResult.occurrence_id == Occurrence.id,
        RecordedResult.recorded_by_id == question.me,
    )
    proved = sa.exists().where(
        Attachment.occurrence_id == Occurrence.id, Attachment.added_by_id == question.me
    )
    read_again = sa.exists().where(
        SecondReading.occurrence_id == Occurrence.id,
        SecondReading.reader_id == question.me,
        SecondReading.cancelled_at.is_(None),
        sa.or_(
            SecondReading.finished_at.is_not(None),
            of_current_draw(),
        ),
    )
    settled = sa.exists().where(
        SecondAnswer.reading_id == SecondReading.id,
        SecondReading.occurrence_id == Occurrence.id,
        SecondAnswer.settled_by_id == question.me,
    )
    priced = sa.exists().where(
        ItemAmount.occurrence_id == Occurrence.id, ItemAmount.recorded_by_id == question.me
    )
    return sa.or_(drawn, judged, wrote, recorded, proved, read_again, settled, priced)


def findings(question: Question) -> Part:
    """Open findings with the sums that tell their next step."""
    newest = aliased(Retest)
    latest = (
        sa.select(sa.func.max(newest.id))
        .where(newest.finding_id == Finding.id)
        .correlate(Finding)
        .scalar_subquery()
    )
    tested = aliased(Occurrence)
    ended = sa.and_(Action.finding_id == Finding.id, Action.state == ActionState.DONE)
    rows = (
        sa.select(
            *columns_of(
                Source.FINDING,
                subject_id=Finding.id,
                text=Finding.description,
                board_id=Finding.board_id,
                subcommittee_id=Occurrence.subcommittee_id,
                where=Subcommittee.name,
                number=Finding.number,
                year=Finding.year,
                person_id=Control.responsible_id,
                part=sa.exists().where(
                    Action.finding_id == Finding.id,
                    Action.state != ActionState.CANCELLED,
                    sa.or_(Action.responsible_id == question.me, Action.ended_by_id == question.me),
                ),
                open_count=sa.select(sa.func.count())
                .where(Action.finding_id == Finding.id, Action.state.in_(OPEN_ACTIONS))
                .correlate(Finding)
                .scalar_subquery(),
                settled=sa.or_(
                    Finding.item_id.is_(None),
                    sa.exists().where(Correction.finding_id == Finding.id),
                ),
                state=sa.func.coalesce(sa.cast(tested.state, sa.Text), ""),
                done_on=sa.select(sa.func.max(Action.ended_on))
                .where(ended)
                .correlate(Finding)
                .scalar_subquery(),
                moment=Finding.recorded_at,
                second=Conclusion.written_at,
            )
        )
        .join(Occurrence, Occurrence.id == Finding.occurrence_id)
        .join(Control, Control.id == Occurrence.control_id)
        .outerjoin(Subcommittee, Subcommittee.id == Occurrence.subcommittee_id)
        .outerjoin(Retest, Retest.id == latest)
        .outerjoin(tested, tested.id == Retest.occurrence_id)
        .outerjoin(Conclusion, Conclusion.id == latest_signed(tested.id))
        .where(
            Finding.state == FindingState.OPEN,
            sa.or_(
                Control.responsible_id == question.me,
                Finding.board_id.in_(
                    question.boards_with(
                        Role.CONTROLLER,
                        Role.REVIEWER,
                        Role.CHAIR,
                        Role.DIRECTOR,
                        Role.UNIT_MANAGER,
                    )
                ),
            ),
            question.within_walls(),
        )
        .order_by(sa.case((Control.responsible_id == question.me, 0), else_=1), Finding.recorded_at)
        .limit(question.most)
        .subquery()
    )
    return sa.select(*rows.c)


def actions(question: Question) -> Part:
    """One's own open actions, and in boards where one watches, those that are late."""
    mine = Action.responsible_id == question.me
    rows = (
        sa.select(
            *columns_of(
                Source.ACTION,
                subject_id=Action.id,
                text=Action.description,
                board_id=Finding.board_id,
                subcommittee_id=Occurrence.subcommittee_id,
                where=Subcommittee.name,
                due_on=Action.due_on,
                number=Finding.number,
                year=Finding.year,
                person_id=Action.responsible_id,
                state=sa.cast(Action.state, sa.Text),
            )
        )
        .join(Finding, Finding.id == Action.finding_id)
        .join(Occurrence, Occurrence.id == Finding.occurrence_id)
        .outerjoin(Subcommittee, Subcommittee.id == Occurrence.subcommittee_id)
        .where(
            Action.state.in_(OPEN_ACTIONS),
            sa.or_(
                mine,
                sa.and_(
                    Action.due_on < question.on,
                    Finding.board_id.in_(question.boards_with(Role.CONTROLLER)),
                ),
            ),
            question.within_walls(),
        )
        .order_by(sa.case((mine, 0), else_=1), Action.due_on)
        .limit(question.most)
        .subquery()
    )
    return sa.select(*rows.c)


def _occurrence_step() -> sa.ColumnElement[str]:
    """What comes next with an occurrence, from what has been loaded and drawn for it."""

    def drawn(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        return sa.exists().where(
            DrawOccurrence.occurrence_id == Occurrence.id,
            DrawOccurrence.draw_id == Draw.id,
            *conditions,
        )

    def listed(*conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        return sa.exists().where(
            Population.occurrence_id == Occurrence.id,
            Population.state != PopulationState.REFUSED,
            *conditions,
        )

    # As review.rules.needs_sample, and what has been recorded as a whole needs no list any more.
    as_a_whole = sa.or_(
        Control.sample_kind == SampleKind.NONE,
        Control.technique.in_(WITHOUT_ITEMS),
        sa.func.coalesce(Control.performed_by, "") != "",
        sa.exists().where(RecordedResult.occurrence_id == Occurrence.id),
    )
    return sa.case(
        (Occurrence.state == OccurrenceState.PERFORMED, SIGNATURE),
        (
            drawn(sa.exists().where(DrawRound.draw_id == Draw.id, DrawRound.drawn_at.is_(None))),
            "draw",
        ),
        (drawn(Draw.state == DrawState.DRAWN), "review"),
        (drawn(), "draw"),
        (listed(Population.state == PopulationState.FROZEN), "commit"),
        (listed(), "freeze"),
        (as_a_whole, "do"),
        else_="list",
    )
