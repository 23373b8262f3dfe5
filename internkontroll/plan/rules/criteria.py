"""Förslag till kriterier: bullets or several sentences of a kontrollmoment, each to judge alone.

A proposal only: a person takes it or keeps the text whole. The plan's own words are never changed.
"""

import re
from dataclasses import dataclass

from internkontroll.core.text import clean_line, clean_text

CRITERIA = "criteria"
"""The field of questions about criteria."""

SPLIT, WHOLE = "split", "whole"
"""The answers: as proposed, or the whole text as one criterion."""

MOST_CRITERIA = 20
LONGEST_CRITERION = 1_000

_BULLET = re.compile(r"\s*(?:[-–—•*·▪●○]|[0-9]{1,2}[.)]|[a-zåäö]\))\s+(?P<text>\S.*)")
_EITHER = re.compile(
    r"\b(?:endera|antingen|någo[nt] av(?: följande)?|ett av följande|en av följande|"
    r"minst e(?:n|tt) av)\b",
    re.IGNORECASE,
)
_ABBREVIATIONS = (
    "kap|st|t\\.ex|bl\\.a|m\\.m|m\\.fl|d\\.v\\.s|dvs|enl|nr|ca|s\\.k|o\\.s\\.v|osv|etc|resp|inkl|exkl|"
    "fr\\.o\\.m|t\\.o\\.m|max|min|jfr|p|s|kr|tkr|mkr|f\\.n|e\\.d|p\\.g\\.a|pga|mm|ev"
)
_SENTENCE_END = re.compile(
    r"(?<!\b[0-9])(?<!\b[0-9][0-9])[.!?](?=\s+[A-ZÅÄÖ])|"
    r"\n+(?=\s*[A-ZÅÄÖ])"
)
_ABBREVIATED = re.compile(rf"(?:^|[\s(])(?:{_ABBREVIATIONS})$", re.IGNORECASE)
_REFERS = re.compile(
    r"(?:det (?:framgår|följer|regleras|anges|gäller)|detta|se |jfr|enligt |exempelvis|"
    r"till exempel|"
    r"t\.ex|observera|obs|not[: ]|syftet|kontrollen (?:görs|sker|utförs|genomförs))",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class CriteriaProposal:
    """Förslag: ``items`` are the criteria. ``either`` says that one of several kinds is enough.

    Then ``items`` is one criterion that names all kinds, and ``alternatives`` are the kinds.
    """

    items: tuple[str, ...]
    either: bool = False
    alternatives: tuple[str, ...] = ()


def propose_criteria(text: str) -> CriteriaProposal | None:
    """What a kontrollmoment's text could be judged by, None where it is one thing already."""
    lead, bullets = _bullets(clean_text(text))
    if len(bullets) >= 2:
        if _EITHER.search(lead):
            return CriteriaProposal((_either(lead, bullets),), True, bullets)
        return _fitting(bullets)
    if bullets:
        return None
    sentences = _sentences(clean_text(text))
    return _fitting(sentences) if len(sentences) >= 2 else None


def _fitting(items: tuple[str, ...]) -> CriteriaProposal | None:
    fits = len(items) <= MOST_CRITERIA and all(len(item) <= LONGEST_CRITERION for item in items)
    return CriteriaProposal(items) if fits else None


def _bullets(text: str) -> tuple[str, tuple[str, ...]]:
    """The lines before the first bullet, and the bullets with their continued lines."""
    lead: list[str] = []
    items: list[str] = []
    for line in text.split("\n"):
        match = _BULLET.match(line)
        if match is not None:
            items.append(match["text"])
        elif items and line.strip():
            items[-1] = f"{items[-1]} {line.strip()}"
        elif line.strip():
            lead.append(line.strip())
    return " ".join(lead), tuple(_tidy(item) for item in items)


def _either(lead: str, kinds: tuple[str, ...]) -> str:
    """The alternatives in one sentence: ``... gäller endera a, b eller c``."""
    stem = clean_line(lead).rstrip(" :")
    return f"{stem} {', '.join(kinds[:-1])} eller {kinds[-1]}"


def _sentences(text: str) -> tuple[str, ...]:
    """The sentences that say something to judge; one that only refers stays with the one before."""
    found: list[str] = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        if _ABBREVIATED.search(text[start : end.start()]):
            continue
        found.append(text[start : end.end()])
        start = end.end()
    found.append(text[start:])
    items: list[str] = []
    for sentence in map(clean_line, found):
        if not sentence:
            continue
        if items and _REFERS.match(sentence):
            items[-1] = f"{items[-1]} {sentence}"
        else:
            items.append(sentence)
    return tuple(_tidy(item) for item in items)


def _tidy(item: str) -> str:
    """One criterion on one line, without the stop or comma that tied it to the next."""
    line = clean_line(item).rstrip(" ;,")
    return line.removesuffix(".") if line.count(". ") == 0 else line
