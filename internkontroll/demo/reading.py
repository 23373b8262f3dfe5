"""Demonstrationens filer: one that became a draft, and one that waits to be compared with one."""

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from internkontroll.demo.accounts import Organisation
from internkontroll.plan.models import Plan, PlanReadingRow
from internkontroll.plan.services import import_reading, store_reading

HERE = Path(__file__).resolve().parent


def _stored(
    session: Session, town: Organisation, code: str, year: int, name: str, *, at: datetime
) -> PlanReadingRow:
    owner = "controller" if code == "SCN" else f"controller-{code.lower()}"
    return store_reading(
        session,
        town.boards[code],
        year=year,
        data=(HERE / name).read_bytes(),
        file_name=name,
        actor=town.actors[owner],
        at=at,
    )


def make_draft_from_file(
    session: Session, town: Organisation, code: str, year: int, name: str, *, at: datetime
) -> Plan:
    """A draft read in from a file, its questions left open; the reading can be undone."""
    row = _stored(session, town, code, year, name, at=at)
    owner = town.actors[f"controller-{code.lower()}"]
    return import_reading(session, town.boards[code], row, {}, actor=owner, at=at)


def leave_a_file_waiting(
    session: Session, town: Organisation, year: int, *, at: datetime
) -> PlanReadingRow:
    """A proposal from the units for the next plan: one new kontrollmoment and one changed."""
    return _stored(session, town, "SCN", year, "plan_forslag.csv", at=at)
