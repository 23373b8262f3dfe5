"""A plan's file handed in and read into a draft."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import system_actor
from internkontroll.organisation.models import Board
from internkontroll.plan.models import (
    Control,
    ControlArea,
    ControlMark,
    Criterion,
    Plan,
    PlanReadingRow,
    control_risk,
)
from internkontroll.plan.services import import_reading, store_reading
from internkontroll.risk.models import Risk, RiskAssessment
from tests.factories import AT, PLAN_ROWS, plan_csv

SYSTEM = system_actor("test")
HEADER = "Kontrollområde;Riskbeskrivning;Kontrollmoment;Kontrollmetod;Tidpunkt för rapportering"
CHANGED = tuple(
    row.replace("Stickprov på fem fakturor", "Stickprov på tio fakturor") for row in PLAN_ROWS
)
NEW = "Personal;Jäv;Att bisysslor är anmälda;Alla anmälningar;April"
TABLES = (Plan, ControlArea, Control, Criterion, ControlMark, Risk, RiskAssessment, control_risk)


def stored(session: Session, board: Board, data: bytes, **more: Any) -> PlanReadingRow:
    return store_reading(
        session,
        board,
        **{"year": 2020, "file_name": "plan.csv", "data": data, **more},
        actor=more.pop("actor", SYSTEM),
        at=more.pop("at", AT),
    )


def imported(
    session: Session, board: Board, *rows: str, answers: dict[str, str] | None = None
) -> tuple[Plan, PlanReadingRow]:
    row = stored(session, board, plan_csv(*(rows or PLAN_ROWS)))
    plan = import_reading(session, board, row, answers or {}, actor=SYSTEM, at=AT)
    session.expire_all()
    return plan, row


def content(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the plan's tables, without the versions that only count up."""
    session.flush()
    found = {}
    for table_ in TABLES:
        source: Any = table_ if isinstance(table_, sa.Table) else table_.__table__
        columns = [c for c in source.columns if c.name != "row_version"]
        rows = session.execute(sa.select(*columns)).all()
        found[source.name] = sorted(tuple(map(str, row)) for row in rows)
    return found
