"""A plan's file on its way in: chosen, test read, asked about, imported."""

from collections.abc import Mapping

from flask import redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.errors import InvalidInput
from internkontroll.organisation.models import Board
from internkontroll.plan.forms import (
    AnswersForm,
    ImportForm,
    answer_hint,
    answers_form,
    proposed_hint,
)
from internkontroll.plan.models import (
    PlanReadingRow,
)
from internkontroll.plan.queries import (
    plan_of_year,
    reading_select,
)
from internkontroll.plan.rules.answers import apply_answers
from internkontroll.plan.rules.headers import FIELD_TERMS, Field
from internkontroll.plan.rules.private import personal_id_places
from internkontroll.plan.rules.reading import PlanReading, PlanRow
from internkontroll.plan.services import (
    import_reading,
    store_reading,
)
from internkontroll.plan.services.importing import read_file
from internkontroll.plan.views.blueprint import WORDS_OF_A_PLAN, address, bp
from internkontroll.web.access import (
    current_actor,
    load_or_404,
    now,
    requires,
    session,
    today,
)
from internkontroll.web.submission import page, submit


@bp.get("/planer/las-in")
@requires(Permission.PLAN_EDIT)
def import_file(board: Board) -> ResponseReturnValue:
    """Choose a year and a file."""
    form = ImportForm()
    if form.year.data is None:
        # From September on it is next year's plan that is being made.
        form.year.data = today().year + (today().month >= 9)
    return page("plan/import_file.html", form=form, board=board, existing=None)


@bp.post("/planer/las-in")
@requires(Permission.PLAN_EDIT)
def upload(board: Board) -> ResponseReturnValue:
    """Read the file once and keep it; the next page shows how it was read."""
    form = ImportForm()
    if form.validate():
        chosen = form.file.data

        def store(open_session: Session) -> str:
            row = store_reading(
                open_session,
                board,
                year=form.year.data,
                data=chosen.stream.read(),
                file_name=chosen.filename,
                actor=current_actor(),
                at=now(),
            )
            return address("plan.reading", board, reading_id=row.id)

        if answer := submit(form, store):
            return answer
    year = form.year.data
    existing = plan_of_year(session(), board.id, year) if year and year < 10_000 else None
    return page("plan/import_file.html", form=form, board=board, existing=existing)


@bp.get("/planer/inlasning/<int:reading_id>")
@requires(Permission.PLAN_EDIT)
def reading(board: Board, reading_id: int) -> ResponseReturnValue:
    """The test reading: every row as it was read, with the questions; nothing is saved."""
    row = load_or_404(reading_select(board.id, reading_id))
    if row.plan_id is not None:
        return redirect(address("plan.show", board, plan_id=row.plan_id), 303)
    read = read_file(row.file_data, row.file_name, row.year)
    given = {q.id: request.args[q.id] for q in read.questions if request.args.get(q.id)}
    return _reading_page(board, row, read, answers_form(read.questions, given), given)


@bp.post("/planer/inlasning/<int:reading_id>")
@requires(Permission.PLAN_EDIT)
def import_reading_now(board: Board, reading_id: int) -> ResponseReturnValue:
    """Make the reading a plan, or show how it is read with the answers given so far."""
    row = load_or_404(reading_select(board.id, reading_id))
    read = read_file(row.file_data, row.file_name, row.year)
    form = answers_form(read.questions, {})
    if form.validate():
        answers = form.answers()
        if request.form.get("act") == "look":
            return redirect(address("plan.reading", board, reading_id=reading_id, **answers), 303)

        def make(open_session: Session) -> str:
            plan = import_reading(
                open_session, board, row, answers, actor=current_actor(), at=now()
            )
            return address("plan.show", board, plan_id=plan.id)

        if answer := submit(form, make, done="Planen är inläst som ett utkast."):
            return answer
    return _reading_page(board, row, read, form, {})


def _reading_page(
    board: Board,
    row: PlanReadingRow,
    read: PlanReading,
    form: AnswersForm,
    answers: Mapping[str, str],
) -> ResponseReturnValue:
    applied = read
    try:
        applied = apply_answers(read, answers)
    except InvalidInput as error:
        form.refuse(error)
    open_rows = {number for question in applied.questions for number in question.rows}
    return page(
        "plan/reading.html",
        form=form,
        board=board,
        row=row,
        read=applied,
        asked=[(q, f, answer_hint(q), proposed_hint(q)) for q, f in form.answer_fields()],
        open_rows=open_rows,
        filled={line.row: _filled(line) for line in applied.rows},
        doubtful=[place for place in personal_id_places(applied) if not place.certain],
        existing=plan_of_year(session(), board.id, row.year),
        **WORDS_OF_A_PLAN,
    )


def _filled(line: PlanRow) -> list[str]:
    """Headings of the cells that were empty in the file and took their text from above."""
    filled = [note.field for note in line.notes if note.code == "filled_down"]
    return [FIELD_TERMS[Field(name)].lower() for name in filled if name in list(Field)]
