"""Stickprovets räkning (sampling arithmetic): pure, exact, cited, and without a library's chance.

- population: the frozen rows as bytes, hash and sums
- selection: which rows a seed selects
- attribute, monetary, allocation: how many to draw and what a result proves
- proof: the sentence for people
- record, verification: the record of a draw, and its redraw
- targeted: the record of a riktat urval, which is no draw
"""

from internkontroll.sampling.rules.allocation import allocate
from internkontroll.sampling.rules.attribute import (
    SampleSize,
    sample_size,
    upper_count,
    upper_limit,
)
from internkontroll.sampling.rules.figures import Rate
from internkontroll.sampling.rules.monetary import (
    confidence_factor,
    expected_error_factor,
    mus_sample_size,
    stringer_bound,
)
from internkontroll.sampling.rules.population import (
    Item,
    PopulationFacts,
    canonical_population,
    population_facts,
    population_hash,
)
from internkontroll.sampling.rules.proof import proof_sentence
from internkontroll.sampling.rules.record import (
    Record,
    Replacement,
    Round,
    Step,
    draw_record,
    record_bytes,
    record_digest,
    sealed_record,
)
from internkontroll.sampling.rules.selection import (
    METHODS,
    MUS_METHODS,
    SRS_METHODS,
    Stratum,
    check_seed_digits,
    counter_picks,
    draw,
    draw_stratified,
    effective_seed,
    mus_hits,
    order,
    systematic_rows,
    ticket_order,
)
from internkontroll.sampling.rules.targeted import (
    Choice,
    sealed_targeted_record,
    targeted_record,
)
from internkontroll.sampling.rules.verification import verify

__all__ = [
    "METHODS",
    "MUS_METHODS",
    "SRS_METHODS",
    "Choice",
    "Item",
    "PopulationFacts",
    "Rate",
    "Record",
    "Replacement",
    "Round",
    "SampleSize",
    "Step",
    "Stratum",
    "allocate",
    "canonical_population",
    "check_seed_digits",
    "confidence_factor",
    "counter_picks",
    "draw",
    "draw_record",
    "draw_stratified",
    "effective_seed",
    "expected_error_factor",
    "mus_hits",
    "mus_sample_size",
    "order",
    "population_facts",
    "population_hash",
    "proof_sentence",
    "record_bytes",
    "record_digest",
    "sample_size",
    "sealed_record",
    "sealed_targeted_record",
    "stringer_bound",
    "systematic_rows",
    "targeted_record",
    "ticket_order",
    "upper_count",
    "upper_limit",
    "verify",
]
