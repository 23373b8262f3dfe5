"""Gemensamt stickprov: one item judged for every control that shares the draw."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import abort
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.errors import Conflict, DomainError, InvalidTransition
from internkontroll.core.transaction import transaction
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Criterion
from internkontroll.review.forms import JudgementForm, judgement_form, versions_text
from internkontroll.review.queries import (
    ReviewItem,
    judged_items,
)
from internkontroll.review.rules import tally
from internkontroll.review.services import COMMENT_MAX, judge_item, read_item
from internkontroll.review.views.blueprint import (
    ANSWERS,
    OPEN,
    address,
    bp,
    drawn_of,
    item_of,
    occurrence_of,
    refuse_blind_reader,
)
from internkontroll.review.words import WORDS, item_words
from internkontroll.sampling.models import Draw
from internkontroll.sampling.queries import occurrences_of_draw
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
from internkontroll.web.submission import page, submit


@dataclass(frozen=True)
class Part:
    """One of the controls that share the draw, as the item's page shows it."""

    occurrence: Occurrence
    criteria: list[Criterion]
    items: list[ReviewItem]
    is_open: bool

    def here(self, position: int) -> ReviewItem:
        """The item as this control has judged it; 404 for a number that is not drawn."""
        found = next((item for item in self.items if item.position == position), None)
        if found is None:
            abort(404)
        return found


def _parts(
    open_session: Session, draw: Draw, served: Iterable[Occurrence] | None = None
) -> list[Part]:
    """The controls that share the draw, by number; all lie behind the same wall.

    ``served`` saves the look-up where the caller has them.
    """
    if served is None:
        served = occurrences_of_draw(open_session, draw.id)
    served = sorted(served, key=lambda each: each.control.number)
    ids = [each.id for each in served]
    criteria, items = judged_items(open_session, ids, draw.id)
    return [Part(each, criteria[each.id], items[each.id], each.state in OPEN) for each in served]


def _form_of(parts: list[Part], position: int | None = None) -> JudgementForm:
    """Every open control's questions; with a position filled in with what is saved now."""
    asked = [part for part in parts if part.is_open]
    values: dict[str, str | None] | None = None
    if position is not None:
        values = {"version": _versions(asked, position)}
        for part in asked:
            here = part.here(position)
            for criterion, judgement in zip(part.criteria, here.judgements, strict=True):
                values[f"answer_{criterion.id}"] = judgement.answer
                values[f"comment_{criterion.id}"] = judgement.comment
    criteria = [criterion for part in asked for criterion in part.criteria]
    return judgement_form(criteria, {answer: WORDS[answer] for answer in ANSWERS}, values)


def _versions(parts: list[Part], position: int) -> str:
    return versions_text(
        {part.occurrence.id: part.here(position).version for part in parts if part.is_open}
    )


def _shared(board: Board, occurrence: Occurrence) -> tuple[Draw, Sequence[Occurrence]]:
    """The draw and what it serves; 404 for a draw that serves one kontrolltillfälle."""
    draw = drawn_of(occurrence)
    served = occurrences_of_draw(session(), draw.id)
    if len(served) < 2:
        abort(404)
    refuse_blind_reader(board, *served)
    return draw, served


def _shared_draw(board: Board, occurrence: Occurrence) -> Draw:
    return _shared(board, occurrence)[0]


@bp.get("/gemensamt")
@requires(Permission.OCCURRENCE_READ)
def shared(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """How far each control that shares the draw has come; each has its own conclusion."""
    occurrence = occurrence_of(board, occurrence_id)
    draw, served = _shared(board, occurrence)
    parts = _parts(session(), draw, served)
    standing = [item.position for item in parts[0].items if item.stands]
    waiting = {
        item.position
        for part in parts
        if part.is_open
        for item in part.items
        if item.stands and not item.judged
    }
    return page(
        "review/shared.html",
        board=board,
        occurrence=occurrence,
        draw=draw,
        parts=parts,
        tallies={
            part.occurrence.id: tally(item.judgements for item in part.items if item.stands)
            for part in parts
        },
        thing=item_words(is_secret=draw.population.is_secret),
        standing=standing,
        waiting=waiting,
        first=min(waiting) if waiting else None,
    )


def _shared_page(
    board: Board, occurrence_id: int, position: int, form: JudgementForm | None = None
) -> ResponseReturnValue:
    """The page of one item, rendered inside the transaction that records its opening."""
    with recorded_reading() as open_session:
        occurrence = occurrence_of(board, occurrence_id)
        draw, served = _shared(board, occurrence)
        parts = _parts(open_session, draw, served)
        committee = occurrence.subcommittee_id
        reads = may(Permission.SAMPLE_READ, committee)
        performs = may(Permission.OCCURRENCE_PERFORM, committee)
        here = parts[0].here(position)
        drawn = item_of(draw, position) if reads else None
        if drawn is not None and draw.population.is_secret:
            read_item(open_session, occurrence, drawn, actor=current_actor(), at=now())
        fresh = _form_of(parts, position)
        if form is not None and form.refused_with == 409:
            form.set_beside(fresh)
        positions = [item.position for item in parts[0].items if item.stands]
        return page(
            "review/shared_item.html",
            form or fresh,
            board=board,
            occurrence=occurrence,
            draw=draw,
            parts=parts,
            here=here,
            position=position,
            thing=item_words(is_secret=draw.population.is_secret),
            drawn=drawn,
            can_edit=performs and here.stands and any(part.is_open for part in parts),
            shows_comments=performs or reads or may(Permission.CONCLUSION_SIGN, committee),
            count=len(parts[0].items),
            before=max((each for each in positions if each < position), default=None),
            later=min((each for each in positions if each > position), default=None),
            comment_max=COMMENT_MAX,
        )


@bp.get("/gemensamt/<int:position>")
@requires(Permission.OCCURRENCE_READ)
def shared_item(board: Board, occurrence_id: int, position: int) -> ResponseReturnValue:
    """One item with the questions of every control that shares the draw."""
    return _shared_page(board, occurrence_id, position)


def _save(open_session: Session, draw: Draw, position: int, form: JudgementForm) -> dict[int, int]:
    """Record the answers of every open control; returns the item's new version in each.

    A control that was closed meanwhile refuses the whole of it: nothing is half saved.
    """
    drawn = item_of(draw, position)
    saved: dict[int, int] = {}
    read = form.read_versions()
    criteria = {
        part.occurrence.id: part
        for part in _parts(open_session, draw)
        if part.occurrence.id in read
    }
    if set(criteria) != set(read):
        raise InvalidTransition("Formuläret gäller ett annat stickprov. Läs om sidan.")
    for occurrence_id, part in criteria.items():
        rows = judge_item(
            open_session,
            part.occurrence,
            drawn,
            form.answers([criterion.id for criterion in part.criteria]),
            actor=current_actor(),
            at=now(),
            version=read[occurrence_id],
        )
        saved[occurrence_id] = read[occurrence_id] + len(rows)
    return saved


def _sent_form(draw: Draw) -> JudgementForm:
    """The form as it was sent: with the questions that stood in it when it was read."""
    parts = _parts(session(), draw)
    criteria = [criterion for part in parts for criterion in part.criteria]
    return judgement_form(criteria, {answer: WORDS[answer] for answer in ANSWERS})


@bp.post("/gemensamt/<int:position>")
@requires(Permission.OCCURRENCE_PERFORM)
def judge_shared(board: Board, occurrence_id: int, position: int) -> ResponseReturnValue:
    """Save the answers for every control at once, and go on."""
    occurrence = occurrence_of(board, occurrence_id)
    demand(Permission.OCCURRENCE_PERFORM, occurrence.subcommittee_id)
    draw = _shared_draw(board, occurrence)
    item_of(draw, position)
    form = _sent_form(draw)

    def act(open_session: Session) -> str:
        _save(open_session, draw, position, form)
        items = _parts(open_session, draw)[0].items
        coming = [item.position for item in items if item.stands and item.position > position]
        if coming:
            return address("review.shared_item", board, occurrence_id, position=coming[0])
        return address("review.shared", board, occurrence_id)

    if form.validate() and (answer := submit(form, act)):
        return answer
    return _shared_page(board, occurrence_id, position, form)


@bp.post("/gemensamt/<int:position>/spara-lopande")
@requires(Permission.OCCURRENCE_PERFORM)
def autosave_shared(board: Board, occurrence_id: int, position: int) -> ResponseReturnValue:
    """Save what has been answered so far; answers JSON with the item's new versions."""
    occurrence = occurrence_of(board, occurrence_id)
    demand(Permission.OCCURRENCE_PERFORM, occurrence.subcommittee_id)
    draw = _shared_draw(board, occurrence)
    item_of(draw, position)
    form = _sent_form(draw)
    if not form.validate():
        return {"errors": [link.sentence for link in form.error_links()]}, 422
    try:
        with transaction(session()) as open_session:
            saved = _save(open_session, draw, position, form)
    except DomainError as error:
        status = 409 if isinstance(error, Conflict | InvalidTransition) else 422
        return {"errors": [error.sentence]}, status
    return {"version": versions_text(saved)}
