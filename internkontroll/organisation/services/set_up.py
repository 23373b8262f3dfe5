"""Lägg upp och ändra kommunen, nämnderna och utskotten."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput
from internkontroll.organisation.models import (
    Board,
    BoardKind,
    DefaultPoint,
    Municipality,
    OrganisationEvent,
    Subcommittee,
)
from internkontroll.organisation.policy import PERMISSIONS
from internkontroll.organisation.queries import default_points
from internkontroll.organisation.rules import (
    DEFAULT_DUE_DAYS,
    DEFAULT_POINTS,
    check_board_code,
    check_due_days,
    check_name,
    check_validity,
)
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from internkontroll.trail.services import record

FASTER = (
    "Någon annan har ändrat uppgifterna sedan du öppnade sidan. "
    "Jämför med det som gäller nu och spara igen."
)


def ensure_sets_up(actor: Actor, at: datetime) -> None:
    """Refuse (NotAllowed) whoever does not set up the organisation."""
    ensure(actor, Permission.ORGANISATION_EDIT, Scope(None), swedish_day(at), PERMISSIONS)


def differences(row: Any, wanted: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What would change of a row: old and new of every column that differs."""
    return {
        name: {"old": getattr(row, name), "new": value}
        for name, value in wanted.items()
        if getattr(row, name) != value
    }


def change_row(session: Session, row: Any, row_version: int, wanted: dict[str, Any]) -> None:
    """Change a row that has a version; Conflict if it was changed after ``row_version``."""
    model = type(row)
    changed = session.execute(
        sa.update(model)
        .where(model.id == row.id, model.row_version == row_version)
        .values(**wanted, row_version=row_version + 1)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(FASTER)
    session.refresh(row)


def create_municipality(
    session: Session,
    name: str,
    *,
    actor: Actor,
    at: datetime,
    due_days: int = DEFAULT_DUE_DAYS,
) -> Municipality:
    """Lägg upp kommunen, the one this installation serves, with three reporting points.

    A second one is refused (Conflict). The same name again gives the row that is there.
    """
    ensure_sets_up(actor, at)
    name = check_name(name, "Kommunens namn saknas. Skriv namnet.")
    check_due_days(due_days)
    known = session.get(Municipality, 1)
    if known is not None:
        if known.name == name:
            return known
        raise Conflict(f"Installationen tillhör redan {known.name}.")
    municipality = Municipality(id=1, name=name, due_days=due_days)
    session.add(municipality)
    if not default_points(session):
        session.add_all(
            DefaultPoint(
                name=point.name,
                month=point.month,
                day=point.day,
                cut_off_days=point.cut_off_days,
                board_days=point.board_days,
                executive_days=point.executive_days,
            )
            for point in DEFAULT_POINTS
        )
    session.flush()
    record(
        session,
        chain=MUNICIPALITY_CHAIN,
        actor=actor,
        at=at,
        event=OrganisationEvent.MUNICIPALITY_NAMED,
        subject=("municipality", 1),
        data={"name": name, "due_days": due_days},
    )
    return municipality


def change_municipality(
    session: Session,
    municipality: Municipality,
    *,
    name: str,
    due_days: int,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> Municipality:
    """Ändra kommunens namn och inställningar. Conflict if somebody was faster.

    ``due_days`` counts for the occurrences that are made from now on.
    """
    ensure_sets_up(actor, at)
    wanted = {
        "name": check_name(name, "Kommunens namn saknas. Skriv namnet."),
        "due_days": check_due_days(due_days),
    }
    changes = differences(municipality, wanted)
    if not changes and municipality.row_version == row_version:
        return municipality
    change_row(session, municipality, row_version, wanted)
    record(
        session,
        chain=MUNICIPALITY_CHAIN,
        actor=actor,
        at=at,
        event=OrganisationEvent.MUNICIPALITY_CHANGED,
        subject=("municipality", 1),
        data=changes,
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
    ensure_sets_up(actor, at)
    code = check_board_code(code)
    name = check_name(name, "Nämndens namn saknas. Skriv namnet.")
    check_validity(valid_from, valid_to)
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
        data={
            "code": code,
            "name": name,
            "kind": kind.value,
            "oversight": oversight,
            "valid_from": valid_from,
            "valid_to": valid_to,
        },
    )
    return board


def change_board(
    session: Session,
    board: Board,
    *,
    name: str,
    kind: BoardKind,
    oversight: bool,
    valid_from: date | None,
    valid_to: date | None,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> Board:
    """Ändra en nämnd. Its code stays: addresses, diarium and the trail's chain are named by it."""
    ensure_sets_up(actor, at)
    check_validity(valid_from, valid_to)
    wanted = {
        "name": check_name(name, "Nämndens namn saknas. Skriv namnet."),
        "kind": kind,
        "oversight": oversight,
        "valid_from": valid_from,
        "valid_to": valid_to,
    }
    changes = differences(board, wanted)
    if not changes and board.row_version == row_version:
        return board
    change_row(session, board, row_version, wanted)
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=OrganisationEvent.BOARD_CHANGED,
        subject=("board", board.id),
        data=changes,
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
    ensure_sets_up(actor, at)
    code = check_board_code(code)
    name = check_name(name, "Utskottets namn saknas. Skriv namnet.")
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


def change_subcommittee(
    session: Session,
    committee: Subcommittee,
    *,
    name: str,
    reviews_cases: bool,
    row_version: int,
    actor: Actor,
    at: datetime,
) -> Subcommittee:
    """Ändra ett utskott. Its code stays. Conflict if somebody was faster."""
    ensure_sets_up(actor, at)
    wanted = {
        "name": check_name(name, "Utskottets namn saknas. Skriv namnet."),
        "reviews_cases": reviews_cases,
    }
    changes = differences(committee, wanted)
    if not changes and committee.row_version == row_version:
        return committee
    change_row(session, committee, row_version, wanted)
    record(
        session,
        chain=committee.board.code,
        actor=actor,
        at=at,
        event=OrganisationEvent.SUBCOMMITTEE_CHANGED,
        subject=("subcommittee", committee.id),
        data=changes,
    )
    return committee
