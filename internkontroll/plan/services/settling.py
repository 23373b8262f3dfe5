"""Besvara en fråga efter inläsningen: before the decision the answer changes how it is read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.canonical import plain
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput
from internkontroll.core.text import clean_text, shown, text_key
from internkontroll.plan.models import (
    Control,
    ControlArea,
    ControlMark,
    Criterion,
    MarkKind,
    Plan,
    PlanEvent,
)
from internkontroll.plan.policy import PERMISSIONS
from internkontroll.plan.queries import point_names
from internkontroll.plan.rules.answers import reading_change
from internkontroll.plan.rules.limits import help_of, help_words
from internkontroll.plan.rules.questions import Choice, Question, later_question
from internkontroll.plan.rules.reading import PlanRow
from internkontroll.plan.rules.states import EDITABLE, require_standing
from internkontroll.plan.services.guards import change_if_unchanged, has_changed, raise_version
from internkontroll.risk.services import record_assessment
from internkontroll.trail.services import record

ANSWER_MAX = 2_000
"""Longest answer to a question, in characters."""

LARGEST_OF_FOUR = 16
"""The largest riskvärde on a scale of four steps."""

_READ = ("technique", "sample_kind", "sample_n", "frequency", "points")


def question_of(mark: ControlMark) -> Question | None:
    """The question behind a mark with what may be answered, None for a note or an old remark.

    Its answer changes how the kontrollmoment is read. Its id, for refusals, is ``answer``.
    """
    if mark.kind is not MarkKind.QUESTION:
        return None
    asked = mark.asked
    if not asked:
        return later_question(mark.code, mark.field, mark.text)
    choices = tuple(Choice(value, label) for value, label in asked.get("choices", ()))
    free = bool(asked.get("free"))
    if not choices and not free:
        return None
    return Question(
        "answer",
        mark.code,
        mark.field,
        mark.text,
        (1,),
        proposed=str(asked.get("proposed", "")),
        choices=choices,
        free=free,
        items=tuple(asked.get("items", ())),
    )


def changes_reading(mark: ControlMark, plan: Plan) -> bool:
    """Whether an answer to the mark changes the kontrollmoment, and is not only kept beside it."""
    return plan.state in EDITABLE and question_of(mark) is not None


def settle_mark(
    session: Session,
    mark: ControlMark,
    *,
    answer: str,
    actor: Actor,
    at: datetime,
    alike: bool = False,
) -> int:
    """Besvara en fråga eller avsluta ett påpekande; how many marks that settled.

    In a draft an answer that the question knows changes how the kontrollmoment is read: technique,
    sample, frequency, reporting points, area, criteria, or a limit as help beside the criterion.
    What a prepared or decided plan says is not changed: the answer is kept beside it. ``alike``
    settles every open mark of the plan with the same words at once. Raises NotAllowed,
    InvalidTransition for a plan that no longer holds, InvalidInput for a question without answer or
    an answer that is none, and Conflict with the answer that was faster.
    """
    control, plan = mark.control, mark.control.plan
    ensure(actor, Permission.PLAN_EDIT, Scope(plan.board_id), swedish_day(at), PERMISSIONS)
    require_standing(plan.state)
    answer = clean_text(answer)
    if not answer and mark.kind is MarkKind.QUESTION:
        raise InvalidInput("Skriv svaret på frågan.", field="answer")
    if len(answer) > ANSWER_MAX:
        raise InvalidInput(f"Svaret är för långt. Högst {ANSWER_MAX} tecken.", field="answer")
    if actor.user_id is None:
        raise InvalidInput("En fråga besvaras av en inloggad person, inte från kommandoraden.")
    if mark.settled_at is not None:
        raise Conflict(
            f"Frågan är redan besvarad: ”{shown(mark.settled_answer or 'klart')}”. "
            f"Du skrev ”{shown(answer)}”."
        )
    changing = changes_reading(mark, plan)
    if changing:
        raise_version(session, plan)
    settled = 0
    for one in _alike(session, mark, plan) if alike else [mark]:
        question = question_of(one) if changing else None
        if not _settle(session, one, _words(question, answer), actor.user_id, at):
            continue
        settled += 1
        changes = _apply(session, one.control, question, answer, at) if question else {}
        record(
            session,
            chain=plan.board.code,
            actor=actor,
            at=at,
            event=PlanEvent.MARK_SETTLED,
            subject=("control", one.control_id),
            data={"code": one.code, "field": one.field, **changes},
        )
    if not settled:
        raise Conflict("Någon annan besvarade frågan nyss. Läs om sidan.")
    session.expire(mark)
    session.expire(control)
    return settled


def _alike(session: Session, mark: ControlMark, plan: Plan) -> Sequence[ControlMark]:
    return session.scalars(
        sa.select(ControlMark)
        .join(Control, Control.id == ControlMark.control_id)
        .where(
            Control.plan_id == plan.id,
            ControlMark.kind == mark.kind,
            ControlMark.code == mark.code,
            ControlMark.text == mark.text,
            ControlMark.settled_at.is_(None),
        )
        .order_by(Control.number)
    ).all()


def _settle(
    session: Session, mark: ControlMark, answer: str, user_id: int | None, at: datetime
) -> bool:
    settled = session.execute(
        sa.update(ControlMark)
        .where(ControlMark.id == mark.id, ControlMark.settled_at.is_(None))
        .values(settled_at=at, settled_by_id=user_id, settled_answer=answer or None)
        .execution_options(synchronize_session=False)
    )
    return has_changed(settled)


def _words(question: Question | None, answer: str) -> str:
    """The answer in words: a chosen value is kept as its label."""
    labels = {choice.value: choice.label for choice in question.choices} if question else {}
    return labels.get(answer, answer)


def _apply(
    session: Session, control: Control, question: Question, answer: str, at: datetime
) -> dict[str, Any]:
    """Change the kontrollmoment as the answer says; the changes as the trail tells them."""
    before = _as_row(control)
    after = reading_change(question, answer)(before)
    old = {name: getattr(control, name) for name in _READ}
    known = point_names(session, control.plan.board_id, control.plan.year)
    new: dict[str, Any] = {
        "technique": after.technique,
        "sample_kind": after.sample_kind,
        "sample_n": after.n,
        "frequency": after.frequency,
        # A point that the board does not have is told by the x-ray of the draft.
        "points": sorted(after.points, key=lambda name: (name not in known, _place(known, name))),
    }
    values = {name: new[name] for name in _READ if new[name] != old[name]}
    if after.area != before.area:
        values["area_id"] = _area_id(session, control, after.area)
    changes = {
        name: {"old": plain(getattr(control, name)), "new": plain(value)}
        for name, value in values.items()
    }
    change_if_unchanged(session, control, control.row_version, values)
    if after.criteria and after.criteria != before.criteria:
        _replace_criteria(session, control, after)
        changes["criteria"] = {"new": len(after.criteria)}
    elif after.limits:
        _help_criteria(control, after)
        changes["help"] = {"new": [help_words(*limit) for limit in after.limits]}
    if after.score is not None and control.risks:
        _assess(session, control, after.score, at)
        changes["score"] = {"new": after.score}
    session.flush()
    return changes


def _assess(session: Session, control: Control, score: int, at: datetime) -> None:
    """The riskvärde that the plan should have stated, as a dated value of each of its risks."""
    for risk in control.risks:
        record_assessment(
            session,
            risk,
            likelihood=None,
            impact=None,
            score=score,
            scale={"steps": 5 if score > LARGEST_OF_FOUR else 4, "heading": ""},
            on=swedish_day(at),
            at=at,
        )


def _place(known: Sequence[str], name: str) -> int:
    return known.index(name) if name in known else len(known)


def _area_id(session: Session, control: Control, name: str) -> int:
    areas = session.scalars(
        sa.select(ControlArea).where(ControlArea.plan_id == control.plan_id)
    ).all()
    found = next((area for area in areas if text_key(area.name) == text_key(name)), None)
    if found is None:
        last = max((area.position for area in areas), default=0)
        found = ControlArea(plan_id=control.plan_id, name=name, position=last + 1)
        session.add(found)
        session.flush()
    return found.id


def _replace_criteria(session: Session, control: Control, after: PlanRow) -> None:
    """The criteria that were proposed, unless a person has written others meanwhile."""
    old = list(control.criteria)
    if [criterion.text for criterion in old] != [control.text]:
        raise InvalidInput(
            "Kontrollmomentet har redan fått egna kriterier. Ändra dem på sidan för kriterier, "
            "eller behåll dem och svara att hela texten är ett kriterium.",
            field="answer",
        )
    said = old[0].help_text
    for criterion in old:
        session.delete(criterion)
    session.flush()
    session.expire(control, ["criteria"])
    control.criteria.extend(
        Criterion(position=position, text=text, help_text=said)
        for position, text in enumerate(after.criteria, start=1)
    )


def _help_criteria(control: Control, after: PlanRow) -> None:
    """The limit as help beside the criterion whose words it measures; earlier help is kept."""
    criteria = sorted(control.criteria, key=lambda criterion: criterion.position)
    helped = help_of([criterion.text for criterion in criteria], after.limits)
    for criterion, (_, said) in zip(criteria, helped, strict=True):
        if said:
            criterion.help_text = "\n".join(filter(None, (criterion.help_text, said)))


def _as_row(control: Control) -> PlanRow:
    """The kontrollmoment as the reading's rules see it. What they do not look at is empty."""
    return PlanRow(
        row=1,
        file_row=control.number,
        number_text="",
        area=control.area.name,
        process="",
        risk="",
        control=control.text,
        purpose="",
        method=control.method_text,
        technique=control.technique,
        sample_text="",
        sample_kind=control.sample_kind,
        n=control.sample_n,
        frequency_text="",
        frequency=control.frequency,
        reporting_text=control.reporting_text,
        points=tuple(control.points),
        interim=False,
        report_to="",
        performed_by=control.performed_by,
        responsible="",
        risk_owner="",
        unit="",
        likelihood=None,
        impact=None,
        score=None,
        score_text="",
        extra={},
        criteria=(),
    )
