"""Named filters of the templates: dates, numbers and states as a Swedish reader expects them.

Nothing here asks what time it is. A value of the wrong kind raises, so that a raw enum or an
English word never reaches the screen. Features contribute their words when they are imported:
``register_states`` for states (shape + word + colour), ``register_words`` for other enums.
"""

import enum
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal
from flask import Flask, current_app
from markupsafe import Markup

from internkontroll.core.clock import STOCKHOLM, swedish_day
from internkontroll.core.sorting import swedish_key
from internkontroll.core.words import StateWord
from internkontroll.files.markup import parse, to_html
from internkontroll.web.forms import field_kind
from internkontroll.web.pagination import url_with

LOCALE: Final = "sv"
_SHORT_MONTHS: Final = (
    "jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec",
)  # fmt: skip

_SWEDISH_SIGNS: Final = {ord(","): "\N{NO-BREAK SPACE}", ord("-"): "\N{MINUS SIGN}"}

Number = int | Decimal | float


# A StrEnum member equals its text, so members of two enums may be equal: keys carry the class.
_Key = tuple[type[enum.Enum], str]
_STATES: dict[_Key, StateWord] = {}
_WORDS: dict[_Key, str] = {}


def _key(member: enum.Enum) -> _Key:
    return type(member), member.name


def register_states(mapping: Mapping[enum.Enum, StateWord]) -> None:
    """Give states their word and tone. Raises ValueError if one already has another."""
    for member, word in mapping.items():
        if _STATES.setdefault(_key(member), word) != word:
            raise ValueError(f"{member!r} is already called {_STATES[_key(member)].word}")


def register_words(mapping: Mapping[enum.Enum, str]) -> None:
    """Give members of an enum their Swedish word. Raises ValueError if one has another."""
    for member, word in mapping.items():
        if _WORDS.setdefault(_key(member), word) != word:
            raise ValueError(f"{member!r} is already called {_WORDS[_key(member)]}")


def state_word(member: enum.Enum) -> StateWord:
    """Filter ``state``: the word and tone of a state. Raises LookupError for an unknown one."""
    try:
        return _STATES[_key(member)]
    except KeyError:
        raise LookupError(f"no state word is registered for {member!r}") from None


def swedish_word(member: enum.Enum) -> str:
    """Filter ``ord``: the Swedish word of an enum member; a state's word is its state word.

    Raises LookupError for a member that nobody gave a word.
    """
    word = _WORDS.get(_key(member))
    return state_word(member).word if word is None else word


def _day(value: date | datetime) -> date:
    return swedish_day(value) if isinstance(value, datetime) else value


def swedish_date(value: date | datetime) -> str:
    """Filter ``datum``: "12 mars 2020". A moment is told as the day it was in Sweden.

    Raises ValueError for a moment without a zone.
    """
    return _long_date(_day(value))


@lru_cache(maxsize=4096)
def _long_date(day: date) -> str:
    return format_date(day, "d MMMM y", locale=LOCALE)


def short_date(value: date | datetime) -> str:
    """Filter ``datum_kort``: "12 mar 2020", for tables."""
    day = _day(value)
    return f"{day.day} {_SHORT_MONTHS[day.month - 1]} {day.year}"


def moment(value: datetime) -> str:
    """Filter ``tidpunkt``: "12 mars 2020 kl. 14.32" in Swedish time.

    Raises ValueError for a moment without a zone.
    """
    return f"{swedish_date(value)} kl. {value.astimezone(STOCKHOLM):%H.%M}"


def time_of_day(value: datetime) -> str:
    """The time of day in Swedish words, "14.32".

    Raises ValueError for a moment without a zone.
    """
    if value.tzinfo is None:
        raise ValueError(f"a moment without a zone has no time of day: {value!r}")
    return f"{value.astimezone(STOCKHOLM):%H.%M}"


def number(value: Number, decimals: int | None = None) -> str:
    """Filter ``tal``: "1 234,5" with no-break spaces; ``decimals`` fixes their count.

    Without ``decimals`` at most three are shown. Raises TypeError for what is not a number.
    """
    if isinstance(value, bool) or not isinstance(value, int | Decimal | float):
        raise TypeError(f"{value!r} is not a number")
    if isinstance(value, int) and not decimals:
        # By far the most common, and fifty times as fast as asking the locale for its pattern.
        return str(value) if 0 <= value < 1000 else f"{value:,}".translate(_SWEDISH_SIGNS)
    pattern = "#,##0.###" if decimals is None else "#,##0." + "0" * decimals
    shown = format_decimal(value, pattern.removesuffix("."), locale=LOCALE)
    return shown.replace("-", "\N{MINUS SIGN}")


def kronor(ore: int) -> str:
    """Filter ``kronor``: öre as "1 234,50 kr". Raises TypeError for what is no whole number."""
    if isinstance(ore, bool) or not isinstance(ore, int):
        raise TypeError(f"{ore!r} is not a whole number of öre")
    return f"{number(Decimal(ore) / 100, 2)}\N{NO-BREAK SPACE}kr"


def count_of(count: int, total: int) -> str:
    """Filter ``antal_av``: "5 av 320"."""
    return f"{number(count)} av {number(total)}"


def listed(words: Iterable[str]) -> str:
    """Filter ``lista``: "april och augusti", "april, augusti och årsbokslut"."""
    return _list_words(tuple(words))


@lru_cache(maxsize=1024)
def _list_words(words: tuple[str, ...]) -> str:
    return format_list(list(words), locale=LOCALE)


def in_swedish_order(values: Iterable[Any], attribute: str | None = None) -> Sequence[Any]:
    """Filter ``sortera``: sorted with å, ä, ö after z, by the values or by an attribute of them."""
    if attribute is None:
        return sorted(values, key=swedish_key)
    name_of = attrgetter(attribute)
    return sorted(values, key=lambda value: swedish_key(name_of(value)))


def has_endpoint(name: str) -> bool:
    """Template function: whether the program has that page, so that no link leads nowhere."""
    return name in current_app.view_functions


def formatted(text: str, level: int = 3) -> Markup:
    """Typed text with light markup as HTML, escaped; ``level`` is its first heading's level."""
    return Markup(to_html(parse(text), level=level))  # noqa: S704 -- escaped part by part


def register(app: Flask) -> None:
    """Put the filters and template functions of the toolkit into the app's templates."""
    app.jinja_env.filters.update(
        datum=swedish_date,
        datum_kort=short_date,
        tidpunkt=moment,
        tal=number,
        kronor=kronor,
        antal_av=count_of,
        formaterad=formatted,
        lista=listed,
        state=state_word,
        ord=swedish_word,
        sortera=in_swedish_order,
    )
    app.jinja_env.globals.update(
        has_endpoint=has_endpoint, url_with=url_with, field_kind=field_kind
    )
