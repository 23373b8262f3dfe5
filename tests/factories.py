"""Things for tests to stand on: plain functions with defaults that write rows directly."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from internkontroll.accounts.models import User
from internkontroll.organisation.models import (
    Board,
    Decision,
    DecisionOutcome,
    Meeting,
    ReportingPoint,
)
from internkontroll.plan.models import Control, ControlArea, Criterion, Plan, PlanState
from internkontroll.plan.rules.vocabulary import Frequency, SampleKind, Technique
from internkontroll.risk.models import Risk
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
from internkontroll.sampling.rules import Item, draw, population_facts, population_hash
from internkontroll.sampling.services import store_rows
from internkontroll.schedule.models import CommitteeMeeting, Occurrence, OccurrenceState
from tests.people_and_places import (
    AT,
    PASSWORD,
    Town,
    actor_of,
    make_actor,
    make_board,
    make_meeting,
    make_points,
    make_subcommittee,
    make_town,
    make_user,
    numbers,
    password_hash,
)

__all__ = [
    "AT",
    "PASSWORD",
    "PLAN_HEADINGS",
    "PLAN_ROWS",
    "Town",
    "actor_of",
    "make_actor",
    "make_board",
    "make_control",
    "make_decision",
    "make_drawn_sample",
    "make_frozen_list",
    "make_meeting",
    "make_occurrence",
    "make_plan",
    "make_points",
    "make_risk",
    "make_seats",
    "make_subcommittee",
    "make_town",
    "make_user",
    "password_hash",
    "plan_csv",
]


def make_decision(
    session: Session, board: Board, decided_on: date = date(2019, 12, 18)
) -> Decision:
    """A political decision."""
    decision = Decision(
        board_id=board.id,
        body=board.name,
        decided_on=decided_on,
        paragraph="187",
        registry_number=f"{board.code}-2019-0598",
        outcome=DecisionOutcome.APPROVED,
        recorded_at=AT,
    )
    session.add(decision)
    session.flush()
    return decision


def make_plan(session: Session, board: Board, year: int = 2020, *, decided: bool = False) -> Plan:
    """A plan without controls."""
    plan = Plan(board_id=board.id, year=year, created_at=AT)
    if decided:
        plan.state = PlanState.DECIDED
        plan.decision_id = make_decision(session, board).id
        plan.content, plan.content_sha256 = "{}", "0" * 64
    session.add(plan)
    session.flush()
    return plan


def make_risk(session: Session, board: Board, description: str | None = None) -> Risk:
    """A risk of a board's register."""
    number = next(numbers)
    risk = Risk(
        board_id=board.id,
        number=number,
        description=description or f"Utbetalning {number} görs två gånger",
        recorded_at=AT,
    )
    session.add(risk)
    session.flush()
    return risk


def make_control(
    session: Session,
    plan: Plan,
    *,
    text: str | None = None,
    area: str = "Finansiell kontroll",
    points: tuple[str, ...] = ("april", "augusti", "årsbokslut"),
    frequency: Frequency = Frequency.REPORTING_POINT,
    sample_kind: SampleKind = SampleKind.EXACT,
    sample_n: int | None = 5,
    technique: Technique = Technique.SAMPLE,
    criteria: tuple[str, ...] = ("Underlaget finns.",),
    responsible: User | None = None,
) -> Control:
    """A control with its area, risk and criteria."""
    number = 1 + len(plan.controls)
    found = next((known for known in plan.areas if known.name == area), None)
    if found is None:
        found = ControlArea(plan_id=plan.id, name=area, position=1 + len(plan.areas))
        plan.areas.append(found)
        session.flush()
    control = Control(
        area_id=found.id,
        number=number,
        lineage=f"{plan.id:08d}{number:08d}",
        text=text or f"Kontrollmoment {number}",
        method_text="Stickprov på fem underlag.",
        reporting_text="Delårs- och årsbokslut",
        technique=technique,
        sample_kind=sample_kind,
        sample_n=sample_n,
        frequency=frequency,
        points=list(points),
        responsible_id=responsible.id if responsible else None,
    )
    control.risks.append(make_risk(session, plan.board or session.get_one(Board, plan.board_id)))
    control.criteria = [
        Criterion(position=position, text=words) for position, words in enumerate(criteria, start=1)
    ]
    plan.controls.append(control)
    session.flush()
    return control


def make_occurrence(
    session: Session,
    control: Control,
    point: ReportingPoint | None = None,
    meeting: Meeting | None = None,
    *,
    state: OccurrenceState = OccurrenceState.PLANNED,
    due_on: date | None = None,
) -> Occurrence:
    """An occurrence of a control for a reporting point or a meeting."""
    scheduled = meeting.held_on if meeting else point.period_end if point else date(2020, 4, 30)
    origin = f"meeting:{meeting.id}" if meeting else f"point:{point.name if point else 'april'}"
    occurrence = Occurrence(
        board_id=control.plan.board_id,
        control_id=control.id,
        origin=origin,
        subcommittee_id=meeting.subcommittee_id if meeting else None,
        meeting_id=meeting.id if meeting else None,
        reporting_point_id=point.id if point else None,
        scheduled_on=scheduled,
        due_on=due_on or scheduled,
        state=state,
        expired_at=AT if state is OccurrenceState.EXPIRED else None,
        expired_reason="Utgick" if state is OccurrenceState.EXPIRED else None,
        recorded_at=AT,
    )
    session.add(occurrence)
    session.flush()
    return occurrence


def make_drawn_sample(
    session: Session,
    *occurrences: Occurrence,
    n: int = 3,
    size: int = 21,
    secret: bool = True,
    method: SelectionMethod = SelectionMethod.SRS_TICKET,
) -> Draw:
    """A frozen list of cases and n of them drawn as the program draws; serves the occurrences."""
    rows: list[Item] = [(f"SCN 2020-{number:05d}", None) for number in range(1, size + 1)]
    first = occurrences[0]
    population = Population(
        board_id=first.board_id,
        occurrence_id=first.id,
        state=PopulationState.FROZEN,
        description="Beslut sedan förra sammanträdet",
        source="Verksamhetssystemet",
        taken_out_by="Systemförvaltaren",
        is_secret=secret,
        file_name="lista.csv",
        rows_read=size,
        rows_total=size,
        size=size,
        sha256=population_hash(rows),
        sorted_sha256=population_hash(sorted(rows)),
        seal_key="0" * 64,
        received_at=AT,
        frozen_at=AT,
    )
    session.add(population)
    session.flush()
    store_rows(session, population, rows)
    seed = "01234567890123456789"
    drawn = Draw(
        board_id=first.board_id,
        population_id=population.id,
        state=DrawState.DRAWN,
        method=method,
        n=n,
        committed_at=AT,
        seed=seed,
        seed_source=SeedSource.SYSTEM,
        drawn_at=AT,
        seal_key="0" * 64,
    )
    drawn.items = [
        SampleItem(position=position, row_number=row, reference=rows[row - 1][0])
        for position, row in enumerate(draw(rows, method.value, n, seed), start=1)
    ]
    session.add(drawn)
    session.flush()
    session.add_all(
        DrawOccurrence(draw_id=drawn.id, occurrence_id=occurrence.id) for occurrence in occurrences
    )
    session.flush()
    return drawn


PLAN_HEADINGS = (
    "Kontrollområde;Riskbeskrivning;Kontrollmoment;Kontrollmetod;Tidpunkt för rapportering"
)
PLAN_ROWS = (
    (
        "Verksamhet;Fel insats beviljas;Beslut har skäl;"
        "Inför varje ordinarie individutskott tas stickprov om minst tre ärenden;"
        "Bokslut per april och årsbokslut"
    ),
    "Ekonomi;Dubbla utbetalningar;Attest finns;Stickprov på fem fakturor;Bokslut per augusti",
    "Ekonomi;dubbla utbetalningar.;Konto är rätt;Ett stickprov av fakturor;Delårs- och årsbokslut",
)
"""Three kontrollmoment, two risks; asked: the size of the last sample, and what delår means."""


def plan_csv(*rows: str) -> bytes:
    """A plan's file as Excel saves it (UTF-8 with mark, semicolons); without rows PLAN_ROWS."""
    return "\r\n".join((PLAN_HEADINGS, *(rows or PLAN_ROWS))).encode("utf-8-sig")


def make_frozen_list(
    session: Session, occurrence: Occurrence, rows: Sequence[Item], *, secret: bool = False
) -> Population:
    """A list frozen with these rows, ready to be drawn from."""
    facts = population_facts(rows)
    population = Population(
        board_id=occurrence.board_id,
        occurrence_id=occurrence.id,
        state=PopulationState.FROZEN,
        description="Underlag januari till april",
        source="Verksamhetssystemet",
        taken_out_by="Systemförvaltaren",
        is_secret=secret,
        file_name="lista.csv",
        rows_read=len(rows),
        rows_total=len(rows),
        size=facts.count,
        positive_sum=facts.total,
        negative_count=facts.negative_count,
        negative_sum=facts.negative_sum,
        zero_count=facts.zero_count,
        sha256=facts.digest,
        sorted_sha256=facts.sorted_digest,
        seal_key="1" * 64,
        received_at=AT,
        frozen_at=AT,
    )
    session.add(population)
    session.flush()
    store_rows(session, population, rows)
    return population


def make_seats(
    session: Session, meeting: Meeting, verifier_id: int, substitute_id: int | None = None
) -> CommitteeMeeting:
    """Who is justerare at an individutskott's meeting, and so draws its stickprov."""
    seats = CommitteeMeeting(
        meeting_id=meeting.id,
        verifier_id=verifier_id,
        substitute_id=substitute_id,
        recorded_at=AT,
    )
    session.add(seats)
    session.flush()
    return seats
