"""Things for tests to stand on: plain functions with defaults that write rows directly."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache

from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from internkontroll.accounts.models import RoleGrant, User
from internkontroll.core.access import Actor, Grant, Role
from internkontroll.organisation.models import (
    Board,
    BoardKind,
    Decision,
    DecisionOutcome,
    Meeting,
    MeetingKind,
    MeetingState,
    Municipality,
    ReportingPoint,
    Subcommittee,
)
from internkontroll.organisation.rules import points_of_year
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

PASSWORD = "fyra ord som provar"
AT = datetime(2020, 1, 15, 11, tzinfo=UTC)

_count = itertools.count(1)


@cache
def password_hash() -> str:
    """One hash of the tests' password with the cheapest legal cost: hashing is not under test."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def make_board(
    session: Session,
    code: str = "SCN",
    name: str = "Socialnämnden",
    *,
    kind: BoardKind = BoardKind.BOARD,
    oversight: bool = False,
) -> Board:
    """A board."""
    board = Board(code=code, name=name, kind=kind, oversight=oversight)
    session.add(board)
    session.flush()
    return board


def make_subcommittee(
    session: Session, board: Board, code: str = "IU1", name: str = "Individutskott 1"
) -> Subcommittee:
    """An individutskott of a board."""
    made = Subcommittee(board_id=board.id, code=code, name=name, reviews_cases=True)
    session.add(made)
    session.flush()
    return made


def make_user(
    session: Session,
    role: Role,
    board: Board | None,
    subcommittee: Subcommittee | None = None,
    *,
    username: str | None = None,
    valid_from: date = date(2015, 1, 1),
    valid_to: date | None = None,
) -> User:
    """An account with one role."""
    where = subcommittee.code if subcommittee else board.code if board else "kommun"
    name = (username or f"{role.value}.{where}.{next(_count)}").lower()
    user = User(username=name, title=name, password_hash=password_hash(), created_at=AT)
    session.add(user)
    session.flush()
    session.add(
        RoleGrant(
            user_id=user.id,
            role=role,
            board_id=board.id if board else None,
            subcommittee_id=subcommittee.id if subcommittee else None,
            valid_from=valid_from,
            valid_to=valid_to,
            reads_undecided=role is Role.AUDITOR,
            reads_secret=role is Role.AUDITOR,
        )
    )
    session.flush()
    return user


def actor_of(user: User, *grants: Grant) -> Actor:
    """The user as the use cases know it; without grants given, those in the database."""
    own = tuple(
        Grant(
            role=row.role,
            board_id=row.board_id,
            subcommittee_id=row.subcommittee_id,
            valid_from=row.valid_from,
            valid_to=row.valid_to or date.max,
        )
        for row in user.grants
    )
    return Actor(user_id=user.id, name=user.title, grants=grants or own)


def make_actor(
    session: Session, role: Role, board: Board | None, subcommittee: Subcommittee | None = None
) -> Actor:
    """A fresh account's actor."""
    return actor_of(make_user(session, role, board, subcommittee))


def make_points(session: Session, board: Board, year: int = 2020) -> list[ReportingPoint]:
    """The year's default reporting points of a board."""
    points = [
        ReportingPoint(
            board_id=board.id,
            year=year,
            name=point.name,
            period_end=point.period_end,
            cut_off=point.cut_off,
            board_on=point.board_on,
            executive_on=point.executive_on,
        )
        for point in points_of_year(year)
    ]
    session.add_all(points)
    session.flush()
    return points


def make_meeting(
    session: Session,
    board: Board,
    subcommittee: Subcommittee | None = None,
    held_on: date = date(2020, 2, 12),
    *,
    kind: MeetingKind = MeetingKind.ORDINARY,
    state: MeetingState = MeetingState.PLANNED,
) -> Meeting:
    """A meeting of a board or a committee."""
    meeting = Meeting(
        board_id=board.id,
        subcommittee_id=subcommittee.id if subcommittee else None,
        held_on=held_on,
        kind=kind,
        state=state,
        recorded_at=AT,
    )
    session.add(meeting)
    session.flush()
    return meeting


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
    number = next(_count)
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


@dataclass
class Town:
    """A municipality as ids: four boards, two committees and an account per role and place."""

    boards: dict[str, int] = field(default_factory=dict)
    subcommittees: dict[str, int] = field(default_factory=dict)
    users: dict[tuple[Role, str], tuple[int, str]] = field(default_factory=dict)

    def account(self, role: Role, where: str = "SCN") -> tuple[str, str]:
        """User name and password of the account with that role in that place.

        A role that exists for the whole municipality is found whatever place is asked for.
        """
        found = self.users.get((role, where)) or self.users[(role, "kommun")]
        return found[1], PASSWORD

    def user_id(self, role: Role, where: str = "SCN") -> int:
        """Id of that account."""
        return (self.users.get((role, where)) or self.users[(role, "kommun")])[0]


WHOLE_MUNICIPALITY = (
    Role.ADMINISTRATOR,
    Role.OVERSIGHT_CONTROLLER,
    Role.DATA_PROTECTION_OFFICER,
)
IN_A_COMMITTEE = (Role.MEMBER, Role.CHAIR)


def make_town(session: Session, at: datetime = AT) -> Town:
    """Exempelkommunen: KS, SCN with IU1 and IU2, AMN, OSN; every role in SCN and in AMN."""
    town = Town()
    session.add(Municipality(id=1, name="Exempelkommunen"))
    boards = {
        "KS": make_board(
            session, "KS", "Kommunstyrelsen", kind=BoardKind.EXECUTIVE, oversight=True
        ),
        "SCN": make_board(session, "SCN", "Socialnämnden"),
        "AMN": make_board(session, "AMN", "Arbetsmarknadsnämnden"),
        "OSN": make_board(session, "OSN", "Omsorgsnämnden"),
    }
    committees = {
        code: make_subcommittee(session, boards["SCN"], code, f"Individutskott {code[-1]}")
        for code in ("IU1", "IU2")
    }

    def account(
        role: Role, where: str, board: Board | None, committee: Subcommittee | None
    ) -> None:
        name = f"{role.value}.{where}".lower()
        user = make_user(session, role, board, committee, username=name)
        town.users[(role, where)] = (user.id, name)

    for role in Role:
        if role in WHOLE_MUNICIPALITY:
            account(role, "kommun", None, None)
        elif role in IN_A_COMMITTEE:
            for code, committee in committees.items():
                account(role, code, boards["SCN"], committee)
            town.users[(role, "SCN")] = town.users[(role, "IU1")]
        else:
            account(role, "SCN", boards["SCN"], None)
        if role not in WHOLE_MUNICIPALITY:
            account(role, "AMN", boards["AMN"], None)
    town.boards = {code: board.id for code, board in boards.items()}
    town.subcommittees = {code: committee.id for code, committee in committees.items()}
    return town


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
