"""Read the organisation: boards and units, and a board's calendar."""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from internkontroll.core.collation import swedish_order
from internkontroll.core.sorting import swedish_key
from internkontroll.files.house import House
from internkontroll.organisation.models import (
    Board,
    DefaultPoint,
    DocumentLook,
    Meeting,
    Municipality,
    ReportingPoint,
    Subcommittee,
    Unit,
    UnitPeriod,
)
from internkontroll.organisation.rules import (
    DEFAULT_DUE_DAYS,
    DEFAULT_POINTS,
    PointTemplate,
    UnitFact,
    UnitNode,
    UnitSpan,
    unit_tree,
)


def board_by_code(session: Session, code: str) -> Board | None:
    """The board with that code, however the code is cased."""
    return session.scalar(sa.select(Board).where(Board.code == code.strip().upper()))


def points_of_year(session: Session, board_id: int, year: int) -> list[ReportingPoint]:
    """The board's reporting points of the year, in the order of their periods."""
    return list(
        session.scalars(
            sa.select(ReportingPoint)
            .where(ReportingPoint.board_id == board_id, ReportingPoint.year == year)
            .order_by(ReportingPoint.period_end, ReportingPoint.id)
        )
    )


def point_by_name(session: Session, board_id: int, year: int, name: str) -> ReportingPoint | None:
    """The board's reporting point of the year with that name (``årsbokslut``)."""
    return session.scalar(
        sa.select(ReportingPoint).where(
            ReportingPoint.board_id == board_id,
            ReportingPoint.year == year,
            ReportingPoint.name == name,
        )
    )


def point_select(board_id: int, point_id: int) -> sa.Select[ReportingPoint]:
    """One reporting point of the board."""
    return sa.select(ReportingPoint).where(
        ReportingPoint.board_id == board_id, ReportingPoint.id == point_id
    )


def subcommittees_of(session: Session, board_id: int) -> list[Subcommittee]:
    """The board's committees by name, in Swedish order."""
    rows = session.scalars(sa.select(Subcommittee).where(Subcommittee.board_id == board_id))
    return sorted(rows, key=lambda row: (swedish_key(row.name), row.id))


def subcommittee_select(board_id: int, subcommittee_id: int) -> sa.Select[Subcommittee]:
    """One committee of the board."""
    return sa.select(Subcommittee).where(
        Subcommittee.board_id == board_id, Subcommittee.id == subcommittee_id
    )


def meetings_of_year(session: Session, board_id: int, year: int) -> list[Meeting]:
    """Every meeting of the board and its committees in the year, by day, committees loaded."""
    return list(
        session.scalars(
            sa.select(Meeting)
            .options(joinedload(Meeting.subcommittee))
            .where(
                Meeting.board_id == board_id,
                Meeting.held_on.between(date(year, 1, 1), date(year, 12, 31)),
            )
            .order_by(Meeting.held_on, Meeting.id)
        )
    )


def meeting_select(board_id: int, meeting_id: int) -> sa.Select[Meeting]:
    """One meeting of the board with its committee."""
    return (
        sa.select(Meeting)
        .options(joinedload(Meeting.subcommittee))
        .where(Meeting.board_id == board_id, Meeting.id == meeting_id)
    )


def municipality(session: Session) -> Municipality | None:
    """The municipality, None before it has been named."""
    return session.get(Municipality, 1)


def document_look(session: Session) -> DocumentLook | None:
    """What the municipality has said of its documents' look, None before it has."""
    return session.get(DocumentLook, 1)


def document_house(session: Session) -> House:
    """The look of every document: the municipality's name, logotype and colour."""
    only = sa.select(sa.literal(1).label("id")).subquery()
    name, colour, logo, kind = session.execute(
        sa.select(Municipality.name, DocumentLook.colour, DocumentLook.logo, DocumentLook.logo_kind)
        .select_from(only)
        .outerjoin(Municipality, Municipality.id == only.c.id)
        .outerjoin(DocumentLook, DocumentLook.id == only.c.id)
    ).one()
    return House(name or "", colour, logo, kind) if colour else House(name or "")


def due_days(session: Session) -> int:
    """Days before a reporting point's last day for facts by which its controls are to be done."""
    known = municipality(session)
    return known.due_days if known else DEFAULT_DUE_DAYS


def default_points(session: Session) -> list[DefaultPoint]:
    """The municipality's own reporting points, in the order of the year."""
    return list(
        session.scalars(
            sa.select(DefaultPoint).order_by(DefaultPoint.month, DefaultPoint.day, DefaultPoint.id)
        )
    )


def default_point_select(default_point_id: int) -> sa.Select[DefaultPoint]:
    """One of the municipality's reporting points."""
    return sa.select(DefaultPoint).where(DefaultPoint.id == default_point_id)


def point_templates(session: Session) -> tuple[PointTemplate, ...]:
    """What a board is given when its year is opened.

    The program's own three points hold until the municipality has been named: from then on it has
    a set of its own, which is never empty.
    """
    own = default_points(session)
    return (
        tuple(
            PointTemplate(
                row.name,
                row.month,
                row.day,
                row.cut_off_days,
                row.board_days,
                row.executive_days,
            )
            for row in own
        )
        or DEFAULT_POINTS
    )


@dataclass(frozen=True)
class BoardName:
    """Nämndens namn: what a list to choose from needs."""

    id: int
    code: str
    name: str


def board_names(session: Session) -> list[BoardName]:
    """Every board's name in Swedish order, for a list to choose from."""
    select = sa.select(Board.id, Board.code, Board.name)
    rows = session.execute(select.order_by(swedish_order(Board.name), Board.id))
    return [BoardName(*row) for row in rows]


def all_boards(session: Session) -> list[Board]:
    """Every board with its committees, in Swedish order; kommunstyrelsen is one of them."""
    return list(
        session.scalars(
            sa.select(Board)
            .options(selectinload(Board.subcommittees))
            .order_by(swedish_order(Board.name), Board.id)
        )
    )


def board_select(board_id: int) -> sa.Select[Board]:
    """One board, whatever the person's wall: for the pages that set up the organisation."""
    return sa.select(Board).where(Board.id == board_id)


def committee_select(subcommittee_id: int) -> sa.Select[Subcommittee]:
    """One committee with its board, for the pages that set up the organisation."""
    return (
        sa.select(Subcommittee)
        .options(joinedload(Subcommittee.board))
        .where(Subcommittee.id == subcommittee_id)
    )


def unit_select(unit_id: int) -> sa.Select[Unit]:
    """One unit with its board and its history."""
    return (
        sa.select(Unit)
        .options(joinedload(Unit.board), selectinload(Unit.periods))
        .where(Unit.id == unit_id)
    )


def unit_names(session: Session, board_id: int) -> dict[int, str]:
    """The latest name of every unit of the board, closed ones too."""
    rows = session.execute(sa.select(Unit.id, Unit.name).where(Unit.board_id == board_id))
    return {row.id: row.name for row in rows}


def units_on(session: Session, board_id: int | None, on: date) -> dict[int, list[UnitFact]]:
    """The units that exist on the day, as they then are, by board; of all boards where None."""
    latest = (
        sa.select(
            UnitPeriod,
            sa.func.row_number()
            .over(partition_by=UnitPeriod.unit_id, order_by=UnitPeriod.valid_from.desc())
            .label("back"),
        )
        .where(UnitPeriod.valid_from <= on)
        .subquery()
    )
    select = (
        sa.select(
            Unit.board_id,
            Unit.id,
            latest.c.name,
            latest.c.parent_id,
            Unit.valid_from,
            Unit.valid_to,
        )
        .join(latest, sa.and_(latest.c.unit_id == Unit.id, latest.c.back == 1))
        .where(sa.or_(Unit.valid_to.is_(None), Unit.valid_to >= on))
    )
    if board_id is not None:
        select = select.where(Unit.board_id == board_id)
    found: dict[int, list[UnitFact]] = {}
    for of_board, *fact in session.execute(select):
        found.setdefault(of_board, []).append(UnitFact(*fact))
    return found


def spans_below(session: Session, unit: Unit) -> list[UnitSpan]:
    """When other units lie, have lain or are to lie under the unit, by their names and days."""
    following = sa.func.lead(UnitPeriod.valid_from, type_=sa.Date).over(
        partition_by=UnitPeriod.unit_id, order_by=UnitPeriod.valid_from
    )
    placed = (
        sa.select(
            UnitPeriod.name,
            UnitPeriod.parent_id,
            UnitPeriod.valid_from,
            following.label("next_from"),
            Unit.valid_to,
        )
        .join(Unit, Unit.id == UnitPeriod.unit_id)
        .where(Unit.board_id == unit.board_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(placed.c.name, placed.c.valid_from, placed.c.next_from, placed.c.valid_to)
        .where(placed.c.parent_id == unit.id)
        .order_by(placed.c.name, placed.c.valid_from)
    )
    return [
        UnitSpan(
            row.name,
            row.valid_from,
            row.next_from - timedelta(days=1) if row.next_from else row.valid_to,
        )
        for row in rows
    ]


def unit_tree_on(session: Session, board_id: int, on: date) -> list[UnitNode]:
    """The board's units on the day, from the top down."""
    return unit_tree(units_on(session, board_id, on).get(board_id, ()))


def units_apart(session: Session, board_id: int, on: date) -> list[Unit]:
    """The board's units that do not exist on the day: ended before it, or beginning after it."""
    return list(
        session.scalars(
            sa.select(Unit)
            .where(Unit.board_id == board_id, sa.or_(Unit.valid_to < on, Unit.valid_from > on))
            .order_by(swedish_order(Unit.name), Unit.id)
        )
    )


@dataclass(frozen=True)
class RolePlace:
    """A place where a role can hold. ``key`` names it in a form, ``label`` on the screen."""

    key: str
    label: str
    board: Board | None
    subcommittee_id: int | None = None
    unit_id: int | None = None


def role_places(session: Session, on: date) -> list[RolePlace]:
    """The municipality, its boards that have not ended, their committees and their units."""
    places = [RolePlace("kommun", "Hela kommunen", None)]
    units = units_on(session, None, on)
    for board in all_boards(session):
        if board.valid_to is not None and board.valid_to < on:
            continue
        places.append(RolePlace(f"namnd-{board.id}", board.name, board))
        places += [
            RolePlace(
                f"utskott-{row.id}", f"{board.name}: {row.name}", board, subcommittee_id=row.id
            )
            for row in sorted(board.subcommittees, key=lambda row: swedish_key(row.name))
        ]
        places += [
            RolePlace(
                f"enhet-{node.unit.id}", f"{board.name}: {node.path}", board, unit_id=node.unit.id
            )
            for node in unit_tree(units.get(board.id, ()))
        ]
    return places
