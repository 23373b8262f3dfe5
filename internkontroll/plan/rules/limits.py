"""Vaga gränser: a limit that nobody can measure against is asked for as a figure."""

import re
from collections.abc import Sequence

from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import NUMBER_WORDS, clean_line, shown, text_key

LIMIT = "limit"
"""The field of questions about a limit."""

LONGEST_LIMIT = 200

_WHOLE_OF_IT = re.compile(r"\b(?:all|alla|allt|samtlig\w*|varje|ingen|inga|inget)\b", re.IGNORECASE)


def require_limit(text: str, *, field: str) -> str:
    """The limit as it is kept. Raises InvalidInput for one without a figure, or too long.

    A figure is written with digits or as a word; "alla" and "ingen" are limits too.
    """
    line = clean_line(text)
    if len(line) > LONGEST_LIMIT:
        raise InvalidInput(f"Gränsen får vara högst {LONGEST_LIMIT} tecken.", field=field)
    words = re.findall(r"\w+", line.casefold())
    measured = any(w.isdigit() or w in NUMBER_WORDS for w in words) or re.search(r"[0-9]", line)
    if not measured and not _WHOLE_OF_IT.search(line):
        raise InvalidInput(
            f"”{shown(line)}” går inte att mäta mot. Skriv gränsen med ett tal, till exempel "
            "högst 14 dagar eller minst 5.",
            field=field,
        )
    return line


def help_words(phrase: str, limit: str) -> str:
    """The help beside a criterion: ``Inom skälig tid: högst 14 dagar``."""
    head = clean_line(phrase)
    return f"{head[:1].upper()}{head[1:]}: {limit}"


def help_of(
    criteria: Sequence[str], limits: Sequence[tuple[str, str]]
) -> tuple[tuple[str, str | None], ...]:
    """Each criterion with its help: the limits of the words in it, or of words in none of them."""
    keys = [text_key(text) for text in criteria]
    found: list[list[str]] = [[] for _ in criteria]
    for phrase, limit in limits:
        places = [place for place, key in enumerate(keys) if text_key(phrase) in key]
        for place in places or range(len(criteria)):
            found[place].append(help_words(phrase, limit))
    return tuple(
        (text, "\n".join(words) or None) for text, words in zip(criteria, found, strict=True)
    )
