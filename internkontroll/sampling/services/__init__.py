"""Verbs of the sample: take in a list, freeze it, commit to a draw, draw, replace, hand out.

- uploads: the file on disk, until it is read
- population: receive, choose columns, freeze, take away
- loading: the long reading, in a worker
- commitment: what is decided before the seed
- drawing: seed, replace
- targeting: riktat urval, each item with its reason
- handing_out: what leaves with references in it, recorded as a reading
"""

from internkontroll.sampling.services.commitment import METHODS, commit_draw
from internkontroll.sampling.services.drawing import replace_item, seed_draw, system_digits
from internkontroll.sampling.services.guards import refuse_named_items
from internkontroll.sampling.services.handing_out import (
    export_population,
    export_record,
    look_at_rows,
)
from internkontroll.sampling.services.loading import load_rows, load_waiting
from internkontroll.sampling.services.population import (
    choose_columns,
    freeze_population,
    receive_population,
    take_away_population,
)
from internkontroll.sampling.services.size import SizeLimits, size_limits
from internkontroll.sampling.services.targeting import (
    MOST_CHOSEN,
    ChosenItem,
    NamedItems,
    choose_items,
)
from internkontroll.sampling.services.uploads import StoredFile, store_upload

__all__ = [
    "METHODS",
    "MOST_CHOSEN",
    "ChosenItem",
    "NamedItems",
    "SizeLimits",
    "StoredFile",
    "choose_columns",
    "choose_items",
    "commit_draw",
    "export_population",
    "export_record",
    "freeze_population",
    "load_rows",
    "load_waiting",
    "look_at_rows",
    "receive_population",
    "refuse_named_items",
    "replace_item",
    "seed_draw",
    "size_limits",
    "store_upload",
    "system_digits",
    "take_away_population",
]
