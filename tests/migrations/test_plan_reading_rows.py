"""The step to 0002 keeps every reading and mark that was there, and the way back loses none."""

from datetime import UTC, datetime

import sqlalchemy as sa

from internkontroll.core.migrate import migrate, migrate_down
from tests.databases import Databases

AT = datetime(2020, 1, 15, 11, tzinfo=UTC)


def fill(connection: sa.Connection) -> None:
    """A board with a draft of one kontrollmoment, its question, and two readings."""
    tables = sa.MetaData()
    tables.reflect(connection)

    def add(table: str, /, **values: object) -> None:
        connection.execute(sa.insert(tables.tables[table]).values(**values))

    at = AT.replace(tzinfo=None) if connection.dialect.name == "sqlite" else AT
    add("board", id=1, code="SCN", name="Socialnämnden", kind="board", oversight=False)
    add(
        "plan",
        id=1,
        board_id=1,
        year=2020,
        kind="internal_control",
        version=1,
        state="draft",
        created_at=at,
        row_version=1,
    )
    add("control_area", id=1, plan_id=1, name="Ekonomi", position=1)
    add(
        "control",
        id=1,
        plan_id=1,
        area_id=1,
        number=1,
        lineage="a" * 32,
        text="Attest",
        method_text="Stickprov",
        reporting_text="April",
        technique="sample",
        sample_kind="unstated",
        frequency="year",
        points=["april"],
        extra={},
        row_version=1,
    )
    add(
        "control_mark",
        id=1,
        control_id=1,
        kind="question",
        code="size_unstated",
        field="sample",
        text="Hur många?",
        recorded_at=at,
    )
    reading = {
        "board_id": 1,
        "year": 2020,
        "file_name": "plan.csv",
        "file_sha256": "b" * 64,
        "read_at": at,
    }
    add("plan_reading", id=1, file_data=b"ett", imported_at=at, plan_id=1, **reading)
    add("plan_reading", id=2, file_data=b"tv\xc3\xa5", imported_at=None, plan_id=None, **reading)


def test_rows_go_up_and_down_whole(database_url: str, databases: Databases) -> None:
    owner = databases.owner_of(database_url)
    migrate_down(owner, "0001")
    engine = sa.create_engine(owner, poolclass=sa.NullPool)
    with engine.begin() as connection:
        fill(connection)
    migrate(owner, "ik_app")
    with engine.begin() as connection:
        readings = connection.execute(
            sa.text("SELECT id, file_data, source, undone_at FROM plan_reading ORDER BY id")
        ).all()
        assert [(row[0], bytes(row[1]), *row[2:]) for row in readings] == [
            (1, b"ett", "file", None),
            (2, "två".encode(), "file", None),
        ]
        for table, column, empty in (
            ("plan_reading", "layout", "{}"),
            ("plan_reading", "made", "{}"),
            ("control_mark", "asked", "{}"),
            ("plan", "source_title", "[]"),
        ):
            cast = sa.cast(sa.column(column), sa.Text)
            found = connection.scalars(sa.select(cast).select_from(sa.table(table))).all()
            assert set(found) == {empty}
            default = {
                one["name"]: one["default"] for one in sa.inspect(connection).get_columns(table)
            }[column]
            assert default is None
        connection.execute(
            sa.text(
                "UPDATE plan_reading SET file_data = NULL, file_removed_at = read_at WHERE id = 1"
            )
        )
    migrate_down(owner, "0001")
    with engine.connect() as connection:
        left = connection.execute(sa.text("SELECT id, file_data FROM plan_reading ORDER BY id"))
        assert [(row[0], bytes(row[1])) for row in left] == [(1, b""), (2, "två".encode())]
        assert connection.scalar(sa.text("SELECT text FROM control_mark")) == "Hur många?"
    engine.dispose()
    migrate(owner, "ik_app")
