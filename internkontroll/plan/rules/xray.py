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


@dataclass(frozen=True)
class XrayFinding:
    """Brist: its weight, the kontrollmoment (None: the whole plan) and the sentence."""

    severity: Severity
    number: int | None
    sentence: str


def xray(
    controls: Sequence[XrayControl], *, areas: Iterable[str], points: Sequence[str]
) -> tuple[XrayFinding, ...]:
    """Everything that is missing, what stops the decision first, then by number.

    ``areas`` are all the plan's areas, ``points`` the names of the board's reporting points.
    """
    found = [*_of_the_plan(controls, areas), *_repeated(controls)]
    for control in controls:
        found.extend(_of_control(control, points))
    order = {Severity.BLOCKS: 0, Severity.REMINDS: 1}
    found.sort(key=lambda finding: (order[finding.severity], finding.number or 0))
    return tuple(found)


def blocks(findings: Iterable[XrayFinding]) -> bool:
    """Whether any finding stops the decision."""
    return any(finding.severity is Severity.BLOCKS for finding in findings)


def _of_the_plan(controls: Sequence[XrayControl], areas: Iterable[str]) -> Iterable[XrayFinding]:
    if not controls:
        yield XrayFinding(
            Severity.BLOCKS, None, "Planen har inga kontrollmoment. Läs in en plan med innehåll."
        )
    used = {control.area for control in controls}
    for area in areas:
        if area not in used:
            yield XrayFinding(
                Severity.REMINDS, None, f"Kontrollområdet ”{shown(area)}” har inga kontrollmoment."
            )
    without = sum(not control.has_responsible for control in controls)
    if without:
        many = "kontrollmoment saknar" if without > 1 else "kontrollmoment saknar ännu"
        yield XrayFinding(
            Severity.REMINDS,
            None,
            f"{without} {many} kontrollansvarig. Det hindrar inte beslutet: förvaltningen kan "
            "utse ansvariga efteråt.",
        )


def _repeated(controls: Sequence[XrayControl]) -> Iterable[XrayFinding]:
    alike: dict[tuple[str, str], list[int]] = defaultdict(list)
    for control in controls:
        alike[text_key(control.text), text_key(control.method_text)].append(control.number)
    for numbers in alike.values():
        for number in numbers[1:]:
            yield XrayFinding(
                Severity.REMINDS,
                number,
                f"Samma text som kontrollmoment {numbers[0]}. Kontrollera att båda ska vara med.",
            )


def _of_control(control: XrayControl, points: Sequence[str]) -> Iterable[XrayFinding]:
    def reminds(sentence: str) -> XrayFinding:
        return XrayFinding(Severity.REMINDS, control.number, sentence)

    def stops(sentence: str) -> XrayFinding:
        return XrayFinding(Severity.BLOCKS, control.number, sentence)

    if not control.points:
        yield stops("Rapporteringstidpunkt saknas. Välj när kontrollen rapporteras till nämnden.")
    for name in control.points:
        if name not in points:
            yield stops(
                f"Nämnden har ingen rapporteringstidpunkt som heter ”{shown(name)}” det året. "
                "Välj en annan, eller lägg till den i nämndens kalender."
            )
    if not control.area.strip():
        yield reminds("Kontrollområde saknas.")
    if control.risks == 0:
        yield reminds("Ingen risk är kopplad till kontrollmomentet.")
    if control.criteria == 0:
        yield stops("Det finns inget att granska mot. Läs in planen på nytt.")
    if control.sample_kind is SampleKind.UNSTATED and not control.sample_asked:
        yield reminds("Urvalets storlek är inte angiven. Den bestäms då när stickprovet dras.")
    for question in control.open_questions:
        yield reminds(f"Obesvarad fråga: {shown(question, QUOTED)}")
    for note in control.open_notes:
        yield reminds(f"Påpekande: {shown(note, QUOTED)}")
