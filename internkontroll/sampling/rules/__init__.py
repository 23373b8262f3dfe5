"""Stickprovets räkning (sampling arithmetic): pure, exact, cited, and without a library's chance.

- population: the frozen rows as bytes, hash and sums
- seeded, monetary_units, selection: which rows a seed selects
- attribute, monetary, allocation: how many to draw and what a result proves
- strata: the list parted by amount
- evaluation: what a judged sample gives, and what is missing
- proof: the sentences for people
- practice: the municipality's own table of sizes, which is no statistics
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
from internkontroll.sampling.rules.evaluation import (
    CONFIDENCE,
    Achieved,
    AmountResult,
    Audited,
    ExpandedTotal,
    MusStratum,
    Proved,
    StratumResult,
    achieved,
    evaluate_mus,
    evaluate_mus_strata,
    expand_errors,
    proofs_of_size,
    stratified_upper_count,
)
from internkontroll.sampling.rules.figures import Rate, typed_share
from internkontroll.sampling.rules.monetary import (
    FormulaSize,
    confidence_factor,
    expected_error_factor,
    mus_formula_size,
    mus_sample_size,
    stringer_bound,
)
from internkontroll.sampling.rules.monetary_units import mus_hits
from internkontroll.sampling.rules.population import (
    Item,
    PopulationFacts,
    canonical_population,
    population_facts,
    population_hash,
)
from internkontroll.sampling.rules.practice import (
    DEFAULT_PRACTICE,
    TIMES_A_YEAR,
    Practice,
    PracticeRow,
    Recurrence,
    check_practice,
    practice_rows,
)
from internkontroll.sampling.rules.proof import (
    CASES,
    ITEMS,
    Things,
    WithoutBound,
    achieved_sentence,
    amount_sentence,
    proof_sentence,
    result_sentence,
    size_sentence,
    unbounded_sentence,
    why_no_bound,
)
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
from internkontroll.sampling.rules.seeded import (
    check_seed_digits,
    effective_seed,
    ticket_order,
)
from internkontroll.sampling.rules.selection import (
    METHODS,
    MUS_METHODS,
    SRS_METHODS,
    Stratum,
    draw,
    draw_stratified,
    order,
    systematic_rows,
)
from internkontroll.sampling.rules.strata import (
    Allocation,
    Band,
    Stratification,
    allocated,
    as_ranges,
    bands,
    extended,
    from_ranges,
    read_limits,
)
from internkontroll.sampling.rules.targeted import (
    Choice,
    sealed_targeted_record,
    targeted_record,
)
from internkontroll.sampling.rules.verification import verify

__all__ = [
    "CASES",
    "CONFIDENCE",
    "DEFAULT_PRACTICE",
    "ITEMS",
    "METHODS",
    "MUS_METHODS",
    "SRS_METHODS",
    "TIMES_A_YEAR",
    "Achieved",
    "Allocation",
    "AmountResult",
    "Audited",
    "Band",
    "Choice",
    "ExpandedTotal",
    "FormulaSize",
    "Item",
    "MusStratum",
    "PopulationFacts",
    "Practice",
    "PracticeRow",
    "Proved",
    "Rate",
    "Record",
    "Recurrence",
    "Replacement",
    "Round",
    "SampleSize",
    "Step",
    "Stratification",
    "Stratum",
    "StratumResult",
    "Things",
    "WithoutBound",
    "achieved",
    "achieved_sentence",
    "allocate",
    "allocated",
    "amount_sentence",
    "as_ranges",
    "bands",
    "canonical_population",
    "check_practice",
    "check_seed_digits",
    "confidence_factor",
    "draw",
    "draw_record",
    "draw_stratified",
    "effective_seed",
    "evaluate_mus",
    "evaluate_mus_strata",
    "expand_errors",
    "expected_error_factor",
    "extended",
    "from_ranges",
    "mus_formula_size",
    "mus_hits",
    "mus_sample_size",
    "order",
    "population_facts",
    "population_hash",
    "practice_rows",
    "proof_sentence",
    "proofs_of_size",
    "read_limits",
    "record_bytes",
    "record_digest",
    "result_sentence",
    "sample_size",
    "sealed_record",
    "sealed_targeted_record",
    "size_sentence",
    "stratified_upper_count",
    "stringer_bound",
    "systematic_rows",
    "targeted_record",
    "ticket_order",
    "typed_share",
    "unbounded_sentence",
    "upper_count",
    "upper_limit",
    "verify",
    "why_no_bound",
]
