"""Granska post för post: one item of one control, saved as one goes, or replaced."""

from collections.abc import Sequence

from flask import abort, flash, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.errors import Conflict, DomainError, InvalidTransition
from internkontroll.core.transaction import transaction
from internkontroll.findings.models import Finding
from internkontroll.findings.queries import finding_of_item, label, with_finding
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Criterion
from internkontroll.review.forms import JudgementForm, ReplaceForm, judgement_form
from internkontroll.review.models import ItemAmount
from internkontroll.review.queries import (
    ReviewItem,
    criteria_of,
    judged_items,
    opened_item_select,
    review_items,
)
from internkontroll.review.services import (
    COMMENT_MAX,
    judge_item,
    permission_to_perform,
    read_item,
    record_amount,
    replace_unusable,
)
from internkontroll.review.views.blueprint import (
    ANSWERS,
    OPEN,
    address,
    bp,
    drawn_and_served,
    drawn_of,
    item_of,
    occurrence_of,
    occurrence_to_read,
)
from internkontroll.review.words import WORDS, item_words
from internkontroll.sampling.models import Draw, SampleItem
from internkontroll.sampling.queries import RANDOM
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.queries import reviews_cases
from internkontroll.web.access import (
    current_actor,
    demand,
    may,
    now,
    recorded_reading,
    requires,
    session,
)
from internkontroll.web.submission import page, submit


def _version_text(here: ReviewItem, amounts: int | None) -> str:
    return str(here.version) if amounts is None else f"{here.version}+{amounts}"


def _form_of(
    criteria: Sequence[Criterion],
    here: ReviewItem | None = None,
    *,
    with_amount: bool,
    amount: ItemAmount | None = None,
) -> JudgementForm:
    values: dict[str, str | int | None] | None = None
    if here is not None:
        recorded = amount.revision if amount else 0
        values = {
            "version": _version_text(here, recorded if with_amount else None),
            "audited": amount.audited if amount else None,
        }
        for criterion, judgement in zip(criteria, here.judgements, strict=True):
            values[f"answer_{criterion.id}"] = judgement.answer
            values[f"comment_{criterion.id}"] = judgement.comment
    words = {answer: WORDS[answer] for answer in ANSWERS}
    return judgement_form(criteria, words, values, with_amount=with_amount)


def _has_amount(occurrence: Occurrence, drawn: SampleItem | None) -> bool:
    """Whether the right amount is asked for: the item has one, and the reader may see it."""
    reads = may(Permission.SAMPLE_READ, occurrence.subcommittee_id)
    return reads and drawn is not None and drawn.amount is not None


def _save(
    open_session: Session, occurrence: Occurrence, drawn: SampleItem, form: JudgementForm
) -> int | str:
    """Save the answers and the right amount that were filled in; the item's new version."""
    version = form.read_version()
    rows = judge_item(
        open_session,
        occurrence,
        drawn,
        form.answers(),
        actor=current_actor(),
        at=now(),
        version=version,
    )
    saved = version + len(rows)
    if form.audited is None:
        return saved
    seen = form.read_amount_version()
    row = record_amount(
        open_session,
        occurrence,
        drawn,
        form.audited.data,
        actor=current_actor(),
        at=now(),
        version=seen,
    )
    return f"{saved}+{seen + (row is not None)}"


def _opened(
    open_session: Session, occurrence: Occurrence, draw: Draw, here: ReviewItem, *, reads: bool
) -> tuple[SampleItem | None, ItemAmount | None, Finding | None]:
    """The item for one who may read it, its right amount, and the finding that is about it."""
    if not reads:
        return None, None, finding_of_item(open_session, occurrence.id, here.item_id)
    asked = with_finding(opened_item_select(occurrence.id, draw.id, here.position), occurrence.id)
    drawn, is_protected, amount, finding = open_session.execute(asked).one()
    if is_protected and reviews_cases(occurrence):
        return None, None, finding
    return drawn, amount if drawn.amount is not None else None, finding


def _item_page(
    board: Board,
    occurrence_id: int,
    position: int,
    form: JudgementForm | None = None,
    replace_form: ReplaceForm | None = None,
) -> ResponseReturnValue:
    """The page of one item, rendered inside the transaction that records its opening."""
    with recorded_reading() as open_session:
        occurrence = occurrence_to_read(board, occurrence_id)
        draw, serves = drawn_and_served(occurrence)
        asked, judged = judged_items(open_session, [occurrence.id], draw.id)
        criteria, items = asked[occurrence.id], judged[occurrence.id]
        here = next((item for item in items if item.position == position), None)
        if here is None:
            abort(404)
        committee = occurrence.subcommittee_id
        reads = may(Permission.SAMPLE_READ, committee)
        performs = may(permission_to_perform(occurrence), committee)
        drawn, amount, finding = _opened(open_session, occurrence, draw, here, reads=reads)
        if drawn is not None and draw.population.is_secret:
            read_item(open_session, occurrence, drawn, actor=current_actor(), at=now())
        with_amount = _has_amount(occurrence, drawn)
        form = form or _form_of(criteria, here, with_amount=with_amount, amount=amount)
        if form.errors and form.refused_with == 409:
            recorded = (amount.revision if amount else 0) if with_amount else None
            form.version.data = _version_text(here, recorded)
        others = [item for item in items if item.stands and item.position > position]
        return page(
            "review/item.html",
            form if replace_form is None else replace_form,
            board=board,
            judgement=form,
            replace_form=replace_form or ReplaceForm(formdata=None),
            occurrence=occurrence,
            draw=draw,
            items=items,
            here=here,
            thing=item_words(is_secret=draw.population.is_secret),
            drawn=drawn,
            amount=amount,
            criteria=criteria,
            can_edit=performs and here.stands and occurrence.state in OPEN,
            shows_comments=performs or reads or may(Permission.CONCLUSION_SIGN, committee),
            shares=serves > 1,
            can_replace=draw.method in RANDOM and may(Permission.SAMPLE_DRAW, committee),
            can_record=may(Permission.FINDING_RECORD, committee),
            finding=finding,
            finding_label=lambda finding: label(finding, board),
            before=max((i.position for i in items if i.position < position), default=None),
            after=others[0].position if others else None,
            later=min((i.position for i in items if i.position > position), default=None),
            comment_max=COMMENT_MAX,
        )


@bp.get("/post/<int:position>")
@requires(Permission.OCCURRENCE_READ)
def item(board: Board, occurrence_id: int, position: int) -> ResponseReturnValue:
    """One item: its reference for those who may read it, and the questions."""
    return _item_page(board, occurrence_id, position)


def _after_saving(board: Board, occurrence_id: int, position: int, items: list[ReviewItem]) -> str:
    if request.form.get("after") == "finding":
        if next(item.deviating for item in items if item.position == position):
            return address("findings.new", board, occurrence_id, post=position)
        flash("Sparat, men inget svar är Nej eller Underlag saknas. Ingen avvikelse.", "warn")
        return address("review.item", board, occurrence_id, position=position)
    coming = [item.position for item in items if item.stands and item.position > position]
    if coming:
        return address("review.item", board, occurrence_id, position=coming[0])
    return address("review.conclusion", board, occurrence_id)


@bp.post("/post/<int:position>")
@requires(Permission.OCCURRENCE_PERFORM)
def judge(board: Board, occurrence_id: int, position: int) -> ResponseReturnValue:
    """Save the answers and go on."""
    occurrence = occurrence_of(board, occurrence_id)
    demand(permission_to_perform(occurrence), occurrence.subcommittee_id)
    draw = drawn_of(occurrence)
    drawn = item_of(draw, position)
    asked = criteria_of(session(), occurrence.id)
    form = _form_of(asked, with_amount=_has_amount(occurrence, drawn))

    def act(open_session: Session) -> str:
        _save(open_session, occurrence, drawn, form)
        items = review_items(open_session, occurrence.id, draw.id)
        return _after_saving(board, occurrence_id, position, items)

    if form.validate() and (answer := submit(form, act)):
        return answer
    return _item_page(board, occurrence_id, position, form)


@bp.post("/post/<int:position>/spara-lopande")
@requires(Permission.OCCURRENCE_PERFORM)
def autosave(board: Board, occurrence_id: int, position: int) -> ResponseReturnValue:
    """Save what has been answered so far; answers JSON with the item's new version."""
    occurrence = occurrence_of(board, occurrence_id)
    demand(permission_to_perform(occurrence), occurrence.subcommittee_id)
    drawn = item_of(drawn_of(occurrence), position)
    asked = criteria_of(session(), occurrence.id)
    form = _form_of(asked, with_amount=_has_amount(occurrence, drawn))
    if not form.validate():
        return {"errors": [link.sentence for link in form.error_links()]}, 422
    try:
        with transaction(session()) as open_session:
            saved = _save(open_session, occurrence, drawn, form)
    except DomainError as error:
        status = 409 if isinstance(error, Conflict | InvalidTransition) else 422
        return {"errors": [error.sentence]}, status
    return {"version": saved}


@bp.post("/post/<int:position>/ersatt")
@requires(Permission.OCCURRENCE_PERFORM)
def replace(board: Board, occurrence_id: int, position: int) -> ResponseReturnValue:
    """Replace an item that cannot be judged at all by the next one in the drawn order."""
    occurrence = occurrence_of(board, occurrence_id)
    demand(permission_to_perform(occurrence), occurrence.subcommittee_id)
    drawn = item_of(drawn_of(occurrence), position)
    form = ReplaceForm()

    def act(open_session: Session) -> str:
        new = replace_unusable(
            open_session,
            occurrence,
            drawn,
            form.reason.data or "",
            actor=current_actor(),
            at=now(),
        )
        return address("review.item", board, occurrence_id, position=new.position)

    if form.validate() and (answer := submit(form, act)):
        return answer
    return _item_page(board, occurrence_id, position, replace_form=form)
