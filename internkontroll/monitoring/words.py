"""Svenska ord för jobben och för Mina uppgifter."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from internkontroll.core.access import Role
from internkontroll.core.clock import swedish_day
from internkontroll.core.dates import long_date
from internkontroll.core.words import StateWord
from internkontroll.findings.models import ActionState
from internkontroll.monitoring.models import JobOutcome, LookOutcome, MonitoringEvent
from internkontroll.monitoring.rules import JOBS, Fact, Kind, Rhythm, Task

STATES: dict[Enum, StateWord] = {
    JobOutcome.RUNNING: StateWord("Pågår", "warn"),
    JobOutcome.DONE: StateWord("Klart", "ok"),
    JobOutcome.FAILED: StateWord("Misslyckades", "bad"),
    LookOutcome.IN_ORDER: StateWord("I sin ordning", "ok"),
    LookOutcome.TO_BE_EXAMINED: StateWord("Behöver utredas", "bad"),
}
WORDS: dict[Enum, str] = {
    MonitoringEvent.TASKS_HANDED_OVER: "Uppgifter lämnades över",
    MonitoringEvent.READINGS_SEARCHED: "Någon frågade vem som har läst ett ärende",
    MonitoringEvent.READINGS_DRAWN: "Läsningar drogs för logguppföljning",
    MonitoringEvent.READINGS_SIGNED: "Logguppföljningen skrevs under",
    Rhythm.TICK: "Hela tiden",
    Rhythm.DAILY: "En gång om dagen",
    Rhythm.MONTHLY: "En gång i månaden",
}


@dataclass(frozen=True)
class TaskWords:
    """A task as the start page tells it."""

    title: str
    detail: str
    state: StateWord | None = None


_STARTED = StateWord("Påbörjad", "warn")
_NOT_BEGUN = StateWord("Inte påbörjad", "idle")
_WAITS = StateWord("Väntar på dig", "warn")
_CORRECTED = StateWord("Rättelse pågår", "warn")

_CONTROL_STEPS: dict[Kind, tuple[str, StateWord]] = {
    Kind.LOAD_LIST: ("Läs in listan som stickprovet ska dras ur", _NOT_BEGUN),
    Kind.FREEZE_LIST: ("Listan är inläst. Se över den och frys den", _STARTED),
    Kind.COMMIT_DRAW: ("Listan är fryst. Förbered dragningen", _STARTED),
    Kind.DRAW: ("Dragningen är förberedd. Dra stickprovet", _STARTED),
    Kind.REVIEW: ("Stickprovet är draget. Granska posterna och skriv slutsatsen", _STARTED),
    Kind.DO_CONTROL: ("Gör kontrollen och skriv slutsatsen", _NOT_BEGUN),
}
_OTHERS = "Någon annan är ansvarig och är försenad"


def first_line(text: str, most: int = 110) -> str:
    """The first line of a text, shortened at a word."""
    line = next(iter(text.splitlines()), "")
    return line if len(line) <= most else f"{line[:most].rsplit(' ', 1)[0]} …"


def _finding(fact: Fact) -> str:
    return f"avvikelse {fact.year}:{fact.number}"


def _of_a_control(task: Task) -> TaskWords:
    fact = task.fact
    title, number = first_line(fact.text), f"Kontroll {fact.number}"
    if task.kind is Kind.SIGN:
        return TaskWords(
            title, f"{number}. Läs slutsatsen och skriv under, eller lämna tillbaka den", _WAITS
        )
    if task.kind is Kind.READ_AGAIN:
        many = "en post" if fact.open_count == 1 else f"{fact.open_count} poster"
        return TaskWords(title, f"{number}. Läs om {many} utan att se de första svaren", _NOT_BEGUN)
    if task.kind is Kind.WATCH_OCCURRENCE:
        who = _OTHERS if fact.person_id else "Ingen är utsedd som ansvarig"
        return TaskWords(title, f"{number}. {who}")
    sentence, state = _CONTROL_STEPS[task.kind]
    return TaskWords(title, f"{number}. {sentence}", _STARTED if fact.settled else state)


def _of_a_plan(task: Task) -> TaskWords:
    year, kind = task.fact.year, task.kind
    if kind is Kind.PREPARE_PLAN:
        return TaskWords(
            f"Gör klart internkontrollplanen {year}",
            "Svara på det som är öppet och lämna planen till nämnden",
            StateWord("Utkast", "idle"),
        )
    if kind is Kind.REGISTER_PLAN:
        return TaskWords(
            f"Registrera nämndens beslut om planen {year}",
            "Planen är beredd och väntar på att nämnden beslutar",
            StateWord("Beredd", "warn"),
        )
    if kind is Kind.VERIFY_PLAN:
        return TaskWords(
            f"Anteckna när beslutet om planen {year} justerades",
            f"{_paragraph(task.fact.text)}, {long_date(_day(task.fact.done_on))}",
        )
    number = task.fact.number or 0
    many = "ett kontrollmoment" if number == 1 else f"{number} kontrollmoment"
    return TaskWords(
        f"Utse kontrollansvarig för {many}",
        f"Planen {year}. Den som utses får kontrollerna bland sina uppgifter",
    )


def _of_a_report(task: Task, on: date) -> TaskWords:
    fact = task.fact
    if task.kind is Kind.VERIFY_REPORT:
        return TaskWords(
            f"Anteckna när beslutet om uppföljningen per {fact.where} {fact.year} justerades",
            f"{_paragraph(fact.text)}, {long_date(_day(fact.done_on))}",
        )
    per = f"per {fact.text} {fact.year}"
    if task.kind is Kind.APPROVE_REPORT:
        return TaskWords(f"Godkänn uppföljningen {per}", "Läs igenom den före nämnden", _WAITS)
    if task.kind is Kind.SEND_REPORT:
        return TaskWords(
            f"Överlämna uppföljningen {per}", "Nämnden har beslutat. Den ska till kommunstyrelsen"
        )
    if task.kind is Kind.FINISH_CORRECTION:
        return TaskWords(
            f"Gör klart rättelsen av uppföljningen {per}",
            "Skriv klart den och registrera nämndens beslut, eller ta bort den",
            _CORRECTED,
        )
    if task.kind is Kind.READ_CORRECTION:
        return TaskWords(
            f"Läs rättelsen av uppföljningen {per}",
            "Se vad som skiljer från det beslutade, innan nämnden behandlar den",
            _CORRECTED,
        )
    if task.kind is Kind.RECEIVE_REPORT:
        sent = long_date(swedish_day(fact.moment)) if fact.moment else ""
        return TaskWords(
            f"Kvittera uppföljningen {per}",
            f"Överlämnad {sent}. Skriv dagen då kommunstyrelsen tog emot den",
            _WAITS,
        )
    if task.kind is Kind.SETTLE_REQUEST:
        asked = long_date(_day(fact.done_on))
        return TaskWords(
            f"Pröva en begäran om uppföljningen {per}", f"Begärd {asked}. Svara skyndsamt", _WAITS
        )
    early = fact.done_on is not None and fact.done_on > on
    state = StateWord("Kan inte börja än", "idle") if early else _NOT_BEGUN
    if fact.settled:
        state = StateWord("Bedömningen är skriven", "warn")
    wait = f"Väntar på att perioden tar slut {long_date(_day(fact.done_on))}"
    if task.kind is Kind.ASSESS:
        title, detail = f"Den samlade bedömningen {per}", "Bedömningen är inte skriven än"
    elif task.kind is Kind.REGISTER_REPORT:
        title, detail = f"Nämndens beslut om uppföljningen {per}", "Registrera beslutet efter mötet"
    else:
        title = f"Uppföljningen {per}"
        detail = "Siffrorna är ifyllda. Skriv kommentarer och samlad bedömning"
    return TaskWords(title, wait if early else detail, state)


def _of_oversight(task: Task) -> TaskWords:
    per = f"per {task.fact.text} {task.fact.year}"
    if task.kind is Kind.DECIDE_OVERSIGHT:
        return TaskWords(
            f"Kommunstyrelsens beslut om samlade bilden {per}",
            "Registrera beslutet efter mötet",
            StateWord("Bedömningen är skriven", "warn"),
        )
    return TaskWords(
        f"Kommunstyrelsens bedömning i samlade bilden {per}",
        "Nämndernas uppföljningar har kommit eller är försenade",
        _NOT_BEGUN,
    )


def _of_an_assignment(task: Task) -> TaskWords:
    fact = task.fact
    return TaskWords(
        f"Återrapportera: {first_line(fact.text)}",
        f"Uppdrag {fact.year}:{fact.number}, som nämnden gav {long_date(_day(fact.done_on))}",
    )


def _of_a_finding(task: Task) -> TaskWords:
    fact = task.fact
    name = _finding(fact)
    titles = {
        Kind.CORRECT: (f"Rätta posten i {name}", None),
        Kind.ADD_ACTION: (f"Bestäm en åtgärd mot {name}", None),
        Kind.CHOOSE_RETEST: (f"Välj omtest för {name}", None),
        Kind.CLOSE_FINDING: (f"Avsluta {name}", _WAITS),
        Kind.DO_ACTION: (first_line(fact.text), None),
        Kind.WATCH_ACTION: (first_line(fact.text), None),
    }
    title, state = titles[task.kind]
    if task.kind is Kind.DO_ACTION:
        begun = fact.state == ActionState.ONGOING.value
        return TaskWords(title, f"Åtgärd mot {name}", _STARTED if begun else _NOT_BEGUN)
    if task.kind is Kind.WATCH_ACTION:
        return TaskWords(title, f"Åtgärd mot {name}. {_OTHERS}")
    return TaskWords(title, first_line(fact.text), state)


def _of_the_program(task: Task) -> TaskWords:
    fact = task.fact
    if task.kind is Kind.SEE_JOB:
        names = {job.name: job.description for job in JOBS}
        return TaskWords(
            f"Ett jobb misslyckades: {names.get(fact.text, 'ett jobb som inte finns längre')}",
            "Läs varför, och rätta till det som hindrar",
            StateWord("Misslyckades", "bad"),
        )
    if task.kind is Kind.SETTLE_ROLE:
        return TaskWords(
            f"Ta ställning till en föreslagen roll för {fact.text}",
            "En annan har föreslagit den. Bekräfta eller avslå",
            _WAITS,
        )
    if task.kind is Kind.FOLLOW_UP_READINGS:
        many = "en läsning" if fact.open_count == 1 else f"{fact.open_count} läsningar"
        return TaskWords(
            f"Logguppföljning för {long_date(_day(fact.done_on))[2:]}",
            f"Se efter om {many} av sekretessbelagda poster är i sin ordning, och skriv under",
            _WAITS,
        )
    if task.kind is Kind.RENEW_ROLE:
        return TaskWords(
            f"En roll upphör: {fact.text}", "Förläng rollen, eller lämna över uppgifterna i tid"
        )
    return TaskWords(
        f"Lägg in sammanträden {fact.year} för {fact.text}",
        "Utan sammanträden skapas inga kontroller för utskottet",
    )


def _paragraph(text: str) -> str:
    return text if text.startswith("§") else f"§\N{NO-BREAK SPACE}{text}"


def _day(day: date | None) -> date:
    if day is None:
        raise ValueError("the fact tells no day")
    return day


_PLANS = frozenset({Kind.PREPARE_PLAN, Kind.REGISTER_PLAN, Kind.VERIFY_PLAN, Kind.APPOINT})
_REPORTS = frozenset(
    {
        Kind.WRITE_REPORT,
        Kind.ASSESS,
        Kind.APPROVE_REPORT,
        Kind.REGISTER_REPORT,
        Kind.VERIFY_REPORT,
        Kind.SEND_REPORT,
        Kind.FINISH_CORRECTION,
        Kind.READ_CORRECTION,
        Kind.RECEIVE_REPORT,
        Kind.SETTLE_REQUEST,
    }
)
_OVERSIGHT = frozenset({Kind.ASSESS_OVERSIGHT, Kind.DECIDE_OVERSIGHT})
_PROGRAM = frozenset(
    {
        Kind.SEE_JOB,
        Kind.RENEW_ROLE,
        Kind.ENTER_MEETINGS,
        Kind.SETTLE_ROLE,
        Kind.FOLLOW_UP_READINGS,
    }
)
_CONTROLS = frozenset({*_CONTROL_STEPS, Kind.SIGN, Kind.READ_AGAIN, Kind.WATCH_OCCURRENCE})


def told(task: Task, on: date) -> TaskWords:
    """A task in words: what it is, and what it waits for."""
    if task.kind in _CONTROLS:
        return _of_a_control(task)
    if task.kind in _PLANS:
        return _of_a_plan(task)
    if task.kind in _REPORTS:
        return _of_a_report(task, on)
    if task.kind in _OVERSIGHT:
        return _of_oversight(task)
    if task.kind is Kind.REPORT_BACK:
        return _of_an_assignment(task)
    if task.kind in _PROGRAM:
        return _of_the_program(task)
    return _of_a_finding(task)


@dataclass(frozen=True)
class Emptiness:
    """What the page says when nothing waits: what, when something comes, and who helps."""

    why: str
    who: str | None = None
    first_step: str | None = None
    """Words of a button; the page knows where it leads."""


_ASK_CONTROLLER = "Saknar du en uppgift? Controllern ser vem som är ansvarig för varje kontroll."

EMPTY: dict[Role | None, Emptiness] = {
    None: Emptiness(
        "Utan roll visas inga planer och inga uppgifter.",
        "Den som administrerar behörigheter ger dig en roll.",
    ),
    Role.ADMINISTRATOR: Emptiness(
        "Här kommer roller som väntar på en andra person eller snart upphör, och jobb som har "
        "misslyckats. Ärenden ser du inte."
    ),
    Role.CONTROLLER: Emptiness(
        "Här kommer planen som ska bli klar, kontroller och åtgärder som är försenade, "
        "avvikelser utan åtgärd, nämndens uppdrag och uppföljningar 45 dagar framåt.",
        first_step="Läs in en plan",
    ),
    Role.RESPONSIBLE: Emptiness(
        "Här kommer dina kontroller 45 dagar innan de ska vara klara, och åtgärder som du är "
        "ansvarig för.",
        _ASK_CONTROLLER,
    ),
    Role.REVIEWER: Emptiness(
        "Här kommer slutsatser som du ska skriva under, så snart den som kontrollerar är klar."
    ),
    Role.UNIT_MANAGER: Emptiness(
        "Här kommer åtgärder som du är ansvarig för, poster som ska rättas och listor som ska "
        "lämnas till en kontroll.",
        _ASK_CONTROLLER,
    ),
    Role.MEMBER: Emptiness(
        "Här kommer utskottets stickprov inför nästa sammanträde.",
        "Nämndsekreteraren lägger in sammanträdena.",
    ),
    Role.CHAIR: Emptiness(
        "Här kommer utskottets stickprov inför nästa sammanträde, och slutsatser att skriva under.",
        "Nämndsekreteraren lägger in sammanträdena.",
    ),
    Role.SECRETARY: Emptiness(
        "Här kommer beslut som ska registreras eller överlämnas, beslut där justeringen inte är "
        "antecknad och sammanträden som inte är inlagda."
    ),
    Role.DIRECTOR: Emptiness(
        "Här kommer kontrollmoment som ingen är utsedd för, samlade bedömningar att skriva och "
        "uppföljningar att godkänna."
    ),
    Role.OVERSIGHT_CONTROLLER: Emptiness(
        "Här kommer uppföljningar att kvittera och samlade bilder att bedöma och besluta. "
        "Nedan ser du vad nämnderna har beslutat, och vilka uppföljningar som är försenade."
    ),
    Role.AUDITOR: Emptiness(
        "Du granskar utan att ändra. Nämndens senaste beslut står nedan, och allt annat i menyn."
    ),
    Role.DATA_PROTECTION_OFFICER: Emptiness(
        "Nedan ser du hur ofta sekretessbelagda poster har öppnats. Vem som öppnade dem står i "
        "historiken."
    ),
    Role.READER: Emptiness(
        "Du läser utan att ändra. Nämndens senaste beslut står nedan, och allt annat i menyn."
    ),
}
"""What the first page says to each role when nothing waits."""
