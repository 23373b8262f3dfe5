"""Sortera fakta på kontrollmoment: what was known at the cut-off, and what came after it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from internkontroll.core.clock import end_of_day, swedish_day
from internkontroll.core.dates import long_date
from internkontroll.reporting.rules.actions import action_line, correction_line
from internkontroll.reporting.rules.assessment import (
    note_of,
    proof_alone,
    proof_of,
    propose,
    undone_words,
    was_drawn,
)
from internkontroll.reporting.rules.comparison import compared
from internkontroll.reporting.rules.count import (
    ClosingCount,
    OccurrenceFact,
    Outcome,
    Settled,
    Verdict,
    count_settled,
    outcome_of,
    settled,
)
from internkontroll.reporting.rules.facts import (
    ActionFact,
    ControlFact,
    FindingFact,
    RemarkFact,
    ReportFacts,
)
from internkontroll.reporting.rules.lines import (
    AbsenceLine,
    ActionStanding,
    BoundLine,
    ExtraLine,
    FindingLine,
    MoveLine,
    YearOutcome,
)
from internkontroll.reporting.rules.news import news_of, news_of_action, news_of_correction
from internkontroll.reporting.rules.report import (
    ChangedControl,
    ControlRow,
    LaterFact,
    LaterKind,
)
from internkontroll.review.rules import known_size


class Builder:
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
        self.actions: dict[str, list[ActionFact]] = defaultdict(list)
        for action in facts.actions:
            self.actions[action.label].append(action)
        self._counts: dict[str, ClosingCount] = {}
        self._settled: dict[str, list[Settled]] = {}
        self._known: dict[str, list[Verdict]] = {}
        self._told: dict[str, tuple[FindingLine, ...]] = {}

    def count(self, lineage: str) -> ClosingCount:
        """The count of a control, made once."""
        if lineage not in self._counts:
            self._counts[lineage] = count_settled(self.settled(lineage))
        return self._counts[lineage]

    def settled(self, lineage: str) -> list[Settled]:
        """What became of each occurrence of a control, found out once."""
        if lineage not in self._settled:
            self._settled[lineage] = settled(self.occurrences[lineage], self.cut_off_at)
        return self._settled[lineage]

    def _finding_lines(self, lineage: str) -> tuple[FindingLine, ...]:
        """The findings of a control, told once: row, history and patterns all ask for them."""
        if lineage not in self._told:
            self._told[lineage] = self._made_lines(self.findings[lineage])
        return self._told[lineage]

    def _made_lines(self, findings: Iterable[FindingFact]) -> tuple[FindingLine, ...]:
        return tuple(
            FindingLine(
                label=finding.label,
                severity=finding.severity,
                description=finding.description,
                recorded_on=swedish_day(finding.recorded_at),
                about_item=finding.about_item,
                correction=correction_line(finding, self.cut_off_at),
                actions=tuple(
                    action_line(action, self.cut_off_at)
                    for action in self.actions[finding.label]
                    if action.recorded_at <= self.cut_off_at
                ),
            )
            for finding in findings
        )

    def _verdicts(self, lineage: str) -> list[Verdict]:
        if lineage not in self._known:
            known = (fact.verdict_at(self.cut_off_at) for fact in self.occurrences[lineage])
            self._known[lineage] = [verdict for verdict in known if verdict is not None]
        return self._known[lineage]

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
        count = self.count(control.lineage)
        verdicts = self._verdicts(control.lineage)
        findings = self.findings[control.lineage]
        deviating = sum(verdict.deviating for verdict in verdicts)
        proposed = propose(count, [finding.severity for finding in findings], deviating)
        remark = self.facts.remarks.get(control.lineage, RemarkFact("", None, None))
        assessment = remark.assessment or proposed
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
            assessment=assessment,
            assessment_reason=remark.reason if remark.assessment else None,
            comment=remark.comment,
            absences=self._absences(control.lineage),
            findings=self._finding_lines(control.lineage),
            moves=self._moves(control.lineage),
            removed=not control.in_force,
            not_applicable=control.not_applicable,
            proof_note=note_of(verdicts),
            lineage=control.lineage,
            bounds=self._bounds(control.lineage),
            extras=self._extras(control.lineage),
            previous=compared(self.facts.previous, control.lineage, control.text, assessment),
            last_year=compared(self.facts.last_year, control.lineage, control.text, assessment),
            history=self.years(control),
        )

    def _bounds(self, lineage: str) -> tuple[BoundLine, ...]:
        lines = []
        for fact in self.occurrences[lineage]:
            verdict = fact.verdict_at(self.cut_off_at)
            if verdict is None or not was_drawn(verdict):
                continue
            proof = proof_alone(verdict)
            text = proof or verdict.proof
            if text is None:
                continue
            day = fact.scheduled_at(self.cut_off_at)
            lines.append(
                BoundLine(
                    scheduled_on=day,
                    where=fact.where,
                    reviewed=verdict.reviewed,
                    population=verdict.population,
                    deviating=verdict.deviating,
                    text=text,
                    is_bound=proof is not None,
                    at_most=verdict.at_most,
                )
            )
        return tuple(lines)

    def _extras(self, lineage: str) -> tuple[ExtraLine, ...]:
        return tuple(
            ExtraLine(
                fact.scheduled_at(self.cut_off_at),
                fact.wanted_because,
                outcome_of(fact, self.cut_off_at),
            )
            for fact in self.occurrences[lineage]
            if fact.wanted_because is not None
        )

    def years(self, control: ControlFact) -> tuple[YearOutcome, ...]:
        """The control's outcome this year, if anything was done, and the years before it."""
        count, findings = self.count(control.lineage), self.findings[control.lineage]
        now = YearOutcome(
            year=self.facts.point.year,
            performed=count.done_at_all,
            deviating=sum(verdict.deviating for verdict in self._verdicts(control.lineage)),
            findings=len(findings),
            actions_done=sum(
                line.standing is ActionStanding.DONE
                for finding in self._finding_lines(control.lineage)
                for line in finding.actions
            ),
        )
        told = (now,) if now.performed or now.has_fault else ()
        history: Mapping[str, Sequence[YearOutcome]] = self.facts.history or {}
        return (*told, *history.get(control.lineage, ()))

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
            count=self.count(control.lineage),
            findings=self._finding_lines(control.lineage),
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
        for kind, moment, text in self._finding_news(control.lineage):
            if after(moment):
                yield line(kind, moment, text)

    def _finding_news(self, lineage: str) -> Iterable[tuple[LaterKind, datetime, str]]:
        for finding in self.late_findings[lineage]:
            yield LaterKind.FINDING, finding.recorded_at, f"{finding.label} registrerades."
        for finding in (*self.findings[lineage], *self.late_findings[lineage]):
            for row in finding.corrections:
                yield news_of_correction(row, finding.label)
            for action in self.actions[finding.label]:
                yield from news_of_action(action)
