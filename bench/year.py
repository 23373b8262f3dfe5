"""A board's year as rows: 24 controls, about 200 occurrences, 2 000 items, times a factor."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.findings.models import Finding, Severity
from internkontroll.organisation.models import Municipality
from internkontroll.plan.models import Control
from internkontroll.review.models import Answer, Basis, Conclusion, ItemResult
from internkontroll.sampling.models import (
    Draw,
    DrawOccurrence,
    DrawState,
    Population,
    PopulationState,
    SampleItem,
    SeedSource,
    SelectionMethod,
)
from internkontroll.schedule.models import Occurrence, OccurrenceState
from tests.factories import make_board, make_control, make_plan, make_points, make_user

AT = datetime(2020, 5, 25, 9, tzinfo=UTC)
CODE = "BEN"
ITEMS = 10
PER_CONTROL = 8


@dataclass(frozen=True)
class BenchYear:
    """Where the year is, and how large."""

    username: str
    plan_id: int
    controls: int
    occurrences: int
    items: int

    @property
    def token(self) -> str:
        return f"provning-{self.username}"

    @property
    def plan_url(self) -> str:
        return f"/namnd/ben/planer/{self.plan_id}"

    @property
    def report_url(self) -> str:
        return "/namnd/ben/uppfoljning/2020/april"

    @property
    def pdf_url(self) -> str:
        return f"{self.report_url}/pdf"

    @property
    def pages(self) -> dict[str, str]:
        """The year's own pages, by the name that the table tells."""
        return {
            "planens sida, 24 kontrollmoment": self.plan_url,
            "uppföljningens sida, 24 kontrollmoment": self.report_url,
            "kontroller, 200 tillfällen": "/namnd/ben/kontroller?ar=2020",
            "avvikelser": "/namnd/ben/avvikelser?ar=2020",
            "startsidan": "/",
        }

    def facts(self) -> str:
        return f"{self.controls} kontrollmoment, {self.occurrences} tillfällen, {self.items} poster"


def make_year(session: Session, *, times: int = 1) -> BenchYear:
    """Write the rows directly; every occurrence is done, one in ten with a finding."""
    if session.get(Municipality, 1) is None:
        session.add(Municipality(id=1, name="Exempelkommunen"))
    board = make_board(session, CODE, "Mätnämnden")
    tester = make_user(session, Role.RESPONSIBLE, board, username="kontrollansvarig.bench")
    signer = make_user(session, Role.CONTROLLER, board, username="controller.bench")
    plan = make_plan(session, board, decided=True)
    make_points(session, board)
    number = 0
    for which in range(24):
        control = make_control(
            session, plan, area=f"Kontrollområde {which % 5 + 1}", responsible=tester
        )
        for turn in range(PER_CONTROL * times):
            number += 1
            _occurrence(session, control, turn, number, tester.id, signer.id)
    session.flush()
    return BenchYear(signer.username, plan.id, 24, number, number * ITEMS)


def _occurrence(
    session: Session, control: Control, turn: int, number: int, tester: int, signer: int
) -> None:
    day = date(2020, 1, 2) + timedelta(days=turn % 115)
    occurrence = Occurrence(
        board_id=control.plan.board_id,
        control_id=control.id,
        origin=f"quarter:{turn}",
        scheduled_on=day,
        due_on=day,
        state=OccurrenceState.APPROVED,
        recorded_at=AT - timedelta(days=140),
    )
    session.add(occurrence)
    session.flush()
    signed = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    population = Population(
        board_id=occurrence.board_id,
        occurrence_id=occurrence.id,
        state=PopulationState.FROZEN,
        description="Poster",
        source="Lista",
        taken_out_by="Systemförvaltningen",
        file_name="lista.csv",
        stored_name="",
        size=320,
        rows_read=320,
        rows_total=320,
        sha256=f"{number:064x}",
        seal_key="0" * 64,
        received_at=signed,
        frozen_at=signed,
    )
    session.add(population)
    session.flush()
    draw = Draw(
        board_id=occurrence.board_id,
        population_id=population.id,
        state=DrawState.DRAWN,
        method=SelectionMethod.SRS_TICKET,
        n=ITEMS,
        committed_at=signed,
        seed="1" * 20,
        seed_source=SeedSource.SYSTEM,
        drawn_at=signed,
        seal_key="0" * 64,
    )
    session.add(draw)
    session.flush()
    session.add(DrawOccurrence(draw_id=draw.id, occurrence_id=occurrence.id))
    deviating = 1 if number % 10 == 0 else 0
    items = [
        SampleItem(draw_id=draw.id, position=p, row_number=p * 7, reference=f"R{p}")
        for p in range(1, ITEMS + 1)
    ]
    session.add_all(items)
    session.flush()
    for item in items:
        session.add(
            ItemResult(
                occurrence_id=occurrence.id,
                item_id=item.id,
                criterion_id=control.criteria[0].id,
                revision=1,
                answer=Answer.NO if item.position <= deviating else Answer.YES,
                recorded_by_id=tester,
                recorded_at=signed,
            )
        )
    session.add(
        Conclusion(
            occurrence_id=occurrence.id,
            text="Granskningen är gjord.",
            reviewed=ITEMS,
            population_size=320,
            deviating=deviating,
            is_random=True,
            basis=Basis.SAMPLE,
            written_by_id=tester,
            written_at=signed,
            signed_by_id=signer,
            signed_at=signed,
        )
    )
    if deviating:
        session.add(
            Finding(
                board_id=occurrence.board_id,
                year=2020,
                number=number,
                occurrence_id=occurrence.id,
                item_id=items[0].id,
                severity=Severity.MINOR,
                description="Underlaget saknas.",
                recorded_at=signed,
            )
        )
