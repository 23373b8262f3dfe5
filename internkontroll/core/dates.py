"""Dates as people type them. What can be read in two ways is asked about, never guessed."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import clean_line, fold_dashes, shown

MONTHS = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)
WEEKDAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")

_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_HOW = "Skriv datumet som 2020-03-12 eller 12 mars 2020."

_RELATIVE = {
    "idag": 0,
    "i dag": 0,
    "igår": -1,
    "i går": -1,
    "i förrgår": -2,
    "förrgår": -2,
    "imorgon": 1,
    "i morgon": 1,
    "imorron": 1,
    "i övermorgon": 2,
    "övermorgon": 2,
}
_WEEKDAY_NAMES = {
    **{name: number for number, name in enumerate(WEEKDAYS)},
    **{name[:3]: number for number, name in enumerate(WEEKDAYS)},
    **{name[:2]: number for number, name in enumerate(WEEKDAYS)},
    "tors": 3,
}
_ANY_WEEKDAY = "|".join(sorted(_WEEKDAY_NAMES, key=len, reverse=True))
_MONTH_NAMES = {
    **{name: number for number, name in enumerate(MONTHS, start=1)},
    **{name[:3]: number for number, name in enumerate(MONTHS, start=1)},
    "sept": 9,
}

_YEAR_FIRST = re.compile(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})$", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)$", re.ASCII)
_DAY_FIRST = re.compile(r"(?:den )?(\d{1,2})[-/.](\d{1,2})(?:[-/.](\d{4}|\d\d))?$", re.ASCII)
_SWEDISH_YEAR = re.compile(
    r"(?:den )?(\d{1,2}) ?/ ?(\d{1,2})(?:,? (\d{4})| ?- ?(\d{4}|\d\d))$", re.ASCII
)
"""``12/11 2026`` and ``18/12-26``: a stroke and then a year apart is written in Swedish only."""
_NAMED = re.compile(
    r"(?:den )?(\d{1,2})(?::[ea])? ?([a-zåäö]+)\.?(?:,? (\d{4})| ?- ?(\d{4}|\d\d))?$", re.ASCII
)
_TIME = re.compile(
    r"[ ,]+(?:kl\.? ?\d{1,2}(?:[.:]\d\d)?|\d{1,2}[.:]\d\d)(?: ?- ?\d{1,2}(?:[.:]\d\d)?)?$",
    re.ASCII,
)


class AmbiguousDate(InvalidInput):
    """A date that can be read in more than one way; ``choices`` are the readings."""

    def __init__(
        self, sentence: str, choices: Sequence[date] = (), *, field: str | None = None
    ) -> None:
        super().__init__(sentence, field=field)
        self.choices = tuple(choices)


def long_date(day: date) -> str:
    """The date as it is written in a sentence: ``12 mars 2020``."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def parse_date(
    text: str, *, today: date, year: int | None = None, field: str | None = None
) -> date:
    """The day that a person means by ``text``.

    Reads ``2020-03-12``, ``20200312``, ``2020/03/12``, ``12/3``, ``12/3-20``, ``den 12/3 2020``,
    ``12 mars``, ``12 mars 2020``, ``12 mar -20``, ``tors 12 mars``, ``12 mars (torsdag)``,
    ``idag``, ``igår``, ``i måndags`` (the last one before today) and
    ``på måndag`` (the next one after today). Where no year is written it is ``year``, else the
    year of ``today``. Years 1900..2199.

    Raises AmbiguousDate for ``03/04``, ``3/4/20``, ``måndag`` and the like, InvalidInput for what
    is no date, for a day that does not exist and for a weekday that does not fit its date.
    """
    typed = clean_line(text)
    plain = fold_dashes(typed).casefold()
    if not plain:
        raise InvalidInput(f"Datumet saknas. {_HOW}", field=field)
    if plain in _RELATIVE:
        return today + timedelta(days=_RELATIVE[plain])
    by_weekday = _weekday_date(plain, typed, today, field)
    if by_weekday is not None:
        return by_weekday
    weekday, rest = _named_weekday(plain)
    day = _calendar_date(rest, typed, year or today.year, field)
    if weekday is not None and day.weekday() != weekday:
        raise InvalidInput(
            f"{long_date(day)} är en {WEEKDAYS[day.weekday()]}, inte en {WEEKDAYS[weekday]}. "
            "Rätta dagen eller datumet.",
            field=field,
        )
    return day


def _weekday_date(plain: str, typed: str, today: date, field: str | None) -> date | None:
    """The day meant by a weekday alone, or None if ``plain`` is something else."""
    words = plain.removeprefix("nu ").split()
    if len(words) == 2 and words[0] == "i" and words[1].removesuffix("s") in WEEKDAYS:
        back = (today.weekday() - WEEKDAYS.index(words[1].removesuffix("s"))) % 7 or 7
        return today - timedelta(days=back)
    name = words[-1] if words else ""
    if name not in WEEKDAYS or len(words) > 2:
        return None
    ahead = (WEEKDAYS.index(name) - today.weekday()) % 7 or 7
    coming = today + timedelta(days=ahead)
    if words[:-1] == ["på"]:
        return coming
    if words[:-1] in ([], ["nästa"]):
        choices = [coming - timedelta(days=7), coming]
        if words[:-1]:
            choices = [coming, coming + timedelta(days=7)]
        raise AmbiguousDate(
            f"”{shown(typed)}” kan vara {long_date(choices[0])} eller {long_date(choices[1])}. "
            "Skriv datumet.",
            choices,
            field=field,
        )
    return None


def _named_weekday(plain: str) -> tuple[int | None, str]:
    """A weekday written with its date (``torsdag den 12 mars``, ``12/3 (tors)``), and the date."""
    match = re.match(r"(?:på )?([a-zåäö]+)(?:en)?\.?,? (.+)$", plain)
    if match:
        name = match[1]
        for candidate in (name, name.removesuffix("en")):
            if candidate in _WEEKDAY_NAMES:
                return _WEEKDAY_NAMES[candidate], match[2]
    if match := re.match(rf"(.*\d.*?)[ ,]+\(?({_ANY_WEEKDAY})\.?\)?$", plain):
        return _WEEKDAY_NAMES[match[2]], match[1]
    return None, plain


def _calendar_date(plain: str, typed: str, year: int, field: str | None) -> date:
    if match := _YEAR_FIRST.match(plain) or _COMPACT.match(plain):
        return _day(int(match[1]), int(match[2]), int(match[3]), typed, field)
    if match := _NAMED.match(plain):
        month = _MONTH_NAMES.get(match[2])
        if month is not None:
            written = _full_year(match[3] or match[4], year, typed, field)
            return _day(written or year, month, int(match[1]), typed, field)
    if match := _SWEDISH_YEAR.match(plain):
        written = _full_year(match[3] or match[4], year, typed, field)
        return _day_and_month(match[1], match[2], written or year, typed, field)
    if match := _DAY_FIRST.match(plain):
        if match[3] is None:
            return _day_and_month(match[1], match[2], year, typed, field)
        if len(match[3]) == 2:
            raise AmbiguousDate(
                f"”{shown(typed)}” kan läsas på flera sätt. Skriv året med fyra siffror, "
                "till exempel 2020-03-12 eller 12 mars 2020.",
                field=field,
            )
        return _day_and_month(match[1], match[2], int(match[3]), typed, field, turned=True)
    raise InvalidInput(f"”{shown(typed)}” är inte ett datum. {_HOW}", field=field)


_NEAR = 20
"""Years from the year at hand within which two digits are read as a year of this century."""


def _full_year(written: str | None, year: int, typed: str, field: str | None) -> int | None:
    """The year that is written, in full; two digits far from ``year`` are asked about."""
    if written is None or len(written) == 4:
        return int(written) if written else None
    full = year - year % 100 + int(written)
    if abs(full - year) > _NEAR:
        raise AmbiguousDate(
            f"Året i ”{shown(typed)}” kan vara {full - 100} eller {full}. Skriv det med fyra "
            "siffror.",
            field=field,
        )
    return full


def _day_and_month(
    first: str,
    second: str,
    year: int,
    typed: str,
    field: str | None,
    *,
    turned: bool = False,
) -> date:
    """``12/3`` is Swedish for 12 March; padded, or ``turned``, it may be another order."""
    day, month = int(first), int(second)
    may_be_turned = day <= 12 and month <= 12 and day != month
    unclear = first.startswith("0") or second.startswith("0") or turned
    if may_be_turned and unclear:
        choices = (_day(year, month, day, typed, field), _day(year, day, month, typed, field))
        raise AmbiguousDate(
            f"”{shown(typed)}” kan vara {long_date(choices[0])} eller {long_date(choices[1])}. "
            f"{_HOW}",
            choices,
            field=field,
        )
    return _day(year, month, day, typed, field)


def _day(year: int, month: int, day: int, typed: str, field: str | None) -> date:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise InvalidInput(
            f"Året i ”{shown(typed)}” ska vara mellan {_FIRST_YEAR} och {_LAST_YEAR}.", field=field
        )
    try:
        return date(year, month, day)
    except ValueError:
        raise InvalidInput(
            f"”{shown(typed)}” finns inte i almanackan. {_HOW}", field=field
        ) from None


def parse_date_list(
    text: str, *, today: date, year: int | None = None, field: str | None = None
) -> tuple[date, ...]:
    """The days of a pasted list, in the order written: one per line, or divided by ``,`` or ``;``.

    A time after the date (``kl. 13.00``) and a bullet before it are read past. Each date as in
    ``parse_date``. Raises InvalidInput that names every line that cannot be used (at most five are
    quoted), a date that stands there twice, and an empty list.
    """
    days: dict[date, int] = {}
    faults: list[str] = []
    for number, line in enumerate(_lines(text), start=1):
        for piece in _pieces(line):
            try:
                day = parse_date(_TIME.sub("", piece), today=today, year=year)
            except InvalidInput as error:
                faults.append(f"Rad {number}: {error.sentence}")
                continue
            if day in days:
                where = "samma rad" if days[day] == number else f"rad {days[day]}"
                faults.append(f"Rad {number}: {long_date(day)} står redan på {where}.")
                continue
            days[day] = number
    if faults:
        rest = len(faults) - 5
        more = f" Ytterligare {rest} fel." if rest > 0 else ""
        raise InvalidInput(" ".join(faults[:5]) + more, field=field)
    if not days:
        raise InvalidInput("Listan är tom. Skriv ett datum per rad.", field=field)
    return tuple(days)


def _lines(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", ";").split("\n")
    return [clean_line(line) for line in lines]


def _pieces(line: str) -> list[str]:
    """The dates of a line. A comma between a weekday or a date and its year does not divide."""
    line = fold_dashes(line)
    line = re.sub(r"^[-•*·]\s+", "", line)
    line = re.sub(rf",(?=\s*\(?(?:{_ANY_WEEKDAY})\.?\)?\s*(?:[,;]|$|kl))", "", line, flags=re.I)
    line = re.sub(rf"(?<![\d)] )\b({_ANY_WEEKDAY}),", r"\1", line, flags=re.I)
    line = re.sub(r"([a-zåäö]),\s+(\d{4})(?=\s*(?:[,;]|$|kl))", r"\1 \2", line, flags=re.I)
    line = re.sub(r",(?=\s*kl)", "", line, flags=re.I)
    return [piece.strip() for piece in re.split(r"[,;]", line) if piece.strip()]
