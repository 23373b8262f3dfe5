"""Kommunens egna antal efter praxis, as they are now."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.sampling.models import HouseSize
from internkontroll.sampling.rules import Practice, Recurrence


def house_sizes(session: Session) -> dict[Recurrence, Practice]:
    """The municipality's own numbers by frequency; empty until it has any."""
    rows = session.execute(sa.select(HouseSize.recurrence, HouseSize.least, HouseSize.most))
    return {recurrence: Practice(least, most) for recurrence, least, most in rows}


def house_sizes_version(session: Session) -> int:
    """The version of the whole table; 0 until the municipality has one of its own."""
    return session.scalar(sa.select(sa.func.max(HouseSize.row_version))) or 0
