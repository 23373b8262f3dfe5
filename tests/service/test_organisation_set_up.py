"""The organisation as an administrator sets it up: kommun, boards, committees, units, points."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.organisation.models import (
    Board,
    BoardKind,
    DefaultPoint,
    Municipality,
    ReportingPoint,
)
from internkontroll.organisation.queries import (
    default_points,
    due_days,
    role_places,
    unit_tree_on,
    units_apart,
)
from internkontroll.organisation.rules import PointTemplate
from internkontroll.organisation.services import (
    add_default_point,
    add_point,
    change_board,
    change_default_point,
    change_municipality,
    change_subcommittee,
    change_unit,
    close_unit,
    create_board,
    create_municipality,
    create_subcommittee,
    create_unit,
    open_year,
    remove_default_point,
    remove_point,
    reopen_unit,
)
from internkontroll.trail.models import TrailRow
from internkontroll.trail.queries import verify_trail
from tests.factories import make_actor, make_board, make_control, make_occurrence, make_plan

AT = datetime(2020, 3, 11, 9, tzinfo=UTC)
TODAY = date(2020, 3, 11)
YEAR = date(2020, 1, 1)


@pytest.fixture
def admin(session: Session) -> Actor:
    return make_actor(session, Role.ADMINISTRATOR, None)


@pytest.fixture
def scn(session: Session) -> Board:
    return make_board(session)


def last_event(session: Session) -> str | None:
    return session.scalar(sa.select(TrailRow.event).order_by(TrailRow.id.desc()).limit(1))


def names(session: Session, board: Board, on: date = TODAY) -> list[tuple[str, int]]:
    return [(node.unit.name, node.depth) for node in unit_tree_on(session, board.id, on)]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_an_administrator_sets_up_the_organisation(
    session: Session, scn: Board, role: Role
) -> None:
    actor = make_actor(session, role, scn)
    with pytest.raises(NotAllowed):
        create_board(session, code="AMN", name="Arbetsmarknadsnämnden", actor=actor, at=AT)
    with pytest.raises(NotAllowed):
        create_municipality(session, "Exempelkommunen", actor=actor, at=AT)
    with pytest.raises(NotAllowed):
        create_unit(session, scn, name="Enhet", valid_from=YEAR, actor=actor, at=AT)


def test_naming_the_municipality_gives_it_its_three_points(session: Session, admin: Actor) -> None:
    kommun = create_municipality(session, " Exempelkommunen ", actor=admin, at=AT)

    assert kommun.name == "Exempelkommunen"
    assert [point.name for point in default_points(session)] == ["april", "augusti", "årsbokslut"]
    assert due_days(session) == 14


def test_the_second_to_save_the_settings_is_told(session: Session, admin: Actor) -> None:
    kommun = create_municipality(session, "Exempelkommunen", actor=admin, at=AT)
    change_municipality(
        session, kommun, name="Exempelkommunen", due_days=7, row_version=1, actor=admin, at=AT
    )
    with pytest.raises(Conflict):
        change_municipality(
            session, kommun, name="Annat", due_days=21, row_version=1, actor=admin, at=AT
        )

    assert (kommun.name, due_days(session)) == ("Exempelkommunen", 7)
    assert session.scalar(sa.select(sa.func.count()).select_from(Municipality)) == 1


@pytest.mark.parametrize("days", [-1, 91])
def test_due_days_out_of_range_are_refused(session: Session, admin: Actor, days: int) -> None:
    kommun = create_municipality(session, "Exempelkommunen", actor=admin, at=AT)
    with pytest.raises(InvalidInput, match="mellan 0 och 90"):
        change_municipality(
            session, kommun, name="X", due_days=days, row_version=1, actor=admin, at=AT
        )


def test_a_board_changes_everything_but_its_code(
    session: Session, admin: Actor, scn: Board
) -> None:
    change_board(
        session,
        scn,
        name="Socialnämnden i söder",
        kind=BoardKind.BOARD,
        oversight=False,
        valid_from=None,
        valid_to=date(2022, 12, 31),
        row_version=1,
        actor=admin,
        at=AT,
    )

    assert (scn.code, scn.name) == ("SCN", "Socialnämnden i söder")
    assert last_event(session) == "board:changed"
    assert [place.label for place in role_places(session, date(2023, 1, 1))] == ["Hela kommunen"]


def test_a_committee_is_renamed_and_a_slow_hand_is_told(
    session: Session, admin: Actor, scn: Board
) -> None:
    made = create_subcommittee(session, scn, code="iu3", name="Utskott 3", actor=admin, at=AT)
    change_subcommittee(
        session, made, name="Utskott tre", reviews_cases=True, row_version=1, actor=admin, at=AT
    )
    with pytest.raises(Conflict):
        change_subcommittee(
            session, made, name="Annat", reviews_cases=False, row_version=1, actor=admin, at=AT
        )

    assert (made.code, made.name, made.reviews_cases) == ("IU3", "Utskott tre", True)


def test_a_unit_is_called_what_it_was_called_on_the_day(
    session: Session, admin: Actor, scn: Board
) -> None:
    top = create_unit(session, scn, name="Förvaltningen", valid_from=YEAR, actor=admin, at=AT)
    unit = create_unit(session, scn, name="Ärenden", valid_from=YEAR, actor=admin, at=AT)

    change_unit(
        session,
        unit,
        name="Utredning",
        parent=top,
        from_day=date(2020, 7, 1),
        row_version=1,
        actor=admin,
        at=AT,
    )

    assert names(session, scn, date(2019, 12, 31)) == []
    assert names(session, scn, date(2020, 6, 30)) == [("Förvaltningen", 0), ("Ärenden", 0)]
    assert names(session, scn, date(2020, 7, 1)) == [("Förvaltningen", 0), ("Utredning", 1)]


def test_on_the_day_of_the_latest_change_it_is_put_right(
    session: Session, admin: Actor, scn: Board
) -> None:
    unit = create_unit(session, scn, name="Ärendn", valid_from=YEAR, actor=admin, at=AT)
    change_unit(
        session, unit, name="Ärenden", parent=None, from_day=YEAR, row_version=1, actor=admin, at=AT
    )

    assert [period.name for period in unit.periods] == ["Ärenden"]
    with pytest.raises(InvalidInput, match="1 januari 2020"):
        change_unit(
            session,
            unit,
            name="Äldre",
            parent=None,
            from_day=date(2019, 12, 31),
            row_version=2,
            actor=admin,
            at=AT,
        )


def test_a_unit_does_not_lie_under_itself(session: Session, admin: Actor, scn: Board) -> None:
    top = create_unit(session, scn, name="A", valid_from=YEAR, actor=admin, at=AT)
    middle = create_unit(session, scn, name="B", valid_from=YEAR, parent=top, actor=admin, at=AT)
    low = create_unit(session, scn, name="C", valid_from=YEAR, parent=middle, actor=admin, at=AT)

    for parent in (top, middle, low):
        with pytest.raises(InvalidInput, match="under sig själv"):
            change_unit(
                session,
                top,
                name="A",
                parent=parent,
                from_day=TODAY,
                row_version=1,
                actor=admin,
                at=AT,
            )


def test_a_unit_of_another_board_is_no_parent(session: Session, admin: Actor, scn: Board) -> None:
    other = make_board(session, "AMN", "Arbetsmarknadsnämnden")
    theirs = create_unit(session, other, name="Deras", valid_from=YEAR, actor=admin, at=AT)
    ours = create_unit(session, scn, name="Vår", valid_from=YEAR, actor=admin, at=AT)

    with pytest.raises(InvalidInput, match="annan nämnd"):
        create_unit(session, scn, name="Ny", valid_from=YEAR, parent=theirs, actor=admin, at=AT)
    with pytest.raises(InvalidInput, match="annan nämnd"):
        change_unit(
            session,
            ours,
            name="Vår",
            parent=theirs,
            from_day=TODAY,
            row_version=1,
            actor=admin,
            at=AT,
        )


def test_a_closed_unit_stays_in_history_and_its_name_is_free(
    session: Session, admin: Actor, scn: Board
) -> None:
    top = create_unit(session, scn, name="Förvaltningen", valid_from=YEAR, actor=admin, at=AT)
    unit = create_unit(
        session, scn, name="Ekonomi", valid_from=YEAR, parent=top, actor=admin, at=AT
    )
    with pytest.raises(InvalidInput, match="Ekonomi"):
        close_unit(session, top, date(2020, 3, 31), row_version=1, actor=admin, at=AT)

    close_unit(session, unit, date(2020, 3, 31), row_version=1, actor=admin, at=AT)

    assert names(session, scn, date(2020, 3, 31)) == [("Förvaltningen", 0), ("Ekonomi", 1)]
    assert names(session, scn, date(2020, 4, 1)) == [("Förvaltningen", 0)]
    assert [row.name for row in units_apart(session, scn.id, date(2020, 4, 1))] == ["Ekonomi"]
    create_unit(session, scn, name="Ekonomi", valid_from=date(2020, 4, 1), actor=admin, at=AT)
    with pytest.raises(InvalidInput, match="redan en enhet"):
        reopen_unit(session, unit, row_version=2, actor=admin, at=AT)


def test_a_unit_closed_by_mistake_is_opened_again(
    session: Session, admin: Actor, scn: Board
) -> None:
    unit = create_unit(session, scn, name="Ekonomi", valid_from=YEAR, actor=admin, at=AT)
    close_unit(session, unit, TODAY, row_version=1, actor=admin, at=AT)
    with pytest.raises(InvalidTransition):
        close_unit(session, unit, TODAY, row_version=2, actor=admin, at=AT)
    reopen_unit(session, unit, row_version=2, actor=admin, at=AT)

    assert unit.valid_to is None
    assert names(session, scn, date(2030, 1, 1)) == [("Ekonomi", 0)]


def test_siblings_stand_in_swedish_order(session: Session, admin: Actor, scn: Board) -> None:
    for name in ("Öster", "Zon", "Ärenden", "Ånga"):
        create_unit(session, scn, name=name, valid_from=YEAR, actor=admin, at=AT)

    assert [name for name, _ in names(session, scn)] == ["Zon", "Ånga", "Ärenden", "Öster"]


def test_a_year_opens_with_the_municipalitys_own_points(session: Session, admin: Actor) -> None:
    create_municipality(session, "Exempelkommunen", actor=admin, at=AT)
    scn = make_board(session)
    secretary = make_actor(session, Role.SECRETARY, scn)
    april, august, _year = default_points(session)
    change_default_point(
        session,
        april,
        PointTemplate("Mars/april", 4, 30, 10, 20, None),
        row_version=1,
        actor=admin,
        at=AT,
    )
    remove_default_point(session, august, row_version=1, actor=admin, at=AT)
    add_default_point(session, PointTemplate("oktober", 10, 31, 14, 21, 40), actor=admin, at=AT)

    points = open_year(session, scn, 2021, actor=secretary, at=AT)

    assert [(point.name, point.cut_off) for point in points] == [
        ("mars/april", date(2021, 5, 10)),
        ("oktober", date(2021, 11, 14)),
        ("årsbokslut", date(2022, 1, 21)),
    ]


@pytest.mark.parametrize(
    ("template", "words"),
    [
        (PointTemplate("x", 2, 29), "varje år"),
        (PointTemplate("x", 4, 30, 30, 20), "före sista dag"),
        (PointTemplate("x", 4, 30, 10, 20, 15), "före nämnden"),
        (PointTemplate("x", 4, 30, -1, 20), "mellan 0 och 200"),
        (PointTemplate(" ", 4, 30), "heter"),
        (PointTemplate("April", 4, 30), "redan"),
    ],
)
def test_a_default_point_that_cannot_be_is_refused(
    session: Session, admin: Actor, template: PointTemplate, words: str
) -> None:
    create_municipality(session, "Exempelkommunen", actor=admin, at=AT)

    with pytest.raises(InvalidInput, match=words):
        add_default_point(session, template, actor=admin, at=AT)

    assert session.scalar(sa.select(sa.func.count()).select_from(DefaultPoint)) == 3


def test_the_last_default_point_stays(session: Session, admin: Actor) -> None:
    create_municipality(session, "Exempelkommunen", actor=admin, at=AT)
    first, second, third = default_points(session)
    for point in (first, second):
        remove_default_point(session, point, row_version=1, actor=admin, at=AT)

    with pytest.raises(InvalidTransition, match="minst en"):
        remove_default_point(session, third, row_version=1, actor=admin, at=AT)


def test_a_point_is_added_to_an_open_year_and_removed_while_unused(
    session: Session, scn: Board
) -> None:
    actor = make_actor(session, Role.CONTROLLER, scn)
    days = {"period_end": date(2020, 10, 31), "cut_off": date(2020, 11, 14)}
    more = {"board_on": None, "executive_on": None, "actor": actor, "at": AT}
    with pytest.raises(InvalidTransition, match="Öppna 2020"):
        add_point(session, scn, 2020, name="oktober", **days, **more)
    open_year(session, scn, 2020, actor=actor, at=AT)
    point = add_point(session, scn, 2020, name="Oktober", **days, **more)
    with pytest.raises(InvalidInput, match="redan en tidpunkt"):
        add_point(session, scn, 2020, name="oktober", **days, **more)
    with pytest.raises(InvalidInput, match="under 2020"):
        add_point(session, scn, 2020, name="x", period_end=date(2021, 1, 31), cut_off=YEAR, **more)

    remove_point(session, scn, point, row_version=1, actor=actor, at=AT)

    assert session.scalar(sa.select(sa.func.count()).select_from(ReportingPoint)) == 3
    assert last_event(session) == "reporting-point:removed"


def test_a_point_that_an_occurrence_stands_on_is_not_removed(session: Session, scn: Board) -> None:
    actor = make_actor(session, Role.CONTROLLER, scn)
    [april, *_] = open_year(session, scn, 2020, actor=actor, at=AT)
    make_occurrence(session, make_control(session, make_plan(session, scn, decided=True)), april)

    with pytest.raises(InvalidTransition, match="kontrolltillfällen"):
        remove_point(session, scn, april, row_version=1, actor=actor, at=AT)

    assert session.scalar(sa.select(sa.func.count()).select_from(ReportingPoint)) == 3
    assert all(verdict.whole for verdict in verify_trail(session))
