"""Årets rapporteringstidpunkter, sammanträdesdagar och beslut: what dates and fields can be."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from internkontroll.core.dates import long_date
from internkontroll.core.errors import InvalidInput
from internkontroll.core.personal_id import names_a_person
from internkontroll.core.sorting import swedish_key
from internkontroll.core.text import clean_line
from internkontroll.files.plain_document import Heading, Paragraph, PlainDocument, Table

FIRST_YEAR, LAST_YEAR = 2000, 2100
CODE_MAX = 12
PARAGRAPH_MAX = 20
REGISTRY_NUMBER_MAX = 60
DEFAULT_DUE_DAYS = 14
"""Days before a reporting point's last day for facts, until the municipality says otherwise."""


@dataclass(frozen=True)
class PointTemplate:
    """A point of every year as the municipality has it: day and month of its period's end.

    ``cut_off_days`` after that day the facts are closed, ``board_days`` after it the board takes
    the report up; ``executive_days`` None means that the report is not sent on by default.
    """

    name: str
    month: int
    day: int
    cut_off_days: int = 21
    board_days: int = 28
    executive_days: int | None = None


@dataclass(frozen=True)
class PointDates:
    """A reporting point of one year with its dates."""

    name: str
    period_end: date
    cut_off: date
    board_on: date
    executive_on: date | None


DEFAULT_POINTS: tuple[PointTemplate, ...] = (
    PointTemplate("april", 4, 30),
    PointTemplate("augusti", 8, 31),
    PointTemplate("årsbokslut", 12, 31, board_days=45, executive_days=75),
)


def points_of_year(
    year: int, templates: Sequence[PointTemplate] = DEFAULT_POINTS
) -> tuple[PointDates, ...]:
    """The year's points in the order of their periods. The last one's board day lies in next year.

    Raises InvalidInput on a year outside 2000-2100.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidInput(
            f"Året ska ligga mellan {FIRST_YEAR} och {LAST_YEAR}. Skriv året med fyra siffror.",
            field="year",
        )
    points = []
    for template in templates:
        end = date(year, template.month, template.day)
        executive = template.executive_days
        points.append(
            PointDates(
                name=template.name,
                period_end=end,
                cut_off=end + timedelta(days=template.cut_off_days),
                board_on=end + timedelta(days=template.board_days),
                executive_on=end + timedelta(days=executive) if executive is not None else None,
            )
        )
    return tuple(sorted(points, key=lambda point: point.period_end))


def check_point_dates(
    *, period_end: date, cut_off: date, board_on: date | None, executive_on: date | None
) -> None:
    """Refuse dates that cannot be: facts are closed after the period and before the board meets.

    Raises InvalidInput naming the field.
    """
    if cut_off < period_end:
        raise InvalidInput(
            "Sista dag för uppgifter kan inte ligga före periodens slut. Välj en senare dag.",
            field="cut_off",
        )
    if board_on is not None and board_on < cut_off:
        raise InvalidInput(
            "Nämndens dag kan inte ligga före sista dag för uppgifter. Ändra någon av dem.",
            field="board_on",
        )
    if executive_on is not None and board_on is not None and executive_on < board_on:
        raise InvalidInput(
            "Dagen till kommunstyrelsen kan inte ligga före nämndens dag. Välj en senare dag.",
            field="executive_on",
        )


def check_board_code(code: str) -> str:
    """The code in capitals: 2 to 12 letters A-Ö or digits. Raises InvalidInput."""
    code = code.strip().upper()
    if not 2 <= len(code) <= CODE_MAX or not code.isalnum():
        raise InvalidInput(
            f"Förkortningen ska ha 2–{CODE_MAX} bokstäver eller siffror utan mellanrum.",
            field="code",
        )
    return code


def check_meeting_dates(dates: Sequence[date], *, year: int | None) -> None:
    """Refuse dates outside the year (when there is one), naming each, and an empty list.

    Raises InvalidInput for the field ``dates``.
    """
    if not dates:
        raise InvalidInput("Listan är tom. Skriv ett datum per rad.", field="dates")
    outside = [day for day in dates if year is not None and day.year != year]
    if not outside:
        return
    names = ", ".join(long_date(day) for day in outside[:5])
    rest = f" och {len(outside) - 5} till" if len(outside) > 5 else ""
    raise InvalidInput(
        f"{names}{rest} ligger inte i {year}. Rätta året, eller lägg in dagen under rätt år.",
        field="dates",
    )


def check_decision(
    *,
    body: str,
    decided_on: date,
    paragraph: str,
    registry_number: str,
    verified_on: date | None,
    today: date,
) -> None:
    """Refuse a decision without organ, paragraf or diarienummer, or with days that cannot be.

    A personnummer in any of its words is refused too. Raises InvalidInput naming the field.
    """
    if not body:
        raise InvalidInput("Skriv vilket organ som beslutade.", field="body")
    if not paragraph:
        raise InvalidInput("Skriv beslutets paragraf, till exempel § 12.", field="paragraph")
    if len(paragraph) > PARAGRAPH_MAX:
        raise InvalidInput(
            f"Paragrafen är för lång. Använd högst {PARAGRAPH_MAX} tecken.", field="paragraph"
        )
    if not registry_number:
        raise InvalidInput("Skriv beslutets diarienummer.", field="registry_number")
    if len(registry_number) > REGISTRY_NUMBER_MAX:
        raise InvalidInput(
            f"Diarienumret är för långt. Använd högst {REGISTRY_NUMBER_MAX} tecken.",
            field="registry_number",
        )
    for field, text in (
        ("body", body),
        ("paragraph", paragraph),
        ("registry_number", registry_number),
    ):
        if names_a_person(text):
            raise InvalidInput("Texten innehåller ett personnummer. Ta bort det.", field=field)
    if decided_on > today:
        raise InvalidInput(
            "Beslutets dag har inte varit än. Skriv dagen då beslutet fattades.",
            field="decided_on",
        )
    if verified_on is not None:
        check_verification(decided_on, verified_on, today=today)


def check_verification(decided_on: date, verified_on: date, *, today: date) -> None:
    """Refuse (InvalidInput) a justering before the decision or after today."""
    if verified_on < decided_on:
        raise InvalidInput(
            "Protokollet kan inte vara justerat före beslutet. Ändra någon av dagarna.",
            field="verified_on",
        )
    if verified_on > today:
        raise InvalidInput(
            "Justeringens dag har inte varit än. Lämna fältet tomt tills protokollet är justerat.",
            field="verified_on",
        )


DUE_DAYS_MAX = 90
NAME_MAX = 120
POINT_NAME_MAX = 40
POINT_DAYS_MAX = 200
"""The longest time from a period's end to the board's or kommunstyrelsen's day."""


def check_name(name: str, sentence: str, *, most: int = NAME_MAX, field: str = "name") -> str:
    """The name on one line; refuses none (with ``sentence``) and one that is too long."""
    name = clean_line(name)
    if not name:
        raise InvalidInput(sentence, field=field)
    if len(name) > most:
        raise InvalidInput(f"Namnet är för långt. Använd högst {most} tecken.", field=field)
    return name


def check_point_name(name: str) -> str:
    """The name of a rapporteringstidpunkt, small as within a sentence. Raises InvalidInput."""
    name = check_name(name, "Skriv vad tidpunkten heter, till exempel april.", most=POINT_NAME_MAX)
    if "\\" in name or name.startswith("."):
        raise InvalidInput("Namnet kan bara ha bokstäver, siffror och mellanrum.", field="name")
    return name[0].lower() + name[1:]


def check_due_days(days: int) -> int:
    """Refuse a number of days before the cut-off outside 0-90 (InvalidInput)."""
    if not 0 <= days <= DUE_DAYS_MAX:
        raise InvalidInput(f"Skriv ett antal dagar mellan 0 och {DUE_DAYS_MAX}.", field="due_days")
    return days


def check_template(template: PointTemplate) -> PointTemplate:
    """Refuse days that cannot be: in order, at most 200, and a period's end that every year has.

    Raises InvalidInput naming the field.
    """
    try:
        date(2001, template.month, template.day)
    except ValueError:
        raise InvalidInput(
            "Perioden ska sluta en dag som finns varje år. Skriv till exempel 30 april.",
            field="period_end",
        ) from None
    days = (template.cut_off_days, template.board_days, template.executive_days)
    for field, value in zip(("cut_off_days", "board_days", "executive_days"), days, strict=True):
        if value is not None and not 0 <= value <= POINT_DAYS_MAX:
            raise InvalidInput(f"Skriv ett antal dagar mellan 0 och {POINT_DAYS_MAX}.", field=field)
    if template.board_days < template.cut_off_days:
        raise InvalidInput(
            "Nämnden kan inte få uppföljningen före sista dag för uppgifter. Skriv fler dagar.",
            field="board_days",
        )
    if template.executive_days is not None and template.executive_days < template.board_days:
        raise InvalidInput(
            "Kommunstyrelsen kan inte få uppföljningen före nämnden. Skriv fler dagar.",
            field="executive_days",
        )
    return template


def check_period_end(period_end: date, year: int) -> None:
    """Refuse a period that does not end in the year (InvalidInput)."""
    if period_end.year != year:
        raise InvalidInput(
            f"Perioden ska sluta under {year}. Det är bara nämndens dag och kommunstyrelsens dag "
            "som kan ligga året efter.",
            field="period_end",
        )


def check_validity(valid_from: date | None, valid_to: date | None) -> None:
    """Refuse a last day before the first (InvalidInput)."""
    if valid_from is not None and valid_to is not None and valid_to < valid_from:
        raise InvalidInput("Slutdagen kan inte ligga före startdagen.", field="valid_to")


@dataclass(frozen=True)
class UnitFact:
    """A unit as it is on some day: its name, what it lies under, when it began and ended."""

    id: int
    name: str
    parent_id: int | None
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class UnitNode:
    """A unit at its place in the tree. ``depth`` 0 lies directly under the board."""

    unit: UnitFact
    depth: int
    path: str
    """Its name after those it lies under: "Socialförvaltningen, Ekonomi"."""


def unit_tree(units: Iterable[UnitFact]) -> list[UnitNode]:
    """The units from the top down, siblings in Swedish order.

    A unit whose parent is not among them stands at the top: none is left out.
    """
    facts = list(units)
    known = {fact.id for fact in facts}
    children: dict[int | None, list[UnitFact]] = {}
    for fact in facts:
        children.setdefault(fact.parent_id if fact.parent_id in known else None, []).append(fact)
    nodes: list[UnitNode] = []

    def walk(parent_id: int | None, depth: int, above: str) -> None:
        for fact in sorted(children.get(parent_id, ()), key=lambda f: (swedish_key(f.name), f.id)):
            path = f"{above}, {fact.name}" if above else fact.name
            nodes.append(UnitNode(fact, depth, path))
            walk(fact.id, depth + 1, path)

    walk(None, 0, "")
    return nodes


@dataclass(frozen=True)
class UnitSpan:
    """What a unit is called while it lies under another: to a day, or None for good."""

    name: str
    valid_from: date
    valid_to: date | None


def refuse_units_below(last_day: date, spans: Iterable[UnitSpan]) -> None:
    """Refuse to close a unit (InvalidInput) while others lie, or are to lie, under it afterwards.

    ``spans`` are those of the units that lie under it at some time, in order.
    """
    after = [span for span in spans if span.valid_to is None or span.valid_to > last_day]
    if not after:
        return
    named = []
    for span in after:
        from_day = f" från den {long_date(span.valid_from)}" if span.valid_from > last_day else ""
        to_day = f" till den {long_date(span.valid_to)}" if span.valid_to else ""
        named.append(span.name + from_day + to_day)
    ends = [span.valid_to for span in after if span.valid_to]
    way = "Flytta eller stäng det först."
    if len(ends) == len(after):
        way = f"Välj den {long_date(max(ends))} eller en senare dag."
    raise InvalidInput(
        f"Efter den {long_date(last_day)} ligger {', '.join(named)} under enheten. {way}",
        field="last_day",
    )


def check_parent(unit_id: int, parent_id: int | None, parents: Mapping[int, int | None]) -> None:
    """Refuse to lay a unit under itself or under one of its own (InvalidInput)."""
    step = parent_id
    while step is not None:
        if step == unit_id:
            raise InvalidInput(
                "Enheten kan inte ligga under sig själv eller under en av sina egna enheter.",
                field="parent_id",
            )
        step = parents.get(step)


def sample_document(day: date) -> PlainDocument:
    """A document that shows what the municipality's look does: headings, a table, the frame."""
    return PlainDocument(
        title="Prov på dokumentens utseende",
        board="Kommunens dokument",
        day=day,
        version="Prov",
        blocks=(
            Heading("Så här ser en rubrik ut"),
            Paragraph("Logotypen står överst på första sidan. Färgen syns i det som ska märkas."),
            Paragraph("Så här ser det viktigaste i ett dokument ut.", strong=True),
            Table(
                "Så här ser en tabell ut",
                ("Kontrollområde", "Skulle göras", "Gjort"),
                (("Verksamhetskontroller", "12", "11"), ("Finansiell kontroll", "8", "8")),
                frozenset({1, 2}),
            ),
        ),
    )
