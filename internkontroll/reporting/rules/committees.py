"""Utskottens granskningar i uppföljningen: one line for each committee, over its meetings."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from internkontroll.core.sorting import swedish_key
from internkontroll.reporting.rules.count import OccurrenceFact, closing_count
from internkontroll.reporting.rules.report import CommitteeLine
from internkontroll.review.rules import known_size

COMMITTEE_RULE = (
    "Stickproven inför utskottens sammanträden är dragna vart för sig. De läggs inte ihop till ett "
    "slumpmässigt urval, så summorna har ingen gemensam gräns. Siffrorna ingår i tabellerna ovan."
)


def committee_lines(
    facts: Iterable[OccurrenceFact], cut_off_at: datetime
) -> tuple[CommitteeLine, ...]:
    """What each committee was to do and did, as known at the cut-off; by name.

    Occurrences of no committee are left out. Raises CountDoesNotClose if a count does not close.
    """
    by_name: dict[str, list[OccurrenceFact]] = defaultdict(list)
    for fact in facts:
        if fact.where is not None:
            by_name[fact.where].append(fact)
    lines = []
    for name in sorted(by_name, key=swedish_key):
        own = by_name[name]
        known = [fact.verdict_at(cut_off_at) for fact in own]
        verdicts = [verdict for verdict in known if verdict is not None]
        lines.append(
            CommitteeLine(
                name=name,
                count=closing_count(own, cut_off_at),
                reviewed=sum(verdict.reviewed for verdict in verdicts),
                population=known_size((row.reviewed, row.population) for row in verdicts),
                deviating=sum(verdict.deviating for verdict in verdicts),
            )
        )
    return tuple(lines)
