"""What every verb of the review asks first: role, state, and what free text may not hold."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import InvalidInput, InvalidTransition, NotAllowed
from internkontroll.core.personal_id import names_a_person
from internkontroll.core.text import clean_text
from internkontroll.organisation.models import Board
from internkontroll.review import policy
from internkontroll.review.models import Answer, ProtectedItem
from internkontroll.review.queries import (
    handled_rows,
    reads_again,
    standing_conclusion,
    standing_reopening,
)
from internkontroll.sampling.models import PopulationState, SampleItem
from internkontroll.sampling.queries import SamplingProgress
from internkontroll.sampling.services import refuse_named_items
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.schedule.policy import PERMISSIONS as SCHEDULE_PERMISSIONS
from internkontroll.schedule.queries import reviews_cases, stepped_aside
from internkontroll.schedule.services import (
    mark_started,
)

_CLOSED = {
    OccurrenceState.PERFORMED: (
        "Slutsatsen väntar på underskrift, så svaren kan inte ändras. Be den som ska skriva "
        "under att lämna tillbaka den."
    ),
    OccurrenceState.APPROVED: (
        "Slutsatsen är underskriven, så svaren kan inte ändras. Den som skrev under kan öppna den "
        "för rättelse."
    ),
    OccurrenceState.NOT_PERFORMED: (
        "Kontrolltillfället är antecknat som ej genomfört. Ta tillbaka det innan du granskar."
    ),
    OccurrenceState.EXPIRED: "Kontrolltillfället har utgått och ska inte granskas.",
}

COMMENT_MAX = 1000
"""Most characters of a comment."""

TEXT_MAX = 4000
"""Most characters of a conclusion, and of the reason for sending it back."""


def scope_of(occurrence: Occurrence) -> Scope:
    """Where the occurrence belongs: its board and, if it has one, its committee."""
    return Scope(occurrence.board_id, occurrence.subcommittee_id)


def permission_to_perform(occurrence: Occurrence) -> Permission:
    """What the tester must hold: at an individutskott's meeting nobody but its members reviews."""
    if reviews_cases(occurrence):
        return Permission.COMMITTEE_REVIEW
    return Permission.OCCURRENCE_PERFORM


def ensure_tester(actor: Actor, occurrence: Occurrence, at: datetime) -> None:
    """Raise NotAllowed unless the actor may perform the occurrence."""
    ensure(
        actor,
        permission_to_perform(occurrence),
        scope_of(occurrence),
        swedish_day(at),
        SCHEDULE_PERMISSIONS,
    )


def permission_to_sign(occurrence: Occurrence) -> Permission:
    """What the one who signs must hold: at an individutskott's meeting the chair's confirmation."""
    if reviews_cases(occurrence):
        return Permission.COMMITTEE_CONFIRM
    return Permission.CONCLUSION_SIGN


def ensure_signer(actor: Actor, occurrence: Occurrence, at: datetime) -> None:
    """Raise NotAllowed unless the actor's role may sign; two persons is asked for elsewhere."""
    ensure(
        actor,
        permission_to_sign(occurrence),
        scope_of(occurrence),
        swedish_day(at),
        policy.PERMISSIONS,
    )


def refuse_in_case(
    session: Session,
    occurrence: Occurrence,
    item: tuple[int, int],
    answers: Mapping[int, tuple[Answer, str | None]],
    actor: Actor,
) -> None:
    """In an individutskott nobody judges a case they stepped aside from or have handled.

    ``item`` is its id and running number. Raises NotAllowed, and InvalidInput at
    ``comment_<criterion>`` for words on a case with skyddade personuppgifter.
    """
    item_id, position = item
    if not reviews_cases(occurrence):
        return
    if stepped_aside(session, occurrence.id, actor.user_id, position):
        raise NotAllowed(
            f"Du har anmält jäv för ärende {position}. Någon annan i utskottet bedömer det."
        )
    drawn = session.get_one(SampleItem, item_id)
    if drawn.row_number in handled_rows(session, drawn.draw_id, actor.user_id):
        raise NotAllowed(
            f"Du har sagt att du har handlagt ärende {position}. Någon annan i utskottet bedömer "
            "det."
        )
    said = next((key for key, (_, comment) in answers.items() if (comment or "").strip()), None)
    if said is not None and session.get(ProtectedItem, item_id) is not None:
        raise InvalidInput(
            f"Ärende {position} har skyddade personuppgifter. Skriv ingen kommentar, bara svaret.",
            field=f"comment_{said}",
        )


def locked_state(session: Session, occurrence: Occurrence) -> OccurrenceState:
    """The state as it is now, and nobody else changes it until the transaction ends.

    Without that an answer could slip in beside a conclusion that is being written.
    """
    session.flush()
    session.refresh(occurrence, ["state", "row_version"], with_for_update={"key_share": True})
    return occurrence.state


def check_free_text(
    session: Session, occurrence: Occurrence, text: str, *, most: int, field: str
) -> None:
    """Refuse text that is too long, or names a person or a drawn item (InvalidInput).

    A case is told by its running number: no reference of a secret list stands in free text.
    """
    if len(text) > most:
        raise InvalidInput(f"Texten är för lång. Skriv högst {most} tecken.", field=field)
    if names_a_person(text):
        raise InvalidInput(
            "Texten innehåller ett personnummer. Ta bort det och skriv löpnumret i stället.",
            field=field,
        )
    refuse_named_items(session, occurrence.board_id, text, field)


def list_stands(progress: SamplingProgress) -> bool:
    """Whether a list has been handed in that is not refused or taken away."""
    population = progress.population
    return population is not None and population.state is not PopulationState.REFUSED


def chain_of(session: Session, occurrence: Occurrence) -> str:
    """The trail's chain of the occurrence's board."""
    return session.get_one(Board, occurrence.board_id).code


def open_for_review(
    session: Session,
    occurrence: Occurrence,
    *,
    actor: Actor,
    at: datetime,
    settling: bool = False,
) -> None:
    """Lock the occurrence and start it if nobody has; InvalidTransition if it is not being done.

    Raises NotAllowed for the one who reads the items again, except when a difference is settled.
    """
    if not settling:
        refuse_second_reader(session, occurrence, actor)
    state = locked_state(session, occurrence)
    if sentence := _CLOSED.get(state):
        raise InvalidTransition(sentence)
    if state is OccurrenceState.PLANNED:
        mark_started(session, occurrence, actor=actor, at=at)


def refuse_second_reader(session: Session, occurrence: Occurrence, actor: Actor) -> None:
    """Raise NotAllowed for the one who reads the items again: two persons are two."""
    if reads_again(session, occurrence.id, actor.user_id):
        raise NotAllowed(
            "Du läser om de här posterna som andra person, så du kan inte också vara den som "
            "granskar."
        )


def open_for_answers(
    session: Session,
    occurrence: Occurrence,
    reason: str | None,
    *,
    actor: Actor,
    at: datetime,
) -> str | None:
    """As :func:`open_for_review`, and also where a signed conclusion is open for a correction.

    Then the cleaned reason is returned, which every corrected answer carries; else None. Raises
    InvalidInput without a reason, and InvalidTransition while a correction waits to be signed.
    """
    if locked_state(session, occurrence) is not OccurrenceState.APPROVED:
        open_for_review(session, occurrence, actor=actor, at=at)
        return None
    if standing_reopening(session, occurrence.id) is None:
        raise InvalidTransition(_CLOSED[OccurrenceState.APPROVED])
    refuse_second_reader(session, occurrence, actor)
    standing = standing_conclusion(session, occurrence.id)
    if standing is None or standing.signed_at is None:
        raise InvalidTransition(
            "En rättelse väntar redan på underskrift. Be den som ska skriva under att lämna "
            "tillbaka den om den är fel."
        )
    cleaned = clean_text(reason or "")
    if not cleaned:
        raise InvalidInput("Skriv varför svaren rättas.", field="reason")
    check_free_text(session, occurrence, cleaned, most=COMMENT_MAX, field="reason")
    return cleaned
