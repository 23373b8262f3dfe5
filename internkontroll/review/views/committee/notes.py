"""Enhetschefens anteckning om ett ärende, and the board's decision that allows it."""

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.review.forms import NoteForm, NoteRuleForm
from internkontroll.review.queries import standing_note_rule
from internkontroll.review.services import (
    COMMENT_MAX,
    allow_notes,
    end_notes,
    read_note,
    write_note,
)
from internkontroll.review.views.blueprint import drawn_of, item_of
from internkontroll.review.views.committee.blueprint import (
    address,
    bp,
    review_occurrence,
    to_meeting,
)
from internkontroll.sampling.models import SampleItem
from internkontroll.schedule.models import Occurrence
from internkontroll.web.access import (
    current_actor,
    demand,
    now,
    recorded_reading,
    requires,
    session,
)
from internkontroll.web.forms import ButtonForm
from internkontroll.web.submission import page, submit


def _filled(open_session: Session, occurrence: Occurrence, item: SampleItem) -> NoteForm:
    note = read_note(open_session, occurrence, item, actor=current_actor(), at=now())
    data = {
        "text": note.text if note else "",
        "row_version": str(note.row_version) if note else "0",
    }
    return NoteForm(formdata=None, data=data)


def _note_page(
    board: Board, occurrence: Occurrence, item: SampleItem, form: NoteForm
) -> ResponseReturnValue:
    if form.errors and form.refused_with == 409:
        with recorded_reading() as open_session:
            form.set_beside(_filled(open_session, occurrence, item))
    return page(
        "review/committee/note.html",
        form=form,
        board=board,
        occurrence=occurrence,
        item=item,
        rule=standing_note_rule(session(), board.id),
        comment_max=COMMENT_MAX,
    )


@bp.get("/<int:occurrence_id>/anteckning/<int:position>")
@requires(Permission.CASE_NOTE)
def note(board: Board, occurrence_id: int, position: int) -> ResponseReturnValue:
    """The note of a case; without the board's decision the page says so.

    Rendered inside the transaction that records its opening.
    """
    with recorded_reading() as open_session:
        occurrence = review_occurrence(board, occurrence_id)
        demand(Permission.CASE_NOTE, occurrence.subcommittee_id)
        draw = drawn_of(occurrence)  # kept here: what the trail tells is asked of it again
        item = item_of(draw, position)
        return _note_page(board, occurrence, item, _filled(open_session, occurrence, item))


@bp.post("/<int:occurrence_id>/anteckning/<int:position>")
@requires(Permission.CASE_NOTE)
def save_note(board: Board, occurrence_id: int, position: int) -> ResponseReturnValue:
    """Save the note."""
    occurrence = review_occurrence(board, occurrence_id)
    demand(Permission.CASE_NOTE, occurrence.subcommittee_id)
    item = item_of(drawn_of(occurrence), position)
    form = NoteForm()

    def act(open_session: Session) -> str:
        write_note(
            open_session,
            occurrence,
            item,
            form.text.data or "",
            row_version=form.seen_version,
            actor=current_actor(),
            at=now(),
        )
        return to_meeting(board, occurrence)

    if form.validate() and (answer := submit(form, act, done="Anteckningen är sparad.")):
        return answer
    return _note_page(board, occurrence, item, form)


def _rule_page(board: Board, form: NoteRuleForm | ButtonForm) -> ResponseReturnValue:
    return page(
        "review/committee/note_rule.html",
        form=form,
        rule_form=form if isinstance(form, NoteRuleForm) else NoteRuleForm(formdata=None),
        board=board,
        rule=standing_note_rule(session(), board.id),
        button_key=ButtonForm(formdata=None).key.data,
    )


@bp.get("/anteckningar")
@requires(Permission.CASE_NOTE_ALLOW)
def note_rule(board: Board) -> ResponseReturnValue:
    """Whether the board has decided that notes may be written."""
    demand(Permission.CASE_NOTE_ALLOW)
    return _rule_page(board, NoteRuleForm())


@bp.post("/anteckningar")
@requires(Permission.CASE_NOTE_ALLOW)
def save_note_rule(board: Board) -> ResponseReturnValue:
    """Record the board's decision."""
    demand(Permission.CASE_NOTE_ALLOW)
    form = NoteRuleForm()

    def act(open_session: Session) -> str:
        allow_notes(
            open_session,
            board,
            body=form.body.data or "",
            decided_on=form.decided_on.data,
            paragraph=form.paragraph.data or "",
            actor=current_actor(),
            at=now(),
        )
        return address("note_rule", board)

    if form.validate() and (answer := submit(form, act, done="Beslutet är registrerat.")):
        return answer
    return _rule_page(board, form)


@bp.post("/anteckningar/avsluta")
@requires(Permission.CASE_NOTE_ALLOW)
def end_note_rule(board: Board) -> ResponseReturnValue:
    """End it: no more notes are written."""
    demand(Permission.CASE_NOTE_ALLOW)
    form = ButtonForm()

    def act(open_session: Session) -> str:
        end_notes(open_session, board, actor=current_actor(), at=now())
        return address("note_rule", board)

    if form.validate() and (answer := submit(form, act, done="Beslutet gäller inte längre.")):
        return answer
    return _rule_page(board, form)
