"""Det nämnderna har lämnat: what kommunstyrelsen takes from a report that is decided and sent.

Read from the snapshot as plain data. The texts of a report (comments, descriptions, grounds, the
reasons for what was not done) are left where they are: a nämnd's own page tells them.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from typing import Any

from internkontroll.findings.models import Severity
from internkontroll.organisation.models import BoardKind
from internkontroll.reporting.models import Assessment, OverallAssessment
from internkontroll.reporting.rules.count import ClosingCount, total
from internkontroll.reporting.rules.lines import ActionCount
from internkontroll.reporting.rules.report import DecisionFacts

_FIGURES = (
    "due",
    "in_time",
    "late",
    "not_performed",
    "missed",
    "not_yet_due",
    "early",
    "expired",
)

Severities = tuple[tuple[Severity, int], ...]
"""How many avvikelser of each severity, every severity told, the mildest first."""

DEVIATING = frozenset({Assessment.MINOR, Assessment.MATERIAL, Assessment.SERIOUS})
"""The assessments that say that something was found."""


class WithSeverities:
    """Det som säger hur många avvikelser av varje allvar som är beskrivna."""

    severities: Severities

    @property
    def findings(self) -> int:
        """How many avvikelser are described."""
        return sum(number for _, number in self.severities)


@dataclass(frozen=True)
class SentRow(WithSeverities):
    """Ett kontrollmoment i en överlämnad uppföljning: its figures, and none of its texts."""

    number: int
    area: str
    text: str
    count: ClosingCount
    reviewed: int
    deviating: int
    assessment: Assessment | None
    severities: Severities
    not_applicable: bool = False
    removed: bool = False

    @property
    def deviates(self) -> bool:
        """Whether anything was found in it."""
        return bool(self.findings) or self.assessment in DEVIATING


@dataclass(frozen=True)
class SentArea:
    """Ett kontrollområde med avvikelser i en överlämnad uppföljning, and its kontrollmoment.

    ``key`` is the same for areas of one name, whatever the case and the spaces around it.
    """

    key: str
    name: str
    numbers: tuple[int, ...]
    severities: Severities


@dataclass(frozen=True)
class SentReport:
    """En överlämnad uppföljning.

    ``actions`` is None where the report does not tell of åtgärder, as those decided before reports
    did. ``version`` is None in a picture that was frozen before pictures told it.
    """

    plan_version: int
    overall: OverallAssessment | None
    decision: DecisionFacts
    sha256: str
    rows: tuple[SentRow, ...]
    actions: ActionCount | None = None
    version: int | None = None

    @cached_property
    def count(self) -> ClosingCount:
        """The count of its rows, which closes because each of theirs does."""
        return total(row.count for row in self.rows)

    @cached_property
    def severities(self) -> Severities:
        """The avvikelser of its rows."""
        return added([row.severities for row in self.rows])

    @cached_property
    def assessments(self) -> tuple[tuple[Assessment, int], ...]:
        """How many of its rows have each assessment."""
        tally = Counter(row.assessment for row in self.rows)
        return tuple((kind, tally[kind]) for kind in Assessment)

    @cached_property
    def deviating_areas(self) -> tuple[SentArea, ...]:
        """The kontrollområden in which something was found, in the order of the plan."""
        named: dict[str, list[SentRow]] = defaultdict(list)
        for row in self.rows:
            if row.deviates:
                named[" ".join(row.area.casefold().split())].append(row)
        return tuple(
            SentArea(
                key,
                rows[0].area,
                tuple(row.number for row in rows),
                added([row.severities for row in rows]),
            )
            for key, rows in named.items()
        )

    @cached_property
    def reviewed(self) -> int:
        """How many items were reviewed."""
        return sum(row.reviewed for row in self.rows)

    @cached_property
    def deviating(self) -> int:
        """How many of the reviewed items deviate."""
        return sum(row.deviating for row in self.rows)


@dataclass(frozen=True)
class BoardFacts:
    """En nämnd inför en rapporteringstidpunkt: what was asked of it and what it has sent.

    ``has_point`` False: the nämnd has no such point this year. ``due_on`` is the day to
    kommunstyrelsen, None where nothing is to be sent. ``sent_on`` None: nothing has been sent, and
    then ``report`` is None too. ``plan_size`` counts the kontrollmoment of the plan that the report
    is of, reported or not.
    """

    code: str
    name: str
    kind: BoardKind
    oversight: bool
    has_point: bool
    due_on: date | None
    sent_on: date | None
    report: SentReport | None
    plan_size: int = 0


@dataclass(frozen=True)
class ObligatoryFact:
    """Ett obligatoriskt kontrollmoment. ``places`` tells where each decided plan has it:
    (nämnd's code, plan version) to the kontrollmoment's number there.
    """

    number: int
    area: str
    text: str
    places: Mapping[tuple[str, int], int] = field(default_factory=dict)


def severities_of(found: Mapping[Severity, int]) -> Severities:
    """Every severity with its number, also where that is 0."""
    return tuple((severity, found.get(severity, 0)) for severity in Severity)


def added(each: Sequence[Severities]) -> Severities:
    """The sum of several."""
    total: Counter[Severity] = Counter()
    for one in each:
        total.update(dict(one))
    return severities_of(total)


def sent_report(data: Mapping[str, Any], sha256: str) -> SentReport:
    """Read the snapshot of a decided report.

    Raises KeyError or ValueError where it is none, CountDoesNotClose where its figures do not
    close.
    """
    rows = tuple(_row(row) for row in data["rows"])
    decision = data["decision"]
    verified = decision.get("verified_on")
    return SentReport(
        plan_version=data["plan"]["version"],
        overall=OverallAssessment(data["overall"]) if data["overall"] else None,
        decision=DecisionFacts(
            body=decision["body"],
            decided_on=date.fromisoformat(decision["decided_on"]),
            paragraph=decision["paragraph"],
            registry_number=decision["registry_number"],
            verified_on=date.fromisoformat(verified) if verified else None,
        ),
        sha256=sha256,
        rows=rows,
        actions=_actions(data),
        version=data.get("version", 1),
    )


def _row(row: Mapping[str, Any]) -> SentRow:
    found = Counter(Severity(finding["severity"]) for finding in row["findings"])
    assessment = row["assessment"]
    return SentRow(
        number=row["number"],
        area=row["area"],
        text=row["text"],
        count=ClosingCount(*(row["count"][name] for name in _FIGURES)),
        reviewed=row["reviewed"],
        deviating=row["deviating"],
        assessment=Assessment(assessment) if assessment else None,
        severities=severities_of(found),
        not_applicable=row.get("not_applicable") is not None,
        removed=row.get("removed", False),
    )


def _actions(data: Mapping[str, Any]) -> ActionCount | None:
    """Åtgärder by state, where the report knows of them."""
    told = data.get("actions")
    if told is None or not any(row.get("lineage") for row in data["rows"]):
        return None
    return ActionCount(**{entry.name: told[entry.name] for entry in fields(ActionCount)})
