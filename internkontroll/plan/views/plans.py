"""The board's list of plans, and one plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Response
from flask.typing import ResponseReturnValue

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.plan.models import (
    Control,
    MarkKind,
    Plan,
    PlanState,
)
from internkontroll.plan.queries import (
    controls_of,
    controls_to_read,
    frozen_select,
    import_of,
    obligatory_gap,
    plan_lines,
    plan_select,
    risks_of,
    waiting_readings,
)
from internkontroll.plan.rules.states import EDITABLE, OPEN, STANDING
from internkontroll.plan.views.blueprint import WORDS_OF_A_PLAN, bp
from internkontroll.schedule.queries import Count, occurrence_counts
from internkontroll.web.access import (
    load_or_404,
    may,
    requires,
    session,
)
from internkontroll.web.forms import ButtonForm
from internkontroll.web.submission import page


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
    return show_page(board, load_or_404(plan_select(board.id, plan_id)), ButtonForm())


def show_page(board: Board, plan: Plan, form: ButtonForm) -> ResponseReturnValue:
    """The plan's page; ``form`` is the button that was pressed on it, with what refused it."""
    editable = plan.state in EDITABLE
    # What every board must have is compared with the criteria too.
    read = controls_of if editable else controls_to_read
    controls = read(session(), plan.id)
    risks = risks_of(controls)
    return page(
        "plan/show.html",
        form=form,
        gap=obligatory_gap(session(), plan, controls) if editable else None,
        board=board,
        plan=plan,
        groups=_groups(
            controls, {} if plan.decision is None else occurrence_counts(session(), plan.id)
        ),
        controls=controls,
        risks=risks,
        numbers_of={
            risk.id: [c.number for c in controls if any(r.id == risk.id for r in c.risks)]
            for risk in risks
        },
        questions=sum(_open(control, MarkKind.QUESTION) for control in controls),
        unappointed=sum(control.responsible_id is None for control in controls),
        may_edit=may(Permission.PLAN_EDIT) and plan.state in EDITABLE,
        import_id=import_of(session(), plan.id) if may(Permission.PLAN_EDIT) else None,
        may_decide=may(Permission.PLAN_DECIDE) and plan.state in OPEN,
        may_revise=may(Permission.PLAN_EDIT) and plan.state is PlanState.DECIDED,
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
