"""What every verb of the sample asks first: permission in the committee, and the board's chain."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import InvalidInput, InvalidTransition
from internkontroll.core.free_text import checked_text
from internkontroll.organisation.models import Board
from internkontroll.sampling.policy import PERMISSIONS
from internkontroll.sampling.queries import reference_in_text
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.schedule.services import refuse_other_drawer

_OPEN = (OccurrenceState.PLANNED, OccurrenceState.STARTED)


def ask(
    actor: Actor, permission: Permission, occurrences: Iterable[Occurrence], at: datetime
) -> None:
    """Raise NotAllowed unless the actor may, for every one of the kontrolltillfällen."""
    for occurrence in occurrences:
        scope = Scope(occurrence.board_id, occurrence.subcommittee_id)
        ensure(actor, permission, scope, swedish_day(at), PERMISSIONS)


def ask_to_draw(
    session: Session, occurrences: Iterable[Occurrence], actor: Actor, at: datetime
) -> None:
    """As :func:`ask` for drawing; in an individutskott also that the actor is the one who draws.

    Raises NotAllowed, and InvalidTransition while no justerare is named or no kind is chosen.
    """
    served = list(occurrences)
    ask(actor, Permission.SAMPLE_DRAW, served, at)
    for occurrence in served:
        refuse_other_drawer(session, occurrence, actor)


def chain_of(session: Session, board_id: int) -> str:
    """The trail's chain of the board."""
    return session.get_one(Board, board_id).code


def lock(session: Session, occurrence: Occurrence) -> None:
    """Let those who work on one kontrolltillfälle take turns (on SQLite the write lock does)."""
    session.execute(
        sa.select(Occurrence.id)
        .where(Occurrence.id == occurrence.id)
        .with_for_update(key_share=True)
    )
    session.refresh(occurrence, ["state", "attachments"])


def refuse_closed(occurrence: Occurrence) -> None:
    """Raise InvalidTransition unless the kontrolltillfälle is still being worked on."""
    if occurrence.state is OccurrenceState.NOT_PERFORMED:
        raise InvalidTransition(
            "Kontrolltillfället är anmält som ej genomfört. Ta tillbaka anmälan först."
        )
    if occurrence.state not in _OPEN:
        raise InvalidTransition(
            "Kontrolltillfället är avslutat, så underlaget kan inte ändras längre."
        )


def refuse_beside_attachments(occurrence: Occurrence, *, confirmed: bool) -> None:
    """A secret list does not come to stand beside attachments unawares (InvalidInput)."""
    if not occurrence.attachments or confirmed:
        return
    standing = "1 bilaga" if occurrence.attachments == 1 else f"{occurrence.attachments} bilagor"
    raise InvalidInput(
        f"Kontrolltillfället har {standing}, och listan är hemlig. En bilaga kan visa vilket "
        "ärende det är. Ta bort bilagorna, eller bekräfta att inget i dem visar det.",
        field="attachments_confirmed",
    )


def refuse_named_items(session: Session, board_id: int, text: str, field: str) -> None:
    """Refuse a text that names an item of any of the board's secret lists (InvalidInput).

    A case is told by its running number: what is written here may be handed out.
    """
    if text and reference_in_text(session, board_id, text):
        raise InvalidInput(
            "Texten nämner en beteckning ur listan. Skriv löpnumret i stället: det som står här "
            "kan lämnas ut.",
            field=field,
        )


def checked_reason(
    session: Session, board_id: int, text: str | None, missing: str, field: str = "reason"
) -> str:
    """As ``checked_text``, and it may not name an item of a secret list: reasons are exported."""
    cleaned = checked_text(text, missing, field)
    refuse_named_items(session, board_id, cleaned, field)
    return cleaned
