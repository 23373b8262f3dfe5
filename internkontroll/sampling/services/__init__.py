"""Verbs of the sample: take in a list, freeze it, commit to a draw, draw, replace, hand out.

- uploads: the file on disk, until it is read
- population: receive, choose columns and filters, take away
- freezing: answer for the control sums, freeze
- purging: gallra the references
- contents: the rows of a list, packed
- loading: the long reading, in a worker
- commitment: what is decided before the seed
- seeds: where the seed comes from
- drawing: seed, replace
- extending: later rounds
- targeting: riktat urval, each item with its reason
- verifying: a draw against files that somebody hands in
- handing_out: what leaves with references in it, recorded as a reading
"""

from internkontroll.sampling.services.commitment import METHODS, bound_by, commit_draw
from internkontroll.sampling.services.contents import store_rows
from internkontroll.sampling.services.drawing import replace_item, seed_draw
from internkontroll.sampling.services.extending import commit_extension, seed_extension
from internkontroll.sampling.services.freezing import answer_control_sums, freeze_population
from internkontroll.sampling.services.guards import refuse_named_items
from internkontroll.sampling.services.handing_out import (
    export_population,
    export_record,
    look_at_rows,
)
from internkontroll.sampling.services.loading import load_rows, load_waiting
from internkontroll.sampling.services.population import (
    choose_columns,
    receive_population,
    take_away_population,
)
from internkontroll.sampling.services.practice import change_house_sizes
from internkontroll.sampling.services.purging import purge_references
from internkontroll.sampling.services.seeds import system_digits
from internkontroll.sampling.services.size import SizeLimits, size_limits
from internkontroll.sampling.services.targeting import (
    MOST_CHOSEN,
    ChosenItem,
    NamedItems,
    choose_items,
)
from internkontroll.sampling.services.uploads import StoredFile, store_upload
from internkontroll.sampling.services.verifying import verify_handed_in

__all__ = [
    "METHODS",
    "MOST_CHOSEN",
    "ChosenItem",
    "NamedItems",
    "SizeLimits",
    "StoredFile",
    "answer_control_sums",
    "bound_by",
    "change_house_sizes",
    "choose_columns",
    "choose_items",
    "commit_draw",
    "commit_extension",
    "export_population",
    "export_record",
    "freeze_population",
    "load_rows",
    "load_waiting",
    "look_at_rows",
    "purge_references",
    "receive_population",
    "refuse_named_items",
    "replace_item",
    "seed_draw",
    "seed_extension",
    "size_limits",
    "store_rows",
    "store_upload",
    "system_digits",
    "take_away_population",
    "verify_handed_in",
]
