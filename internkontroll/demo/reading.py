"""Demonstrationens filer: one that became a draft, and one that waits to be compared with one."""

import hashlib
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.demo.accounts import Organisation, suffix_of
from internkontroll.files.tables import read_table
from internkontroll.organisation.models import Board
from internkontroll.plan.models import Plan, PlanReadingRow
from internkontroll.plan.rules.answers import apply_answers
from internkontroll.plan.rules.reading import read_plan
from internkontroll.plan.services import import_plan, import_reading, store_reading

HERE = Path(__file__).resolve().parent


def _stored(
    session: Session, town: Organisation, code: str, year: int, name: str, *, at: datetime
) -> PlanReadingRow:
    owner = f"controller{suffix_of(code)}"
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
    owner = town.actors[f"controller{suffix_of(code)}"]
    return import_reading(session, town.boards[code], row, {}, actor=owner, at=at)


def leave_a_file_waiting(
    session: Session, town: Organisation, year: int, *, at: datetime
) -> PlanReadingRow:
    """A proposal from the units for the next plan: one new kontrollmoment and one changed."""
    return _stored(session, town, "SCN", year, "plan_forslag.csv", at=at)


def import_at_once(
    session: Session,
    board: Board,
    year: int,
    name: str,
    *,
    answered: bool = False,
    actor: Actor,
    at: datetime,
) -> Plan:
    """A draft of a file that nobody was asked about; ``answered`` takes every proposed answer."""
    data = (HERE / name).read_bytes()
    reading = read_plan(read_table(data, name), year=year)
    if answered:
        given = {question.id: question.proposed for question in reading.questions}
        reading = apply_answers(reading, {key: value for key, value in given.items() if value})
    return import_plan(
        session,
        board,
        year,
        reading,
        file_name=name,
        file_sha256=hashlib.sha256(data).hexdigest(),
        actor=actor,
        at=at,
    )
