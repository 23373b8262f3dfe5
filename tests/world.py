"""The demonstration as a world for page tests: every route has an entry that opens it with data."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import LoginSession
from internkontroll.accounts.rules import session_digest
from internkontroll.core.access import Role, system_actor
from internkontroll.core.database import intent_to_write
from internkontroll.demo import fill_demo
from internkontroll.demo.year import HERE
from internkontroll.findings.models import Finding
from internkontroll.organisation.models import Board, ReportingPoint, Subcommittee
from internkontroll.plan.models import Control, ControlMark, MarkKind, Plan, PlanReadingRow
from internkontroll.plan.services import store_reading
from internkontroll.sampling.models import Draw, DrawOccurrence, Population, SampleItem
from internkontroll.schedule.models import Occurrence, OccurrenceState

AT = datetime(2020, 11, 22, 9, tzinfo=UTC)
"""The moment at which the demonstration of the tests was made."""

YEAR = AT.year

ROLE_ACCOUNTS: dict[Role, str] = {
    Role.ADMINISTRATOR: "administrator",
    Role.CONTROLLER: "controller",
    Role.RESPONSIBLE: "kontrollansvarig",
    Role.REVIEWER: "granskare",
    Role.UNIT_MANAGER: "enhetschef",
    Role.MEMBER: "justerare-iu1",
    Role.CHAIR: "ordforande-iu1",
    Role.SECRETARY: "namndsekreterare",
    Role.DIRECTOR: "direktor",
    Role.OVERSIGHT_CONTROLLER: "ks-controller",
    Role.AUDITOR: "revisor",
    Role.DATA_PROTECTION_OFFICER: "dataskyddsombud",
    Role.READER: "lasare",
}


def fill_world(url: str) -> None:
    """The demonstration, a waiting reading, and what the demonstration itself does not leave."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with intent_to_write(), Session(engine) as session:
        fill_demo(session, actor=system_actor("provning"), at=AT)
        for board in session.scalars(sa.select(Board).where(Board.code.in_(("SCN", "OSN")))):
            store_reading(
                session,
                board,
                year=YEAR + 1,
                data=(HERE / "plan_amn.csv").read_bytes(),
                file_name="plan.csv",
                actor=system_actor("provning"),
                at=AT,
            )
        session.commit()
    engine.dispose()


def log_in_directly(session: Session, username: str, at: datetime = AT) -> str:
    """A session's secret name without the login page: passwords are not under test here."""
    user_id = session.scalar(
        sa.text("SELECT id FROM user_account WHERE username = :name"), {"name": username}
    )
    token = f"provning-{username}"
    session.add(
        LoginSession(digest=session_digest(token), user_id=user_id, created_at=at, last_seen_at=at)
    )
    return token


@dataclass
class World:
    """Finds things of the demonstration for the routes' addresses."""

    session: Session
    board_code: str = "SCN"
    committee: str | None = None
    """IU1 or IU2: then occurrences are that committee's; else the board's own."""

    @property
    def board_id(self) -> int:
        return self._one(sa.select(Board.id).where(Board.code == self.board_code))

    def _one(self, select: sa.Select[Any]) -> Any:
        found = self.session.scalars(select.limit(1)).first()
        assert found is not None, f"the world has nothing for {select}"
        return found

    def plan_id(self) -> int:
        return self._one(sa.select(Plan.id).where(Plan.board_id == self.board_id))

    def control_id(self) -> int:
        return self._one(
            sa.select(Control.id)
            .join(Plan, Plan.id == Control.plan_id)
            .where(Plan.board_id == self.board_id)
            .order_by(Control.number.desc())
        )

    def mark(self) -> ControlMark:
        return self._one(
            sa.select(ControlMark)
            .join(Control, Control.id == ControlMark.control_id)
            .join(Plan, Plan.id == Control.plan_id)
            .where(Plan.board_id == self.board_id)
            .order_by(ControlMark.kind == MarkKind.NOTE)
        )

    def reading_id(self) -> int:
        return self._one(
            sa.select(PlanReadingRow.id).where(PlanReadingRow.board_id == self.board_id)
        )

    def occurrence_id(self, *states: OccurrenceState) -> int:
        select = (
            sa.select(Occurrence.id)
            .outerjoin(Subcommittee, Subcommittee.id == Occurrence.subcommittee_id)
            .where(Occurrence.board_id == self.board_id, Subcommittee.code == self.committee)
            .order_by(Occurrence.due_on)
        )
        if states:
            select = select.where(Occurrence.state.in_(states))
        return self._one(select)

    def done(self) -> int:
        return self.occurrence_id(OccurrenceState.APPROVED)

    def open(self) -> int:
        return self.occurrence_id(OccurrenceState.PLANNED)

    def draw_id(self) -> int:
        return self._one(
            sa.select(Draw.id)
            .join(DrawOccurrence, DrawOccurrence.draw_id == Draw.id)
            .where(DrawOccurrence.occurrence_id == self.done())
        )

    def item_id(self) -> int:
        return self._one(sa.select(SampleItem.id).where(SampleItem.draw_id == self.draw_id()))

    def population_id(self) -> int:
        return self._one(sa.select(Population.id).where(Population.occurrence_id == self.done()))

    def finding_id(self) -> int:
        return self._one(sa.select(Finding.id).where(Finding.board_id == self.board_id))

    def point_id(self) -> int:
        return self._one(
            sa.select(ReportingPoint.id).where(ReportingPoint.board_id == self.board_id)
        )

    def subcommittee_id(self) -> int:
        return self._one(
            sa.select(Subcommittee.id)
            .where(Subcommittee.board_id == self.board_id)
            .order_by(Subcommittee.code)
        )


def _on_report(_world: World) -> dict[str, Any]:
    return {"year": YEAR, "point": "april"}


def _on_open_report(_world: World) -> dict[str, Any]:
    return {"year": YEAR, "point": "årsbokslut"}


ADDRESSES: dict[str, Callable[[World], dict[str, Any]]] = {
    "findings.create": lambda w: {"occurrence_id": w.done()},
    "findings.index": lambda w: {},
    "findings.new": lambda w: {"occurrence_id": w.done()},
    "findings.show": lambda w: {"finding_id": w.finding_id()},
    "help.topic": lambda w: {"slug": "dra-stickprov"},
    "organisation.board": lambda w: {},
    "organisation.meetings": lambda w: {"year": YEAR, "subcommittee_id": w.subcommittee_id()},
    "organisation.open_year": lambda w: {"year": YEAR + 1},
    "organisation.point": lambda w: {"point_id": w.point_id()},
    "organisation.save_meetings": lambda w: {"year": YEAR, "subcommittee_id": w.subcommittee_id()},
    "organisation.save_point": lambda w: {"point_id": w.point_id()},
    "organisation.year": lambda w: {"year": YEAR},
    "plan.appoint": lambda w: {"plan_id": w.plan_id()},
    "plan.appoint_now": lambda w: {"plan_id": w.plan_id()},
    "plan.change_control": lambda w: {"control_id": w.control_id()},
    "plan.control": lambda w: {"control_id": w.control_id()},
    "plan.decide": lambda w: {"plan_id": w.plan_id()},
    "plan.edit_control": lambda w: {"control_id": w.control_id()},
    "plan.frozen": lambda w: {"plan_id": w.plan_id()},
    "plan.import_file": lambda w: {},
    "plan.import_reading_now": lambda w: {"reading_id": w.reading_id()},
    "plan.index": lambda w: {},
    "plan.reading": lambda w: {"reading_id": w.reading_id()},
    "plan.settle": lambda w: {"control_id": w.mark().control_id, "mark_id": w.mark().id},
    "plan.show": lambda w: {"plan_id": w.plan_id()},
    "plan.upload": lambda w: {},
    "plan.xray": lambda w: {"plan_id": w.plan_id()},
    "reporting.decide": _on_open_report,
    "reporting.index": lambda w: {},
    "reporting.json_file": _on_report,
    "reporting.overall": _on_open_report,
    "reporting.pdf": _on_report,
    "reporting.remark": lambda w: {**_on_open_report(w), "number": 5},
    "reporting.save_decision": _on_open_report,
    "reporting.save_overall": _on_open_report,
    "reporting.save_remark": lambda w: {**_on_open_report(w), "number": 5},
    "reporting.show": _on_report,
    "review.autosave": lambda w: {"occurrence_id": w.done(), "position": 1},
    "review.conclude": lambda w: {"occurrence_id": w.done()},
    "review.conclusion": lambda w: {"occurrence_id": w.done()},
    "review.item": lambda w: {"occurrence_id": w.done(), "position": 1},
    "review.judge": lambda w: {"occurrence_id": w.done(), "position": 1},
    "review.replace": lambda w: {"occurrence_id": w.done(), "position": 1},
    "review.send_back": lambda w: {"occurrence_id": w.done()},
    "review.sign": lambda w: {"occurrence_id": w.done()},
    "sampling.canonical": lambda w: {"draw_id": w.draw_id()},
    "sampling.check": lambda w: {"draw_id": w.draw_id()},
    "sampling.columns": lambda w: {"population_id": w.population_id()},
    "sampling.commit": lambda w: {"occurrence_id": w.done()},
    "sampling.draw": lambda w: {"draw_id": w.draw_id()},
    "sampling.draw_new": lambda w: {"occurrence_id": w.done()},
    "sampling.freeze": lambda w: {"population_id": w.population_id()},
    "sampling.population": lambda w: {"population_id": w.population_id()},
    "sampling.population_new": lambda w: {"occurrence_id": w.open()},
    "sampling.receive": lambda w: {"occurrence_id": w.open()},
    "sampling.record_full": lambda w: {"draw_id": w.draw_id()},
    "sampling.record_sealed": lambda w: {"draw_id": w.draw_id()},
    "sampling.seed": lambda w: {"draw_id": w.draw_id()},
    "sampling.take_away": lambda w: {"population_id": w.population_id()},
    "schedule.generate": lambda w: {"year": YEAR},
    "schedule.index": lambda w: {"ar": YEAR},
    "schedule.not_performed": lambda w: {"occurrence_id": w.open()},
    "schedule.resume": lambda w: {"occurrence_id": w.open()},
    "schedule.save_not_performed": lambda w: {"occurrence_id": w.open()},
    "schedule.show": lambda w: {"occurrence_id": w.done()},
    "trail.history": lambda w: {"kind": "plan", "subject_id": w.plan_id()},
    "static": lambda w: {"filename": "css/internkontroll.css"},
}
"""How each route is opened with seeded data; routes without arguments need no entry."""


def address(world: World, endpoint: str) -> dict[str, Any]:
    """The arguments of a route in this world."""
    return ADDRESSES.get(endpoint, lambda _w: {})(world)
