"""Write the conclusion, sign it or send it back. The tester never signs."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.core.text import clean_text
from internkontroll.plan.models import Control
from internkontroll.review.models import Basis, Conclusion, RecordedResult, ReviewEvent
from internkontroll.review.queries import (
    corrected_since,
    evaluate,
    judged_by_one_aside,
    judgements_by_position,
    latest_result,
    review_items,
    standing_conclusion,
    standing_reopening,
    testers_of_each,
)
from internkontroll.review.rules import Hindrances, hindrances, needs_sample, tally
from internkontroll.review.services.guards import (
    TEXT_MAX,
    chain_of,
    check_free_text,
    ensure_signer,
    ensure_tester,
    list_stands,
    locked_state,
    open_for_review,
    refuse_second_reader,
)
from internkontroll.review.services.reopening import shut
from internkontroll.review.services.second_reading import (
    refuse_unfinished_reading,
    second_reading_facts,
)
from internkontroll.sampling.models import DrawState
from internkontroll.sampling.queries import (
    draw_facts,
    sampling_progress,
)
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.schedule.queries import reviews_cases, stepped_aside
from internkontroll.schedule.services import (
    mark_approved,
    mark_performed,
    mark_returned,
)
from internkontroll.trail.services import record


def _numbers(positions: Sequence[int]) -> str:
    words = [str(position) for position in positions]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} och {words[-1]}"


def _refuse_hindrances(found: Hindrances) -> None:
    if found.unjudged:
        raise InvalidTransition(
            f"Allt är inte bedömt än. Besvara alla frågor för nummer {_numbers(found.unjudged)}."
        )
    if found.unexplained:
        raise InvalidTransition(
            f"Nummer {_numbers(found.unexplained)} har bara svaret Gäller inte här. Ersätt med "
            "nästa i ordningen, eller skriv i kommentaren varför det får stå kvar."
        )


def sample_is_needed(control: Control) -> bool:
    """Whether the control is done item by item, so that no conclusion can be drawn without."""
    return needs_sample(control.technique, control.sample_kind, control.performed_by)


@dataclass(frozen=True)
class _Figures:
    """What a conclusion rests on, and its figures."""

    basis: Basis
    reviewed: int
    population_size: int
    deviating: int
    not_applicable: int = 0
    is_random: bool = False
    result_id: int | None = None
    at_most: int | None = None
    proof: str | None = None


def figures_of(result: RecordedResult) -> dict[str, Any]:
    """A recorded result as the figures of a conclusion: N is 0 where nobody knows it."""
    return {
        "basis": Basis.RESULT,
        "reviewed": result.reviewed,
        "population_size": result.size or 0,
        "deviating": result.deviating,
        "not_applicable": 0,
        "is_random": False,
        "result_id": result.id,
    }


def _figures(session: Session, occurrence: Occurrence) -> _Figures:
    """What the review found; refuses while anything is left to judge or to record."""
    progress = sampling_progress(session, occurrence.id)
    draw = progress.draw
    if draw is None or draw.state is not DrawState.DRAWN:
        result = latest_result(session, occurrence.id)
        if draw is None and result is not None:
            return _Figures(**figures_of(result))
        begun = draw is not None or list_stands(progress)
        if begun or sample_is_needed(occurrence.control):
            raise InvalidTransition(
                "Stickprovet är inte draget än. Dra stickprovet och bedöm det först."
            )
        raise InvalidTransition(
            "Resultatet är inte registrerat än. Skriv vad som gjordes och vad som kom fram."
        )
    if progress.extension_waits:
        raise InvalidTransition(
            "En utökning av stickprovet är beslutad men inte dragen. Dra den och bedöm posterna "
            "först."
        )
    items = judgements_by_position(review_items(session, occurrence.id, draw.id))
    _refuse_hindrances(hindrances(items))
    refuse_unfinished_reading(session, occurrence.id, draw.id)
    counted = tally(items.values())
    facts = draw_facts(session, [occurrence.id])[occurrence.id]
    found = evaluate(session, occurrence.id, draw)
    if found and found.amounts and found.amounts.missing:
        raise InvalidTransition(
            f"Nummer {_numbers(found.amounts.missing)} avviker men har inget rätt belopp. Anteckna "
            "vad som skulle ha bokförts, så kan felet räknas upp."
        )
    basis = Basis.CENSUS if facts.is_census else Basis.SAMPLE
    return _Figures(
        basis=Basis.TARGETED if facts.is_targeted else basis,
        reviewed=counted.reviewed,
        population_size=facts.size,
        deviating=counted.deviating,
        not_applicable=counted.wholly_not_applicable,
        is_random=found.is_random if found else facts.is_random,
        at_most=found.highest if found else None,
        proof=found.sentence if found else None,
    )


def _opened(session: Session, occurrence: Occurrence, actor: Actor) -> Conclusion | None:
    """The signed conclusion that is open and whose answers are corrected, None where none is open.

    Raises InvalidTransition where it is open but nothing is corrected, or a correction waits.
    """
    if locked_state(session, occurrence) is not OccurrenceState.APPROVED:
        return None
    reopening = standing_reopening(session, occurrence.id)
    if reopening is None:
        return None
    standing = standing_conclusion(session, occurrence.id)
    if standing is None or standing.signed_at is None:
        raise InvalidTransition("En rättelse väntar redan på underskrift. Läs om sidan.")
    refuse_second_reader(session, occurrence, actor)
    if not corrected_since(session, occurrence.id, reopening):
        raise InvalidTransition(
            "Inget svar är rättat än. Rätta svaren innan du skriver slutsatsen."
        )
    return standing


def write_conclusion(
    session: Session, occurrence: Occurrence, text: str, *, actor: Actor, at: datetime
) -> Conclusion:
    """Skriv slutsatsen and hand the occurrence over for somebody else's signature.

    n, N and the deviating items are counted here and kept with the conclusion. Where a signed one
    is open for a correction, the new one takes its place once it is signed. Raises NotAllowed,
    InvalidInput (no text) and InvalidTransition (not everything is judged or no result recorded,
    or one stands already).
    """
    ensure_tester(actor, occurrence, at)
    if actor.user_id is None:
        raise NotAllowed("En slutsats skrivs av en person. Logga in och skriv den på sidan.")
    signed = _opened(session, occurrence, actor)
    if signed is None:
        open_for_review(session, occurrence, actor=actor, at=at)
        if standing_conclusion(session, occurrence.id) is not None:
            raise InvalidTransition("Det finns redan en slutsats. Läs om sidan.")
    text = clean_text(text)
    if not text:
        raise InvalidInput("Slutsatsen saknas. Skriv vad granskningen visade.", field="text")
    check_free_text(session, occurrence, text, most=TEXT_MAX, field="text")
    conclusion = Conclusion(
        occurrence_id=occurrence.id,
        text=text,
        **asdict(_figures(session, occurrence)),
        corrects_id=signed.id if signed else None,
        written_by_id=actor.user_id,
        written_at=at,
    )
    session.add(conclusion)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("Någon annan hann skriva slutsatsen. Läs om sidan.") from error
    record(
        session,
        chain=chain_of(session, occurrence),
        actor=actor,
        at=at,
        event=ReviewEvent.CONCLUSION_WRITTEN,
        subject=("occurrence", occurrence.id),
        data={
            "basis": conclusion.basis.value,
            "reviewed": conclusion.reviewed,
            "population_size": conclusion.population_size,
            "deviating": conclusion.deviating,
            "not_applicable": conclusion.not_applicable,
            "is_random": conclusion.is_random,
            "at_most": conclusion.at_most,
            **({"corrects": signed.id} if signed else {}),
            **second_reading_facts(session, occurrence.id),
        },
    )
    if signed is None:
        mark_performed(session, occurrence, actor=actor, at=at)
    return conclusion


def may_sign(session: Session, conclusion: Conclusion, actor: Actor) -> bool:
    """Whether the actor had no part in the testing: drew, judged and wrote nothing of it, ever."""
    own = conclusion.occurrence_id
    return own in signable(session, [own], actor)


def signable(session: Session, occurrence_ids: Collection[int], actor: Actor) -> frozenset[int]:
    """The kontrolltillfällen in whose testing the actor had no part, as :func:`may_sign`."""
    if actor.user_id is None:
        return frozenset()
    found = testers_of_each(session, occurrence_ids).items()
    return frozenset(each for each, testers in found if actor.user_id not in testers)


def _waiting(session: Session, occurrence: Occurrence) -> Conclusion:
    state = locked_state(session, occurrence)
    if state not in {OccurrenceState.PERFORMED, OccurrenceState.APPROVED}:
        raise InvalidTransition("Det finns ingen slutsats att skriva under. Läs om sidan.")
    conclusion = standing_conclusion(session, occurrence.id)
    if conclusion is None:
        raise InvalidTransition("Det finns ingen slutsats att skriva under. Läs om sidan.")
    if conclusion.signed_at is not None:
        raise InvalidTransition("Slutsatsen är redan underskriven.")
    return conclusion


def _refuse_unseen(conclusion: Conclusion, shown: int | None) -> None:
    if shown is not None and conclusion.id != shown:
        raise Conflict(
            "Slutsatsen är skriven på nytt sedan du öppnade sidan. Läs den innan du skriver under "
            "eller lämnar tillbaka den."
        )


def _close(session: Session, conclusion: Conclusion, **values: Any) -> None:
    changed = session.execute(
        sa.update(Conclusion)
        .where(
            Conclusion.id == conclusion.id,
            Conclusion.signed_at.is_(None),
            Conclusion.returned_at.is_(None),
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise Conflict("Någon annan hann före. Läs om sidan.")
    session.refresh(conclusion)


def sign_conclusion(
    session: Session,
    occurrence: Occurrence,
    *,
    shown: int | None = None,
    actor: Actor,
    at: datetime,
) -> Conclusion:
    """Skriv under slutsatsen: the occurrence is approved.

    ``shown`` is the conclusion that the person has read. Raises NotAllowed for the one who wrote
    it or judged anything in it, InvalidTransition when none waits, Conflict when somebody else was
    faster or another one waits than was shown.
    """
    ensure_signer(actor, occurrence, at)
    if actor.user_id is None:
        raise NotAllowed(
            "En slutsats skrivs under av en person. Logga in och skriv under på sidan."
        )
    conclusion = _waiting(session, occurrence)
    if not may_sign(session, conclusion, actor):
        raise NotAllowed(
            "Du har själv granskat eller skrivit slutsatsen. Någon annan måste skriva under."
        )
    _refuse_unseen(conclusion, shown)
    counted = _counted_by_committee(session, occurrence, conclusion, actor)
    _close(session, conclusion, signed_by_id=actor.user_id, signed_at=at, **counted)
    record(
        session,
        chain=chain_of(session, occurrence),
        actor=actor,
        at=at,
        event=ReviewEvent.CONCLUSION_SIGNED,
        subject=("occurrence", occurrence.id),
        data={
            "reviewed": conclusion.reviewed,
            "population_size": conclusion.population_size,
            "deviating": conclusion.deviating,
        },
    )
    if conclusion.corrects_id is None:
        mark_approved(session, occurrence, actor=actor, at=at)
    elif (reopening := standing_reopening(session, occurrence.id)) is not None:
        shut(session, reopening, at)
    return conclusion


def _counted_by_committee(
    session: Session, occurrence: Occurrence, conclusion: Conclusion, actor: Actor
) -> dict[str, Any]:
    """The figures of an individutskott's review anew: the committee may have judged otherwise.

    Raises NotAllowed for one who has stepped aside, and InvalidTransition while what counts for a
    case is the answer of a member who has.
    """
    if not reviews_cases(occurrence):
        return {}
    if stepped_aside(session, occurrence.id, actor.user_id):
        raise NotAllowed("Du har anmält jäv i granskningen. Någon annan bekräftar utfallet.")
    if aside := judged_by_one_aside(session, occurrence):
        raise InvalidTransition(
            f"Nummer {_numbers(aside)} är bedömt av en ledamot som har anmält jäv. Spara "
            "utskottets egen bedömning av ärendet först."
        )
    if conclusion.basis is Basis.RESULT:
        return {}
    return asdict(_figures(session, occurrence))


def return_conclusion(
    session: Session,
    occurrence: Occurrence,
    reason: str,
    *,
    shown: int | None = None,
    actor: Actor,
    at: datetime,
) -> Conclusion:
    """Lämna tillbaka slutsatsen with a reason: the answers can be changed again.

    ``shown`` is the conclusion that the person has read. Raises NotAllowed, InvalidInput (no
    reason), InvalidTransition and Conflict.
    """
    ensure_signer(actor, occurrence, at)
    conclusion = _waiting(session, occurrence)
    reason = clean_text(reason)
    if not reason:
        raise InvalidInput(
            "Skriv vad som behöver ändras innan slutsatsen kan skrivas under.", field="reason"
        )
    check_free_text(session, occurrence, reason, most=TEXT_MAX, field="reason")
    _refuse_unseen(conclusion, shown)
    _close(session, conclusion, returned_at=at, return_reason=reason)
    record(
        session,
        chain=chain_of(session, occurrence),
        actor=actor,
        at=at,
        event=ReviewEvent.CONCLUSION_RETURNED,
        subject=("occurrence", occurrence.id),
        reason=reason,
    )
    if conclusion.corrects_id is None:
        mark_returned(session, occurrence, actor=actor, at=at, reason=reason)
    return conclusion
