"""Lägg upp kommunen, nämnder, utskott och enheter."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.core.errors import Conflict, InvalidInput, NotAllowed
from internkontroll.core.text import clean_line
from internkontroll.organisation.models import (
    Board,
    BoardKind,
    Municipality,
    OrganisationEvent,
    Subcommittee,
    Unit,
)
from internkontroll.organisation.rules import check_board_code
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from internkontroll.trail.services import record


def _only_system(actor: Actor) -> None:
    """Setting up the organisation is the command line's: no role on the screen may do it yet."""
    if not actor.is_system:
        raise NotAllowed("Kommunens nämnder läggs upp från kommandoraden. Be driften om hjälp.")


def create_municipality(session: Session, name: str, *, actor: Actor, at: datetime) -> Municipality:
    """Lägg upp kommunen, the one this installation serves. A second one is refused (Conflict).

    The same name again gives the row that is there.
    """
    _only_system(actor)
    name = clean_line(name)
    if not name:
        raise InvalidInput("Kommunens namn saknas. Skriv namnet.", field="name")
    known = session.get(Municipality, 1)
    if known is not None:
        if known.name == name:
            return known
        raise Conflict(f"Installationen tillhör redan {known.name}.")
    municipality = Municipality(id=1, name=name)
    session.add(municipality)
    session.flush()
    record(
        session,
        chain=MUNICIPALITY_CHAIN,
        actor=actor,
        at=at,
        event=OrganisationEvent.MUNICIPALITY_NAMED,
        subject=("municipality", 1),
        data={"name": name},
    )
    return municipality


def create_board(
    session: Session,
    *,
    code: str,
    name: str,
    actor: Actor,
    at: datetime,
    kind: BoardKind = BoardKind.BOARD,
    oversight: bool = False,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Board:
    """Lägg upp en nämnd. Refuses a code that is taken or not letters and digits (InvalidInput)."""
    _only_system(actor)
    code = check_board_code(code)
    name = clean_line(name)
    if not name:
        raise InvalidInput("Nämndens namn saknas. Skriv namnet.", field="name")
    if session.scalar(sa.select(Board.id).where(Board.code == code)):
        raise InvalidInput(f"Förkortningen {code} är upptagen. Välj en annan.", field="code")
    board = Board(
        code=code,
        name=name,
        kind=kind,
        oversight=oversight,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    session.add(board)
    session.flush()
    record(
        session,
        chain=code,
        actor=actor,
        at=at,
        event=OrganisationEvent.BOARD_CREATED,
        subject=("board", board.id),
        data={"code": code, "name": name, "kind": kind.value, "oversight": oversight},
    )
    return board


def create_subcommittee(
    session: Session,
    board: Board,
    *,
    code: str,
    name: str,
    actor: Actor,
    at: datetime,
    reviews_cases: bool = False,
) -> Subcommittee:
    """Lägg upp ett utskott. ``reviews_cases``: it is an individutskott. Refuses a taken code."""
    _only_system(actor)
    code = check_board_code(code)
    name = clean_line(name)
    if not name:
        raise InvalidInput("Utskottets namn saknas. Skriv namnet.", field="name")
    taken = sa.select(Subcommittee.id).where(
        Subcommittee.board_id == board.id, Subcommittee.code == code
    )
    if session.scalar(taken):
        raise InvalidInput(f"Förkortningen {code} är upptagen. Välj en annan.", field="code")
    committee = Subcommittee(board_id=board.id, code=code, name=name, reviews_cases=reviews_cases)
    session.add(committee)
    session.flush()
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=OrganisationEvent.SUBCOMMITTEE_CREATED,
        subject=("subcommittee", committee.id),
        data={"code": code, "name": name, "reviews_cases": reviews_cases},
    )
    return committee


def create_unit(
    session: Session,
    board: Board,
    *,
    name: str,
    valid_from: date,
    actor: Actor,
    at: datetime,
    parent: Unit | None = None,
    valid_to: date | None = None,
) -> Unit:
    """Lägg upp en enhet under the board, perhaps within another unit of the same board."""
    _only_system(actor)
    name = clean_line(name)
    if not name:
        raise InvalidInput("Enhetens namn saknas. Skriv namnet.", field="name")
    if parent is not None and parent.board_id != board.id:
        raise InvalidInput("Den överordnade enheten hör till en annan nämnd.", field="parent_id")
    if valid_to is not None and valid_to < valid_from:
        raise InvalidInput("Slutdagen kan inte ligga före startdagen.", field="valid_to")
    taken = sa.select(Unit.id).where(Unit.board_id == board.id, Unit.name == name)
    if session.scalar(taken):
        raise InvalidInput(f"Nämnden har redan en enhet som heter {name}.", field="name")
    unit = Unit(
        board_id=board.id,
        parent_id=parent.id if parent else None,
        name=name,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    session.add(unit)
    session.flush()
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=OrganisationEvent.UNIT_CREATED,
        subject=("unit", unit.id),
        data={"name": name, "parent_id": unit.parent_id},
    )
    return unit
