"""Record what a control gave when it was not judged item by item, and correct it."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.core.text import clean_text
from internkontroll.plan.rules.vocabulary import Technique
from internkontroll.review.models import Basis, Conclusion, RecordedResult, ReviewEvent
from internkontroll.review.queries import latest_result, standing_conclusion
from internkontroll.review.rules import WITHOUT_ITEMS, WITHOUT_LIST, may_record
from internkontroll.review.services.concluding import figures_of
from internkontroll.review.services.guards import (
    COMMENT_MAX,
    TEXT_MAX,
    chain_of,
    check_free_text,
    ensure_tester,
    list_stands,
    locked_state,
    open_for_review,
)
from internkontroll.sampling.queries import sampling_progress
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.trail.services import record

RECORDED = (*sorted(WITHOUT_ITEMS), *sorted(WITHOUT_LIST))
"""Techniques whose result the board's own may record as a whole."""

LARGEST = 10_000_000
"""Largest number that is taken for a count."""

_CHANGED = (
    "Någon annan har ändrat resultatet medan du skrev. Jämför med det du skrev och spara igen."
)


@dataclass(frozen=True)
class ResultFacts:
    """Det som registreras. ``size`` None: nobody knows how many there were."""

    technique: Technique
    by_other: bool
    performed_by: str
    performed_on: date
    what_was_done: str
    outcome: str
    size: int | None
    reviewed: int
    deviating: int
    source: str | None = None


def record_result(
    session: Session,
    occurrence: Occurrence,
    facts: ResultFacts,
    *,
    version: int,
    reason: str | None = None,
    actor: Actor,
    at: datetime,
) -> RecordedResult:
    """Registrera resultatet of a control done as a whole, or correct it with a reason.

    ``version`` is the revision that was read, 0 for the first one. Saying the same again records
    nothing. Raises NotAllowed, InvalidInput, InvalidTransition (a list or a conclusion stands, or
    the plan wants it item by item) and Conflict.
    """
    ensure_tester(actor, occurrence, at)
    open_for_review(session, occurrence, actor=actor, at=at)
    before = latest_result(session, occurrence.id)
    return _record(session, occurrence, facts, before, version, reason, actor=actor, at=at)


def correct_signed_result(
    session: Session,
    occurrence: Occurrence,
    facts: ResultFacts,
    *,
    version: int,
    reason: str,
    text: str,
    actor: Actor,
    at: datetime,
) -> Conclusion:
    """Rätta ett resultat vars slutsats är underskriven: a new result and a new conclusion.

    The signed conclusion stands until somebody else signs the new one; a report as of a day before
    that tells the old figures. Raises as ``record_result``, and InvalidTransition unless a
    conclusion on a recorded result is signed and no other correction waits.
    """
    ensure_tester(actor, occurrence, at)
    if actor.user_id is None:
        raise NotAllowed("En slutsats skrivs av en person. Logga in och skriv den på sidan.")
    state = locked_state(session, occurrence)
    signed = standing_conclusion(session, occurrence.id)
    if state is not OccurrenceState.APPROVED or signed is None or signed.basis is not Basis.RESULT:
        raise InvalidTransition("Det finns inget underskrivet resultat att rätta. Läs om sidan.")
    if signed.signed_at is None:
        raise InvalidTransition(
            "En rättelse väntar redan på underskrift. Be den som ska skriva under att lämna "
            "tillbaka den om den är fel."
        )
    text = clean_text(text)
    if not text:
        raise InvalidInput("Slutsatsen saknas. Skriv vad det rättade visar.", field="text")
    check_free_text(session, occurrence, text, most=TEXT_MAX, field="text")
    before = latest_result(session, occurrence.id)
    result = _record(session, occurrence, facts, before, version, reason, actor=actor, at=at)
    if before is not None and result.id == before.id and signed.result_id == result.id:
        raise InvalidInput("Inget är ändrat. Ändra det som är fel och spara igen.")
    conclusion = Conclusion(
        occurrence_id=occurrence.id,
        text=text,
        **figures_of(result),
        corrects_id=signed.id,
        written_by_id=actor.user_id,
        written_at=at,
    )
    session.add(conclusion)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(_CHANGED) from error
    record(
        session,
        chain=chain_of(session, occurrence),
        actor=actor,
        at=at,
        event=ReviewEvent.CONCLUSION_WRITTEN,
        subject=("occurrence", occurrence.id),
        data={
            "basis": conclusion.basis.value,
            "corrects": signed.id,
            "reviewed": {"old": signed.reviewed, "new": conclusion.reviewed},
            "population_size": {"old": signed.population_size, "new": conclusion.population_size},
            "deviating": {"old": signed.deviating, "new": conclusion.deviating},
        },
        reason=clean_text(reason),
    )
    return conclusion


def _record(
    session: Session,
    occurrence: Occurrence,
    facts: ResultFacts,
    before: RecordedResult | None,
    version: int,
    reason: str | None,
    *,
    actor: Actor,
    at: datetime,
) -> RecordedResult:
    _refuse_sampled(session, occurrence, facts)
    values = _checked(session, occurrence, facts, at)
    revision = before.revision if before else 0
    if version != revision:
        raise Conflict(_CHANGED)
    if before is not None and all(getattr(before, name) == new for name, new in values.items()):
        return before
    why = clean_text(reason or "") or None
    if before is not None and why is None:
        raise InvalidInput("Skriv varför resultatet ändras.", field="reason")
    check_free_text(session, occurrence, why or "", most=COMMENT_MAX, field="reason")
    made = RecordedResult(
        occurrence_id=occurrence.id,
        revision=revision + 1,
        reason=why if before is not None else None,
        recorded_by_id=actor.user_id,
        recorded_at=at,
        **values,
    )
    session.add(made)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(_CHANGED) from error
    record(
        session,
        chain=chain_of(session, occurrence),
        actor=actor,
        at=at,
        event=ReviewEvent.RESULT_CORRECTED if before else ReviewEvent.RESULT_RECORDED,
        subject=("occurrence", occurrence.id),
        data={
            "revision": made.revision,
            "technique": made.technique.value,
            "by_other": made.by_other,
            **{
                name: {"old": getattr(before, name) if before else None, "new": values[name]}
                for name in ("size", "reviewed", "deviating", "performed_on")
            },
        },
        reason=made.reason,
    )
    return made


def _refuse_sampled(session: Session, occurrence: Occurrence, facts: ResultFacts) -> None:
    control = occurrence.control
    progress = sampling_progress(session, occurrence.id)
    if progress.draw is not None or list_stands(progress):
        raise InvalidTransition(
            "Det finns redan en lista eller ett stickprov. Granska posterna i stället, eller ta "
            "bort listan om den inte är fryst."
        )
    own = may_record(control.technique, control.sample_kind, control.performed_by)
    if not own and not facts.by_other:
        raise InvalidTransition(
            "Planen säger att kontrollen görs post för post. Läs in listan och dra stickprovet, "
            "eller kryssa för att någon annan har utfört kontrollen."
        )


def _checked(
    session: Session, occurrence: Occurrence, facts: ResultFacts, at: datetime
) -> dict[str, object]:
    """The facts as columns, cleaned. Raises InvalidInput at the field that is wrong."""
    if not facts.by_other and facts.technique not in RECORDED and _asks_technique(occurrence):
        raise InvalidInput("Välj hur kontrollen gjordes.", field="technique")
    if facts.performed_on > swedish_day(at):
        raise InvalidInput(
            "Dagen har inte varit än. Skriv dagen då kontrollen gjordes.", field="performed_on"
        )
    values = asdict(facts)
    for name, most, missing in (
        ("performed_by", 200, "Skriv vem som utförde kontrollen, som funktion eller organ."),
        ("what_was_done", TEXT_MAX, "Skriv vad som gjordes."),
        ("outcome", TEXT_MAX, "Skriv vad som kom fram."),
        ("source", COMMENT_MAX, None),
    ):
        text = clean_text(values[name] or "") or None
        if text is None and missing:
            raise InvalidInput(missing, field=name)
        check_free_text(session, occurrence, text or "", most=most, field=name)
        values[name] = text
    _check_figures(facts)
    return values


def _asks_technique(occurrence: Occurrence) -> bool:
    return not occurrence.control.performed_by


def _check_figures(facts: ResultFacts) -> None:
    survey = facts.technique is Technique.SURVEY
    for name, value in (("size", facts.size or 0), ("reviewed", facts.reviewed)):
        if not 0 <= value <= LARGEST:
            raise InvalidInput("Skriv ett antal, 0 eller mer.", field=name)
    if facts.size is not None and facts.reviewed > facts.size:
        raise InvalidInput(
            f"{facts.reviewed} är fler än de {facts.size} som "
            f"{'tillfrågades' if survey else 'fanns'}. Rätta ett av talen.",
            field="reviewed",
        )
    if survey and not facts.size:
        raise InvalidInput("Skriv hur många som fick enkäten.", field="size")
    if facts.reviewed == 0 and facts.technique not in {Technique.OBSERVATION, Technique.SURVEY}:
        raise InvalidInput(
            "Skriv hur många som granskades, minst 1. Är det en observation utan antal väljer du "
            "Observation.",
            field="reviewed",
        )
    if not 0 <= facts.deviating <= facts.reviewed:
        raise InvalidInput(
            f"Avvikelserna kan inte vara fler än de {facts.reviewed} som "
            f"{'svarade' if survey else 'granskades'}.",
            field="deviating",
        )
