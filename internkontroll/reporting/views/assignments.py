"""Uppdrag från nämnden: the list, one of them, its report back, and its moved day."""

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.words import StateWord
from internkontroll.organisation.models import Board
from internkontroll.reporting.forms import (
    MoveAssignmentForm,
    ReportBackForm,
    assignment_form,
)
from internkontroll.reporting.models import AssignmentState, BoardAssignment
from internkontroll.reporting.queries.assignments import assignment_select, assignments_of
from internkontroll.reporting.rules.assignments import assignment_label
from internkontroll.reporting.services import (
    NewAssignment,
    add_assignment,
    move_assignment,
    report_back,
)
from internkontroll.reporting.views.blueprint import address, bp, entry_or_404
from internkontroll.reporting.views.decision import units_to_choose
from internkontroll.schedule.words import late_word, left_words
from internkontroll.web.access import (
    current_actor,
    load_or_404,
    may,
    now,
    requires,
    session,
    today,
)
from internkontroll.web.forms import VersionedForm
from internkontroll.web.submission import page, submit


@bp.get("/uppdrag")
@requires(Permission.REPORT_READ)
def assignments(board: Board) -> ResponseReturnValue:
    """What the board has asked förvaltningen to do, open ones first."""
    rows = assignments_of(session(), board.id)
    return page(
        "reporting/assignments.html",
        board=board,
        rows=rows,
        label=assignment_label,
        late=late_assignment,
    )


def late_assignment(row: BoardAssignment) -> StateWord | None:
    """How late an open assignment is today, in words; None where it is not."""
    on = today()
    if row.state is not AssignmentState.OPEN or row.report_back_on >= on:
        return None
    return late_word((on - row.report_back_on).days)


@bp.get("/<int:year>/<path:point>/uppdrag")
@requires(Permission.REPORT_DECIDE)
def new_assignment(board: Board, year: int, point: str) -> ResponseReturnValue:
    """The form of an assignment in a decision that is recorded already."""
    return _new_page(board, year, point)


@bp.post("/<int:year>/<path:point>/uppdrag")
@requires(Permission.REPORT_DECIDE)
def save_assignment(board: Board, year: int, point: str) -> ResponseReturnValue:
    """Note an assignment."""
    return _new_page(board, year, point, sent=True)


def _new_page(board: Board, year: int, point: str, *, sent: bool = False) -> ResponseReturnValue:
    entry = entry_or_404(board, year, point)
    report = entry.report
    if report is None or not entry.is_decided:
        abort(404)
    form = assignment_form(units_to_choose(board))
    if sent and form.validate():
        unit = form["unit_id"].data
        given = NewAssignment(
            form.text.data or "", form.report_back_on.data, int(unit) if unit else None
        )

        def act(open_session: Session) -> str:
            made = add_assignment(
                open_session, board, report, given, actor=current_actor(), at=now()
            )
            code = board.code.lower()
            return url_for("reporting.assignment", board_code=code, assignment_id=made.id)

        if answer := submit(form, act, done="Uppdraget är antecknat."):
            return answer
    return page(
        "reporting/new_assignment.html",
        form=form,
        board=board,
        entry=entry,
        where=address(board, entry),
    )


@bp.get("/uppdrag/<int:assignment_id>")
@requires(Permission.REPORT_READ)
def assignment(board: Board, assignment_id: int) -> ResponseReturnValue:
    """One assignment, with the forms of its report back and of another day."""
    return _assignment_page(board, load_or_404(assignment_select(board.id, assignment_id)))


def _assignment_page(
    board: Board, row: BoardAssignment, form: VersionedForm | None = None
) -> ResponseReturnValue:
    seen = str(row.row_version)
    if form is not None and form.refused_with == 409:
        form.row_version.data = seen
    back = form if isinstance(form, ReportBackForm) else ReportBackForm(None, row_version=seen)
    move = form if isinstance(form, MoveAssignmentForm) else None
    is_open = row.state is AssignmentState.OPEN
    days = (row.report_back_on - today()).days
    return page(
        "reporting/assignment.html",
        form=form,
        back_form=back,
        move_form=move or MoveAssignmentForm(None, row_version=seen),
        board=board,
        row=row,
        label=assignment_label(row.year, row.number),
        late=late_word(-days) if is_open and days < 0 else None,
        left=left_words(days) if is_open and days >= 0 else None,
        may_handle=is_open and may(Permission.REPORT_WRITE),
    )


@bp.post("/uppdrag/<int:assignment_id>/aterrapport")
@requires(Permission.REPORT_WRITE)
def report_assignment(board: Board, assignment_id: int) -> ResponseReturnValue:
    """Report an assignment back to the board."""
    row = load_or_404(assignment_select(board.id, assignment_id))
    form = ReportBackForm()

    def act(open_session: Session) -> str:
        report_back(
            open_session,
            board,
            row,
            form.report_back.data or "",
            form.reported_on.data,
            row_version=form.seen_version,
            actor=current_actor(),
            at=now(),
        )
        return _address_of(board, assignment_id)

    if form.validate() and (answer := submit(form, act, done="Uppdraget är återrapporterat.")):
        return answer
    return _assignment_page(board, load_or_404(assignment_select(board.id, assignment_id)), form)


@bp.post("/uppdrag/<int:assignment_id>/flytta")
@requires(Permission.REPORT_WRITE)
def move_report_back(board: Board, assignment_id: int) -> ResponseReturnValue:
    """Move the day on which an assignment is to be reported back."""
    row = load_or_404(assignment_select(board.id, assignment_id))
    form = MoveAssignmentForm()

    def act(open_session: Session) -> str:
        move_assignment(
            open_session,
            board,
            row,
            form.new_on.data,
            form.reason.data or "",
            row_version=form.seen_version,
            actor=current_actor(),
            at=now(),
        )
        return _address_of(board, assignment_id)

    if form.validate() and (answer := submit(form, act, done="Dagen är flyttad.")):
        return answer
    return _assignment_page(board, load_or_404(assignment_select(board.id, assignment_id)), form)


def _address_of(board: Board, assignment_id: int) -> str:
    code = board.code.lower()
    return url_for("reporting.assignment", board_code=code, assignment_id=assignment_id)
