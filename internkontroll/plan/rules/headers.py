"""Rubrikrad: which column of a plan holds what, by the headings that municipalities use."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from internkontroll.core.text import clean_text


class Field(StrEnum):
    """Kolumn: what a column of a plan holds."""

    NUMBER = "number"
    AREA = "area"
    PROCESS = "process"
    RISK = "risk"
    LIKELIHOOD = "likelihood"
    IMPACT = "impact"
    SCORE = "score"
    CONTROL = "control"
    PURPOSE = "purpose"
    METHOD = "method"
    SAMPLE = "sample"
    FREQUENCY = "frequency"
    RESPONSIBLE = "responsible"
    RISK_OWNER = "risk_owner"
    UNIT = "unit"
    REPORTING = "reporting"
    REPORT_TO = "report_to"


FIELD_TERMS: Mapping[Field, str] = {
    Field.NUMBER: "Nr",
    Field.AREA: "Kontrollområde",
    Field.PROCESS: "Process",
    Field.RISK: "Riskbeskrivning",
    Field.LIKELIHOOD: "Sannolikhet",
    Field.IMPACT: "Konsekvens",
    Field.SCORE: "Riskvärde",
    Field.CONTROL: "Kontrollmoment",
    Field.PURPOSE: "Syfte",
    Field.METHOD: "Kontrollmetod",
    Field.SAMPLE: "Urval",
    Field.FREQUENCY: "Frekvens",
    Field.RESPONSIBLE: "Kontrollansvarig",
    Field.RISK_OWNER: "Riskansvarig",
    Field.UNIT: "Enhet",
    Field.REPORTING: "Tidpunkt för rapportering",
    Field.REPORT_TO: "Rapportering till",
}

# In each list the most telling heading stands first: it wins where two columns would hold the same.
SYNONYMS: Mapping[Field, tuple[str, ...]] = {
    Field.NUMBER: ("nr", "id", "löpnr", "löpnummer", "ref", "nummer", "lnr", "#", "rad", "risk nr"),
    Field.AREA: (
        "kontrollområde",
        "område",
        "riskområde",
        "granskningsområde",
        "avsnitt",
        "avsnitt nämndens/kommungemensamma granskningar",
        "riskkategori",
        "kategori",
        "perspektiv",
        "processområde",
    ),
    Field.PROCESS: (
        "process",
        "process/rutin/system",
        "rutin/process/system",
        "process/rutin",
        "områden och tillhörande rutiner som ska granskas",
        "rutin",
        "rutin/system",
        "verksamhet",
        "verksamhet/process",
    ),
    Field.RISK: (
        "riskbeskrivning",
        "beskrivning av risk",
        "beskrivning av risken",
        "risk",
        "risker",
        "identifierad risk",
        "oönskad händelse",
        "riskhändelse",
        "riskkategori/beskrivning",
        "risk/riskbeskrivning",
    ),
    Field.LIKELIHOOD: ("sannolikhet", "s", "sannolikhet s"),
    Field.IMPACT: ("konsekvens", "k", "väsentlighet", "konsekvens k"),
    Field.SCORE: ("riskvärde", "riskpoäng", "risktal", "sxk", "s x k", "r", "riskvärdering"),
    Field.CONTROL: (
        "kontrollmoment",
        "kontrollaktivitet",
        "kontrollpunkt",
        "granskning",
        "kontroll",
        "kontroller",
        "kontrollåtgärd",
        "vad ska kontrolleras",
        "vad ska granskas",
        "vad kontrolleras",
        "moment",
    ),
    Field.PURPOSE: ("syfte med granskningen", "syfte med kontrollen", "syfte", "kontrollmål"),
    Field.METHOD: (
        "kontrollmetod",
        "granskningsmetod",
        "metod",
        "metod för kontroll",
        "tillvägagångssätt",
        "hur",
        "hur kontrolleras det",
        "hur ska det kontrolleras",
    ),
    Field.SAMPLE: (
        "omfattning/avgränsning",
        "omfattning/urval",
        "urval",
        "urval/omfattning",
        "omfattning",
        "stickprovsstorlek",
        "antal stickprov",
        "avgränsning",
    ),
    Field.FREQUENCY: ("frekvens", "intervall", "hur ofta", "kontrollfrekvens", "periodicitet"),
    Field.RESPONSIBLE: (
        "kontrollansvarig",
        "ansvarig för kontroll",
        "ansvarig för kontrollen",
        "ansvarig",
        "utförs av",
        "vem",
        "vem kontrollerar",
        "ansvar",
    ),
    Field.RISK_OWNER: ("riskansvarig", "riskägare"),
    Field.UNIT: ("enhet", "förvaltning", "avdelning", "förvaltning/enhet"),
    Field.REPORTING: (
        "tidpunkt för rapportering",
        "rapporteringstidpunkt",
        "rapporteras när",
        "när rapporteras",
        "tidpunkt för",
        "tidpunkt",
        "rapporteras",
        "rapportering",
        "återrapportering",
        "rapportering när",
        "klart senast",
    ),
    Field.REPORT_TO: (
        "rapportering till",
        "rapporteras till",
        "mottagare",
        "rapportmottagare",
        "återrapporteras till",
    ),
}

_RANK: dict[str, tuple[Field, int]] = {
    synonym: (field, rank)
    for field, synonyms in SYNONYMS.items()
    for rank, synonym in enumerate(synonyms)
}
_BY_SQUEEZED = {re.sub(r"[ /]", "", name): found for name, found in _RANK.items()}
_LONG_NAMES = [name for name in _RANK if len(name) >= 8]
_PRODUCT = re.compile(r"(?:.*=)?s[x×*·]k")


Known = Mapping[str, Field | None]
"""What headings mean here, by their key: answers given before. None: kept as an addition."""


@dataclass(frozen=True)
class Heading:
    """A column's heading as read. ``guessed`` where it was misspelled and read by likeness.

    ``told`` where a person has said what it means, now or at an earlier reading.
    """

    column: int
    text: str
    field: Field | None
    rank: int = 0
    guessed: bool = False
    told: bool = False


@dataclass(frozen=True)
class HeaderRow:
    """The row of headings: which column holds which field, and what was not known."""

    headings: tuple[Heading, ...]

    @property
    def columns(self) -> dict[Field, int]:
        """Field -> column (from 0). Of two columns for one field the most telling heading wins."""
        best: dict[Field, Heading] = {}
        for heading in self.headings:
            if heading.field is None:
                continue
            other = best.get(heading.field)
            if other is None or heading.rank < other.rank:
                best[heading.field] = heading
        columns = {field: heading.column for field, heading in best.items()}
        if Field.AREA not in columns and Field.PROCESS in columns:
            columns[Field.AREA] = columns[Field.PROCESS]
        return columns

    @property
    def extra(self) -> dict[int, str]:
        """Column -> heading of the columns that no field is read from."""
        used = set(self.columns.values())
        return {h.column: h.text for h in self.headings if h.text and h.column not in used}

    @property
    def unexplained(self) -> tuple[Heading, ...]:
        """Headings that no synonym explains and nobody has said the meaning of."""
        return tuple(h for h in self.headings if h.text and h.field is None and not h.told)

    @property
    def is_header(self) -> bool:
        """A header row names the kontrollmoment and something more."""
        return Field.CONTROL in self.columns and len(self.fields) >= 2

    @property
    def fields(self) -> set[Field]:
        """The fields that were recognised."""
        return {heading.field for heading in self.headings if heading.field is not None}


def heading_key(text: str) -> str:
    """A heading without its typography: case, ``:`` ``*`` ``.``, broken lines, hyphenation."""
    joined = re.sub(r"(?<=\w)-\n(?=[a-zåäö])", "", clean_text(text))
    folded = re.sub(r"[:*.?!]", " ", joined.casefold())
    return re.sub(r"\s*/\s*", "/", " ".join(folded.split()))


@lru_cache(maxsize=1024)
def recognise(text: str) -> tuple[Field, int, bool] | None:
    """The field that a heading means, how telling it is (0 is most) and if it is a guess."""
    key = heading_key(text)
    if not key or len(key) > 80:
        return None
    without_brackets = " ".join(re.sub(r"\([^)]*\)", " ", key).split())
    inside = " ".join(re.sub(r"[()]", " ", key).split())
    for candidate in (key, inside, without_brackets):
        if candidate in _RANK:
            return (*_RANK[candidate], False)
    if _PRODUCT.fullmatch(key.replace(" ", "")):
        return Field.SCORE, 1, False
    return _by_parts(without_brackets) or _by_scale(without_brackets) or _by_likeness(key)


def _by_scale(key: str) -> tuple[Field, int, bool] | None:
    """``sannolikhet 1-4``: the scale written after the word."""
    match = re.fullmatch(r"(\D+?) ?\d+ ?[-–] ?\d+", key)
    found = _RANK.get(match[1].strip()) if match else None
    return (*found, False) if found else None


def _by_parts(key: str) -> tuple[Field, int, bool] | None:
    """``metod/frekvens`` and ``kontrollmetod och frekvens``: the first word that is known."""
    parts = re.split(r"/| och | samt |,\s*|&| - ", key)
    if len(parts) < 2:
        return None
    for part in parts:
        found = _RANK.get(part.strip())
        if found is not None:
            return found[0], found[1] + 50, False
    return None


def _by_likeness(key: str) -> tuple[Field, int, bool] | None:
    squeezed = re.sub(r"[ /-]", "", key)
    if len(squeezed) >= 6 and squeezed in _BY_SQUEEZED:
        field, rank = _BY_SQUEEZED[squeezed]
        return field, rank + 20, False
    close = difflib.get_close_matches(key, _LONG_NAMES, n=1, cutoff=0.9)
    if not close:
        return None
    field, rank = _RANK[close[0]]
    return field, rank + 100, True


def read_header(cells: Sequence[str], known: Known | None = None) -> HeaderRow:
    """The cells of a row read as headings; ``known`` goes before the synonyms."""
    headings = []
    for column, text in enumerate(cells):
        found = recognise(text)
        shown = " ".join(clean_text(text).split())
        if known and shown and heading_key(text) in known:
            headings.append(Heading(column, shown, known[heading_key(text)], -1, told=True))
        elif found is None:
            headings.append(Heading(column, shown, None))
        else:
            field, rank, guessed = found
            headings.append(Heading(column, shown, field, rank, guessed))
    return HeaderRow(tuple(headings))
