"""Granska i tabell: a page of items at once, by keyboard or pasted from Excel."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.errors import InvalidInput
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Criterion
from internkontroll.review.forms import GridForm, PasteForm, grid_form
from internkontroll.review.queries import (
    ReviewItem,
    judged_items,
    protected_items,
    standing_conclusion,
    standing_reopening,
)
from internkontroll.review.rules import CellFault, Sheet, read_sheet
from internkontroll.review.services import (
    COMMENT_MAX,
    CellsRefused,
    RowAnswers,
    answers_of_sheet,
    judge_items,
    permission_to_perform,
    read_items,
)
from internkontroll.review.views.blueprint import (
    ANSWERS,
    OPEN,
    address,
    bp,
    drawn_of,
    occurrence_of,
    occurrence_to_read,
    refuse_blind_reader,
)
from internkontroll.review.words import WORDS, item_words
from internkontroll.sampling.models import Draw
from internkontroll.sampling.queries import items_select
from internkontroll.schedule.models import Occurrence, OccurrenceState
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

ROWS = 25
"""Items on a page."""
MOST_TOLD = 100
"""Most faults of pasted rows that are told at once."""

_WORDS = {answer: WORDS[answer] for answer in ANSWERS}


def _is_correction(open_session: Session, occurrence: Occurrence) -> bool:
    """Whether a signed conclusion is open for a correction that nobody has written yet."""
    if occurrence.state is not OccurrenceState.APPROVED:
        return False
    if standing_reopening(open_session, occurrence.id) is None:
        return False
    standing = standing_conclusion(open_session, occurrence.id)
    return standing is not None and standing.signed_at is not None


def _page_number() -> int:
    asked = request.args.get("sida", "1")
    return int(asked) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 6 else 1


def _read(
    open_session: Session, occurrence: Occurrence, draw: Draw
) -> tuple[list[Criterion], list[ReviewItem]]:
    """The questions, and the items that stand."""
    criteria, items = judged_items(open_session, [occurrence.id], draw.id)
    return criteria[occurrence.id], [item for item in items[occurrence.id] if item.stands]


def _chosen(items: Sequence[ReviewItem]) -> tuple[list[ReviewItem], int, int]:
    """The items of the page asked for, its number and how many there are."""
    pages = max(1, -(-len(items) // ROWS))
    number = min(max(_page_number(), 1), pages)
    return list(items[(number - 1) * ROWS : number * ROWS]), number, pages


def _form_of(
    criteria: Sequence[Criterion], items: Sequence[ReviewItem], *, blank: bool = False
) -> GridForm:
    return grid_form(
        criteria,
        {
            item.position: (
                item.version,
                [(judgement.answer, judgement.comment) for judgement in item.judgements],
            )
            for item in items
        },
        _WORDS,
        blank=blank,
    )


def _grid_page(
    board: Board, occurrence_id: int, form: GridForm | None = None
) -> ResponseReturnValue:
    """The table, rendered inside the transaction that records that references were read."""
    with recorded_reading() as open_session:
        occurrence = occurrence_to_read(board, occurrence_id)
        draw = drawn_of(occurrence)
        committee = occurrence.subcommittee_id
        reads = may(Permission.SAMPLE_READ, committee)
        criteria, standing = _read(open_session, occurrence, draw)
        items, number, pages = _chosen(standing)
        positions = [item.position for item in items]
        references: dict[int, Any] = {}
        if reads:
            drawn = open_session.scalars(items_select(draw.id)).all()
            hidden = protected_items(open_session, draw.id) if reviews_cases(occurrence) else ()
            references = {
                row.position: row
                for row in drawn
                if row.position in positions and row.id not in hidden
            }
            if draw.population.is_secret and references:
                shown = sorted(references)
                read_items(open_session, occurrence, shown, actor=current_actor(), at=now())
        correcting = _is_correction(open_session, occurrence)
        if form is not None and form.refused_with == 409:
            form.set_beside(_form_of(criteria, items, blank=True))
        performs = may(permission_to_perform(occurrence), committee)
        return page(
            "review/grid.html",
            form or _form_of(criteria, items, blank=True),
            board=board,
            occurrence=occurrence,
            draw=draw,
            criteria=criteria,
            items=items,
            references=references,
            thing=item_words(is_secret=draw.population.is_secret),
            can_edit=performs and (occurrence.state in OPEN or correcting),
            correcting=correcting,
            shows_comments=performs or reads or may(Permission.CONCLUSION_SIGN, committee),
            judged=sum(item.judged for item in standing),
            standing=len(standing),
            number=number,
            pages=pages,
            comment_max=COMMENT_MAX,
        )


@bp.get("/tabell")
@requires(Permission.OCCURRENCE_READ)
def grid(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """The items as a table: a row each, a column for each question."""
    return _grid_page(board, occurrence_id)


@bp.post("/tabell")
@requires(Permission.OCCURRENCE_PERFORM)
def save_grid(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Save every answer of the table at once, or none of them."""
    occurrence = occurrence_of(board, occurrence_id)
    demand(permission_to_perform(occurrence), occurrence.subcommittee_id)
    refuse_blind_reader(board, occurrence)
    draw = drawn_of(occurrence)
    criteria, standing = _read(session(), occurrence, draw)
    items, number, pages = _chosen(standing)
    form = _form_of(criteria, items)
    refused: list[tuple[int, str, str]] = []

    def act(open_session: Session) -> str:
        try:
            judge_items(
                open_session,
                occurrence,
                form.rows(),
                reason=form.reason.data,
                actor=current_actor(),
                at=now(),
            )
        except CellsRefused as error:
            refused.extend(error.cells)
            raise
        if number < pages:
            return address("review.grid", board, occurrence_id, sida=number + 1)
        return address("review.conclusion", board, occurrence_id)

    valid = form.validate() and not form.refuse_comments_alone()
    if valid and (answer := submit(form, act, done="Svaren är sparade.")):
        return answer
    form.refuse_cells(refused)
    return _grid_page(board, occurrence_id, form)


@bp.get("/tabell/klistra-in")
@requires(Permission.OCCURRENCE_PERFORM)
def paste(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Paste answers from Excel."""
    return _paste_page(board, occurrence_id, PasteForm(formdata=None))


@bp.post("/tabell/klistra-in")
@requires(Permission.OCCURRENCE_PERFORM)
def save_pasted(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Show how the rows are read; with the second button save them, all or none."""
    form = PasteForm()
    occurrence = occurrence_of(board, occurrence_id)
    demand(permission_to_perform(occurrence), occurrence.subcommittee_id)
    refuse_blind_reader(board, occurrence)
    valid = form.validate()
    # The form's own cleaning makes tabs spaces: the rows are kept as they were pasted.
    form.text.data = request.form.get("text", "")
    if not valid:
        return _paste_page(board, occurrence_id, form)
    draw = drawn_of(occurrence)
    criteria, standing = _read(session(), occurrence, draw)
    items = {item.position: item for item in standing}
    try:
        sheet = read_sheet(form.text.data, [criterion.text for criterion in criteria], items)
    except InvalidInput as error:
        form.refuse(error)
        return _paste_page(board, occurrence_id, form)
    if sheet.faults or request.form.get("act") != "save":
        return _paste_page(board, occurrence_id, form, sheet, items)
    faults: list[CellFault] = []

    def act(open_session: Session) -> str:
        versions = form.read_versions()
        try:
            rows = answers_of_sheet(sheet, items, [one.id for one in criteria], versions)
            judge_items(
                open_session,
                occurrence,
                rows,
                reason=form.reason.data,
                actor=current_actor(),
                at=now(),
            )
        except CellsRefused as error:
            line = {row.position: row.line for row in sheet.rows}
            faults.extend(CellFault(line[number], 0, said) for number, _, said in error.cells)
            raise
        return address("review.grid", board, occurrence_id)

    if answer := submit(form, act, done="De inklistrade svaren är sparade."):
        return answer
    return _paste_page(board, occurrence_id, form, sheet, items, faults)


def _planned(
    sheet: Sheet, items: Mapping[int, ReviewItem], criteria: Sequence[Criterion]
) -> tuple[list[tuple[int, list[tuple[Any, Any, str | None]]]], list[CellFault]]:
    """What the pasted rows change, by running number: (old, new, comment) for each question."""
    ids = [criterion.id for criterion in criteria]
    try:
        rows: Sequence[RowAnswers] = answers_of_sheet(sheet, items, ids, {})
    except CellsRefused as error:
        line = {row.position: row.line for row in sheet.rows}
        return [], [CellFault(line[number], 0, said) for number, _, said in error.cells]
    planned = []
    for row in rows:
        judgements = items[row.position].judgements
        cells = []
        for criterion_id, judgement in zip(ids, judgements, strict=True):
            said = row.answers.get(criterion_id)
            changes = said is not None and said != (judgement.answer, judgement.comment)
            new, comment = said if said is not None and changes else (None, None)
            cells.append((judgement.answer, new, comment))
        planned.append((row.position, cells))
    return planned, []


def _told(faults: Sequence[CellFault]) -> list[str]:
    """The faults with their places; a whole page of them helps nobody."""
    sentences = [
        f"{fault.place}: {fault.sentence}" if fault.place else fault.sentence
        for fault in faults[:MOST_TOLD]
    ]
    left = len(faults) - MOST_TOLD
    return [*sentences, *([f"Det finns {left} fel till."] if left > 0 else [])]


def _paste_page(
    board: Board,
    occurrence_id: int,
    form: PasteForm,
    sheet: Sheet | None = None,
    items: Mapping[int, ReviewItem] | None = None,
    faults: Sequence[CellFault] = (),
) -> ResponseReturnValue:
    occurrence = occurrence_of(board, occurrence_id)
    demand(permission_to_perform(occurrence), occurrence.subcommittee_id)
    refuse_blind_reader(board, occurrence)
    draw = drawn_of(occurrence)
    criteria, standing = _read(session(), occurrence, draw)
    now_there = {item.position: item for item in standing}
    planned: list[Any] = []
    told = [*(sheet.faults if sheet else ()), *faults]
    if sheet is not None and not sheet.faults:
        planned, alone = _planned(sheet, now_there, criteria)
        told += alone
    if sheet is not None:
        # What is saved next is what the person sees now.
        shown = [f"{row.position}.{now_there[row.position].version}" for row in sheet.rows]
        form.versions.data = "-".join(shown)
    form.text.errors = [*form.text.errors, *_told(told)]
    correcting = _is_correction(session(), occurrence)
    return page(
        "review/paste.html",
        form,
        board=board,
        occurrence=occurrence,
        criteria=criteria,
        planned=[] if told else planned,
        changed=sum(new is not None for _, cells in planned for _, new, _ in cells),
        header=sheet is not None and sheet.header,
        thing=item_words(is_secret=draw.population.is_secret),
        standing=len(standing),
        can_edit=occurrence.state in OPEN or correcting,
        correcting=correcting,
        comment_max=COMMENT_MAX,
    )
