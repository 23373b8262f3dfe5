"""Ett ärende i taget, för surfplatta: the questions, a short remark, next; what is protected."""

from flask import abort, flash, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Criterion
from internkontroll.review.forms import JudgementForm, judgement_form
from internkontroll.review.models import Answer
from internkontroll.review.queries import ReviewItem, case_facts, judged_items
from internkontroll.review.services import COMMENT_MAX, judge_item, mark_protected, read_item
from internkontroll.review.views.blueprint import (
    ANSWERS,
    OPEN,
    drawn_of,
    item_of,
    refuse_blind_reader,
)
from internkontroll.review.views.blueprint import address as review_address
from internkontroll.review.views.committee.blueprint import address, bp, review_occurrence
from internkontroll.review.words import WORDS
from internkontroll.schedule.models import Occurrence
from internkontroll.web.access import (
    current_actor,
    demand,
    may,
    now,
    recorded_reading,
    requires,
    session,
)
from internkontroll.web.forms import BaseForm, ButtonForm
from internkontroll.web.submission import page, submit

ALL_YES = "all-yes"
"""The button that answers Ja to every question not answered yet."""


def case_form(
    criteria: list[Criterion],
    here: ReviewItem | None = None,
    *,
    base: type[JudgementForm] = JudgementForm,
) -> JudgementForm:
    """The questions of a case: what was sent, or what is saved of the item ``here``."""
    words = {answer: WORDS[answer] for answer in ANSWERS}
    if here is None:
        return judgement_form(criteria, words, base=base)
    values: dict[str, str | int | None] = {"version": str(here.version)}
    for criterion, judgement in zip(criteria, here.judgements, strict=True):
        values[f"answer_{criterion.id}"] = judgement.answer
        values[f"comment_{criterion.id}"] = judgement.comment
    return judgement_form(criteria, words, values, base=base)


def _case_page(
    board: Board, occurrence_id: int, position: int, form: BaseForm | None = None
) -> ResponseReturnValue:
    """The page of one case, rendered inside the transaction that records its opening."""
    with recorded_reading() as open_session:
        occurrence = review_occurrence(board, occurrence_id)
        demand(Permission.COMMITTEE_REVIEW, occurrence.subcommittee_id)
        draw = drawn_of(occurrence)
        own = current_actor().user_id
        facts = case_facts(open_session, occurrence.id, draw.id, position, reader_id=own)
        if facts is None:
            abort(404)
        if facts.is_blind:
            refuse_blind_reader(board, occurrence)
        asked, judged = judged_items(open_session, [occurrence.id], draw.id)
        criteria, items = asked[occurrence.id], judged[occurrence.id]
        here = next((item for item in items if item.position == position and item.stands), None)
        if here is None:
            abort(404)
        reads = may(Permission.SAMPLE_READ, occurrence.subcommittee_id)
        if reads and not facts.is_protected:
            read_item(open_session, occurrence, facts.item, actor=current_actor(), at=now())
        judgement = form if isinstance(form, JudgementForm) else case_form(criteria, here)
        if judgement.errors and judgement.refused_with == 409:
            judgement.version.data = str(here.version)
        standing = [item for item in items if item.stands]
        return page(
            "review/committee/case.html",
            form or judgement,
            judgement=judgement,
            board=board,
            occurrence=occurrence,
            review=facts.review,
            here=here,
            number=1 + standing.index(here),
            items=standing,
            criteria=criteria,
            reference=facts.item.reference if reads and not facts.is_protected else None,
            is_protected=facts.is_protected,
            note=facts.note if facts.note is not None and facts.note.text is not None else None,
            can_edit=occurrence.state in OPEN
            and may(Permission.OCCURRENCE_PERFORM, occurrence.subcommittee_id),
            stepped_aside=facts.stepped_aside,
            protect_key=ButtonForm(formdata=None).key.data,
            before=max((i.position for i in standing if i.position < position), default=None),
            after=min((i.position for i in standing if i.position > position), default=None),
            all_yes=ALL_YES,
            comment_max=COMMENT_MAX,
        )


@bp.get("/<int:occurrence_id>/arende/<int:position>")
@requires(Permission.COMMITTEE_REVIEW)
def case(board: Board, occurrence_id: int, position: int) -> ResponseReturnValue:
    """One case at a time."""
    return _case_page(board, occurrence_id, position)


def _next(board: Board, occurrence: Occurrence, position: int, items: list[ReviewItem]) -> str:
    waiting = [item.position for item in items if item.stands and not item.judged]
    coming = [number for number in waiting if number > position] or waiting
    if coming:
        return address("case", board, occurrence_id=occurrence.id, position=coming[0])
    return review_address("review.conclusion", board, occurrence.id)


@bp.post("/<int:occurrence_id>/arende/<int:position>")
@requires(Permission.COMMITTEE_REVIEW)
def judge(board: Board, occurrence_id: int, position: int) -> ResponseReturnValue:
    """Save the answers and go to the next case that waits."""
    occurrence = review_occurrence(board, occurrence_id)
    demand(Permission.OCCURRENCE_PERFORM, occurrence.subcommittee_id)
    draw = drawn_of(occurrence)
    drawn = item_of(draw, position)
    asked, _ = judged_items(session(), [occurrence.id], draw.id)
    form = case_form(asked[occurrence.id])

    left: list[int] = []

    def act(open_session: Session) -> str:
        answers = form.answers()
        if request.form.get("after") == ALL_YES:
            answers = {
                criterion.id: answers.get(criterion.id, (Answer.YES, None))
                for criterion in asked[occurrence.id]
            }
        judge_item(
            open_session,
            occurrence,
            drawn,
            answers,
            actor=current_actor(),
            at=now(),
            version=form.read_version(),
        )
        items = judged_items(open_session, [occurrence.id], draw.id)[1][occurrence.id]
        left.extend(i.position for i in items if i.position == position and not i.judged)
        return _next(board, occurrence, position, items)

    if form.validate() and (answer := submit(form, act)):
        if left:
            flash(f"Ärende {position} är inte färdigbedömt än.", "warn")
        return answer
    return _case_page(board, occurrence_id, position, form)


@bp.post("/<int:occurrence_id>/arende/<int:position>/skyddat")
@requires(Permission.COMMITTEE_REVIEW)
def protect(board: Board, occurrence_id: int, position: int) -> ResponseReturnValue:
    """Mark the case as one with skyddade personuppgifter."""
    occurrence = review_occurrence(board, occurrence_id)
    demand(Permission.COMMITTEE_REVIEW, occurrence.subcommittee_id)
    drawn = item_of(drawn_of(occurrence), position)
    form = ButtonForm()

    def act(open_session: Session) -> str:
        mark_protected(open_session, occurrence, drawn, actor=current_actor(), at=now())
        return address("case", board, occurrence_id=occurrence_id, position=position)

    if form.validate() and (answer := submit(form, act, done="Ärendet är märkt som skyddat.")):
        return answer
    return _case_page(board, occurrence_id, position, form)
