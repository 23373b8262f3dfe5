"""Ändra kommunens egna stickprovsstorlekar (praxis)."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict
from internkontroll.organisation.policy import PERMISSIONS
from internkontroll.sampling.models import HouseSize, SamplingEvent
from internkontroll.sampling.queries import house_sizes, house_sizes_version
from internkontroll.sampling.rules import DEFAULT_PRACTICE, Practice, Recurrence, check_practice
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from internkontroll.trail.services import record

FASTER = (
    "Någon annan har ändrat antalen sedan du öppnade sidan. Jämför med det som gäller nu och spara "
    "igen."
)


def change_house_sizes(
    session: Session,
    wanted: Mapping[Recurrence, tuple[int, int]],
    *,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Ändra kommunens antal efter praxis: least and most of every frequency, all at once.

    ``row_version`` is the version that was read, 0 before the municipality has any of its own.
    Nothing is done where nothing differs. Raises NotAllowed (needs organisation:edit), InvalidInput
    for numbers that cannot be, and Conflict if somebody was faster.
    """
    ensure(actor, Permission.ORGANISATION_EDIT, Scope(None), swedish_day(at), PERMISSIONS)
    checked = {each: check_practice(each, *wanted[each]) for each in Recurrence}
    known = {**DEFAULT_PRACTICE, **house_sizes(session)}
    if row_version != house_sizes_version(session):
        raise Conflict(FASTER)
    changes = {
        each.value: {"old": _told(known[each]), "new": _told(checked[each])}
        for each in Recurrence
        if known[each] != checked[each]
    }
    if not changes:
        return
    if row_version == 0:
        session.add_all(
            HouseSize(recurrence=each, least=one.least, most=one.most)
            for each, one in checked.items()
        )
        try:
            session.flush()
        except IntegrityError as error:
            raise Conflict(FASTER) from error
    else:
        _update(session, checked, row_version)
    record(
        session,
        chain=MUNICIPALITY_CHAIN,
        actor=actor,
        at=at,
        event=SamplingEvent.HOUSE_SIZES_CHANGED,
        subject=("municipality", 1),
        data=changes,
    )


def _update(session: Session, checked: Mapping[Recurrence, Practice], row_version: int) -> None:
    for each, one in checked.items():
        changed = session.execute(
            sa.update(HouseSize)
            .where(HouseSize.recurrence == each, HouseSize.row_version == row_version)
            .values(least=one.least, most=one.most, row_version=row_version + 1)
            .execution_options(synchronize_session=False)
        )
        if changed.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict(FASTER)
    session.expire_all()


def _told(one: Practice) -> str:
    return f"{one.least}-{one.most}"
