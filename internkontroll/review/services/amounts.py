"""Anteckna rätt belopp: what an item should have been booked at."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.review.models import ItemAmount, ReviewEvent
from internkontroll.review.queries import latest_amounts
from internkontroll.review.services.guards import chain_of, ensure_tester, open_for_review
from internkontroll.review.services.judging import standing_item
from internkontroll.sampling.models import Draw, SampleItem
from internkontroll.schedule.models import Occurrence
from internkontroll.trail.services import record

LARGEST_AMOUNT = 2**53 - 1
"""Most öre of a right amount, either way."""


def record_amount(
    session: Session,
    occurrence: Occurrence,
    item: SampleItem,
    audited: int | None,
    *,
    actor: Actor,
    at: datetime,
    version: int | None = None,
) -> ItemAmount | None:
    """Anteckna rätt belopp i öre for an item; None takes back what was recorded.

    ``version`` is the number of earlier recordings as they were read; if given and no longer true,
    nothing is recorded. Returns the new row, None where nothing changes. The trail of a secret
    list has no amounts. Raises NotAllowed, InvalidTransition (a conclusion stands, or the item is
    replaced), InvalidInput (the item has no amount, or the right one cannot be) and Conflict.
    """
    ensure_tester(actor, occurrence, at)
    open_for_review(session, occurrence, actor=actor, at=at)
    standing_item(session, occurrence, item)
    if item.amount is None:
        raise InvalidTransition("Posten har inget belopp i listan, så inget rätt belopp antecknas.")
    if audited is not None and item.amount > 0 > audited:
        raise InvalidInput(
            "Rätt belopp kan inte vara mindre än 0 för en post med positivt belopp. Skriv 0 om "
            "inget skulle ha betalats, och beskriv resten i kommentaren.",
            field="audited",
        )
    if audited is not None and abs(audited) > LARGEST_AMOUNT:
        raise InvalidInput("Beloppet är för stort. Kontrollera antalet siffror.", field="audited")
    old = latest_amounts(session, occurrence.id).get(item.id)
    revision = old.revision if old else 0
    if version is not None and version != revision:
        raise Conflict(
            "Någon annan har ändrat rätt belopp medan du skrev. Läs om sidan, jämför och spara "
            "igen."
        )
    before = old.audited if old else None
    if before == audited:
        return None
    row = ItemAmount(
        occurrence_id=occurrence.id,
        item_id=item.id,
        revision=revision + 1,
        audited=audited,
        recorded_by_id=actor.user_id,
        recorded_at=at,
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict("Någon annan hann anteckna beloppet. Läs om sidan.") from error
    secret = session.get_one(Draw, item.draw_id).population.is_secret
    record(
        session,
        chain=chain_of(session, occurrence),
        actor=actor,
        at=at,
        event=ReviewEvent.AMOUNT_RECORDED,
        subject=("occurrence", occurrence.id),
        data={
            "position": item.position,
            "revision": row.revision,
            **({} if secret else {"audited": {"old": before, "new": audited}}),
        },
    )
    return row
