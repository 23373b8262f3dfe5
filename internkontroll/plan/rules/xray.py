"""Röntgen: what a plan lacks before the board decides it. Pure: sees only plain data.

Only what makes a plan impossible to carry out stops a decision. What real plans often lack (a
responsible person, a stated sample, a scored risk) is told and passes.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from internkontroll.core.text import shown, text_key
from internkontroll.plan.rules.vocabulary import Frequency, SampleKind

QUOTED = 160
"""How much of a mark's text is told, in characters; the rest stands at the kontrollmoment."""


class Severity(StrEnum):
    """Hur allvarlig en brist är: it stops the decision, or it is only told."""

    BLOCKS = "hindrar"
    REMINDS = "påminner"


@dataclass(frozen=True)
class XrayControl:
    """What the X-ray needs to know of a kontrollmoment.

    ``sample_asked``: one of the open questions is about the size of the sample.
    """

    number: int
    area: str
    text: str
    method_text: str
    sample_kind: SampleKind
    frequency: Frequency
    points: tuple[str, ...]
    risks: int
    has_responsible: bool
    open_questions: tuple[str, ...]
    open_notes: tuple[str, ...]
    sample_asked: bool
    criteria: int
    kind_stated: bool = True
    frame_stated: bool = True
    applicable: bool = True


@dataclass(frozen=True)
class XrayPlan:
    """What the X-ray needs to know of the plan as a whole.

    ``areas`` are all its areas, ``points`` the names of the board's reporting points.
    ``obligatory_missing`` and ``obligatory_changed`` count against kommunstyrelsen's list;
    ``untouched_sections`` are the titles of texts that are still the program's own;
    ``unscored_risks`` the numbers of risks without any assessment.
    """

    areas: Sequence[str]
    points: Sequence[str]
    obligatory_missing: int = 0
    obligatory_changed: int = 0
    untouched_sections: Sequence[str] = ()
    unscored_risks: Sequence[int] = ()


@dataclass(frozen=True)
class XrayFinding:
    """Brist: its weight, the sentence, and the kontrollmoment it is true of (none: the plan)."""

    severity: Severity
    sentence: str
    numbers: tuple[int, ...] = ()

    @property
    def number(self) -> int | None:
        """The first kontrollmoment it is true of, None for the whole plan."""
        return self.numbers[0] if self.numbers else None


def xray(controls: Sequence[XrayControl], plan: XrayPlan) -> tuple[XrayFinding, ...]:
    """Everything that is missing, what stops the decision first, then by number.

    The same thing missing in several kontrollmoment is told once, with all their numbers.
    """
    found = [*_of_the_plan(controls, plan), *_repeated(controls)]
    for control in controls:
        found.extend(_of_control(control, plan.points))
    numbers: dict[tuple[Severity, str], list[int]] = {}
    for finding in found:
        numbers.setdefault((finding.severity, finding.sentence), []).extend(finding.numbers)
    together = [
        XrayFinding(severity, sentence, tuple(sorted(own)))
        for (severity, sentence), own in numbers.items()
    ]
    order = {Severity.BLOCKS: 0, Severity.REMINDS: 1}
    together.sort(key=lambda finding: (order[finding.severity], finding.number or 0))
    return tuple(together)


def control_words(numbers: Sequence[int]) -> str:
    """Kontrollmomenten i ord: "Kontrollmoment 3, 5 och 8", runs as "3-5" with a dash."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = []
    for run in runs:
        parts += [f"{run[0]}–{run[-1]}"] if len(run) > 2 else [str(number) for number in run]
    listed = " och ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
    return f"Kontrollmoment {listed}"


def blocks(findings: Iterable[XrayFinding]) -> bool:
    """Whether any finding stops the decision."""
    return any(finding.severity is Severity.BLOCKS for finding in findings)


def _of_the_plan(controls: Sequence[XrayControl], plan: XrayPlan) -> Iterable[XrayFinding]:
    def reminds(sentence: str) -> XrayFinding:
        return XrayFinding(Severity.REMINDS, sentence)

    if not controls:
        yield XrayFinding(
            Severity.BLOCKS,
            "Planen har inga kontrollmoment. Skriv dem, eller läs in en plan med innehåll.",
        )
    if n := plan.obligatory_missing:
        yield XrayFinding(
            Severity.BLOCKS,
            f"{n} kontrollmoment som kommunstyrelsen har gjort "
            f"{'obligatoriskt' if n == 1 else 'obligatoriska'} saknas. Hämta dem på planens sida.",
        )
    if n := plan.obligatory_changed:
        yield reminds(
            f"Kommunstyrelsen har ändrat {n} obligatoriska kontrollmoment sedan de lades in. "
            "Hämta ändringen på planens sida."
        )
    used = {control.area for control in controls}
    for area in plan.areas:
        if area not in used:
            yield reminds(f"Kontrollområdet ”{shown(area)}” har inga kontrollmoment.")
    without = sum(control.applicable and not control.has_responsible for control in controls)
    if without:
        many = "kontrollmoment saknar" if without > 1 else "kontrollmoment saknar ännu"
        yield reminds(
            f"{without} {many} kontrollansvarig. Det hindrar inte beslutet: förvaltningen kan "
            "utse ansvariga efteråt."
        )
    if plan.unscored_risks:
        one = len(plan.unscored_risks) == 1
        listed = control_words(plan.unscored_risks).removeprefix("Kontrollmoment ")
        yield reminds(f"Risk {listed} är inte {'värderad' if one else 'värderade'}.")
    if plan.untouched_sections:
        yield reminds(
            f"Ingen har ändrat programmets förslag till text: "
            f"{', '.join(plan.untouched_sections)}. Läs igenom texterna."
        )


def _repeated(controls: Sequence[XrayControl]) -> Iterable[XrayFinding]:
    alike: dict[tuple[str, str], list[int]] = defaultdict(list)
    for control in controls:
        alike[text_key(control.text), text_key(control.method_text)].append(control.number)
    for numbers in alike.values():
        for number in numbers[1:]:
            yield XrayFinding(
                Severity.REMINDS,
                f"Samma text som kontrollmoment {numbers[0]}. Kontrollera att båda ska vara med.",
                (number,),
            )


def _of_control(control: XrayControl, points: Sequence[str]) -> Iterable[XrayFinding]:
    if not control.applicable:
        return
    for sentence in _stops(control, points):
        yield XrayFinding(Severity.BLOCKS, sentence, (control.number,))
    for sentence in _reminds(control):
        yield XrayFinding(Severity.REMINDS, sentence, (control.number,))


def _stops(control: XrayControl, points: Sequence[str]) -> Iterable[str]:
    if not control.points:
        yield "Rapporteringstidpunkt saknas. Välj när kontrollen rapporteras till nämnden."
    for name in control.points:
        if name not in points:
            yield (
                f"Nämnden har ingen rapporteringstidpunkt som heter ”{shown(name)}” det året. "
                "Välj en annan, eller lägg till den i nämndens kalender."
            )
    if control.criteria == 0:
        yield "Det finns inget att granska mot. Lägg till ett kriterium."


def _reminds(control: XrayControl) -> Iterable[str]:
    if not control.area.strip():
        yield "Kontrollområde saknas."
    if control.risks == 0:
        yield "Ingen risk är kopplad till kontrollmomentet."
    if control.sample_kind is SampleKind.UNSTATED and not control.sample_asked:
        yield "Urvalets storlek är inte angiven. Den bestäms då när stickprovet dras."
    if not control.kind_stated:
        yield "Det sägs inte om kontrollen är förebyggande eller upptäckande."
    if not control.frame_stated and control.sample_kind is not SampleKind.NONE:
        yield "Det sägs inte vad posterna väljs ur. Det bestäms då när listan tas ut."
    for question in control.open_questions:
        yield f"Obesvarad fråga: {shown(question, QUOTED)}"
    for note in control.open_notes:
        yield f"Påpekande: {shown(note, QUOTED)}"
