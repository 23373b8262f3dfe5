"""The plan's verbs: read a file and import it, correct and appoint, prepare and decide."""

from internkontroll.plan.services.appointing import appoint
from internkontroll.plan.services.deciding import (
    begin_amendment,
    decide_plan,
    prepare_plan,
    return_to_draft,
)
from internkontroll.plan.services.importing import (
    import_plan,
    import_reading,
    remove_expired_files,
    store_reading,
    tell_headings,
    undo_import,
)
from internkontroll.plan.services.proposal import Minutes
from internkontroll.plan.services.revising import drop_revision, start_revision
from internkontroll.plan.services.settling import settle_mark
from internkontroll.plan.services.treating import (
    close_plan,
    refer_back,
    table_plan,
    verify_minutes,
)

__all__ = [
    "Minutes",
    "appoint",
    "begin_amendment",
    "close_plan",
    "decide_plan",
    "drop_revision",
    "import_plan",
    "import_reading",
    "prepare_plan",
    "refer_back",
    "remove_expired_files",
    "return_to_draft",
    "settle_mark",
    "start_revision",
    "store_reading",
    "table_plan",
    "tell_headings",
    "undo_import",
    "verify_minutes",
]
