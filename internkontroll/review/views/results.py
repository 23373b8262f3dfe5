"""Registrera resultatet of a control that is not done item by item, and correct it."""

from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.plan.rules.vocabulary import TECHNIQUE_TERMS, Technique
from internkontroll.review.forms import ResultForm
from internkontroll.review.models import Basis, RecordedResult
from internkontroll.review.queries import (
    latest_result,
    latest_returned,
    results_of,
    standing_conclusion,
)
from internkontroll.review.rules import may_record
from internkontroll.review.services import (
    COMMENT_MAX,
    RECORDED,
    TEXT_MAX,
    correct_signed_result,
    record_result,
)
from internkontroll.review.views.blueprint import OPEN, address, bp, occurrence_of
from internkontroll.sampling.queries import sampling_progress
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.web.access import current_actor, demand, may, now, requires, session
from internkontroll.web.forms import choices
from internkontroll.web.submission import page, submit


def _filled_in(result: RecordedResult) -> dict[str, Any]:
    names = (
        "by_other",
        "performed_by",
        "performed_on",
        "what_was_done",
        "outcome",
        "size",
        "reviewed",
        "deviating",
        "source",
    )
    values = {name: getattr(result, name) for name in names}
    return {**values, "technique": result.technique.value, "version": str(result.revision)}


def _form_of(
    occurrence: Occurrence, latest: RecordedResult | None, *, corrects: bool, **more: Any
) -> ResultForm:
    control = occurrence.control
    first = control.technique if control.technique in RECORDED else Technique.DOCUMENT_REVIEW
    values: dict[str, Any] = {
        "technique": first.value,
        "by_other": bool(control.performed_by),
        "performed_by": control.performed_by,
    }
    if latest is not None:
        values = _filled_in(latest)
    form = ResultForm(data=values, **more)
    offered = [*RECORDED, Technique.SAMPLE, Technique.CENSUS]
    form.technique.choices = choices(
        (each.value, TECHNIQUE_TERMS[each].capitalize()) for each in offered
    )
    if latest is None:
        del form.reason
    if not corrects:
        del form.text
    return form


def _corrects(occurrence: Occurrence) -> bool:
    """Whether what is recorded now corrects a signed conclusion."""
    return occurrence.state is OccurrenceState.APPROVED


def _result_page(
    board: Board, occurrence: Occurrence, form: ResultForm | None = None
) -> ResponseReturnValue:
    results = results_of(session(), occurrence.id)
    latest = results[0] if results else None
    conclusion = standing_conclusion(session(), occurrence.id)
    control, corrects = occurrence.control, _corrects(occurrence)
    performs = may(Permission.OCCURRENCE_PERFORM, occurrence.subcommittee_id)
    progress = sampling_progress(session(), occurrence.id)
    waits = conclusion is not None and conclusion.signed_at is None
    on_result = conclusion is not None and conclusion.basis is Basis.RESULT
    can_edit = performs and (occurrence.state in OPEN or (corrects and on_result and not waits))
    returned = latest_returned(session(), occurrence.id) if corrects else None
    return page(
        "review/result.html",
        form=form or _form_of(occurrence, latest, corrects=corrects),
        board=board,
        occurrence=occurrence,
        results=results,
        terms=TECHNIQUE_TERMS,
        can_edit=can_edit,
        corrects=corrects,
        waits=waits,
        returned=returned if returned and returned.corrects_id and not waits else None,
        sampled=progress.draw is not None,
        only_by_other=not may_record(control.technique, control.sample_kind, control.performed_by),
        comment_max=COMMENT_MAX,
        text_max=TEXT_MAX,
    )


@bp.get("/resultat")
@requires(Permission.OCCURRENCE_READ)
def result(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """What is recorded of the control, and the form in which it is recorded or corrected."""
    return _result_page(board, occurrence_of(board, occurrence_id))


@bp.post("/resultat")
@requires(Permission.OCCURRENCE_PERFORM)
def save_result(board: Board, occurrence_id: int) -> ResponseReturnValue:
    """Record the result, or correct it: also a signed one, by a conclusion for a new signature."""
    occurrence = occurrence_of(board, occurrence_id)
    demand(Permission.OCCURRENCE_PERFORM, occurrence.subcommittee_id)
    latest, corrects = latest_result(session(), occurrence.id), _corrects(occurrence)
    form = _form_of(occurrence, latest, corrects=corrects)

    def act(open_session: Session) -> str:
        reason = form.reason.data if form.reason else None
        version, actor, at = form.read_version(), current_actor(), now()
        if corrects:
            correct_signed_result(
                open_session,
                occurrence,
                form.facts(),
                version=version,
                reason=reason or "",
                text=form.text.data or "",
                actor=actor,
                at=at,
            )
        else:
            record_result(
                open_session,
                occurrence,
                form.facts(),
                version=version,
                reason=reason,
                actor=actor,
                at=at,
            )
        return address("review.conclusion", board, occurrence_id)

    done = "Rättelsen är lämnad för underskrift." if corrects else "Resultatet är registrerat."
    if form.validate() and (answer := submit(form, act, done=done)):
        return answer
    if form.refused_with == 409 and (saved := latest_result(session(), occurrence.id)):
        form.set_beside(_form_of(occurrence, saved, corrects=corrects, formdata=None))
    return _result_page(board, occurrence_of(board, occurrence_id), form)
