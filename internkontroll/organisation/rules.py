"""Årets rapporteringstidpunkter, sammanträdesdagar och beslut: what dates and fields can be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from internkontroll.core.dates import long_date
from internkontroll.core.errors import InvalidInput

FIRST_YEAR, LAST_YEAR = 2000, 2100
CODE_MAX = 12
PARAGRAPH_MAX = 20
REGISTRY_NUMBER_MAX = 60


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

    Raises InvalidInput naming the field.
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
    if decided_on > today:
        raise InvalidInput(
            "Beslutets dag har inte varit än. Skriv dagen då beslutet fattades.",
            field="decided_on",
        )
    if verified_on is not None and verified_on < decided_on:
        raise InvalidInput(
            "Protokollet kan inte vara justerat före beslutet. Ändra någon av dagarna.",
            field="verified_on",
        )
    if verified_on is not None and verified_on > today:
        raise InvalidInput(
            "Justeringens dag har inte varit än. Lämna fältet tomt tills protokollet är justerat.",
            field="verified_on",
        )
