"""Read lists, draws, items and records.

- samples: lists, draws and their items
- records: the record of a draw, and its check
"""

from internkontroll.sampling.queries.records import (
    check_draw,
    full_record,
    is_unreconciled,
    population_facts_of,
    record_for_outside,
    steps_of,
)
from internkontroll.sampling.queries.samples import (
    PREVIEW_ROWS,
    RANDOM,
    DrawFacts,
    SamplingProgress,
    current_draw,
    draw_facts,
    draw_select,
    draws_of,
    frozen_population,
    items_select,
    latest_population,
    occurrences_of_draw,
    population_select,
    preview_rows,
    reference_in_text,
    rows_of,
    sampling_progress,
    standing_items_select,
)

__all__ = [
    "PREVIEW_ROWS",
    "RANDOM",
    "DrawFacts",
    "SamplingProgress",
    "check_draw",
    "current_draw",
    "draw_facts",
    "draw_select",
    "draws_of",
    "frozen_population",
    "full_record",
    "is_unreconciled",
    "items_select",
    "latest_population",
    "occurrences_of_draw",
    "population_facts_of",
    "population_select",
    "preview_rows",
    "record_for_outside",
    "reference_in_text",
    "rows_of",
    "sampling_progress",
    "standing_items_select",
    "steps_of",
]
