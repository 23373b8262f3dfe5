"""Jämförelse med tidigare beslutade uppföljningar: how each kontrollmoment has gone since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from internkontroll.core.text import text_key
from internkontroll.reporting.models import Assessment
from internkontroll.reporting.rules.lines import AreaYear, Change, Comparison, EarlierPoint
from internkontroll.reporting.rules.spread import area_years_of

COMPARISON_RULE = (
    "Jämförelsen görs bara med uppföljningar som nämnden hade beslutat när uppgifterna stängdes. "
    "Bedömningarna ordnas från utan avvikelse till allvarlig avvikelse. Det som blev bedömt förra "
    "gången men är ej genomfört nu är försämrat. Det som saknade bedömning eller var ej genomfört "
    "förra gången och är bedömt nu är nytt."
)

_RISING = (
    Assessment.WITHOUT_DEVIATION,
    Assessment.MINOR,
    Assessment.MATERIAL,
    Assessment.SERIOUS,
)


@dataclass(frozen=True)
class EarlierRow:
    """Ett kontrollmoment i en tidigare uppföljning."""

    assessment: Assessment | None
    due: int
    performed: int
    deviating: int


@dataclass(frozen=True)
class EarlierReport:
    """En tidigare beslutad uppföljning, as far as the comparison needs it."""

    told: EarlierPoint
    by_lineage: Mapping[str, EarlierRow]
    by_text: Mapping[str, EarlierRow]
    by_year: tuple[AreaYear, ...] = ()
    """Avvikelser by area and year, as it tells them."""

    def row_of(self, lineage: str, text: str) -> EarlierRow | None:
        """The control's row; by its words in a report from before lineages were kept in it."""
        return self.by_lineage.get(lineage) or self.by_text.get(text_key(text))


def earlier_report(content: Mapping[str, Any], decided_on: date) -> EarlierReport:
    """What a decided report's frozen content says of its controls."""
    by_lineage, by_text = {}, {}
    for row in content["rows"]:
        count, assessment = row["count"], row["assessment"]
        made = EarlierRow(
            assessment=Assessment(assessment) if assessment else None,
            due=count["due"],
            performed=count["in_time"] + count["late"],
            deviating=row["deviating"],
        )
        if row.get("lineage"):
            by_lineage[row["lineage"]] = made
        else:
            by_text[text_key(row["text"])] = made
    told = EarlierPoint(content["point"], content["year"], decided_on)
    return EarlierReport(told, by_lineage, by_text, area_years_of(content))


def change_between(then: Assessment | None, now: Assessment | None) -> Change | None:
    """How an assessment has changed; None where there is none now.

    Not performed is no step of the scale: what was judged and is no longer done is worse, what was
    not done and now is judged is new.
    """
    if now is None:
        return None
    if then == now:
        return Change.SAME
    if now is Assessment.NOT_PERFORMED:
        return Change.NEW if then is None else Change.WORSE
    if then is None or then is Assessment.NOT_PERFORMED:
        return Change.NEW
    return Change.WORSE if _RISING.index(now) > _RISING.index(then) else Change.BETTER


def compared(
    earlier: EarlierReport | None,
    lineage: str,
    text: str,
    now: Assessment | None,
) -> Comparison | None:
    """A control's row beside an earlier report; None without one, or with no assessment now."""
    if earlier is None:
        return None
    row = earlier.row_of(lineage, text)
    change = change_between(row.assessment if row else None, now)
    if change is None:
        return None
    none_then = EarlierRow(None, 0, 0, 0)
    then = row or none_then
    return Comparison(change, then.assessment, then.due, then.performed, then.deviating)
