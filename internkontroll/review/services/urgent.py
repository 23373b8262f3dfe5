"""Det som inte kan vänta: what was handed over, to which function and when. Never which case."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import clean_line
from internkontroll.review.models import ReviewEvent, UrgentHandover, UrgentKind
from internkontroll.review.services.guards import chain_of, check_free_text, scope_of
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.policy import PERMISSIONS as SCHEDULE_PERMISSIONS
from internkontroll.trail.services import record

HANDED_TO_MAX = 60
"""Most characters of the function that something is handed to."""


def hand_over(
    session: Session,
    occurrence: Occurrence,
    *,
    kind: UrgentKind,
    handed_to: str,
    handed_on: date,
    noticed_at: datetime | None = None,
    actor: Actor,
    at: datetime,
) -> UrgentHandover:
    """Anteckna att något som inte kan vänta är överlämnat: kind, function and day, nothing else.

    ``noticed_at`` is when a personuppgiftsincident became known, and is asked for that kind only.
    Raises NotAllowed (needs occurrence:perform) and InvalidInput: no function, figures or a
    reference in it, a day or a moment that has not been.
    """
    # Whoever has a part in the control may say it, the enhetschef at the table too.
    permission = Permission.OCCURRENCE_PERFORM
    ensure(actor, permission, scope_of(occurrence), swedish_day(at), SCHEDULE_PERMISSIONS)
    function = clean_line(handed_to)
    if not function:
        raise InvalidInput("Skriv till vilken funktion det är överlämnat.", field="handed_to")
    check_free_text(session, occurrence, function, most=HANDED_TO_MAX, field="handed_to")
    if any(sign.isdigit() for sign in function):
        raise InvalidInput(
            "Skriv bara funktionen, utan siffror. Här ska ingen beteckning, inget personnummer och "
            "inget telefonnummer stå.",
            field="handed_to",
        )
    if handed_on > swedish_day(at):
        raise InvalidInput(
            "Dagen har inte varit än. Skriv dagen då det lämnades.", field="handed_on"
        )
    is_breach = kind is UrgentKind.PERSONAL_DATA_BREACH
    if is_breach and noticed_at is None:
        raise InvalidInput(
            "Skriv när incidenten blev känd. De 72 timmarna räknas därifrån.", field="noticed_on"
        )
    if not is_breach and noticed_at is not None:
        raise InvalidInput(
            "Tidpunkten skrivs bara för en personuppgiftsincident. Töm fältet.", field="noticed_on"
        )
    if noticed_at is not None and noticed_at > at:
        raise InvalidInput("Tidpunkten har inte varit än.", field="noticed_on")
    row = UrgentHandover(
        occurrence_id=occurrence.id,
        kind=kind,
        handed_to=function,
        handed_on=handed_on,
        noticed_at=noticed_at,
        recorded_by_id=actor.user_id,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    record(
        session,
        chain=chain_of(session, occurrence),
        actor=actor,
        at=at,
        event=ReviewEvent.HANDED_OVER,
        subject=("occurrence", occurrence.id),
        data={"kind": kind.value, "handed_on": handed_on},
    )
    return row
