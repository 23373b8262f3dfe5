"""Bygg uppföljningen av fakta: pure, from what the queries read to the one report object."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from internkontroll.core.clock import end_of_day, swedish_day
from internkontroll.core.dates import long_date
from internkontroll.findings.models import Severity
from internkontroll.reporting.models import Assessment, OverallAssessment, ReportState
from internkontroll.reporting.rules.assessment import (
    ASSESSMENT_RULE,
    note_of,
    proof_of,
    propose,
    undone_words,
)
from internkontroll.reporting.rules.committees import COMMITTEE_RULE, committee_lines
from internkontroll.reporting.rules.count import (
    COUNT_RULE,
    OccurrenceFact,
    Outcome,
    Verdict,
    closing_count,
    outcome_of,
    total,
)
from internkontroll.reporting.rules.matters import matters_of
from internkontroll.reporting.rules.news import news_of
from internkontroll.reporting.rules.report import (
    AbsenceLine,
    AreaCount,
    AssessmentCount,
    ChangedControl,
    ControlRow,
    DecisionFacts,
    FindingLine,
    LaterFact,
    LaterKind,
    MoveLine,
    PlanFacts,
    Report,
    UnreportedControl,
)
from internkontroll.review.rules import known_size

MATTERS_SHOWN = 3
_OVERALL_WORDS = {
    OverallAssessment.SUFFICIENT: "tillräcklig",
    OverallAssessment.PARTLY: "delvis tillräcklig",
    OverallAssessment.INSUFFICIENT: "inte tillräcklig",
}


@dataclass(frozen=True)
class ControlFact:
    """Kontrollmoment as the plan has it; not ``in_force`` when a revision has taken it away.

    ``not_applicable`` is why an obligatory one is *ej tillämpligt hos oss*: nothing is planned.
    """

    lineage: str
    number: int
    area: str
    area_position: int
    text: str
    method: str
    performed_by: str | None
    points: tuple[str, ...]
    risks: tuple[str, ...]
    in_force: bool = True
    not_applicable: str | None = None


@dataclass(frozen=True)
class FindingFact:
    """Avvikelse with the moment it was recorded; ``occurrence_id`` None where that is unknown."""

    lineage: str
    label: str
    severity: Severity
    description: str
    recorded_at: datetime
    occurrence_id: int | None = None


@dataclass(frozen=True)
class RemarkFact:
    """Kommentar och ändrad bedömning; the latest one counts."""

    comment: str
    assessment: Assessment | None
    reason: str | None


@dataclass(frozen=True)
class PointFacts:
    """Rapporteringstidpunkten and its board. ``previous_cut_off`` is the point's before it."""

    board_code: str
    board_name: str
    is_executive: bool
    year: int
    name: str
    period_end: date
    cut_off: date
    board_on: date | None
    executive_on: date | None
    previous_cut_off: date | None


@dataclass(frozen=True)
class ReportFacts:
    """Everything a report is made of, as it was read from the database."""

    point: PointFacts
    plan: PlanFacts
    controls: Sequence[ControlFact]
    occurrences: Sequence[OccurrenceFact]
    findings: Sequence[FindingFact]
    remarks: Mapping[str, RemarkFact]
    overall: OverallAssessment | None
    grounds: str | None
    program_version: str
    trail_head: str


def report_title(point: str, year: int) -> str:
    """Uppföljningens namn."""
    return f"Uppföljning av internkontrollplanen per {point} {year}"


def live_cut_off(cut_off: date, at: datetime) -> datetime:
    """Up to which moment a live report takes facts in: now, but never past the point's cut-off."""
    return min(end_of_day(cut_off), at)


def decided_cut_off(cut_off: date, decided_on: date, at: datetime) -> datetime:
    """Up to which moment a decided report took facts in.

    The end of the point's cut-off, or of the day of the decision where that is earlier; never
    later than the moment at which the decision is recorded.
    """
    return min(end_of_day(cut_off), end_of_day(decided_on), at)


def proposals_for(
    point: str, year: int, overall: OverallAssessment | None, *, to_executive: bool
) -> tuple[str, ...]:
    """Förslag till beslut, att-sats by att-sats."""
    clauses = [f"att godkänna uppföljningen av internkontrollplanen per {point} {year}"]
    if overall is not None:
        clauses.append(f"att bedöma att den interna kontrollen är {_OVERALL_WORDS[overall]}")
    if to_executive:
        clauses.append("att överlämna uppföljningen till kommunstyrelsen")
    return tuple(clauses)


def _finding_lines(findings: Iterable[FindingFact]) -> tuple[FindingLine, ...]:
    return tuple(
        FindingLine(
            label=finding.label,
            severity=finding.severity,
            description=finding.description,
            recorded_on=swedish_day(finding.recorded_at),
        )
        for finding in findings
    )


class _Builder:
    """The facts sorted by kontrollmoment and split at the cut-off."""

    def __init__(self, facts: ReportFacts, cut_off_at: datetime, until: datetime) -> None:
        self.facts, self.cut_off_at, self.until = facts, cut_off_at, until
        known = {control.lineage for control in facts.controls}
        strangers = {fact.lineage for fact in facts.occurrences} - known
        if strangers:
            raise ValueError(f"occurrences of controls that were not read: {sorted(strangers)}")
        self.occurrences: dict[str, list[OccurrenceFact]] = defaultdict(list)
        self.added: dict[str, list[OccurrenceFact]] = defaultdict(list)
        start = date(facts.point.year, 1, 1)
        counted: set[int | None] = {None}
        for fact in facts.occurrences:
            if start <= fact.scheduled_at(cut_off_at) <= facts.point.period_end:
                counted.add(fact.occurrence_id)
                late = fact.recorded_at > cut_off_at
                (self.added if late else self.occurrences)[fact.lineage].append(fact)
        self.findings: dict[str, list[FindingFact]] = defaultdict(list)
        self.late_findings: dict[str, list[FindingFact]] = defaultdict(list)
        for finding in facts.findings:
            if finding.occurrence_id not in counted:
                continue
            late = finding.recorded_at > cut_off_at
            (self.late_findings if late else self.findings)[finding.lineage].append(finding)

    def _verdicts(self, lineage: str) -> list[Verdict]:
        known = (fact.verdict_at(self.cut_off_at) for fact in self.occurrences[lineage])
        return [verdict for verdict in known if verdict is not None]

    def _absences(self, lineage: str) -> tuple[AbsenceLine, ...]:
        lines = []
        for fact in self.occurrences[lineage]:
            absence = fact.absence_at(self.cut_off_at)
            if absence and outcome_of(fact, self.cut_off_at) in {
                Outcome.NOT_PERFORMED,
                Outcome.NOT_YET_DUE,
            }:
                day = fact.scheduled_at(self.cut_off_at)
                lines.append(AbsenceLine(day, fact.where, absence.reason))
        return tuple(lines)

    def _moves(self, lineage: str) -> tuple[MoveLine, ...]:
        return tuple(
            MoveLine(fact.where, move.old_due_on, move.new_due_on, move.reason)
            for fact in self.occurrences[lineage]
            for move in fact.moves
            if move.recorded_at <= self.cut_off_at and move.changes_day
        )

    def tells_of(self, control: ControlFact) -> bool:
        """Whether the report has a row of it: it is in force, or something was done before."""
        known = self.occurrences[control.lineage] or self.findings[control.lineage]
        return control.in_force or bool(known)

    def row(self, control: ControlFact) -> ControlRow:
        """The row of one control."""
        count = closing_count(self.occurrences[control.lineage], self.cut_off_at)
        verdicts = self._verdicts(control.lineage)
        findings = self.findings[control.lineage]
        deviating = sum(verdict.deviating for verdict in verdicts)
        proposed = propose(count, [finding.severity for finding in findings], deviating)
        remark = self.facts.remarks.get(control.lineage, RemarkFact("", None, None))
        return ControlRow(
            number=control.number,
            area=control.area,
            text=control.text,
            risks=control.risks,
            method=control.method,
            performed_by=control.performed_by,
            count=count,
            reviewed=sum(verdict.reviewed for verdict in verdicts),
            population=known_size((row.reviewed, row.population) for row in verdicts),
            deviating=deviating,
            proof=proof_of(verdicts),
            undone=undone_words(count),
            proposed=proposed,
            assessment=remark.assessment or proposed,
            assessment_reason=remark.reason if remark.assessment else None,
            comment=remark.comment,
            absences=self._absences(control.lineage),
            findings=_finding_lines(findings),
            moves=self._moves(control.lineage),
            removed=not control.in_force,
            not_applicable=control.not_applicable,
            proof_note=note_of(verdicts),
        )

    def changed(self, control: ControlFact) -> ChangedControl | None:
        """A control that this point does not report, if anything happened since the last one."""
        since = self.facts.point.previous_cut_off
        after = end_of_day(since) if since else None
        occurrences = self.occurrences[control.lineage]
        findings = self.findings[control.lineage]
        happened = any(self._happened(fact, after) for fact in occurrences) or any(
            after is None or finding.recorded_at > after for finding in findings
        )
        if not happened:
            return None
        return ChangedControl(
            number=control.number,
            area=control.area,
            text=control.text,
            count=closing_count(occurrences, self.cut_off_at),
            findings=_finding_lines(findings),
        )

    def _happened(self, fact: OccurrenceFact, after: datetime | None) -> bool:
        verdict, absence = fact.verdict_at(self.cut_off_at), fact.absence_at(self.cut_off_at)
        if verdict is not None:
            corrected = [row.signed_at for row in fact.corrections]
            known = [moment for moment in corrected if moment <= self.cut_off_at]
            return after is None or max([verdict.signed_at, *known]) > after
        if absence is not None:
            return after is None or absence.recorded_at > after
        missed = outcome_of(fact, self.cut_off_at) is Outcome.MISSED
        due_on = fact.due_at(self.cut_off_at)
        return missed and (after is None or due_on > swedish_day(after))

    def later(self, controls: Sequence[ControlFact]) -> tuple[LaterFact, ...]:
        """What was recorded after the cut-off, in the order in which it came."""
        rows = [row for control in controls for row in self._later_of(control)]
        return tuple(sorted(rows, key=lambda row: (row.recorded_on, row.number, row.kind)))

    def _later_of(self, control: ControlFact) -> Iterable[LaterFact]:
        def after(moment: datetime | None) -> bool:
            return moment is not None and self.cut_off_at < moment <= self.until

        def line(kind: LaterKind, moment: datetime, text: str) -> LaterFact:
            return LaterFact(kind, control.number, swedish_day(moment), text)

        known = self.occurrences[control.lineage]
        added = [fact for fact in self.added[control.lineage] if after(fact.recorded_at)]
        for fact in added:
            text = f"Kontrolltillfället den {long_date(fact.scheduled_on)} lades till."
            yield line(LaterKind.OCCURRENCE, fact.recorded_at, text)
        for fact in (*known, *added):
            if not fact.touched_after(self.cut_off_at):
                continue
            occasion = f"Kontrolltillfället den {long_date(fact.scheduled_at(self.cut_off_at))}"
            for kind, moment, text in news_of(fact, occasion):
                if after(moment):
                    yield line(kind, moment, text)
        for finding in self.late_findings[control.lineage]:
            if after(finding.recorded_at):
                text = f"{finding.label} registrerades."
                yield line(LaterKind.FINDING, finding.recorded_at, text)


def _unreported(
    controls: Iterable[ControlFact], told: Collection[int]
) -> tuple[UnreportedControl, ...]:
    return tuple(
        UnreportedControl(control.number, control.area, control.text, control.points)
        for control in controls
        if control.in_force and control.number not in told
    )


def build_report(
    facts: ReportFacts,
    *,
    cut_off_at: datetime,
    until: datetime,
    decision: DecisionFacts | None = None,
) -> Report:
    """Make the report of what was known at ``cut_off_at``.

    What was recorded after that and up to ``until`` stands as "tillkommet efter". With a decision
    the report is decided. Raises CountDoesNotClose if a count does not close, ValueError if an
    occurrence belongs to a control that was not read.
    """
    point = facts.point
    builder = _Builder(facts, cut_off_at, until)
    ordered = sorted(facts.controls, key=lambda one: (one.number, not one.in_force))
    controls = [control for control in ordered if builder.tells_of(control)]
    reported = [control for control in controls if point.name in control.points]
    rows = [builder.row(control) for control in reported]
    areas = sorted({(control.area_position, control.area) for control in reported})
    matters = matters_of(rows)
    tally = Counter(row.assessment for row in rows)
    others = [control for control in controls if point.name not in control.points]
    changed = [row for row in map(builder.changed, others) if row is not None]
    title = report_title(point.name, point.year)
    to_executive = point.executive_on is not None and not point.is_executive
    own = (fact for control in reported for fact in builder.occurrences[control.lineage])
    committees = committee_lines(own, cut_off_at)
    counts = {name: [row.count for row in rows if row.area == name] for _, name in areas}
    return Report(
        title=title,
        board_code=point.board_code,
        board_name=point.board_name,
        year=point.year,
        point=point.name,
        period_start=date(point.year, 1, 1),
        period_end=point.period_end,
        cut_off=point.cut_off,
        cut_off_at=cut_off_at,
        known_on=swedish_day(cut_off_at),
        board_on=point.board_on,
        executive_on=point.executive_on,
        state=ReportState.DECIDED if decision else ReportState.LIVE,
        plan=facts.plan,
        decision=decision,
        total=total(row.count for row in rows),
        areas=tuple(AreaCount(name, len(own), total(own)) for name, own in counts.items()),
        rows=tuple(rows),
        assessments=tuple(AssessmentCount(kind, tally[kind]) for kind in Assessment),
        reviewed=sum(row.reviewed for row in rows),
        deviating=sum(row.deviating for row in rows),
        findings=sum(len(row.findings) for row in rows),
        matters=tuple(matters[:MATTERS_SHOWN]),
        matters_left=max(0, len(matters) - MATTERS_SHOWN),
        others=tuple(changed),
        overall=facts.overall,
        grounds=facts.grounds,
        proposals=proposals_for(point.name, point.year, facts.overall, to_executive=to_executive),
        later=builder.later(controls),
        count_rule=COUNT_RULE,
        assessment_rule=ASSESSMENT_RULE,
        committees=committees,
        committee_rule=COMMITTEE_RULE if committees else "",
        unreported=_unreported(others, {row.number for row in changed}),
        program_version=facts.program_version,
        trail_head=facts.trail_head,
    )
