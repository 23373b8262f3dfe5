"""Utskottets utfall: the justerare's proposal case by case, and the chair's confirmation."""

from flask import abort
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.review.forms import ConfirmForm, JudgementForm, OutcomeForm
from internkontroll.review.queries import (
    judged_items,
    judgements_by_position,
    protected_items,
    standing_conclusion,
)
from internkontroll.review.rules import tally
from internkontroll.review.services import (
    COMMENT_MAX,
    TEXT_MAX,
    confirm_outcome,
    decide_outcome,
    may_confirm,
)
from internkontroll.review.views.blueprint import drawn_of, item_of
from internkontroll.review.views.committee.blueprint import (
    address,
    bp,
    review_occurrence,
    to_meeting,
)
from internkontroll.review.views.committee.case import case_form
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.queries import conflicts_of, review_of
from internkontroll.web.access import current_actor, demand, now, requires, session
from internkontroll.web.submission import page, submit


def _load(board: Board, occurrence_id: int) -> Occurrence:
    occurrence = review_occurrence(board, occurrence_id)
    demand(Permission.COMMITTEE_CONFIRM, occurrence.subcommittee_id)
    return occurrence


def _outcome_page(
    board: Board, occurrence: Occurrence, form: ConfirmForm | None = None
) -> ResponseReturnValue:
    open_session = session()
    draw = drawn_of(occurrence)
    asked, judged = judged_items(open_session, [occurrence.id], draw.id)
    items = [item for item in judged[occurrence.id] if item.stands]
    conclusion = standing_conclusion(open_session, occurrence.id)
    shown = ConfirmForm(
        formdata=None, data={"shown": str(conclusion.id) if conclusion is not None else ""}
    )
    if form is not None and form.refused_with == 409:
        form.shown.data = shown.shown.data
    return page(
        "review/committee/outcome.html",
        form=form or shown,
        board=board,
        occurrence=occurrence,
        review=review_of(open_session, occurrence.id),
        conclusion=conclusion,
        criteria=asked[occurrence.id],
        items=items,
        counted=tally(judgements_by_position(items).values()),
        population=draw.population,
        by_committee={item.item_id for item in items if item.by_committee},
        protected=protected_items(open_session, draw.id),
        conflicts=conflicts_of(open_session, [occurrence.id]),
        may_confirm=may_confirm(open_session, conclusion, current_actor()),
        text_max=TEXT_MAX,
    )


@bp.get("/<int:occurrence_id>/utfall")
@requires(Permission.COMMITTEE_CONFIRM)
def outcome(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """The proposal, to confirm or to change case by case."""
    return _outcome_page(board, _load(board, occurrence_id))


@bp.post("/<int:occurrence_id>/utfall")
@requires(Permission.COMMITTEE_CONFIRM)
def confirm(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Confirm the committee's outcome: the conclusion is signed."""
    occurrence = _load(board, occurrence_id)
    form = ConfirmForm()

    def act(open_session: Session) -> str:
        confirm_outcome(
            open_session,
            occurrence,
            form.statement.data or "",
            shown=form.read_shown(),
            actor=current_actor(),
            at=now(),
        )
        return to_meeting(board, occurrence)

    if form.validate() and (answer := submit(form, act, done="Utskottets utfall är bekräftat.")):
        return answer
    return _outcome_page(board, occurrence, form)


def _decide_page(
    board: Board, occurrence: Occurrence, position: int, form: JudgementForm | None = None
) -> ResponseReturnValue:
    open_session = session()
    draw = drawn_of(occurrence)
    asked, judged = judged_items(open_session, [occurrence.id], draw.id)
    criteria = asked[occurrence.id]
    here = next(
        (item for item in judged[occurrence.id] if item.position == position and item.stands), None
    )
    if here is None:
        abort(404)
    if form is not None and form.refused_with == 409:
        form.version.data = str(here.version)
    return page(
        "review/committee/decide.html",
        form=form or case_form(criteria, here, base=OutcomeForm),
        board=board,
        occurrence=occurrence,
        here=here,
        criteria=criteria,
        is_protected=here.item_id in protected_items(open_session, draw.id),
        comment_max=COMMENT_MAX,
    )


@bp.get("/<int:occurrence_id>/utfall/<int:position>")
@requires(Permission.COMMITTEE_CONFIRM)
def decide(board: Board, occurrence_id: int, position: int) -> ResponseReturnValue:
    """Ask how the committee judges the case."""
    return _decide_page(board, _load(board, occurrence_id), position)


@bp.post("/<int:occurrence_id>/utfall/<int:position>")
@requires(Permission.COMMITTEE_CONFIRM)
def save_decision(board: Board, occurrence_id: int, position: int) -> ResponseReturnValue:
    """Record how the committee judges the case, beside the proposal."""
    occurrence = _load(board, occurrence_id)
    draw = drawn_of(occurrence)
    drawn = item_of(draw, position)
    asked, _ = judged_items(session(), [occurrence.id], draw.id)
    form = case_form(asked[occurrence.id], base=OutcomeForm)

    def act(open_session: Session) -> str:
        decide_outcome(
            open_session,
            occurrence,
            drawn,
            form.answers(),
            form["reason"].data or "",
            version=form.read_version(),
            actor=current_actor(),
            at=now(),
        )
        return address("outcome", board, occurrence_id=occurrence_id)

    if form.validate() and (answer := submit(form, act, done="Utskottets bedömning är sparad.")):
        return answer
    return _decide_page(board, occurrence, position, form)
