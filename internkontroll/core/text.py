"""Text as people type and paste it: one form for storing it, tolerant numbers, exact money.

Everything here is pure. Numbers go through ``Decimal``; money leaves as integer öre.
"""

import re
import unicodedata
from decimal import Decimal

from internkontroll.core.errors import InvalidInput

_SPACES = re.compile(
    "[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\t]",
)
_LINE_ENDS = re.compile("\r\n|[\r\u0085\u2028\u2029\x0b\x0c]")
_INVISIBLE = re.compile(
    "["
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # control characters that no screen shows
    "\u00ad\u061c\u180e"  # soft hyphen, Arabic letter mark, Mongolian vowel separator
    "\u200b-\u200f\u202a-\u202e\u2060-\u2069"  # zero width and text direction
    "\ufeff\ufffe\uffff\ufff9-\ufffb"  # byte order mark, noncharacters, annotations
    "\ud800-\udfff"  # half of a surrogate pair
    "]"
)
_MOST_MARKS = 30
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")

_UNITS = {
    "noll": 0,
    "en": 1,
    "ett": 1,
    "två": 2,
    "tvenne": 2,
    "tre": 3,
    "fyra": 4,
    "fem": 5,
    "sex": 6,
    "sju": 7,
    "åtta": 8,
    "nio": 9,
    "tio": 10,
    "elva": 11,
    "tolv": 12,
    "tretton": 13,
    "fjorton": 14,
    "femton": 15,
    "sexton": 16,
    "sjutton": 17,
    "arton": 18,
    "aderton": 18,
    "nitton": 19,
}
_TENS = {
    "tjugo": 20,
    "trettio": 30,
    "fyrtio": 40,
    "femtio": 50,
    "sextio": 60,
    "sjuttio": 70,
    "åttio": 80,
    "nittio": 90,
}


def _number_words() -> dict[str, int]:
    """Every Swedish number word from noll to niohundranittionio, written together."""
    below_hundred = dict(_UNITS) | _TENS
    for ten, value in _TENS.items():
        for unit, more in _UNITS.items():
            if 1 <= more <= 9 and unit != "tvenne":
                below_hundred[ten + unit] = value + more
    words = dict(below_hundred)
    for unit, hundreds in [("", 1), *((u, v) for u, v in _UNITS.items() if 1 <= v <= 9)]:
        if unit in ("en", "tvenne"):
            continue
        stem = f"{unit}hundra"
        words[stem] = hundreds * 100
        for rest, value in below_hundred.items():
            if value:
                words[stem + rest] = hundreds * 100 + value
    return words


NUMBER_WORDS = _number_words()


def fold_dashes(text: str) -> str:
    """``text`` with every Unicode dash and the minus sign U+2212 written as ``-``."""
    return _DASHES.sub("-", text)


def nfc(text: str) -> str:
    """``text`` in NFC, with at most thirty marks on a letter (UAX #15, Stream-Safe Text Format).

    To put n marks in order takes n * n steps: a text of nothing else would take hours.
    """
    if unicodedata.is_normalized("NFC", text):
        return text
    kept: list[str] = []
    marks = 0
    for sign in text:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= _MOST_MARKS:
            kept.append(sign)
    return unicodedata.normalize("NFC", "".join(kept))


def clean_text(text: str) -> str:
    """``text`` in the form that is stored: NFC, no invisible characters, plain spaces.

    Line ends become ``\\n``; a non-breaking or thin space and a tab become a space; control
    characters, text direction and zero width characters go. Words and inner spacing are kept.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    text = _LINE_ENDS.sub("\n", text)
    text = _SPACES.sub(" ", text)
    text = _INVISIBLE.sub("", text)
    text = nfc(text)
    return "\n".join(line.strip() for line in text.split("\n")).strip()


def clean_line(text: str) -> str:
    """``clean_text`` on one line: every run of white space is one space."""
    return " ".join(clean_text(text).split())


def text_key(text: str) -> str:
    """The key under which two spellings are the same text: case, spacing and end stop aside."""
    return clean_line(text).casefold().rstrip(" .:;")


def parse_number_word(text: str) -> int | None:
    """The number that a Swedish word stands for (``tjugofem`` is 25), 0..999, else None."""
    return NUMBER_WORDS.get(clean_line(text).casefold().replace(" ", ""))


def shown(text: str, length: int = 60) -> str:
    """``text`` as it is quoted in a sentence: one line, at most ``length`` characters."""
    line = clean_line(text)
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def _plain_number(text: str) -> str:
    """The typed number with its spaces, signs and currency taken away: ``-1234,5``."""
    line = fold_dashes(clean_line(text))
    line = re.sub(r"\s*(?:kronor|kr|sek|:-)\.?$", "", line, flags=re.IGNORECASE)
    line = line.replace("'", " ").replace("\u2019", " ")
    negative = False
    if line.startswith("(") and line.endswith(")"):
        negative, line = True, line[1:-1].strip()
    elif line.endswith("-"):
        negative, line = True, line[:-1].strip()
    elif line.startswith(("-", "+")):
        negative, line = line[0] == "-", line[1:].strip()
    return ("-" if negative else "") + line


_WHOLE = r"(?:[0-9]+|[0-9]{1,3}(?: [0-9]{3})+)"
_NUMBER = re.compile(rf"(-?)({_WHOLE})(?:[,.]([0-9]+))?$")
_DOT_GROUPS = re.compile(r"(-?)([0-9]{1,3}(?:\.[0-9]{3})+),([0-9]+)$")
_COMMA_GROUPS = re.compile(r"(-?)([0-9]{1,3}(?:,[0-9]{3})+)\.([0-9]+)$")
_MANY_GROUPS = re.compile(r"(-?)([0-9]{1,3}(?:[.,][0-9]{3}){2,})$")


def parse_decimal(text: str, *, field: str | None = None) -> Decimal:
    """A number as typed: ``1 000,5``, ``−5``, ``(20)``, ``5-``, ``1.234,50``, ``100 kr``.

    Raises InvalidInput for anything else, and for ``1,234`` and ``1.234``, which are one thousand
    to some writers and one and a bit to others.
    """
    plain = _plain_number(text)
    if not plain:
        raise InvalidInput("Talet saknas. Skriv ett tal, till exempel 1 000,50.", field=field)
    if match := _NUMBER.match(plain):
        sign, whole, fraction = match.groups()
        if fraction is not None and len(fraction) == 3 and len(whole) <= 3 and whole != "0":
            raise InvalidInput(
                f"”{shown(text)}” kan läsas på två sätt. Skriv {whole} {fraction} om det är "
                f"tusental, eller {whole},{fraction}0 om det är decimaler.",
                field=field,
            )
        return Decimal(f"{sign}{whole.replace(' ', '')}.{fraction or '0'}")
    for pattern in (_DOT_GROUPS, _COMMA_GROUPS):
        if match := pattern.match(plain):
            sign, whole, fraction = match.groups()
            return Decimal(f"{sign}{re.sub('[.,]', '', whole)}.{fraction}")
    if match := _MANY_GROUPS.match(plain):
        return Decimal(match.group(1) + re.sub("[.,]", "", match.group(2)))
    raise InvalidInput(
        f"”{shown(text)}” är inte ett tal. Skriv med siffror, till exempel 1 000,50.", field=field
    )


def parse_int(
    text: str,
    *,
    minimum: int | None = None,
    maximum: int | None = None,
    field: str | None = None,
) -> int:
    """A whole number as typed, ``minimum`` and ``maximum`` included.

    A number may be written as a word: ``tre`` is 3. Raises InvalidInput if it is no number, has a
    fraction or lies outside the limits.
    """
    by_word = parse_number_word(text)
    number = Decimal(by_word) if by_word is not None else parse_decimal(text, field=field)
    if number != number.to_integral_value():
        raise InvalidInput(f"”{shown(text)}” ska vara ett helt tal, utan decimaler.", field=field)
    value = int(number)
    if minimum is not None and value < minimum:
        raise InvalidInput(f"Talet ska vara minst {minimum}. Du skrev {value}.", field=field)
    if maximum is not None and value > maximum:
        raise InvalidInput(f"Talet får vara högst {maximum}. Du skrev {value}.", field=field)
    return value


def folded_reference(text: str) -> str:
    """A case number or other reference as it is compared: letters and digits alone, without case.

    "SCN-Ä 0042", "scnä0042" and "SCN–Ä–0042" are the same reference.
    """
    return "".join(
        sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum()
    )


_LARGEST_AMOUNT = Decimal(10) ** 13  # kronor; its öre still fit a 64-bit column with room to sum


def parse_ore(text: str, *, field: str | None = None) -> int:
    """An amount in kronor as typed, returned as integer öre: ``8 055,67`` is 805567.

    Raises InvalidInput if it is no number, has more than two decimals that count, or is larger
    than ten biljoner kronor.
    """
    amount = parse_decimal(text, field=field)
    ore = amount * 100
    if ore != ore.to_integral_value():
        raise InvalidInput(
            f"Beloppet ”{shown(text)}” har fler än två decimaler. Skriv kronor och ören.",
            field=field,
        )
    if abs(amount) > _LARGEST_AMOUNT:
        raise InvalidInput(f"Beloppet ”{shown(text)}” är orimligt stort.", field=field)
    return int(ore)
