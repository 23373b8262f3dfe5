"""Bestämmelse i offentlighets- och sekretesslagen, as people type it and as it is told."""

import re

from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import clean_line

_PROVISION = re.compile(
    r"(?:OSL\s*)?(\d{1,2})\s*(?:kap\.?\s*|:\s*)(\d{1,2})\s*([a-z]?)\s*§?(?:\s*(?:OSL)?)?",
    re.IGNORECASE,
)


def provision_words(text: str) -> str:
    """ "26 kap. 1 §" of a provision typed in any of the usual ways; empty stays empty.

    Raises InvalidInput for anything else.
    """
    line = clean_line(text)
    if not line:
        return ""
    found = _PROVISION.fullmatch(line)
    if found is None:
        raise InvalidInput(
            "Skriv kapitel och paragraf i offentlighets- och sekretesslagen, till exempel "
            "26 kap. 1 §.",
            field="provision",
        )
    chapter, section, letter = found.groups()
    return f"{int(chapter)} kap. {int(section)}{' ' + letter.lower() if letter else ''} §"
