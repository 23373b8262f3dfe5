"""What the conclusion's page shows of a correction after the signature, and of a second reading."""

from typing import Any

from internkontroll.core.access import Permission
from internkontroll.review.forms import ReopenForm
from internkontroll.review.models import Basis, SecondReading
from internkontroll.review.queries import (
    Conclusions,
    answers_of_reading,
    corrected_since,
    reading_agreement,
)
from internkontroll.review.services import may_reopen
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.web.access import current_actor, may, now, session
from internkontroll.web.forms import ButtonForm


def correction_context(
    occurrence: Occurrence, conclusions: Conclusions, form: ReopenForm | None
) -> dict[str, Any]:
    """Whether the signed conclusion is open, who may open or close it, and what comes next."""
    approved, conclusion = occurrence.state is OccurrenceState.APPROVED, conclusions.standing
    if not approved or conclusion is None or conclusion.basis is Basis.RESULT:
        return {"reopening": None, "can_reopen": False, "can_rectify": False}
    open_session = session()
    committee = occurrence.subcommittee_id
    reopening = conclusions.reopening
    signed = conclusion.signed_at is not None
    opens = (
        signed
        and may(Permission.CONCLUSION_SIGN, committee)
        and may_reopen(open_session, occurrence, conclusion, actor=current_actor(), at=now())
    )
    corrected = corrected_since(open_session, occurrence.id, reopening) if reopening else 0
    return {
        "reopening": reopening,
        "corrected": corrected,
        "can_reopen": opens and reopening is None,
        "can_close": opens and reopening is not None and not corrected,
        "can_rectify": reopening is not None
        and signed
        and may(Permission.OCCURRENCE_PERFORM, committee),
        "reopen_form": form or ReopenForm(formdata=None),
        "close_form": ButtonForm(formdata=None),
    }


def second_context(reading: SecondReading | None) -> dict[str, Any]:
    """The second reading of the draw, and how alike the two readers are once it is handed in."""
    if reading is None:
        return {"reading": None, "agreement": None}
    if reading.finished_at is None:
        return {"reading": reading, "agreement": None}
    answers = answers_of_reading(session(), reading.id)
    return {
        "reading": reading,
        "agreement": reading_agreement(answers),
        "left_to_settle": sum(
            one.row.answer is not one.row.first_answer and one.row.final_answer is None
            for one in answers
        ),
    }
