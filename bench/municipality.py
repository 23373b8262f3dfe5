"""Forty boards and ten years as the program leaves them: done, deviating, followed up, decided.

One board's rows are written, its reports decided by the program's own verbs, point by point; the
database makes the other boards' of them, each with ids, names and snapshots of its own. The last
point of the last year is then decided and sent by the verbs in every board, so that all that
kommunstyrelsen reads was made by the program of that board's rows. Two boards beside them have not
decided it: one with all the years, and one that has had a plan for the last year only.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench.board_rows import (
    FIRST_YEAR,
    KS_CONTROLLER,
    POINT,
    add_board,
    add_executive,
    controller_of,
)
from bench.bulk import copies, writing
from bench.occurrence_rows import LAST_YEAR, moment
from internkontroll.core.access import system_actor
from internkontroll.core.base import Base
from internkontroll.organisation.models import Board, Decision, Municipality, ReportingPoint
from internkontroll.organisation.queries import points_of_year
from internkontroll.plan.models import Control, Plan
from internkontroll.reporting.models import (
    FollowUpReport,
    OverallAssessment,
    ReportRemark,
    ReportTreatment,
)
from internkontroll.reporting.services import decide_report, send_report, set_overall
from internkontroll.trail.models import TrailRow
from tests.world import log_in_directly

AT = datetime(2021, 3, 22, 9, tzinfo=UTC)
YOUNG = "U01"
WORKER = system_actor("bench")
NAMED = {
    ("board", "code"): "N{}",
    ("board", "name"): "Nämnd {}",
    ("user_account", "username"): "n{}",
    ("control", "lineage"): "N{}",
    ("trail_row", "chain"): "N{}",
    ("decision", "body"): "Nämnd {}",
    ("follow_up_report", "snapshot"): "N{}",
    ("report_treatment", "proposal"): "N{}",
}
MADE_BY_VERBS = (Decision, FollowUpReport, ReportTreatment, ReportRemark, TrailRow)


@dataclass(frozen=True)
class Boards:
    """The measured boards: those that have decided, an old and a young one that have not."""

    decided: tuple[str, ...]
    old: str
    young: str = YOUNG


def boards_named(number: int) -> Boards:
    """The boards of a municipality with so many that have decided."""
    codes = [f"N{which:02d}" for which in range(1, number + 2)]
    return Boards(tuple(codes[:-1]), codes[-1])


def fill_boards(engine: sa.Engine, number: int) -> Boards:
    """Write the boards; ``engine`` is the tables' owner's. Gives what they are called."""
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    with Session(engine) as session:
        session.add(Municipality(id=1, name="Exempelkommunen"))
        with writing(session) as writer:
            add_executive(writer)
            first = add_board(writer, "N01", "Nämnd 01", years)
        _set_sequences(session)
        session.commit()
        for year in years:
            for point in points_of_year(session, first, year):
                if (year, point.name) != (LAST_YEAR, POINT):
                    _decide(session, "N01", point)
        session.commit()
        spans = {**writer.spans, **{_table(m).name: _span(session, m) for m in MADE_BY_VERBS}}
        names = {*writer.tables, *(_table(model).name for model in MADE_BY_VERBS)}
        for table in Base.metadata.sorted_tables:
            if table.name in names:
                session.execute(copies(table, spans, number, NAMED, {}))
        _hash_the_copies(session)
        session.commit()
        with writing(session) as writer:
            add_board(writer, YOUNG, "Unga nämnden", range(LAST_YEAR, LAST_YEAR + 1))
        _set_sequences(session)
        boards = boards_named(number)
        for code in (*boards.decided, boards.young):
            board_id = session.scalars(sa.select(Board.id).where(Board.code == code)).one()
            for point in points_of_year(session, board_id, LAST_YEAR):
                if (code == YOUNG) != (point.name == POINT):
                    _decide(session, code, point)
            session.commit()
        for code in (*boards.decided, boards.old, boards.young):
            log_in_directly(session, controller_of(code), AT)
        log_in_directly(session, KS_CONTROLLER, AT)
        session.commit()
    if engine.dialect.name == "postgresql":
        # As its own worker does; SQLite is left as the program leaves it.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
    return boards


def _table(model: type[Base]) -> sa.Table:
    return cast(sa.Table, model.__table__)


def _span(session: Session, model: type[Base]) -> tuple[int, int]:
    key = _table(model).c.id
    lowest, highest = session.execute(sa.select(sa.func.min(key), sa.func.max(key))).one()
    return lowest, highest


def _set_sequences(session: Session) -> None:
    """Let the database's own numbers go on above those that were given."""
    session.flush()
    if session.get_bind().dialect.name != "postgresql":
        return
    for table in Base.metadata.sorted_tables:
        if "id" in table.columns and table.name != "municipality":
            highest = session.scalar(sa.select(sa.func.max(table.c.id)))
            sequence = sa.func.pg_get_serial_sequence(table.name, "id")
            session.execute(sa.select(sa.func.setval(sequence, (highest or 0) + 1)))


def _hash_the_copies(session: Session) -> None:
    """A copied snapshot tells its own board's names, and has the hash of what it tells."""
    table = _table(FollowUpReport)
    found = session.execute(
        sa.select(table.c.id, table.c.snapshot).where(table.c.snapshot.is_not(None))
    )
    hashes = [{"row": row.id, "sha256": _sha256(row.snapshot)} for row in found]
    changed = sa.update(table).where(table.c.id == sa.bindparam("row"))
    session.connection().execute(changed.values(snapshot_sha256=sa.bindparam("sha256")), hashes)


def _sha256(snapshot: str) -> str:
    return hashlib.sha256(snapshot.encode()).hexdigest()


def _decide(session: Session, code: str, point: ReportingPoint) -> None:
    """What a board does with a point's report, by the verbs: remarks, assessment, decision."""
    board = session.scalars(sa.select(Board).where(Board.code == code)).one()
    assert point.board_on is not None
    written = moment(point.board_on - timedelta(days=6))
    report = set_overall(
        session,
        board,
        point,
        overall=OverallAssessment.PARTLY,
        grounds="De flesta kontroller är gjorda. Några visar avvikelser som har fått åtgärder.",
        actor=WORKER,
        at=written,
    )
    controls = session.scalars(
        sa.select(Control.id)
        .join(Plan, Plan.id == Control.plan_id)
        .where(Plan.board_id == board.id, Plan.year == point.year)
        .order_by(Control.number)
    )
    session.add_all(
        ReportRemark(
            report_id=report.id,
            control_id=control_id,
            revision=1,
            comment="Förvaltningen har gått igenom underlagen och rättat det som avvek.",
            recorded_at=written,
        )
        for control_id in controls.all()[::2]
    )
    decide_report(
        session,
        board,
        point,
        decided_on=point.board_on,
        paragraph="61",
        registry_number=f"{code}-{point.year}-0110",
        actor=WORKER,
        at=moment(point.board_on + timedelta(days=3)),
    )
    if point.executive_on is not None:
        sent = moment(point.board_on + timedelta(days=4))
        send_report(session, board, point, actor=WORKER, at=sent)
    session.expire_all()
