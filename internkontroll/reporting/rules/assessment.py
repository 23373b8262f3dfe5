"""Bedömning av kontrollmoment: what the rule proposes, in words that are printed in the report."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from internkontroll.findings.models import Severity
from internkontroll.reporting.models import Assessment
from internkontroll.reporting.rules.count import ClosingCount, Verdict
from internkontroll.sampling.rules import WithoutBound, result_sentence, why_no_bound

ASSESSMENT_RULE = (
    "Den allvarligaste avvikelsen avgör bedömningen. Har granskningen funnit brister som ingen "
    "har beskrivit som avvikelse blir den minst mindre avvikelse. Ett kontrollmoment där inget av "
    "det som skulle göras är gjort är ej genomfört. Har någon ändrat en bedömning står skälet "
    "intill."
)

_BY_SEVERITY = {
    Severity.MINOR: Assessment.MINOR,
    Severity.MATERIAL: Assessment.MATERIAL,
    Severity.SERIOUS: Assessment.SERIOUS,
}
_RISING = tuple(_BY_SEVERITY)


def worst(severities: Iterable[Severity]) -> Severity | None:
    """The highest severity, or None where there is none."""
    return max(severities, key=_RISING.index, default=None)


def propose(
    count: ClosingCount, severities: Sequence[Severity], deviating: int
) -> Assessment | None:
    """The assessment that the printed rule gives; None while nothing has been due or done.

    ``deviating`` is the number of deviating items in signed conclusions.
    """
    if not count.done_at_all:
        return Assessment.NOT_PERFORMED if count.due else None
    if found := worst(severities):
        return _BY_SEVERITY[found]
    return Assessment.MINOR if deviating else Assessment.WITHOUT_DEVIATION


def undone_words(count: ClosingCount) -> str | None:
    """ "1 av 3 inte gjord" where a part of what was due was not done; None otherwise."""
    if not count.undone or not count.done_at_all:
        return None
    return f"{count.undone} av {count.due} inte {'gjord' if count.undone == 1 else 'gjorda'}"


def _examined(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts of occasions at which anything was looked at."""
    return [verdict for verdict in verdicts if verdict.population or verdict.reviewed]


@lru_cache(maxsize=4096)
def _sentence(reviewed: int, not_applicable: int, deviating: int, population: int) -> str | None:
    # The limit takes long to compute, and a report has one for each of hundreds of draws.
    return result_sentence(reviewed, not_applicable, deviating, population)


def was_drawn(verdict: Verdict) -> bool:
    """Whether items were looked at one by one, so that there is something to say of the rest."""
    return not verdict.recorded and bool(verdict.population or verdict.reviewed)


def proof_of(verdicts: Sequence[Verdict]) -> str | None:
    """The sentence on what the sample proves, where one random draw stands alone.

    Draws of several occasions are never pooled, and a targeted selection or a recorded result
    carries no bound: then this is None, and :func:`note_of` says why. A whole list examined is told
    as such.
    """
    examined = _examined(verdicts)
    return proof_alone(examined[0]) if len(examined) == 1 else None


def proof_alone(only: Verdict) -> str | None:
    """The same of one occasion."""
    if not only.reviewed:
        return None
    if only.recorded or not only.population:
        return None
    if not only.is_random and only.reviewed != only.population:
        return None
    if only.proof is not None:
        # Of a whole list of known departures the sentence tells no limit: it is a note.
        return only.proof if only.is_random or only.at_most is not None else None
    # A conclusion from before the sentence was kept with it.
    return _sentence(only.reviewed, only.not_applicable, only.deviating, only.population)


def note_of(verdicts: Sequence[Verdict]) -> str | None:
    """Why no bound is told of what was drawn; None where there is one, or nothing was drawn."""
    drawn = [verdict for verdict in verdicts if was_drawn(verdict)]
    if len(drawn) > 1:
        return why_no_bound(WithoutBound.SEVERAL_DRAWS)
    if not drawn or proof_of(verdicts) is not None:
        return None
    return drawn[0].proof
