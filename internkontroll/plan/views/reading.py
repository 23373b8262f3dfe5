"""A plan's file on its way in: chosen or pasted, its headings explained, asked about, imported."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.errors import InvalidInput
from internkontroll.files.tables import PASTED
from internkontroll.organisation.models import Board
from internkontroll.plan.forms import (
    AnswersForm,
    HeadingsForm,
    ImportForm,
    answers_form,
    dry_run_hint,
    headings_form,
    proposed_hint,
)
from internkontroll.plan.models import (
    PlanReadingRow,
    ReadingSource,
)
from internkontroll.plan.queries import (
    controls_of,
    plan_of_year,
    reading_select,
)
from internkontroll.plan.rules.answers import apply_answers
from internkontroll.plan.rules.headers import FIELD_TERMS, Field, read_header
from internkontroll.plan.rules.layout import HeaderMissing, asked_sheet
from internkontroll.plan.rules.private import personal_id_places
from internkontroll.plan.rules.reading import PlanReading, PlanRow
from internkontroll.plan.rules.states import EDITABLE
from internkontroll.plan.services import (
    import_reading,
    store_reading,
)
from internkontroll.plan.services import tell_headings as tell_headings_now
from internkontroll.plan.services import undo_import as undo_import_now
from internkontroll.plan.services.importing import (
    IMPORTED_DAYS,
    arrangement_of,
    compare_with_draft,
    import_facts,
    read_stored,
    read_workbook,
    stored_bytes,
)
from internkontroll.plan.views.blueprint import WORDS_OF_A_PLAN, address, bp
from internkontroll.plan.words import short_title
from internkontroll.web.access import (
    current_actor,
    load_or_404,
    now,
    requires,
    session,
    today,
)
from internkontroll.web.forms import ButtonForm
from internkontroll.web.submission import page, submit


@bp.get("/planer/las-in")
@requires(Permission.PLAN_EDIT)
def import_file(board: Board) -> ResponseReturnValue:
    """Choose a year, and a file or cells to paste."""
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
            pasted = form.cells.data
            row = store_reading(
                open_session,
                board,
                year=form.year.data,
                data=pasted.encode("utf-8", "replace") if pasted else chosen.stream.read(),
                file_name=PASTED if pasted else chosen.filename,
                source=ReadingSource.PASTED if pasted else ReadingSource.FILE,
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
        return _imported_page(board, row, ButtonForm())
    try:
        read = read_stored(row)
    except HeaderMissing as missing:
        return _headings_page(board, row, _headings_form(row), missing.sentence)
    given = {q.id: request.args[q.id] for q in read.questions if request.args.get(q.id)}
    return _reading_page(board, row, read, answers_form(read.questions, given), given)


@bp.post("/planer/inlasning/<int:reading_id>")
@requires(Permission.PLAN_EDIT)
def import_reading_now(board: Board, reading_id: int) -> ResponseReturnValue:
    """Make the reading a plan, or show how it is read with the answers given so far."""
    row = load_or_404(reading_select(board.id, reading_id))
    read = read_stored(row)
    form = answers_form(read.questions, {})
    if form.validate():
        answers = form.answers()
        if request.form.get("act") == "look":
            return _see(address("plan.reading", board, reading_id=reading_id, **answers))
        update = plan_of_year(session(), board.id, row.year) is not None

        def make(open_session: Session) -> str:
            plan = import_reading(
                open_session,
                board,
                row,
                answers,
                actor=current_actor(),
                at=now(),
                seen=form.seen_version(),
            )
            return address("plan.show", board, plan_id=plan.id)

        done = "Utkastet är ändrat efter filen." if update else "Planen är inläst som ett utkast."
        if answer := submit(form, make, done=done):
            return answer
    return _reading_page(board, row, read, form, {})


def _see(url: str) -> ResponseReturnValue:
    return redirect(url, 303)


@bp.get("/planer/inlasning/<int:reading_id>/rubriker")
@requires(Permission.PLAN_EDIT)
def headings(board: Board, reading_id: int) -> ResponseReturnValue:
    """Which column is what: asked where no heading is known, and to change what was read."""
    row = load_or_404(reading_select(board.id, reading_id))
    return _headings_page(board, row, _headings_form(row))


@bp.post("/planer/inlasning/<int:reading_id>/rubriker")
@requires(Permission.PLAN_EDIT)
def tell_headings(board: Board, reading_id: int) -> ResponseReturnValue:
    """Keep what the columns were said to be, for this file and the municipality's next ones."""
    row = load_or_404(reading_select(board.id, reading_id))
    form = _headings_form(row)
    if form.validate():
        if request.form.get("act") == "look":
            here = address("plan.headings", board, reading_id=reading_id, rad=form.header_row.data)
            return _see(here)

        def tell(open_session: Session) -> str:
            tell_headings_now(
                open_session,
                board,
                row,
                header_row=form.header_row.data,
                columns=form.columns(),
                actor=current_actor(),
                at=now(),
            )
            return address("plan.reading", board, reading_id=reading_id)

        if answer := submit(form, tell, done="Rubrikerna är sparade och används nästa gång."):
            return answer
    return _headings_page(board, row, form)


@bp.post("/planer/inlasning/<int:reading_id>/angra")
@requires(Permission.PLAN_EDIT)
def undo_import(board: Board, reading_id: int) -> ResponseReturnValue:
    """Take away what an import made, and put back what it changed."""
    row = load_or_404(reading_select(board.id, reading_id))
    if row.imported_at is None:
        return redirect(address("plan.reading", board, reading_id=row.id), 303)
    form = ButtonForm()

    def undo(open_session: Session) -> str:
        plan = undo_import_now(open_session, board, row, actor=current_actor(), at=now())
        if plan is not None:
            return address("plan.show", board, plan_id=plan.id)
        return address("plan.index", board)

    if form.validate() and (answer := submit(form, undo, done="Inläsningen är ångrad.")):
        return answer
    return _imported_page(board, row, form)


def _headings_form(row: PlanReadingRow) -> HeadingsForm:
    """The columns as they are read now, or under the header row that ``?rad=`` points out."""
    workbook = read_workbook(stored_bytes(row), row.file_name, row.source)
    sheet = asked_sheet(workbook, row.layout.get("header_row"))
    arrangement = arrangement_of(row)
    pointed = request.args.get("rad", type=int)
    if request.method == "POST":
        pointed = request.form.get("header_row", type=int)
    told: Mapping[int, Field | None] = arrangement.columns
    header_row = arrangement.header_row
    if header_row is None:
        header_row = _likely_header(sheet, arrangement.known)
    if pointed is not None and pointed != arrangement.header_row:
        header_row, told = pointed, {}
    if not told:
        cells = next((line.cells for line in sheet.rows if line.number == header_row), ())
        read = read_header(cells, arrangement.known).columns
        told = {place: field for field, place in reversed(read.items())}
    return headings_form(sheet, header_row, told)


def _likely_header(sheet: Any, known: Any) -> int:
    """The row that looks most like headings: most are known, else the first with most cells."""
    rows = sheet.rows[:30]
    best = max(
        rows,
        key=lambda line: (len(read_header(line.cells, known).fields), len(line.texts)),
        default=None,
    )
    return best.number if best is not None else 0


def _headings_page(
    board: Board, row: PlanReadingRow, form: HeadingsForm, missing: str | None = None
) -> ResponseReturnValue:
    workbook = read_workbook(stored_bytes(row), row.file_name, row.source)
    sheet = asked_sheet(workbook, row.layout.get("header_row"))
    header_row = form.header_row.data
    below = [line for line in sheet.rows if line.number > (header_row or 0)]
    return page(
        "plan/headings.html",
        form=form,
        board=board,
        row=row,
        missing=missing,
        columns=[
            (field, [short_title(text, 50) for line in below if (text := _cell(line, place))][:3])
            for place, field in form.column_fields()
        ],
        **WORDS_OF_A_PLAN,
    )


def _cell(line: Any, place: int) -> str:
    return line.cells[place] if place < len(line.cells) else ""


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
    existing = plan_of_year(session(), board.id, row.year)
    draft = existing if existing is not None and existing.state in EDITABLE else None
    compared = compare_with_draft(session(), draft, applied) if draft is not None else None
    form.seen.data = str(draft.row_version) if draft is not None else "0"
    return page(
        "plan/reading.html",
        form=form,
        board=board,
        row=row,
        read=applied,
        asked=[(q, f, dry_run_hint(q), proposed_hint(q)) for q, f in form.answer_fields()],
        open_rows=open_rows,
        filled={line.row: _filled(line) for line in applied.rows},
        doubtful=[place for place in personal_id_places(applied) if not place.certain],
        existing=existing,
        draft=draft,
        compared=compared,
        new_rows={line.row for line in compared.new} if compared is not None else set(),
        changed_rows={one.row.row for one in compared.changed} if compared is not None else set(),
        field_terms=FIELD_TERMS,
        **WORDS_OF_A_PLAN,
    )


def _imported_page(board: Board, row: PlanReadingRow, form: ButtonForm) -> ResponseReturnValue:
    """What an import made; from here it can be undone while nothing else stands on it."""
    plan = plan_of_year(session(), board.id, row.year)
    return page(
        "plan/imported.html",
        form=form,
        board=board,
        row=row,
        plan=plan,
        facts_of=import_facts(session(), row),
        kept_until=(row.imported_at or now()) + timedelta(days=IMPORTED_DAYS),
        editable=plan is not None and plan.id == row.plan_id and plan.state in EDITABLE,
        controls={control.id: control for control in controls_of(session(), row.plan_id or 0)},
        **WORDS_OF_A_PLAN,
    )


def _filled(line: PlanRow) -> list[str]:
    """Headings of the cells that were empty in the file and took their text from above."""
    filled = [note.field for note in line.notes if note.code == "filled_down"]
    return [FIELD_TERMS[Field(name)].lower() for name in filled if name in list(Field)]
