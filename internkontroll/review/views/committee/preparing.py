"""Välj slag av ärenden, och anteckna jäv."""

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.review.forms import ConflictForm, KindForm
from internkontroll.review.queries import review_items
from internkontroll.review.services import prepare_review
from internkontroll.review.views.committee.blueprint import (
    address,
    bp,
    meeting_of,
    people_of,
    review_occurrence,
    to_meeting,
)
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.queries import (
    conflict_select,
    conflicts_of,
    frame_of_occurrence,
    review_of,
    reviewed_kinds,
)
from internkontroll.schedule.rules import case_kinds, proposed_kind
from internkontroll.schedule.services import MEMBER_MAX, record_conflict, withdraw_conflict
from internkontroll.schedule.words import frame_sentence
from internkontroll.web.access import (
    current_actor,
    demand,
    load_or_404,
    may,
    now,
    requires,
    session,
)
from internkontroll.web.forms import ButtonForm, choices
from internkontroll.web.submission import page, submit


def _kind_form(occurrence: Occurrence, *, sent: bool = False) -> KindForm:
    review = review_of(session(), occurrence.id)
    kinds = case_kinds(occurrence.control.text) or (occurrence.control.text,)
    proposed = proposed_kind(kinds, reviewed_kinds(session(), occurrence))
    data = {
        "row_version": str(review.row_version) if review else "0",
        "case_kind": review.case_kind if review else proposed,
        "protected": review.protected if review else None,
    }
    form = KindForm() if sent else KindForm(formdata=None, data=data)
    form.case_kind.choices = choices([(kind, kind) for kind in kinds])
    return form


def _kind_page(board: Board, occurrence: Occurrence, form: KindForm) -> ResponseReturnValue:
    kinds = case_kinds(occurrence.control.text)
    earlier = reviewed_kinds(session(), occurrence)
    if form.errors and form.refused_with == 409:
        form.set_beside(_kind_form(occurrence))
    frame = frame_of_occurrence(session(), occurrence)
    return page(
        "review/committee/kind.html",
        form=form,
        board=board,
        occurrence=occurrence,
        proposed=proposed_kind(kinds, earlier),
        earlier=earlier[::-1],
        frame=frame_sentence(frame) if frame else None,
    )


@bp.get("/<int:occurrence_id>/slag")
@requires(Permission.COMMITTEE_REVIEW)
def kind(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Ask which kind of cases the meeting reviews."""
    occurrence = review_occurrence(board, occurrence_id)
    demand(Permission.COMMITTEE_REVIEW, occurrence.subcommittee_id)
    return _kind_page(board, occurrence, _kind_form(occurrence))


@bp.post("/<int:occurrence_id>/slag")
@requires(Permission.COMMITTEE_REVIEW)
def save_kind(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Choose which kind of cases the meeting reviews."""
    occurrence = review_occurrence(board, occurrence_id)
    demand(Permission.COMMITTEE_REVIEW, occurrence.subcommittee_id)
    form = _kind_form(occurrence, sent=True)

    def act(open_session: Session) -> str:
        prepare_review(
            open_session,
            occurrence,
            case_kind=form.case_kind.data,
            protected=form.protected.data or 0,
            row_version=form.seen_version,
            actor=current_actor(),
            at=now(),
        )
        return to_meeting(board, occurrence)

    if form.validate() and (answer := submit(form, act, done="Slaget av ärenden är valt.")):
        return answer
    return _kind_page(board, occurrence, form)


def _conflict_form(board: Board, occurrence: Occurrence) -> ConflictForm:
    meeting = meeting_of(board, occurrence.meeting_id or 0)
    form = ConflictForm()
    form.user.choices = choices([("", "Välj"), *people_of(board, meeting)])
    numbers = [
        (str(item.position), f"Ärende {item.position}")
        for item in review_items(session(), occurrence.id)
        if item.stands
    ]
    form.position.choices = choices([("", "Hela granskningen"), *numbers])
    return form


def _conflict_page(
    board: Board, occurrence: Occurrence, form: ConflictForm | ButtonForm
) -> ResponseReturnValue:
    own = current_actor().user_id
    return page(
        "review/committee/conflicts.html",
        form=form,
        conflict_form=form if isinstance(form, ConflictForm) else _conflict_form(board, occurrence),
        board=board,
        occurrence=occurrence,
        standing=conflicts_of(session(), [occurrence.id]),
        is_own=lambda row: row.user_id is not None and row.user_id == own,
        button_key=ButtonForm(formdata=None).key.data,
        member_max=MEMBER_MAX,
        may_draw=may(Permission.SAMPLE_DRAW, occurrence.subcommittee_id),
    )


@bp.get("/<int:occurrence_id>/jav")
@requires(Permission.COMMITTEE_STEP_ASIDE)
def conflicts(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Who has stepped aside, and a form for one more."""
    occurrence = review_occurrence(board, occurrence_id)
    demand(Permission.COMMITTEE_STEP_ASIDE, occurrence.subcommittee_id)
    return _conflict_page(board, occurrence, _conflict_form(board, occurrence))


@bp.post("/<int:occurrence_id>/jav")
@requires(Permission.COMMITTEE_STEP_ASIDE)
def save_conflict(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Record that a member stepped aside."""
    occurrence = review_occurrence(board, occurrence_id)
    demand(Permission.COMMITTEE_STEP_ASIDE, occurrence.subcommittee_id)
    form = _conflict_form(board, occurrence)

    def act(open_session: Session) -> str:
        user_id, member, position = form.said()
        record_conflict(
            open_session,
            occurrence,
            user_id=user_id,
            member=member,
            position=position,
            actor=current_actor(),
            at=now(),
        )
        return address("conflicts", board, occurrence_id=occurrence_id)

    if form.validate() and (answer := submit(form, act, done="Jävet är antecknat.")):
        return answer
    return _conflict_page(board, occurrence, form)


@bp.post("/<int:occurrence_id>/jav/<int:conflict_id>/ta-tillbaka")
@requires(Permission.COMMITTEE_STEP_ASIDE)
def take_back_conflict(board: Board, occurrence_id: int, conflict_id: int) -> ResponseReturnValue:
    """Take back what was recorded by mistake; it stays in the history."""
    occurrence = review_occurrence(board, occurrence_id)
    demand(Permission.COMMITTEE_STEP_ASIDE, occurrence.subcommittee_id)
    found = load_or_404(conflict_select(occurrence.id, conflict_id))
    form = ButtonForm()

    def act(open_session: Session) -> str:
        withdraw_conflict(open_session, occurrence, found, actor=current_actor(), at=now())
        return address("conflicts", board, occurrence_id=occurrence_id)

    if form.validate() and (answer := submit(form, act, done="Jävet är tillbakataget.")):
        return answer
    return _conflict_page(board, occurrence, form)
