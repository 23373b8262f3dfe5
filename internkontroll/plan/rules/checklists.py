"""Checklistornas jämförelse: what a newer version changes, criterion by criterion."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from internkontroll.core.text import text_key

MOST_CRITERIA = 60
"""Most criteria of a checklist: more than that nobody answers for each item."""


class Judged(Protocol):
    """Anything that an item is judged against: of a control, of a checklist, or as written."""

    @property
    def text(self) -> str:
        """The criterion's words."""

    @property
    def counts(self) -> bool:
        """Whether a nej counts as a deviation."""

    @property
    def help_text(self) -> str | None:
        """What the reviewer should look for."""


@dataclass(frozen=True)
class CriterionContent:
    """What a person writes of a criterion."""

    text: str
    counts: bool = True
    help_text: str | None = None


@dataclass(frozen=True)
class ChecklistChanges:
    """Skillnad mellan två listor. ``changed`` are pairs (old, new) with the same words."""

    added: tuple[CriterionContent, ...]
    removed: tuple[CriterionContent, ...]
    changed: tuple[tuple[CriterionContent, CriterionContent], ...]
    reordered: bool

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.reordered)


def contents_of(rows: Iterable[Judged]) -> list[CriterionContent]:
    """The criteria as plain data."""
    return [CriterionContent(row.text, row.counts, row.help_text or None) for row in rows]


def checklist_changes(old: Sequence[Judged], new: Sequence[Judged]) -> ChecklistChanges:
    """What becomes of ``old`` when ``new`` takes its place.

    A criterion is the same as long as its words are, case, spacing and end stop aside. One that is
    reworded is one removed and one added. ``reordered`` is of those that are in both.
    """
    before, after = contents_of(old), contents_of(new)
    left = list(before)
    pairs: list[tuple[CriterionContent, CriterionContent]] = []
    added: list[CriterionContent] = []
    for row in after:
        same = next((one for one in left if text_key(one.text) == text_key(row.text)), None)
        if same is None:
            added.append(row)
        else:
            left.remove(same)
            pairs.append((same, row))
    kept = [one for one in before if one in [old_one for old_one, _ in pairs]]
    return ChecklistChanges(
        added=tuple(added),
        removed=tuple(left),
        changed=tuple(pair for pair in pairs if pair[0] != pair[1]),
        reordered=kept != [old_one for old_one, _ in pairs],
    )
