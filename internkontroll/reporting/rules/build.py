"""Bygg uppföljningen av fakta: pure, from what the queries read to the one report object."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from internkontroll.core.clock import end_of_day, swedish_day
from internkontroll.reporting.models import Assessment, OverallAssessment, ReportState
from internkontroll.reporting.rules.actions import (
    action_line,
    count_actions,
    count_corrections,
    earlier_actions,
    follow_up_text,
    open_then,
)
from internkontroll.reporting.rules.assessment import ASSESSMENT_RULE
from internkontroll.reporting.rules.builder import Builder
from internkontroll.reporting.rules.committees import COMMITTEE_RULE, committee_lines
from internkontroll.reporting.rules.comparison import COMPARISON_RULE
from internkontroll.reporting.rules.count import COUNT_RULE, total
from internkontroll.reporting.rules.facts import ControlFact, ReportFacts
from internkontroll.reporting.rules.knowledge import count_risks, known_risks, risk_standings
from internkontroll.reporting.rules.lines import ActionLine, Advice, Statement
from internkontroll.reporting.rules.matters import matters_of
from internkontroll.reporting.rules.patterns import (
    advice_of,
    concentration,
    concentration_of,
    recurring,
    runs_of,
    without_deviation,
)
from internkontroll.reporting.rules.report import (
    AreaCount,
    AssessmentCount,
    DecisionFacts,
    Report,
    UnreportedControl,
)
from internkontroll.reporting.rules.spread import area_years, month_counts

MATTERS_SHOWN = 3
_OVERALL_WORDS = {
    OverallAssessment.SUFFICIENT: "tillräcklig",
    OverallAssessment.PARTLY: "delvis tillräcklig",
    OverallAssessment.INSUFFICIENT: "inte tillräcklig",
}


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


def _unreported(
    controls: Iterable[ControlFact], told: Collection[int]
) -> tuple[UnreportedControl, ...]:
    return tuple(
        UnreportedControl(control.number, control.area, control.text, control.points)
        for control in controls
        if control.in_force and control.number not in told
    )


def _patterns(
    builder: Builder, controls: Sequence[ControlFact]
) -> tuple[list[Statement], tuple[Advice, ...]]:
    """What the years and the spread of the controls say, and what they speak for."""
    facts = builder.facts
    own = [control for control in controls if control.in_force]
    outcomes = {control.number: builder.years(control) for control in own}
    faulty, clean = runs_of(outcomes, facts.point.year)
    undone = {control.number for control in own if builder.count(control.lineage).undone}
    clean = [run for run in clean if run.number not in undone]
    found = concentration_of(own, facts.risks)
    statements = [recurring(run) for run in faulty]
    if found is not None:
        statements.append(concentration(found))
    return [*statements, *without_deviation(clean)], advice_of(faulty, clean, found)


def _earlier(builder: Builder) -> tuple[list[ActionLine], Statement | None]:
    """The actions that were open when the point before this one closed, as they stand now."""
    facts = builder.facts
    closed = facts.point.before_cut_off
    then = end_of_day(closed) if closed else None
    lines = [action_line(fact, builder.cut_off_at) for fact in open_then(facts.actions, then)]
    number_of = {control.lineage: control.number for control in facts.controls}
    numbers = {
        fact.label: number_of[fact.lineage] for fact in facts.actions if fact.lineage in number_of
    }
    return lines, earlier_actions(lines, facts.point.before or "", numbers)


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
    builder = Builder(facts, cut_off_at, until)
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
    own = [fact for control in reported for fact in builder.occurrences[control.lineage]]
    committees = committee_lines(own, cut_off_at)
    standings = risk_standings((one, builder.count(one.lineage)) for one in controls)
    earlier_lines, follow_up = _earlier(builder)
    patterns, advice = _patterns(builder, controls)
    first = (known_risks(standings), follow_up)
    findings = [finding for row in rows for finding in row.findings]
    actions = count_actions(action for finding in findings for action in finding.actions)
    corrections = count_corrections(findings)
    counts = {name: [row.count for row in rows if row.area == name] for _, name in areas}
    whole = total(row.count for row in rows)
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
        total=whole,
        areas=tuple(AreaCount(name, len(own), total(own)) for name, own in counts.items()),
        rows=tuple(rows),
        assessments=tuple(AssessmentCount(kind, tally[kind]) for kind in Assessment),
        reviewed=sum(row.reviewed for row in rows),
        deviating=sum(row.deviating for row in rows),
        findings=len(findings),
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
        statements=(*(one for one in first if one is not None), *patterns),
        advice=advice,
        risks=count_risks(standings),
        actions=actions,
        corrections=corrections,
        follow_up=follow_up_text(corrections, actions),
        earlier_actions=count_actions(earlier_lines),
        previous=facts.previous.told if facts.previous else None,
        last_year=facts.last_year.told if facts.last_year else None,
        months=month_counts(
            (one for control in reported for one in builder.settled(control.lineage)), whole
        ),
        by_year=area_years(
            point.year,
            counts,
            ((row.area, finding.severity) for row in rows for finding in row.findings),
            facts.last_year.by_year if facts.last_year else (),
        ),
        comparison_rule=COMPARISON_RULE if facts.previous or facts.last_year else "",
        program_version=facts.program_version,
        trail_head=facts.trail_head,
    )
