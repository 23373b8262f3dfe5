"""Planens sidor: the list, a file on its way in, the plan, one kontrollmoment, the decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.accounts.queries import people_with_role
from internkontroll.core.access import Permission
from internkontroll.core.errors import InvalidInput
from internkontroll.organisation.models import Board
from internkontroll.organisation.queries import points_of_year
from internkontroll.plan.forms import (
    AnswersForm,
    AppointForm,
    DecideForm,
    ImportForm,
    SettleForm,
    answer_hint,
    answers_form,
    appoint_form,
    control_form,
    proposed_hint,
    row_version,
)
from internkontroll.plan.models import (
    Control,
    ControlMark,
    MarkKind,
    Plan,
    PlanReadingRow,
    PlanState,
)
from internkontroll.plan.policy import RESPONSIBLE_ROLES
from internkontroll.plan.queries import (
    alike_marks,
    control_select,
    controls_of,
    frozen_select,
    mark_select,
    plan_lines,
    plan_of_year,
    plan_risks,
    plan_select,
    point_names,
    reading_select,
    waiting_readings,
    xray_of,
)
from internkontroll.plan.rules.answers import apply_answers
from internkontroll.plan.rules.content import plan_title
from internkontroll.plan.rules.headers import FIELD_TERMS, Field
from internkontroll.plan.rules.private import personal_id_places
from internkontroll.plan.rules.reading import PlanReading, PlanRow
from internkontroll.plan.rules.states import EDITABLE, STANDING
from internkontroll.plan.rules.xray import blocks
from internkontroll.plan.services import (
    appoint as appoint_responsible,
)
from internkontroll.plan.services import (
    change_control as change_reading_of,
)
from internkontroll.plan.services import (
    decide_plan,
    import_reading,
    prepare_plan,
    settle_mark,
    store_reading,
)
from internkontroll.plan.services.importing import read_file
from internkontroll.plan.words import method_words, points_words, sample_words, short_title
from internkontroll.schedule.policy import committees_within_reach
from internkontroll.schedule.queries import Count, Filters, occurrence_counts, occurrences_select
from internkontroll.web.access import (
    current_actor,
    load_or_404,
    may,
    now,
    requires,
    session,
    today,
)
from internkontroll.web.submission import page, submit

bp = Blueprint("plan", __name__, url_prefix="/namnd/<board_code>")

WORDS_OF_A_PLAN: Mapping[str, Any] = {
    "plan_title": plan_title,
    "short_title": short_title,
    "method_words": method_words,
    "points_words": points_words,
    "sample_words": sample_words,
}


def _to(endpoint: str, board: Board, **values: Any) -> str:
    return url_for(endpoint, board_code=board.code.lower(), **values)


# ---- the list ----------------------------------------------------------------------------------


@bp.get("/planer")
@requires(Permission.PLAN_READ)
def index(board: Board) -> ResponseReturnValue:
    """The board's plans, year by year, and files that are on their way in."""
    may_edit = may(Permission.PLAN_EDIT)
    return page(
        "plan/index.html",
        board=board,
        plans=plan_lines(session(), board.id),
        readings=waiting_readings(session(), board.id) if may_edit else [],
        may_edit=may_edit,
        **WORDS_OF_A_PLAN,
    )


# ---- a file on its way in ----------------------------------------------------------------------


@bp.get("/planer/las-in")
@requires(Permission.PLAN_EDIT)
def import_file(board: Board) -> ResponseReturnValue:
    """Choose a year and a file."""
    form = ImportForm()
    if form.year.data is None:
        form.year.data = today().year
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
            return _to("plan.reading", board, reading_id=row.id)

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
        return redirect(_to("plan.show", board, plan_id=row.plan_id), 303)
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
            return redirect(_to("plan.reading", board, reading_id=reading_id, **answers), 303)

        def make(open_session: Session) -> str:
            plan = import_reading(
                open_session, board, row, answers, actor=current_actor(), at=now()
            )
            return _to("plan.show", board, plan_id=plan.id)

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


# ---- the plan ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ControlLine:
    """One row of the plan's table."""

    control: Control
    count: Count | None
    questions: int
    notes: int


@dataclass(frozen=True)
class AreaGroup:
    """A kontrollområde with its rows."""

    name: str
    lines: Sequence[ControlLine]


def _open(control: Control, kind: MarkKind) -> int:
    return sum(mark.kind is kind and mark.settled_at is None for mark in control.marks)


def _groups(controls: Sequence[Control], counts: Mapping[int, Count]) -> list[AreaGroup]:
    lines: dict[int, list[ControlLine]] = {}
    names: dict[int, tuple[int, str]] = {}
    for control in controls:
        names[control.area_id] = (control.area.position, control.area.name)
        lines.setdefault(control.area_id, []).append(
            ControlLine(
                control,
                counts.get(control.id),
                _open(control, MarkKind.QUESTION),
                _open(control, MarkKind.NOTE),
            )
        )
    order = sorted(lines, key=lambda area_id: names[area_id])
    return [AreaGroup(names[area_id][1], lines[area_id]) for area_id in order]


@bp.get("/planer/<int:plan_id>")
@requires(Permission.PLAN_READ)
def show(board: Board, plan_id: int) -> ResponseReturnValue:
    """The plan: what is controlled, how, when, by whom, and how far it has come."""
    plan = load_or_404(plan_select(board.id, plan_id))
    controls = controls_of(session(), plan.id)
    risks = plan_risks(session(), plan.id)
    return page(
        "plan/show.html",
        board=board,
        plan=plan,
        groups=_groups(controls, occurrence_counts(session(), plan.id)),
        controls=controls,
        risks=risks,
        numbers_of={
            risk.id: [c.number for c in controls if any(r.id == risk.id for r in c.risks)]
            for risk in risks
        },
        questions=sum(_open(control, MarkKind.QUESTION) for control in controls),
        unappointed=sum(control.responsible_id is None for control in controls),
        may_edit=may(Permission.PLAN_EDIT) and plan.state in EDITABLE,
        may_decide=may(Permission.PLAN_DECIDE) and plan.state in EDITABLE,
        may_appoint=may(Permission.PLAN_APPOINT) and plan.state in STANDING,
        **WORDS_OF_A_PLAN,
    )


@bp.get("/planer/<int:plan_id>/fryst-innehall.json")
@requires(Permission.PLAN_READ)
def frozen(board: Board, plan_id: int) -> ResponseReturnValue:
    """The frozen content exactly as its SHA-256 was taken of it."""
    plan = load_or_404(frozen_select(board.id, plan_id))
    name = f"internkontrollplan-{board.code.lower()}-{plan.year}-version-{plan.version}.json"
    answer = Response((plan.content or "").encode("utf-8"), mimetype="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


# ---- one kontrollmoment ------------------------------------------------------------------------


@dataclass(frozen=True)
class OpenMark:
    """An open mark with its form and the kontrollmoment that have the same one."""

    mark: ControlMark
    form: SettleForm
    alike: Sequence[int]


def _settle_form(mark: ControlMark) -> SettleForm:
    form = SettleForm(prefix=f"m{mark.id}")
    if mark.kind is MarkKind.NOTE:
        form.answer.label.text = "Kommentar"
    return form


def _control_page(
    board: Board, control: Control, refused: SettleForm | None = None, mark_id: int = 0
) -> ResponseReturnValue:
    plan = control.plan
    standing = may(Permission.PLAN_EDIT) and plan.state in STANDING
    waiting = [mark for mark in control.marks if mark.settled_at is None]
    occurrences = []
    if may(Permission.OCCURRENCE_READ):
        reach = committees_within_reach(current_actor(), board.id, today())
        chosen = Filters(control_id=control.id)
        select = occurrences_select(board.id, plan.year, chosen, committees=reach)
        occurrences = list(session().scalars(select))
    return page(
        "plan/control.html",
        form=refused,
        board=board,
        control=control,
        plan=plan,
        waiting=[
            OpenMark(
                mark,
                refused if refused is not None and mark.id == mark_id else _settle_form(mark),
                alike_marks(session(), mark, plan.id) if standing else (),
            )
            for mark in waiting
        ],
        settled=[mark for mark in control.marks if mark.settled_at is not None],
        occurrences=occurrences,
        may_settle=standing,
        may_edit=may(Permission.PLAN_EDIT) and plan.state in EDITABLE,
        **WORDS_OF_A_PLAN,
    )


@bp.get("/kontrollmoment/<int:control_id>")
@requires(Permission.PLAN_READ)
def control(board: Board, control_id: int) -> ResponseReturnValue:
    """One kontrollmoment: the plan's words beside how they were read."""
    return _control_page(board, load_or_404(control_select(board.id, control_id)))


@bp.post("/kontrollmoment/<int:control_id>/markning/<int:mark_id>")
@requires(Permission.PLAN_EDIT)
def settle(board: Board, control_id: int, mark_id: int) -> ResponseReturnValue:
    """Answer a question, or be done with a note."""
    found = load_or_404(control_select(board.id, control_id))
    mark = load_or_404(mark_select(board.id, mark_id).where(ControlMark.control_id == control_id))
    form = _settle_form(mark)

    def act(open_session: Session) -> str:
        settle_mark(
            open_session,
            mark,
            answer=form.answer.data or "",
            alike=form.alike.data,
            actor=current_actor(),
            at=now(),
        )
        return _to("plan.control", board, control_id=control_id)

    done = "Svaret är sparat." if mark.kind is MarkKind.QUESTION else "Påpekandet är avslutat."
    if form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return _control_page(board, found, form, mark_id)


@bp.get("/kontrollmoment/<int:control_id>/ratta")
@requires(Permission.PLAN_EDIT)
def edit_control(board: Board, control_id: int) -> ResponseReturnValue:
    """Correct how a kontrollmoment was read."""
    found = load_or_404(control_select(board.id, control_id))
    form = control_form(found, point_names(session(), board.id, found.plan.year))
    return _edit_page(board, found, form)


@bp.post("/kontrollmoment/<int:control_id>/ratta")
@requires(Permission.PLAN_EDIT)
def change_control(board: Board, control_id: int) -> ResponseReturnValue:
    """Save how a kontrollmoment is to be read."""
    found = load_or_404(control_select(board.id, control_id))
    form = control_form(found, point_names(session(), board.id, found.plan.year))

    def act(open_session: Session) -> str:
        change_reading_of(
            open_session,
            found,
            technique=form.technique.data,
            sample_kind=form.sample_kind.data,
            sample_n=form.sample_n.data,
            frequency=form.frequency.data,
            points=form.points.data or [],
            performed_by=form.performed_by.data,
            row_version=row_version(form),
            actor=current_actor(),
            at=now(),
        )
        return _to("plan.control", board, control_id=control_id)

    if form.validate() and (answer := submit(form, act, done="Ändringen är sparad.")):
        return answer
    if form.refused_with == 409:
        form.row_version.data = str(found.row_version)
    return _edit_page(board, found, form)


def _edit_page(board: Board, control: Control, form: Any) -> ResponseReturnValue:
    return page(
        "plan/edit_control.html",
        form=form,
        board=board,
        control=control,
        plan=control.plan,
        **WORDS_OF_A_PLAN,
    )


# ---- the decision ------------------------------------------------------------------------------


@bp.get("/planer/<int:plan_id>/rontgen")
@requires(Permission.PLAN_READ)
def xray(board: Board, plan_id: int) -> ResponseReturnValue:
    """What is missing, and the form of the board's decision."""
    plan = load_or_404(plan_select(board.id, plan_id))
    return _xray_page(board, plan, DecideForm(body=board.name, row_version=str(plan.row_version)))


@bp.post("/planer/<int:plan_id>/beslut")
@requires(Permission.PLAN_DECIDE)
def decide(board: Board, plan_id: int) -> ResponseReturnValue:
    """Register the board's decision; the content is frozen."""
    plan = load_or_404(plan_select(board.id, plan_id))
    form = DecideForm()

    def act(open_session: Session) -> str:
        actor, at, seen = current_actor(), now(), row_version(form)
        if plan.state is PlanState.DRAFT:
            prepare_plan(open_session, plan, row_version=seen, actor=actor, at=at)
            seen = plan.row_version
        decide_plan(
            open_session,
            plan,
            decided_on=form.decided_on.data,
            paragraph=form.paragraph.data or "",
            registry_number=form.registry_number.data or "",
            body=form.body.data or "",
            verified_on=form.verified_on.data,
            row_version=seen,
            actor=actor,
            at=at,
        )
        return _to("plan.show", board, plan_id=plan_id)

    done = "Beslutet är registrerat och planens innehåll är fryst."
    if form.validate() and (answer := submit(form, act, done=done)):
        return answer
    if form.refused_with == 409:
        form.row_version.data = str(plan.row_version)
    return _xray_page(board, plan, form)


def _xray_page(board: Board, plan: Plan, form: DecideForm) -> ResponseReturnValue:
    controls = controls_of(session(), plan.id)
    findings = xray_of(session(), plan, controls)
    return page(
        "plan/xray.html",
        form=form,
        board=board,
        plan=plan,
        findings=findings,
        stopped=blocks(findings),
        ids={control.number: control.id for control in controls},
        editable=plan.state in EDITABLE,
        may_decide=may(Permission.PLAN_DECIDE) and plan.state in EDITABLE,
        year_is_open=bool(points_of_year(session(), board.id, plan.year)),
        **WORDS_OF_A_PLAN,
    )


@bp.get("/planer/<int:plan_id>/ansvariga")
@requires(Permission.PLAN_APPOINT)
def appoint(board: Board, plan_id: int) -> ResponseReturnValue:
    """One select per kontrollmoment."""
    plan = load_or_404(plan_select(board.id, plan_id))
    return _appoint_page(board, plan, _appoint_form(board, plan))


@bp.post("/planer/<int:plan_id>/ansvariga")
@requires(Permission.PLAN_APPOINT)
def appoint_now(board: Board, plan_id: int) -> ResponseReturnValue:
    """Save every appointment at once."""
    plan = load_or_404(plan_select(board.id, plan_id))
    form = _appoint_form(board, plan)
    people = {person.id: person for person in _people(board)}

    def act(open_session: Session) -> str:
        for control, user_id, seen in form.changed():
            appoint_responsible(
                open_session,
                control,
                people[user_id] if user_id is not None else None,
                row_version=seen,
                actor=current_actor(),
                at=now(),
            )
        return _to("plan.show", board, plan_id=plan_id)

    if form.validate() and (answer := submit(form, act, done="De ansvariga är sparade.")):
        return answer
    if form.refused_with == 409:
        form.show_versions()
    return _appoint_page(board, plan, form)


def _people(board: Board) -> Sequence[Any]:
    return people_with_role(session(), board.id, RESPONSIBLE_ROLES, today())


def _appoint_form(board: Board, plan: Plan) -> AppointForm:
    return appoint_form(controls_of(session(), plan.id), _people(board))


def _appoint_page(board: Board, plan: Plan, form: AppointForm) -> ResponseReturnValue:
    return page(
        "plan/appoint.html",
        form=form,
        board=board,
        plan=plan,
        standing=plan.state in STANDING,
        nobody=not _people(board),
        **WORDS_OF_A_PLAN,
    )
