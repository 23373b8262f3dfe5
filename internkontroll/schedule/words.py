"""Ord för kontrolltillfällen: states and events as screens and documents tell them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from internkontroll.core.dates import MONTHS, long_date
from internkontroll.core.words import StateWord
from internkontroll.schedule.models import CommitteeEvent, OccurrenceEvent, OccurrenceState
from internkontroll.schedule.rules import Frame, Stage

STATES: dict[OccurrenceState, StateWord] = {
    OccurrenceState.PLANNED: StateWord("Planerad", "idle"),
    OccurrenceState.STARTED: StateWord("Påbörjad", "warn"),
    OccurrenceState.PERFORMED: StateWord("Väntar på underskrift", "warn"),
    OccurrenceState.APPROVED: StateWord("Godkänd", "ok"),
    OccurrenceState.NOT_PERFORMED: StateWord("Ej genomförd", "bad"),
    OccurrenceState.EXPIRED: StateWord("Utgången", "idle"),
}

WORDS: dict[StrEnum, str] = {
    OccurrenceEvent.GENERATED: "Årets kontrolltillfällen skapades",
    OccurrenceEvent.STARTED: "Kontrolltillfället påbörjades",
    OccurrenceEvent.NOT_PERFORMED: "Kontrolltillfället anmäldes som ej genomfört",
    OccurrenceEvent.RESUMED: "”Ej genomförd” togs tillbaka",
    OccurrenceEvent.SUBMITTED: "Kontrolltillfället lämnades för underskrift",
    OccurrenceEvent.RETURNED: "Kontrolltillfället skickades tillbaka",
    OccurrenceEvent.APPROVED: "Kontrolltillfället godkändes",
    OccurrenceEvent.MOVED: "Kontrolltillfället flyttades",
    OccurrenceEvent.EXPIRED: "Kontrolltillfället utgick",
    OccurrenceEvent.ORDERED: "Ett kontrolltillfälle lades till vid behov",
    OccurrenceEvent.REVISED: "Kontrolltillfällena följde den nya planen",
    CommitteeEvent.VERIFIER_NAMED: "Sammanträdets justerare utsågs",
    CommitteeEvent.REVIEW_PREPARED: "Slaget av ärenden valdes",
    CommitteeEvent.CONFLICT_RECORDED: "Jäv antecknades",
    CommitteeEvent.CONFLICT_WITHDRAWN: "Ett antecknat jäv togs tillbaka",
    CommitteeEvent.MINUTES_VERIFIED: "Protokollets justering antecknades",
}

STATE_FILTERS: dict[str, tuple[OccurrenceState, ...]] = {
    "planerade": (OccurrenceState.PLANNED,),
    "paborjade": (OccurrenceState.STARTED,),
    "vantar-pa-underskrift": (OccurrenceState.PERFORMED,),
    "godkanda": (OccurrenceState.APPROVED,),
    "ej-genomforda": (OccurrenceState.NOT_PERFORMED,),
    "utgangna": (OccurrenceState.EXPIRED,),
}
"""The states as an address names them."""

FILTER_LABELS = {
    "forsenade": "Försenade",
    "planerade": "Planerade",
    "paborjade": "Påbörjade",
    "vantar-pa-underskrift": "Väntar på underskrift",
    "godkanda": "Godkända",
    "ej-genomforda": "Ej genomförda",
    "utgangna": "Utgångna",
}
"""What a reader chooses among in the list of occurrences."""


def generated_sentence(new: int, known: int) -> str:
    """What came of making the year's occurrences."""
    if new + known == 0:
        return "Planen gav inga kontrolltillfällen."
    if new == 0:
        return f"Inga nya kontrolltillfällen. Alla {known} fanns redan."
    made = "1 kontrolltillfälle är skapat" if new == 1 else f"{new} kontrolltillfällen är skapade"
    return f"{made}. {known} fanns redan." if known else f"{made}."


def ended_sentence(count: int, decided_on: date) -> str:
    """That occurrences were left out because their period had ended when the board decided."""
    made = "1 kontrolltillfälle skapades" if count == 1 else f"{count} kontrolltillfällen skapades"
    return (
        f"{made} inte: perioden hade slutat när nämnden beslutade planen {long_date(decided_on)}. "
        "Det räknas inte som missat."
    )


_TOUCHED = {
    OccurrenceState.STARTED: "är påbörjad",
    OccurrenceState.PERFORMED: "väntar på underskrift",
    OccurrenceState.APPROVED: "är redan gjord",
    OccurrenceState.NOT_PERFORMED: "är anmäld som ej genomförd",
}


def advice(state: OccurrenceState, held: bool, on_the_day: bool) -> str | None:
    """What to do with an occurrence that somebody had begun when its meeting was changed.

    ``held``: the meeting is not called off; ``on_the_day``: the occurrence has the meeting's day.
    """
    if held and on_the_day:
        return None
    if state is OccurrenceState.STARTED:
        return (
            "Flytta den för hand om den ska göras till den nya dagen."
            if held
            else "Gör klart den, eller anmäl den som ej genomförd."
        )
    if state is OccurrenceState.NOT_PERFORMED and held:
        return "Ta tillbaka anmälan om den ska göras till den nya dagen."
    return None


def month_sentence(day: date) -> str:
    """That what is done each month with a meeting has to be made for a month that got one."""
    return (
        f"Kontroller som görs varje månad med sammanträde saknar tillfälle i "
        f"{MONTHS[day.month - 1]}. Skapa kontrolltillfällen igen på årets sida."
    )


def followed_sentences(
    moved: int, expired: int, touched: Sequence[tuple[int, OccurrenceState]]
) -> list[str]:
    """What came of a changed calendar: first what followed, then each that somebody had begun."""
    told = []
    if moved:
        told.append("1 kontroll flyttades." if moved == 1 else f"{moved} kontroller flyttades.")
    if expired:
        told.append("1 kontroll utgick." if expired == 1 else f"{expired} kontroller utgick.")
    first = " ".join(told) or "Inga planerade kontroller berördes."
    return [
        first,
        *(
            f"Kontroll {number} {_TOUCHED[state]} och ändrades inte. Se vad du behöver göra nedan."
            for number, state in touched
        ),
    ]


def revised_sentence(expired: int, carried: int, new: int) -> str:
    """What a revision did to the occurrences that nobody had begun."""
    if not expired + carried + new:
        return "Inga kontrolltillfällen ändrades."
    return (
        f"Kommande kontrolltillfällen: {carried} följde med till den nya versionen, "
        f"{expired} utgick och {new} är nya."
    )


def frame_sentence(frame: Frame) -> str:
    """What the list before a meeting covers, as the occurrence's page tells it."""
    if frame.since is None:
        return (
            "Ramen omfattar beslut sedan det förra sammanträdet. Programmet känner inte till något "
            "tidigare sammanträde."
        )
    told = f"Ramen omfattar beslut sedan {long_date(frame.since)}, det senaste hållna sammanträdet."
    for days, one, many in (
        (
            frame.cancelled,
            "Det inställda sammanträdets ärenden",
            "De inställda sammanträdenas ärenden",
        ),
        (frame.extra, "Det extra sammanträdets beslut", "De extra sammanträdenas beslut"),
    ):
        if days:
            listed = " och ".join(long_date(day) for day in days)
            told += f" {one if len(days) == 1 else many} ({listed}) ingår."
    return told


def period_words(frame: Frame) -> str | None:
    """The period that the list before a meeting is taken out for, None where none is known."""
    if frame.since is None:
        return None
    first = frame.since + timedelta(days=1)
    return f"Beslut från och med {long_date(first)} till och med {long_date(frame.until)}"


def origin_words(origin: str) -> str:
    """Why an occurrence exists: ``inför sammanträdet``, ``till april``, ``mars``, ``kvartal 2``.

    Raises LookupError for an origin that no rule makes.
    """
    kind, _, rest = origin.partition(":")
    if kind == "meeting":
        return "inför sammanträdet"
    if kind == "point":
        return f"till {rest}"
    if kind == "year":
        return f"för {rest}"
    if kind == "demand":
        return "vid behov"
    number = int(rest.rpartition("-")[2])
    if kind in ("month", "meeting_month"):
        return f"för {MONTHS[number - 1]}"
    return f"för {_PERIOD_WORDS[kind]} {number}"


_PERIOD_WORDS = {"quarter": "kvartal", "tertial": "tertial", "half_year": "halvår"}


def days_words(days: int) -> str:
    """A number of days: ``1 dag``, ``9 dagar``."""
    return "1 dag" if days == 1 else f"{days} dagar"


def late_word(days: int) -> StateWord | None:
    """How late something is: ``9 dagar sen``; None when it is not."""
    return StateWord(f"{days_words(days)} sen", "bad") if days > 0 else None


def left_words(days: int) -> str | None:
    """How long is left: ``i dag``, ``i morgon``, ``om 10 dagar``; None for what has passed."""
    if days < 0:
        return None
    return {0: "i dag", 1: "i morgon"}.get(days, f"om {days} dagar")


@dataclass(frozen=True)
class StageWord:
    """What comes next with an occurrence: the sentence, the button, and who may press it."""

    button: str
    sentence: str
    who: str | None = None


_PERFORMER = "Den som är ansvarig för kontrollen gör det här."
_DRAWER = "Den som drar stickprovet gör det här."

STAGES: dict[Stage, StageWord] = {
    Stage.LIST_MISSING: StageWord(
        "Läs in listan", "Listan som stickprovet ska dras ur är inte inläst.", _PERFORMER
    ),
    Stage.LIST_OPEN: StageWord(
        "Fortsätt med listan",
        "Listan är inte fryst än. Först därefter kan stickprovet dras.",
        _PERFORMER,
    ),
    Stage.READY_TO_DRAW: StageWord(
        "Förbered dragningen", "Listan är fryst. Stickprovet är inte draget.", _DRAWER
    ),
    Stage.SEED_MISSING: StageWord(
        "Dra stickprovet", "Dragningen är förberedd. Siffrorna saknas.", _DRAWER
    ),
    Stage.REVIEW: StageWord("Granska nästa post", "Granskningen pågår.", _PERFORMER),
    Stage.CONCLUDE: StageWord(
        "Skriv slutsatsen", "Alla poster är granskade. Slutsatsen saknas.", _PERFORMER
    ),
    Stage.RESULT_MISSING: StageWord(
        "Registrera resultatet",
        "Kontrollen görs utan stickprov. Skriv vad som gjordes och vad som kom fram.",
        _PERFORMER,
    ),
    Stage.CONCLUDE_UNSAMPLED: StageWord(
        "Skriv slutsatsen", "Resultatet är registrerat. Slutsatsen saknas.", _PERFORMER
    ),
    Stage.SIGN: StageWord(
        "Skriv under slutsatsen",
        "Slutsatsen väntar på underskrift av någon annan än den som skrev den.",
        "Granskaren eller utskottets ordförande skriver under.",
    ),
    Stage.DONE: StageWord("Läs slutsatsen", "Kontrollen är klar och underskriven."),
    Stage.CLOSED: StageWord("", ""),
}

STEP_NAMES = ("Lista", "Dragning", "Granskning", "Slutsats", "Underskrift")
"""The stepper of an occurrence."""
UNSAMPLED_STEPS = {2: "Resultat", 3: "Slutsats", 4: "Underskrift"}
"""The steps of an occurrence that is done without a sample, by their place in the stepper."""
