"""Read lists, draws, items and records.

- contents: what a list holds
- lists: columns used before, control sums, gallring
- samples: lists, draws and their items
- records: the record of a draw, and its check
- strata: the parts of a list that are drawn from one by one
- told_draws: several samples at once, with the digests of their records
"""

from internkontroll.sampling.queries.contents import (
    PREVIEW_ROWS,
    Row,
    canonical_of,
    has_content,
    numbers_of,
    preview_rows,
    reference_in_text,
    row_at,
    rows_of,
)
from internkontroll.sampling.queries.lists import (
    control_differences,
    occurrences_of_list,
    remembered_columns,
    why_not_purged,
)
from internkontroll.sampling.queries.practice import house_sizes, house_sizes_version
from internkontroll.sampling.queries.records import (
    check_draw,
    full_record,
    is_unreconciled,
    population_facts_of,
    record_for_outside,
    steps_of,
)
from internkontroll.sampling.queries.samples import (
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
    occasion_of,
    occurrences_of_draw,
    population_select,
    progress_of_each,
    sampling_progress,
    secret_list_stands,
    sharable_occurrences,
)
from internkontroll.sampling.queries.strata import (
    PlannedStratum,
    planned_strata,
    strata_of,
)
from internkontroll.sampling.queries.told_draws import ToldDraw, told_draws

__all__ = [
    "PREVIEW_ROWS",
    "RANDOM",
    "DrawFacts",
    "PlannedStratum",
    "Row",
    "SamplingProgress",
    "ToldDraw",
    "canonical_of",
    "check_draw",
    "control_differences",
    "current_draw",
    "draw_facts",
    "draw_select",
    "draws_of",
    "frozen_population",
    "full_record",
    "has_content",
    "house_sizes",
    "house_sizes_version",
    "is_unreconciled",
    "items_select",
    "latest_population",
    "numbers_of",
    "occasion_of",
    "occurrences_of_draw",
    "occurrences_of_list",
    "planned_strata",
    "population_facts_of",
    "population_select",
    "preview_rows",
    "progress_of_each",
    "record_for_outside",
    "reference_in_text",
    "remembered_columns",
    "row_at",
    "rows_of",
    "sampling_progress",
    "secret_list_stands",
    "sharable_occurrences",
    "steps_of",
    "strata_of",
    "told_draws",
    "why_not_purged",
]
