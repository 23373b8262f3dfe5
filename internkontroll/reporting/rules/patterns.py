"""Mönster över åren: faults that come back, what has long been right, where the controls lie.

From them comes what the outcome speaks for in next year's plan.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from internkontroll.core.counting import in_words, ordinal, sentence
from internkontroll.core.text import shown
from internkontroll.reporting.rules.facts import ControlFact, RiskFact
from internkontroll.reporting.rules.knowledge import control_numbers
from internkontroll.reporting.rules.lines import (
    Advice,
    AdviceKind,
    Figure,
    Statement,
    StatementKind,
    YearOutcome,
)

HISTORY_YEARS = 4
"""How many years before the report's own are looked at."""

CLEAN_YEARS = 4
"""For how many years in a row a control must have been right to be done more seldom."""

_MOST_ADVICE = 5

Outcomes = Mapping[int, Sequence[YearOutcome]]
"""The years of each control by its number, the newest first and without gaps in the order."""


@dataclass(frozen=True)
class Run:
    """Ett kontrollmoments svit av år, the newest of them last counted."""

    number: int
    years: int
    actions_done: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether it reaches as far back as was looked: it may be longer."""
        return self.years > HISTORY_YEARS


def _in_a_row(years: Sequence[YearOutcome], first: int) -> list[YearOutcome]:
    """The years from the first one backwards, as long as none is missing."""
    kept = []
    for place, outcome in enumerate(years):
        if outcome.year != first - place:
            break
        kept.append(outcome)
    return kept


def faulty_run(number: int, years: Sequence[YearOutcome], this_year: int) -> Run | None:
    """For how many years in a row something was found wrong, this year the last; from two."""
    run: list[YearOutcome] = []
    for outcome in _in_a_row(years, this_year):
        if not outcome.has_fault:
            break
        run.append(outcome)
    if len(run) < 2:
        return None
    return Run(number, len(run), sum(outcome.actions_done for outcome in run[1:]))


def clean_run(number: int, years: Sequence[YearOutcome], this_year: int) -> Run | None:
    """For how many years in a row it was done and right; what is not yet done this year waits."""
    first = this_year if years and years[0].year == this_year else this_year - 1
    run = 0
    for outcome in _in_a_row(years, first):
        if not outcome.is_clean:
            break
        run += 1
    return Run(number, run) if run >= CLEAN_YEARS else None


def _row_words(run: Run) -> str:
    at_least = "minst " if run.is_whole else ""
    return f"för {at_least}{ordinal(run.years)} året i rad"


def recurring(run: Run) -> Statement:
    """ "Kontroll 4 visar brister för tredje året i rad. Två åtgärder är genomförda men ..." """
    done = run.actions_done
    if not done:
        rest = "Ingen åtgärd mot de tidigare bristerna är genomförd."
    else:
        what = "åtgärd är genomförd" if done == 1 else "åtgärder är genomförda"
        rest = f"{sentence(in_words(done))} {what} men har hittills inte ändrat utfallet."
    return Statement(
        StatementKind.RECURRING,
        f"Kontroll {run.number} visar brister {_row_words(run)}. {rest}",
        (Figure("years", run.years), Figure("actions_done", done)),
        (run.number,),
    )


def _clean_years(run: Run) -> str:
    return f"{'minst ' if run.is_whole else ''}{in_words(run.years)} år"


def _by_length(runs: Sequence[Run]) -> list[tuple[Run, tuple[int, ...]]]:
    """Runs of the same length together, the longest first."""
    lengths = sorted({run.years for run in runs}, reverse=True)
    groups = [[run for run in runs if run.years == length] for length in lengths]
    return [(group[0], tuple(sorted(run.number for run in group))) for group in groups]


def without_deviation(runs: Sequence[Run]) -> list[Statement]:
    """ "Kontroll 8 och 9 har varit utan avvikelse i fyra år och kan glesas ut." """
    return [
        Statement(
            StatementKind.WITHOUT_DEVIATION,
            f"{sentence(control_numbers(numbers))} har varit utan avvikelse i {_clean_years(run)} "
            "och kan glesas ut.",
            (Figure("controls", len(numbers)), Figure("years", run.years)),
            numbers,
        )
        for run, numbers in _by_length(runs)
    ]


@dataclass(frozen=True)
class Concentration:
    """Den risk som flest kontrollmoment gäller, and the higher ones that have none."""

    risk: str
    controls: tuple[int, ...]
    of: int
    bare: tuple[RiskFact, ...]


def concentration_of(
    controls: Sequence[ControlFact], risks: Sequence[RiskFact]
) -> Concentration | None:
    """Where at least three, and a quarter, of the controls in force are against the same risk.

    The higher risks are those of the register with a higher score than that one and no control;
    none where it has no score itself.
    """
    own = [control for control in controls if control.in_force]
    tally = Counter(risk for control in own for risk in dict.fromkeys(control.risks))
    if not tally:
        return None
    risk, many = max(tally.items(), key=lambda entry: entry[1])
    if many < 3 or many * 4 < len(own):
        return None
    score = next((known.score for known in risks if known.description == risk), None)
    bare = [
        known
        for known in risks
        if score is not None
        and known.score is not None
        and known.score > score
        and known.description not in tally
    ]
    bare.sort(key=lambda known: (-(known.score or 0), known.description))
    numbers = tuple(control.number for control in own if risk in control.risks)
    return Concentration(risk, numbers, len(own), tuple(bare))


def concentration(found: Concentration) -> Statement:
    """ "Tio av 24 kontrollmoment gäller en och samma risk: ... Fyra risker med högre ..." """
    many, bare = len(found.controls), len(found.bare)
    text = (
        f"{sentence(in_words(many, neuter=True))} av {in_words(found.of, neuter=True)} "
        f"kontrollmoment gäller en och samma risk: ”{shown(found.risk, 110).rstrip('.')}”."
    )
    if bare:
        things = "risk" if bare == 1 else "risker"
        text += (
            f" {sentence(in_words(bare))} {things} med högre riskvärde har inget kontrollmoment."
        )
    figures = (
        Figure("controls", many),
        Figure("of", found.of),
        Figure("higher_without_control", bare),
    )
    return Statement(StatementKind.CONCENTRATION, text, figures, found.controls)


def advice_of(
    faulty: Sequence[Run], clean: Sequence[Run], found: Concentration | None
) -> tuple[Advice, ...]:
    """What the outcome speaks for in next year's plan; the board decides."""
    more = [
        Advice(
            AdviceKind.MORE_OFTEN,
            f"Gör kontroll {run.number} oftare eller granska fler. Den visar brister "
            f"{_row_words(run)}.",
            (run.number,),
        )
        for run in faulty
    ]
    less = [
        Advice(
            AdviceKind.LESS_OFTEN,
            f"Gör {control_numbers(numbers)} mer sällan. Utan avvikelse i {_clean_years(run)}.",
            numbers,
        )
        for run, numbers in _by_length(clean)
    ]
    new = [
        Advice(
            AdviceKind.NEW_CONTROL,
            f"Pröva ett kontrollmoment mot risken ”{shown(risk.description, 110).rstrip('.')}” "
            f"(riskvärde {risk.score}). Den har inget i år.",
        )
        for risk in (found.bare if found else ())
    ]
    return (*more, *new[:_MOST_ADVICE], *less)


def runs_of(outcomes: Outcomes, this_year: int) -> tuple[list[Run], list[Run]]:
    """The controls with faults in a row, the longest first, and those long without any."""
    faulty = [faulty_run(number, years, this_year) for number, years in outcomes.items()]
    clean = [clean_run(number, years, this_year) for number, years in outcomes.items()]
    found = [run for run in faulty if run is not None]
    found.sort(key=lambda run: (-run.years, run.number))
    return found, [run for run in clean if run is not None]
