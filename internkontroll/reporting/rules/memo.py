"""Tjänsteskrivelsens mall: its parts, their order, their headings and what stands if nothing else.

The parts are those that a Swedish tjänsteskrivelse has; a municipality names and orders them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import clean_line, clean_text
from internkontroll.reporting.models import MemoPart

HEADING_MAX = 120
"""Most characters of a heading."""

TEXT_MAX = 8_000
"""Most characters of a part's text."""

WRITTEN: tuple[MemoPart, ...] = (
    MemoPart.MATTER,
    MemoPart.PREPARATION,
    MemoPart.CHILDREN,
    MemoPart.EQUALITY,
    MemoPart.BUSINESS,
    MemoPart.PRESENTATION,
    MemoPart.ECONOMY,
)
"""The parts that people write in; the others are computed from the report and nothing else."""


@dataclass(frozen=True)
class PartTemplate:
    """Del av mallen. Without ``heading`` it stands under the part before; ``text`` is standing."""

    part: MemoPart
    heading: str
    text: str = ""
    included: bool = True


DEFAULT_TEMPLATE: tuple[PartTemplate, ...] = (
    PartTemplate(MemoPart.PROPOSAL, "Förslag till beslut"),
    PartTemplate(
        MemoPart.MATTER,
        "Ärendet",
        "Nämnden följer upp sin internkontrollplan vid varje rapporteringstidpunkt. Uppföljningen "
        "visar vad som har kontrollerats, vad kontrollerna visade och vad som görs åt bristerna.",
    ),
    PartTemplate(
        MemoPart.PREPARATION,
        "Beredning",
        "Förvaltningen har tagit fram uppföljningen av det som har registrerats under året.",
    ),
    PartTemplate(MemoPart.CHILDREN, ""),
    PartTemplate(MemoPart.EQUALITY, ""),
    PartTemplate(MemoPart.BUSINESS, ""),
    PartTemplate(MemoPart.PRESENTATION, "Föredragning"),
    PartTemplate(MemoPart.ECONOMY, "Ekonomiska konsekvenser"),
    PartTemplate(MemoPart.BASIS, "Beslutsunderlag"),
)
"""The template until a municipality has written its own; the order is Uppsala kommun's."""


@dataclass(frozen=True)
class MemoTexts:
    """Det som är skrivet för hand i en tjänsteskrivelse."""

    texts: Mapping[MemoPart, str] = field(default_factory=dict)
    memo_author: str = ""
    registry_number: str = ""


@dataclass(frozen=True)
class Memo:
    """Tjänsteskrivelsen: the template that holds for it and what is written in it."""

    template: tuple[PartTemplate, ...] = DEFAULT_TEMPLATE
    written: MemoTexts = field(default_factory=MemoTexts)

    def text_of(self, part: PartTemplate) -> str:
        """What is written in the part, or what stands if nothing is."""
        return self.written.texts.get(part.part) or part.text

    @property
    def unwritten(self) -> tuple[PartTemplate, ...]:
        """The included parts that somebody writes in and that have no text at all."""
        return tuple(
            part
            for part in self.template
            if part.included
            and part.part in WRITTEN
            and part.part is not MemoPart.PRESENTATION
            and not self.text_of(part)
        )


def check_template(parts: Sequence[PartTemplate]) -> tuple[PartTemplate, ...]:
    """The template cleaned. Raises InvalidInput with the field ``heading_<part>`` that is wrong."""
    cleaned = tuple(
        PartTemplate(one.part, clean_line(one.heading), clean_text(one.text), one.included)
        for one in parts
    )
    if sorted(one.part.value for one in cleaned) != sorted(part.value for part in MemoPart):
        raise ValueError("a template has each part once")
    for one in cleaned:
        if len(one.heading) > HEADING_MAX:
            raise InvalidInput(
                f"Rubriken är för lång. Skriv högst {HEADING_MAX} tecken.",
                field=f"heading_{one.part.value}",
            )
        if len(one.text) > TEXT_MAX:
            raise InvalidInput(
                "Texten är för lång. Skriv högst 8 000 tecken.", field=f"text_{one.part.value}"
            )
    first = next((one for one in cleaned if one.included), None)
    proposal = next(one for one in cleaned if one.part is MemoPart.PROPOSAL)
    if not proposal.included or not proposal.heading:
        raise InvalidInput(
            "Förslaget till beslut ska alltid vara med och ha en rubrik.",
            field=f"heading_{MemoPart.PROPOSAL.value}",
        )
    if first is not None and not first.heading:
        raise InvalidInput(
            "Den del som står först måste ha en rubrik.", field=f"heading_{first.part.value}"
        )
    return cleaned


def template_to_plain(parts: Iterable[PartTemplate]) -> list[dict[str, Any]]:
    """The template as it is kept."""
    return [
        {
            "part": one.part.value,
            "heading": one.heading,
            "text": one.text,
            "included": one.included,
        }
        for one in parts
    ]


def template_from_plain(rows: Iterable[Mapping[str, Any]]) -> tuple[PartTemplate, ...]:
    """The template as it was kept; a part that the program has got since stands last, left out."""
    kept = tuple(
        PartTemplate(MemoPart(row["part"]), row["heading"], row["text"], row["included"])
        for row in rows
    )
    known = {one.part for one in kept}
    return (*kept, *(PartTemplate(part, "", "", False) for part in MemoPart if part not in known))
