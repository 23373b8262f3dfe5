"""A board's years as rows: its people, risks, plans and kontrollmoment."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count

from bench.bulk import BATCH, Writer
from bench.occurrence_rows import ITEMS, Place, add_occurrence
from internkontroll.accounts.models import RoleGrant, User
from internkontroll.core.access import Role
from internkontroll.core.canonical import canonical_json, sha256_of
from internkontroll.organisation.models import (
    Board,
    BoardKind,
    Decision,
    DecisionOutcome,
    ReportingPoint,
)
from internkontroll.organisation.rules import points_of_year
from internkontroll.plan.models import (
    Control,
    ControlArea,
    Criterion,
    Plan,
    PlanKind,
    PlanState,
    control_risk,
)
from internkontroll.plan.rules.vocabulary import Frequency, SampleKind, Technique
from internkontroll.risk.models import AssessmentKind, Risk, RiskAssessment
from tests.factories import password_hash

FIRST_YEAR = 2011
POINT = "årsbokslut"
CONTROLS, MONTHS, RISKS = 24, 12, 14
KS_CONTROLLER = "ks.controller"


def controller_of(code: str) -> str:
    """The account of a board's controller."""
    return f"controller.{code.lower()}"


def add_executive(writer: Writer) -> None:
    writer.add(
        Board,
        code="KS",
        name="Kommunstyrelsen",
        kind=BoardKind.EXECUTIVE,
        oversight=True,
        valid_from=date(2010, 1, 1),
    )
    _user(writer, KS_CONTROLLER, Role.OVERSIGHT_CONTROLLER, None)
    writer.send()
    # What follows is the first board's own: only that is copied.
    writer.spans.clear()


def _user(writer: Writer, username: str, role: Role, board: int | None) -> int:
    user = writer.add(
        User,
        username=username,
        title=username,
        password_hash=password_hash(),
        created_at=datetime(2010, 1, 1, tzinfo=UTC),
    )
    writer.add(RoleGrant, user_id=user, role=role, board_id=board, valid_from=date(2010, 1, 1))
    return user


def add_board(writer: Writer, code: str, name: str, years: range) -> int:
    board = writer.add(
        Board,
        code=code,
        name=name,
        kind=BoardKind.BOARD,
        oversight=False,
        valid_from=date(2010, 1, 1),
    )
    tester = _user(writer, f"ansvarig.{code.lower()}", Role.RESPONSIBLE, board)
    signer = _user(writer, controller_of(code), Role.CONTROLLER, board)
    risks = [
        writer.add(
            Risk,
            board_id=board,
            number=which + 1,
            description=f"Utbetalning av slag {which + 1} görs utan underlag",
            recorded_at=datetime(years[0] - 1, 11, 1, tzinfo=UTC),
        )
        for which in range(RISKS)
    ]
    seq = count(1)
    for year in years:
        _year(writer, Place(board, code, year, tester, signer), risks, seq)
        writer.send(least=BATCH)
    return board


def _year(writer: Writer, place: Place, risks: list[int], seq: Iterator[int]) -> None:
    made = datetime(place.year - 1, 12, 1, 9, tzinfo=UTC)
    for which, risk in enumerate(risks):
        writer.add(
            RiskAssessment,
            risk_id=risk,
            kind=AssessmentKind.CURRENT,
            likelihood=1 + which % 4,
            impact=1 + (which + place.year) % 4,
            score=(1 + which % 4) * (1 + (which + place.year) % 4),
            scale={},
            assessed_on=made.date(),
            recorded_at=made,
        )
    decision = writer.add(
        Decision,
        board_id=place.board,
        body=f"Nämnd {place.code[1:]}",
        decided_on=made.date(),
        paragraph="140",
        registry_number=f"{place.code}-{place.year - 1}-0200",
        outcome=DecisionOutcome.APPROVED,
        recorded_at=made,
    )
    plan = writer.add(
        Plan,
        board_id=place.board,
        year=place.year,
        kind=PlanKind.INTERNAL_CONTROL,
        state=PlanState.DECIDED,
        decision_id=decision,
        content=canonical_json({"year": place.year}),
        content_sha256=sha256_of({"year": place.year}),
        created_at=made,
    )
    for dates in points_of_year(place.year):
        writer.add(
            ReportingPoint,
            board_id=place.board,
            year=place.year,
            name=dates.name,
            period_end=dates.period_end,
            cut_off=dates.cut_off,
            board_on=dates.board_on,
            executive_on=dates.executive_on,
        )
    areas = [
        writer.add(ControlArea, plan_id=plan, name=f"Kontrollområde {which + 1}", position=which)
        for which in range(5)
    ]
    for which in range(CONTROLS):
        control = writer.add(
            Control,
            plan_id=plan,
            area_id=areas[which % 5],
            number=which + 1,
            lineage=f"{place.code}{which:02d}".ljust(32, "0"),
            text=f"Kontroll av att underlag av slag {which + 1} är fullständigt och attesterat",
            method_text="Stickprov på fem underlag i månaden.",
            reporting_text="Delårs- och årsbokslut",
            technique=Technique.SAMPLE,
            sample_kind=SampleKind.EXACT,
            sample_n=ITEMS,
            frequency=Frequency.MONTH,
            points=["april", "augusti", POINT],
            responsible_id=place.tester,
        )
        writer.add(control_risk, control_id=control, risk_id=risks[which % (RISKS - 2)])
        criterion = writer.add(Criterion, control_id=control, position=1, text="Underlaget finns.")
        for month in range(1, MONTHS + 1):
            turn = which * MONTHS + month - 1
            add_occurrence(writer, place, (control, criterion), month, turn, seq)
