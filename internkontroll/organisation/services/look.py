"""Ändra dokumentens utseende: the municipality's logotype and colour."""

import hashlib
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput
from internkontroll.files.house import House, check_colour, inspect_logo
from internkontroll.files.pdf import DocumentNotMade, plain_pdf
from internkontroll.organisation.models import DocumentLook, OrganisationEvent
from internkontroll.organisation.queries import document_look
from internkontroll.organisation.rules import sample_document
from internkontroll.organisation.services.set_up import (
    FASTER,
    change_row,
    differences,
    ensure_sets_up,
)
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from internkontroll.trail.services import record


def change_look(
    session: Session,
    *,
    colour: str,
    logo: tuple[bytes, str] | None = None,
    remove_logo: bool = False,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> DocumentLook:
    """Ändra dokumentens utseende. ``logo`` is a file's content and name; None keeps what there is.

    A logotype that no document can be made with is refused, like one that is no picture
    (InvalidInput). ``row_version`` is the one that was seen, 0 before there was any: Conflict if
    somebody was faster. Raises NotAllowed. The trail has the logotype's SHA-256, never the file.
    """
    ensure_sets_up(actor, at)
    known = document_look(session)
    if (known.row_version if known else 0) != row_version:
        raise Conflict(FASTER)
    wanted: dict[str, Any] = {"colour": check_colour(colour)}
    if logo is not None:
        wanted |= _checked_logo(*logo, wanted["colour"], swedish_day(at))
    elif remove_logo:
        wanted |= {"logo": None, "logo_kind": None, "logo_sha256": None}
    told = ("colour", "logo_sha256")
    if known is None:
        known = DocumentLook(id=1, **wanted)
        session.add(known)
        session.flush()
        changes = {name: {"old": None, "new": getattr(known, name)} for name in told}
    else:
        changed = differences(known, wanted)
        if not changed:
            return known
        change_row(session, known, row_version, wanted)
        changes = {name: changed[name] for name in told if name in changed}
    record(
        session,
        chain=MUNICIPALITY_CHAIN,
        actor=actor,
        at=at,
        event=OrganisationEvent.LOOK_CHANGED,
        subject=("municipality", 1),
        data=changes,
    )
    return known


def _checked_logo(data: bytes, file_name: str, colour: str, day: date) -> dict[str, Any]:
    kind = inspect_logo(data, file_name)
    try:
        plain_pdf(sample_document(day), House("Logotyp", colour, data, kind))
    except DocumentNotMade:
        raise InvalidInput(
            "Bilden går inte att trycka i ett dokument. Spara den på nytt som PNG i RGB och välj "
            "den igen.",
            field="file",
        ) from None
    return {
        "logo": data,
        "logo_kind": kind,
        "logo_sha256": hashlib.sha256(data).hexdigest(),
    }
