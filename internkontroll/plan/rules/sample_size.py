"""Urvalets omfattning in words: how many items a plan's free text asks for."""

import re
from dataclasses import dataclass
from functools import cache

from internkontroll.core.text import NUMBER_WORDS, clean_line, fold_dashes
from internkontroll.plan.rules.vocabulary import SampleKind, Technique

_WORDS = "|".join(sorted((w for w in NUMBER_WORDS if w not in ("en", "ett")), key=len)[::-1])
_NUMBER = rf"(?:\d{{1,3}}(?: \d{{3}})+|\d+|{_WORDS})"

SAMPLE = re.compile(r"stickprov|\burval|slumpmässig|slumpvis", re.IGNORECASE)
ALL = re.compile(r"\b(?:samtliga|alla)\b|\b100 ?(?:%|procent\b)|\bhundra procent\b", re.IGNORECASE)
CENSUS = re.compile(r"total(?:kontroll|gransk|undersök|genomgång)|\b100 ?(?:%|procent\b)", re.I)


@dataclass(frozen=True)
class SampleReading:
    """Urvalets omfattning as read. ``reason`` says why it is asked about, None if it is clear.

    ``proposed`` is the likely answer in the form that an answer is written in.
    """

    kind: SampleKind
    n: int | None = None
    reason: str | None = None
    proposed: str = ""


_NOT_ITEMS = (
    r"kap\b|kapitlet|§|ggr|gång|gånger|månad|dag|vecka|veckor|år\b|årig|kvartal|tertial|halvår|"
    r"kr\b|kronor|tkr|mkr|sek\b|%|procent|tillfälle|stickprov|urval|timm|min\b|minuter|:|/|av \d|\d"
)


@cache
def _size() -> re.Pattern[str]:
    # Twelve hundred number words take a while to compile: done when the first plan is read.
    return re.compile(
        rf"(?P<floor>\bminst |\båtminstone |\blägst |\bfler än )?"
        rf"(?P<ceiling>\bhögst |\bmax(?:imalt)? )?"
        rf"(?P<about>\bca\.? |\bcirka |\bungefär |\bomkring )?"
        rf"(?<![\w./,-])(?P<number>{_NUMBER}|(?<=minst )(?:en|ett)\b)"
        rf"(?P<range> ?(?:-|till|eller) ?{_NUMBER}\b)?"
        rf"(?![\w])(?P<more> eller fler)?(?! ?(?:{_NOT_ITEMS})|[,.]\d|\. (?:maj|juni))",
        re.IGNORECASE,
    )


@cache
def _counted() -> re.Pattern[str]:
    return re.compile(rf"\b(?P<number>{_NUMBER}) (?:\w+ )?(?:stickprov|urval)\b", re.IGNORECASE)


@cache
def _percent() -> re.Pattern[str]:
    return re.compile(rf"\b(?P<number>{_NUMBER})(?:[,.]\d+)? ?(?:%|procent\b)", re.IGNORECASE)


_MONTHS = "januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december"
_DATES = re.compile(
    rf"\b\d{{4}}-\d\d(?:-\d\d)?\b|\b\d{{1,2}}/\d{{1,2}}\b|\b\d{{1,2}} (?:{_MONTHS})\b|"
    r"\b(?:19|20)\d\d\b(?! (?:st|ärenden|fakturor|akter|poster|beslut))|\b\d+ kap\b\.?|\d+ ?§+|"
    r"\b(?:19|20)\d\d:\d+",
    re.IGNORECASE,
)
_PER_GROUP = re.compile(
    r"\b(?:per|för varje|i varje|från varje|vid varje|på varje)\s+(?:och en )?"
    r"(?:enhet|avdelning|skola|förskola|boende|verksamhet|utskott|område|chef|handläggare|distrikt)",
    re.IGNORECASE,
)


def has_size(text: str) -> bool:
    """True if ``text`` states a number of items or a share of them."""
    return bool(sizes(text)) or _percent().search(text) is not None


def sizes(text: str) -> list[re.Match[str]]:
    """The numbers in ``text`` that may be a number of items: not dates, amounts or times."""
    line = _DATES.sub(" ", fold_dashes(clean_line(text)))
    return list(_size().finditer(line))


def read_sample(method: str, sample: str, control: str, technique: Technique) -> SampleReading:
    """How many items the plan asks for, from the column for urval before the method.

    ``minst tre`` is at least 3, ``fem`` and ``10`` exactly that many, ``samtliga`` all. A number of
    samples (``två stickprov``), a percentage, a range or no number at all is asked about.
    """
    in_control = control if not method and SAMPLE.search(control) else ""
    for text in (sample, method, in_control):
        found = _sample_in(text)
        if found is not None:
            return found
    if technique is Technique.CENSUS:
        return SampleReading(SampleKind.CENSUS)
    both = f"{method}\n{sample}"
    if technique is Technique.SURVEY and ALL.search(both):
        return SampleReading(SampleKind.CENSUS)
    if SAMPLE.search(both) or technique is Technique.SAMPLE:
        return SampleReading(SampleKind.UNSTATED, reason="size_unstated")
    if ALL.search(f"{both}\n{control}"):
        return SampleReading(SampleKind.CENSUS)
    return SampleReading(SampleKind.NONE)


def _sample_in(text: str) -> SampleReading | None:
    """What one text says of the size, None if it says nothing."""
    line = _DATES.sub(" ", fold_dashes(clean_line(text)))
    if not line:
        return None
    percent = _percent().search(line)
    if percent and _value(percent["number"]) == 100:
        return SampleReading(SampleKind.CENSUS)
    if percent:
        return SampleReading(SampleKind.UNSTATED, reason="share")
    found = list(_size().finditer(line))
    counted = _counted().search(line)
    if counted and _value(counted["number"]) != 1:
        return SampleReading(SampleKind.UNSTATED, reason="sample_count")
    if not found:
        is_all = ALL.search(line) or CENSUS.search(line)
        return SampleReading(SampleKind.CENSUS) if is_all and not SAMPLE.search(line) else None
    if len({match.group().casefold().strip() for match in found}) > 1:
        return SampleReading(SampleKind.UNSTATED, reason="many_numbers")
    return _one_size(found[0], line)


def _one_size(match: re.Match[str], line: str) -> SampleReading | None:
    number = _value(match["number"])
    if number == 0:
        return SampleReading(SampleKind.UNSTATED, reason="size_unstated")
    if match["range"] or match["ceiling"]:
        return SampleReading(
            SampleKind.UNSTATED, reason="size_range", proposed=f"at_least:{number}"
        )
    exact = SampleReading(SampleKind.EXACT, number)
    if match["about"]:
        return SampleReading(
            SampleKind.UNSTATED, reason="size_approximate", proposed=f"exact:{number}"
        )
    if match["floor"] or match["more"]:
        over = (match["floor"] or "").strip().casefold() == "fler än"
        exact = SampleReading(SampleKind.AT_LEAST, number + 1 if over else number)
    if _PER_GROUP.search(line):
        return SampleReading(
            exact.kind, exact.n, reason="size_per_group", proposed=f"{exact.kind}:{exact.n}"
        )
    return exact


def _value(text: str) -> int:
    plain = text.replace(" ", "").casefold()
    return int(plain) if plain.isdecimal() else NUMBER_WORDS[plain]
