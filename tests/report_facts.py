"""A whole report for tests: facts in plain data, made up, with every kind of outcome in them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from internkontroll.findings.models import Severity
from internkontroll.reporting.models import Assessment, OverallAssessment
from internkontroll.reporting.rules import (
    Absence,
    ControlFact,
    DecisionFacts,
    FindingFact,
    OccurrenceFact,
    PlanFacts,
    PointFacts,
    RemarkFact,
    ReportFacts,
    Verdict,
)

CUT_OFF = datetime(2020, 5, 21, 21, 59, 59, tzinfo=UTC)
PLAN_DECISION = DecisionFacts("Socialnämnden", date(2019, 12, 18), "187", "SCN-2019-0598")
REPORT_DECISION = DecisionFacts("Socialnämnden", date(2020, 5, 28), "87", "SCN-2020-0211")
POINT = PointFacts(
    board_code="SCN",
    board_name="Socialnämnden",
    is_executive=False,
    year=2020,
    name="april",
    period_end=date(2020, 4, 30),
    cut_off=date(2020, 5, 21),
    board_on=date(2020, 5, 28),
    executive_on=None,
    previous_cut_off=None,
)


def at(month: int, day: int, hour: int = 9) -> datetime:
    """A moment of 2020 (UTC)."""
    return datetime(2020, month, day, hour, tzinfo=UTC)


def control(number: int, text: str, area: int = 1, **more: object) -> ControlFact:
    """A control that April reports unless something else is said."""
    names = ("Verksamhetskontroller", "System och rutiner", "Finansiell kontroll")
    fact = ControlFact(
        lineage=f"c{number}",
        number=number,
        area=names[area - 1],
        area_position=area,
        text=text,
        method="Stickprov på fem underlag som granskas mot en checklista.",
        performed_by=None,
        points=("april", "årsbokslut"),
        risks=(f"Risk {number}: den enskilde får fel stöd eller så betalas för mycket.",),
    )
    return replace(fact, **more)  # type: ignore[arg-type]


def occurrence(
    ident: int,
    number: int,
    *,
    due: date = date(2020, 5, 7),
    scheduled: date = date(2020, 4, 30),
    signed: datetime | None = None,
    reviewed: int = 5,
    population: int = 320,
    deviating: int = 0,
    is_random: bool = True,
    **more: object,
) -> OccurrenceFact:
    """An occurrence; with ``signed`` it has a conclusion."""
    verdict = Verdict(signed, reviewed, population, deviating, is_random) if signed else None
    fact = OccurrenceFact(
        occurrence_id=ident,
        lineage=f"c{number}",
        scheduled_on=scheduled,
        due_on=due,
        recorded_at=at(1, 15),
        verdict=verdict,
    )
    return replace(fact, **more)  # type: ignore[arg-type]


LONG = (
    "Att handläggning och genomförande av beslut har dokumenterats.\n"
    "Dokumentationen ska visa:\n- vilka beslut som har fattats\n"
    "- vilka åtgärder som har vidtagits\n"
    "- faktiska omständigheter och händelser av betydelse för uppdragstagarersättningen."
)


def sample_facts() -> ReportFacts:
    """Nine controls in three areas with everything a report can tell."""
    meetings = [date(2020, month, 12) for month in (1, 2, 3, 4)]
    first = [
        occurrence(
            10 + place,
            1,
            scheduled=day,
            due=day,
            signed=at(day.month, 12 + late),
            reviewed=3,
            population=40 + place,
            deviating=int(place == 1),
            where="Individutskott 1",
        )
        for place, (day, late) in enumerate(zip(meetings[:3], (0, 0, 3), strict=True))
    ]
    absence = Absence("Sammanträdet blev för kort.", at(4, 14), None)
    occurrences = [
        *first,
        occurrence(
            13,
            1,
            scheduled=meetings[3],
            due=meetings[3],
            absences=(absence,),
            where="Individutskott 2",
        ),
        occurrence(20, 2, signed=at(5, 4), reviewed=10, population=412),
        occurrence(30, 3),
        occurrence(40, 4, signed=at(5, 6), deviating=2),
        occurrence(50, 5, signed=at(5, 12), population=1842),
        occurrence(60, 6, due=date(2020, 6, 15)),
        occurrence(70, 7, absences=(Absence("Systemet byttes ut under våren.", at(5, 6), None),)),
        occurrence(80, 8, signed=at(5, 5), is_random=False, population=12),
        occurrence(81, 8, signed=at(5, 25)),
        occurrence(90, 9, signed=at(4, 20)),
        occurrence(
            91,
            9,
            expired_at=at(2, 20),
            expired_reason="Sammanträdet ställdes in.",
            scheduled=date(2020, 3, 2),
            due=date(2020, 3, 2),
        ),
    ]
    findings = [
        FindingFact(
            "c1", "Avvikelse 2020:1 (SCN)", Severity.MINOR, "Beslutet saknar datum.", at(2, 13)
        ),
        FindingFact(
            "c4",
            "Avvikelse 2020:2 (SCN)",
            Severity.MATERIAL,
            "Två av fem arvoden följer inte riktlinjerna. Underlag saknas för ersättningen.",
            at(5, 6),
        ),
        FindingFact("c4", "Avvikelse 2020:3 (SCN)", Severity.SERIOUS, "Kom för sent.", at(5, 26)),
    ]
    controls = [
        control(1, "Utskotten granskar ärenden inför varje sammanträde."),
        control(2, LONG, area=2),
        control(3, "Att rätt delegat har fattat beslutet och att det är anmält i tid.", area=2),
        control(4, "Att ersättningen till uppdragstagaren följer riktlinjerna.", area=3),
        control(5, "Att rutinen för utbetalning av övriga kostnader följs.", area=3),
        control(
            6, "Att årlig registerkontroll görs.", area=3, performed_by="Kommunledningskontoret"
        ),
        control(7, "Att återsökning görs inom aktuell tidsfrist.", area=3),
        control(8, "Att avropsordningen följs där avsteg har gjorts.", area=3),
        control(9, "Kontroll av avtal.", area=3, points=("augusti",)),
    ]
    return ReportFacts(
        point=POINT,
        plan=PlanFacts(1, "a" * 64, PLAN_DECISION),
        controls=controls,
        occurrences=occurrences,
        findings=findings,
        remarks={
            "c4": RemarkFact(
                "Rutinen för underlag skrivs om och alla utbetalda arvoden gås igenom till juni.",
                None,
                None,
            ),
            "c8": RemarkFact(
                "Gäller bara köp där avsteg har anmälts.",
                Assessment.MINOR,
                "Tre av avstegen saknade motivering.",
            ),
        },
        overall=OverallAssessment.PARTLY,
        grounds="Arvodena har en väsentlig avvikelse. Två kontroller är inte gjorda.",
        program_version="0.1.0",
        trail_head="b" * 64,
    )


def many_facts(controls: int = 24, occurrences: int = 8) -> ReportFacts:
    """A nämnd's year: that many controls with long texts, each done that many times."""
    facts = sample_facts()
    made = [
        control(number, f"{LONG} Nummer {number}.", area=1 + number % 3)
        for number in range(1, controls + 1)
    ]
    done = [
        occurrence(
            1000 * number + place,
            number,
            scheduled=date(2020, 1, 10) + timedelta(days=place),
            due=date(2020, 2, 10) + timedelta(days=place),
            signed=at(2, 1) + timedelta(days=place) if place % 4 else None,
            deviating=place % 2,
        )
        for number in range(1, controls + 1)
        for place in range(occurrences)
    ]
    remarks = {fact.lineage: RemarkFact(LONG * 2, None, None) for fact in made}
    return replace(facts, controls=made, occurrences=done, findings=[], remarks=remarks)
