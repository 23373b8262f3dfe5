"""Personnummer and samordningsnummer in free text: where they stand, and how sure that is.

Pattern, real date and check digit are those of Skatteverket's description of personnummer
(folkbokföringslagen 1991:481, 18 §; samordningsnummer: the day plus 60). The check digit is the
Luhn algorithm on the last ten digits.
"""

import re
import unicodedata
from datetime import date

_DASHES = frozenset("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d")
_ZERO_WIDTH = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")

_DATE = (
    r"(?P<century>18|19|20)?(?P<year>\d\d)(?P<gap>[-/. ]?)"
    r"(?P<month>0[1-9]|1[0-2])(?P=gap)"
    r"(?P<day>0[1-9]|[12]\d|3[01]|6[1-9]|[78]\d|9[01])"
)
_CANDIDATE = re.compile(
    rf"(?<!\d)(?<!\d[-/.:,]){_DATE}(?P<join> ?[-+/._:] ?| )?(?P<tail>\d{{4}})(?!\d)(?![-/.:,]\d)",
    re.ASCII,
)
_RARE_JOINS = frozenset("._:")
"""Between date and last four they are seldom meant: only a right check digit counts then."""

_WORD_BEFORE = 60
"""How far back a word for telephone is looked for; further, a long text would take for ever."""
_PHONE_BEFORE = re.compile(r"(?:tel\w*|mobil\w*|ring\w*|fax|sms|växel\w*)[ .:]*$", re.IGNORECASE)


def find_personal_ids(text: str) -> list[tuple[int, int, bool]]:
    """Every place in ``text`` that looks like a personnummer or samordningsnummer.

    Returns ``(start, end, certain)`` in reading order, as positions in ``text`` itself.
    ``certain`` means a real date and a right check digit: block it. Otherwise the form and the
    date fit but the check digit does not, or the digits may as well be a telephone number: warn.

    Read with or without century, with ``-``, ``+``, any Unicode dash, a space or nothing before
    the last four (with ``.``, ``_`` or ``:`` if the check digit is right), with a divided birth
    date, and across non-breaking and zero width characters. Diarienummer, organisationsnummer,
    dates and divided telephone numbers are left alone.
    """
    folded, positions = _fold(text)
    found = []
    for match in _CANDIDATE.finditer(folded):
        certain = _certainty(match, folded)
        if certain is not None:
            found.append((positions[match.start()], positions[match.end() - 1] + 1, certain))
    return found


def names_a_person(text: str) -> bool:
    """Whether the text certainly has a personnummer or samordningsnummer in it."""
    return any(certain for _, _, certain in find_personal_ids(text))


def plain_signs(text: str) -> str:
    """The text as it is searched: one kind of dash, space and digit, nothing of zero width."""
    odd = [sign for sign in set(text) if not sign.isascii() or sign.isspace()]
    return text.translate({ord(sign): _fold(sign)[0] for sign in odd}) if odd else text


def _fold(text: str) -> tuple[str, list[int]]:
    """The text with one kind of dash, space and digit, and where each character came from."""
    characters: list[str] = []
    positions: list[int] = []
    for position, character in enumerate(text):
        if character in _ZERO_WIDTH:
            continue
        if character in _DASHES:
            plain = "-"
        elif character.isspace() and character not in "\n\r":
            plain = " "
        elif not character.isascii() and character.isdecimal():
            plain = str(unicodedata.decimal(character))
        else:
            plain = character
        characters.append(plain)
        positions.append(position)
    return "".join(characters), positions


def _certainty(match: re.Match[str], folded: str) -> bool | None:
    """True: certain. False: it has the form. None: it is something else."""
    if not _real_date(match):
        return None
    digits = match["year"] + match["month"] + match["day"] + match["tail"]
    checked = passes_luhn(digits)
    if not checked and (match["join"] or "").strip() in _RARE_JOINS:
        return None
    if match["gap"]:
        return _certainty_of_divided_date(match, checked=checked)
    if match["join"] is None and not match["century"] and digits[0] == "0":
        # Ten digits from 0 on are a telephone number more often than a child's personnummer.
        if not checked or _PHONE_BEFORE.search(
            folded, max(0, match.start() - _WORD_BEFORE), match.start()
        ):
            return None
        return not digits.startswith("070")
    return checked


def _certainty_of_divided_date(match: re.Match[str], *, checked: bool) -> bool | None:
    """A date written ``2020-03-12`` is followed by four digits also when they are a time."""
    join = match["join"]
    if not checked or join is None:
        return None
    tail = match["tail"]
    # The day of a samordningsnummer is none of the calendar, and so nobody's time of day.
    a_day = int(match["day"]) <= 31
    is_time = a_day and int(tail[:2]) < 24 and tail[2:] in ("00", "15", "30", "45")
    if join == " " and (is_time or not match["century"]):
        return None
    return True


def _real_date(match: re.Match[str]) -> bool:
    """True if the digits are a day that has been in the calendar, in some century."""
    day = int(match["day"])
    if day > 60:
        day -= 60
    centuries = [match["century"]] if match["century"] else ["19", "20"]
    return any(_is_day(int(c + match["year"]), int(match["month"]), day) for c in centuries)


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def passes_luhn(digits: str) -> bool:
    """True if the last digit is the Luhn check digit of the ones before it."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
