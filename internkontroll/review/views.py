"""Granska post för post, skriv slutsatsen, skriv under eller lämna tillbaka."""

from typing import Any

from flask import Blueprint, abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.errors import Conflict, DomainError, InvalidTransition
from internkontroll.core.transaction import transaction
from internkontroll.findings.queries import findings_of_occurrence, label
from internkontroll.organisation.models import Board
from internkontroll.review.forms import (
    ConclusionForm,
    JudgementForm,
    ReplaceForm,
    ReturnForm,
    SignForm,
    judgement_form,
)
from internkontroll.review.models import Answer
from internkontroll.review.queries import (
    ReviewItem,
    criteria_of,
    item_by_position,
    judgements_by_position,
    latest_returned,
    review_items,
    standing_conclusion,
)
from internkontroll.review.rules import hindrances, tally
from internkontroll.review.services import (
    COMMENT_MAX,
    TEXT_MAX,
    judge_item,
    may_sign,
    read_item,
    replace_unusable,
    return_conclusion,
    sample_is_needed,
    sign_conclusion,
    write_conclusion,
)
from internkontroll.review.words import WORDS, item_words
from internkontroll.sampling.models import Draw, DrawState, SampleItem
from internkontroll.sampling.queries import RANDOM, draw_facts, sampling_progress
from internkontroll.sampling.rules import proof_sentence
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.schedule.policy import committees_within_reach
from internkontroll.schedule.queries import occurrence_select
from internkontroll.web.access import (
    current_actor,
    demand,
    load_or_404,
    may,
    now,
    recorded_reading,
    requires,
    session,
    today,
)
from internkontroll.web.submission import page, submit

bp = Blueprint("review", __name__, url_prefix="/namnd/<board_code>/granskning/<int:occurrence_id>")

ANSWERS = (Answer.YES, Answer.NO, Answer.EVIDENCE_MISSING, Answer.NOT_APPLICABLE)
OPEN = frozenset({OccurrenceState.PLANNED, OccurrenceState.STARTED})


def _occurrence(board: Board, occurrence_id: int) -> Occurrence:
    committees = committees_within_reach(current_actor(), board.id, today())
    return load_or_404(occurrence_select(board.id, occurrence_id, committees=committees))


def _drawn(occurrence: Occurrence) -> Draw:
    draw = sampling_progress(session(), occurrence.id).draw
    if draw is None or draw.state is not DrawState.DRAWN:
        abort(404)
    return draw


def _item(draw: Draw, position: int) -> SampleItem:
    item = item_by_position(session(), draw.id, position)
    if item is None:
        abort(404)
    return item


def _address(endpoint: str, board: Board, occurrence_id: int, **values: Any) -> str:
    return url_for(endpoint, board_code=board.code.lower(), occurrence_id=occurrence_id, **values)


def _form_of(occurrence: Occurrence, here: ReviewItem | None = None) -> JudgementForm:
    criteria = criteria_of(session(), occurrence.id)
    values: dict[str, str | None] | None = None
    if here is not None:
        values = {"version": str(here.version)}
        for criterion, judgement in zip(criteria, here.judgements, strict=True):
            values[f"answer_{criterion.id}"] = judgement.answer
            values[f"comment_{criterion.id}"] = judgement.comment
    return judgement_form(criteria, {answer: WORDS[answer] for answer in ANSWERS}, values)


def _item_page(
    board: Board,
    occurrence_id: int,
    position: int,
    form: JudgementForm | None = None,
    replace_form: ReplaceForm | None = None,
) -> ResponseReturnValue:
    """The page of one item, rendered inside the transaction that records its opening."""
    with recorded_reading() as open_session:
        occurrence = _occurrence(board, occurrence_id)
        draw = _drawn(occurrence)
        items = review_items(open_session, occurrence.id, draw.id)
        here = next((item for item in items if item.position == position), None)
        if here is None:
            abort(404)
        committee = occurrence.subcommittee_id
        reads = may(Permission.SAMPLE_READ, committee)
        performs = may(Permission.OCCURRENCE_PERFORM, committee)
        drawn = _item(draw, position) if reads else None
        if drawn is not None and draw.population.is_secret:
            read_item(open_session, occurrence, drawn, actor=current_actor(), at=now())
        form = form or _form_of(occurrence, here)
        if form.errors and form.refused_with == 409:
            form.version.data = str(here.version)
        others = [item for item in items if item.stands and item.position > position]
        found = findings_of_occurrence(open_session, occurrence.id)
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
            criteria=criteria_of(open_session, occurrence.id),
            can_edit=performs and here.stands and occurrence.state in OPEN,
            shows_comments=performs or reads or may(Permission.CONCLUSION_SIGN, committee),
            can_replace=draw.method in RANDOM and may(Permission.SAMPLE_DRAW, committee),
            can_record=may(Permission.FINDING_RECORD, committee),
            finding=next((row for row in found if row.item_id == here.item_id), None),
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
            return _address("findings.new", board, occurrence_id, post=position)
        flash("Sparat, men inget svar är Nej eller Underlag saknas. Ingen avvikelse.", "warn")
        return _address("review.item", board, occurrence_id, position=position)
    coming = [item.position for item in items if item.stands and item.position > position]
    if coming:
        return _address("review.item", board, occurrence_id, position=coming[0])
    return _address("review.conclusion", board, occurrence_id)


@bp.post("/post/<int:position>")
@requires(Permission.OCCURRENCE_PERFORM)
def judge(board: Board, occurrence_id: int, position: int) -> ResponseReturnValue:
    """Save the answers and go on."""
    occurrence = _occurrence(board, occurrence_id)
    demand(Permission.OCCURRENCE_PERFORM, occurrence.subcommittee_id)
    draw = _drawn(occurrence)
    drawn = _item(draw, position)
    form = _form_of(occurrence)

    def act(open_session: Session) -> str:
        judge_item(
            open_session,
            occurrence,
            drawn,
            form.answers(),
            actor=current_actor(),
            at=now(),
            version=form.read_version(),
        )
        items = review_items(open_session, occurrence.id, draw.id)
        return _after_saving(board, occurrence_id, position, items)

    if form.validate() and (answer := submit(form, act)):
        return answer
    return _item_page(board, occurrence_id, position, form)


@bp.post("/post/<int:position>/spara-lopande")
@requires(Permission.OCCURRENCE_PERFORM)
def autosave(board: Board, occurrence_id: int, position: int) -> ResponseReturnValue:
    """Save what has been answered so far; answers JSON with the item's new version."""
    occurrence = _occurrence(board, occurrence_id)
    demand(Permission.OCCURRENCE_PERFORM, occurrence.subcommittee_id)
    drawn = _item(_drawn(occurrence), position)
    form = _form_of(occurrence)
    if not form.validate():
        return {"errors": [link.sentence for link in form.error_links()]}, 422
    try:
        with transaction(session()) as open_session:
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
    except DomainError as error:
        status = 409 if isinstance(error, Conflict | InvalidTransition) else 422
        return {"errors": [error.sentence]}, status
    return {"version": saved}


@bp.post("/post/<int:position>/ersatt")
@requires(Permission.OCCURRENCE_PERFORM)
def replace(board: Board, occurrence_id: int, position: int) -> ResponseReturnValue:
    """Replace an item that cannot be judged at all by the next one in the drawn order."""
    occurrence = _occurrence(board, occurrence_id)
    demand(Permission.OCCURRENCE_PERFORM, occurrence.subcommittee_id)
    drawn = _item(_drawn(occurrence), position)
    form = ReplaceForm()

    def act(open_session: Session) -> str:
        new = replace_unusable(
            open_session,
            occurrence,
            drawn,
            form.reason.data,
            actor=current_actor(),
            at=now(),
        )
        return _address("review.item", board, occurrence_id, position=new.position)

    if form.validate() and (answer := submit(form, act)):
        return answer
    return _item_page(board, occurrence_id, position, replace_form=form)


def _proof(reviewed: int, telling: int, deviating: int, size: int, is_random: bool) -> str | None:
    """What the sample proves: only of a random one, and only by the items that told anything."""
    if not is_random or not reviewed or not telling:
        return None
    return proof_sentence(telling, deviating, size)


def _conclusion_page(
    board: Board,
    occurrence: Occurrence,
    form: Any = None,
    *,
    write_form: ConclusionForm | None = None,
    return_form: ReturnForm | None = None,
) -> ResponseReturnValue:
    open_session = session()
    progress = sampling_progress(open_session, occurrence.id)
    draw = progress.draw if progress.is_drawn else None
    items = review_items(open_session, occurrence.id, draw.id) if draw else []
    standing = judgements_by_position(items)
    counted = tally(standing.values())
    facts = draw_facts(open_session, [occurrence.id]).get(occurrence.id)
    conclusion = standing_conclusion(open_session, occurrence.id)
    findings = findings_of_occurrence(open_session, occurrence.id)
    committee = occurrence.subcommittee_id
    performs = may(Permission.OCCURRENCE_PERFORM, committee)
    signs = may(Permission.CONCLUSION_SIGN, committee)
    waits = conclusion is not None and conclusion.signed_at is None
    return page(
        "review/conclusion.html",
        form,
        occurrence=occurrence,
        board=board,
        items=items,
        draw=draw,
        facts_of_draw=facts,
        counted=counted,
        found_hindrances=hindrances(standing),
        sample_missing=draw is None
        and (progress.population is not None or sample_is_needed(occurrence.control)),
        thing=item_words(is_secret=bool(progress.population and progress.population.is_secret)),
        proof=_proof(
            counted.judged,
            counted.judged - counted.wholly_not_applicable,
            counted.deviating,
            facts.size,
            facts.is_random,
        )
        if facts and counted.judged == counted.reviewed
        else None,
        conclusion=conclusion,
        returned=None if conclusion else latest_returned(open_session, occurrence.id),
        findings={finding.item_id: finding for finding in findings},
        whole=[finding for finding in findings if finding.item_id is None],
        finding_label=lambda finding: label(finding, board),
        can_write=performs and occurrence.state in OPEN,
        shows_comments=performs or signs or may(Permission.SAMPLE_READ, committee),
        can_record=may(Permission.FINDING_RECORD, committee)
        and occurrence.state in {*OPEN, OccurrenceState.PERFORMED, OccurrenceState.APPROVED},
        is_signer=signs and waits,
        may_sign=signs and waits and may_sign(open_session, conclusion, current_actor()),
        write_form=write_form or ConclusionForm(formdata=None),
        sign_form=SignForm(formdata=None),
        return_form=return_form or ReturnForm(formdata=None),
        text_max=TEXT_MAX,
    )


@bp.get("/slutsats")
@requires(Permission.OCCURRENCE_READ)
def conclusion(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """What the review found, and the conclusion: to write, to sign or to read."""
    return _conclusion_page(board, _occurrence(board, occurrence_id))


@bp.post("/slutsats")
@requires(Permission.OCCURRENCE_PERFORM)
def conclude(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Hand the conclusion over for somebody else's signature."""
    occurrence = _occurrence(board, occurrence_id)
    demand(Permission.OCCURRENCE_PERFORM, occurrence.subcommittee_id)
    form = ConclusionForm()

    def act(open_session: Session) -> str:
        write_conclusion(open_session, occurrence, form.text.data, actor=current_actor(), at=now())
        return _address("review.conclusion", board, occurrence_id)

    if form.validate() and (
        answer := submit(form, act, done="Slutsatsen är lämnad för underskrift.")
    ):
        return answer
    return _conclusion_page(board, occurrence, form, write_form=form)


@bp.post("/slutsats/underskrift")
@requires(Permission.CONCLUSION_SIGN)
def sign(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Sign somebody else's conclusion."""
    occurrence = _occurrence(board, occurrence_id)
    demand(Permission.CONCLUSION_SIGN, occurrence.subcommittee_id)
    form = SignForm()

    def act(open_session: Session) -> str:
        sign_conclusion(open_session, occurrence, actor=current_actor(), at=now())
        return _address("review.conclusion", board, occurrence_id)

    if form.validate() and (answer := submit(form, act, done="Slutsatsen är underskriven.")):
        return answer
    return _conclusion_page(board, occurrence, form)


@bp.post("/slutsats/aterlamning")
@requires(Permission.CONCLUSION_SIGN)
def send_back(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Give the conclusion back to the tester with a reason."""
    occurrence = _occurrence(board, occurrence_id)
    demand(Permission.CONCLUSION_SIGN, occurrence.subcommittee_id)
    form = ReturnForm()

    def act(open_session: Session) -> str:
        return_conclusion(
            open_session, occurrence, form.reason.data, actor=current_actor(), at=now()
        )
        return _address("review.conclusion", board, occurrence_id)

    if form.validate() and (answer := submit(form, act, done="Slutsatsen är tillbakalämnad.")):
        return answer
    return _conclusion_page(board, occurrence, form, return_form=form)
