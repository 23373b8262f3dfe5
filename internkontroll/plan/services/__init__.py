"""The plan's verbs: read a file and import it, correct and appoint, prepare and decide."""

from internkontroll.plan.services.deciding import (
    begin_amendment,
    decide_plan,
    prepare_plan,
    return_to_draft,
)
from internkontroll.plan.services.importing import import_plan, import_reading, store_reading
from internkontroll.plan.services.proposal import Minutes
from internkontroll.plan.services.revising import start_revision
from internkontroll.plan.services.treating import (
    close_plan,
    refer_back,
    table_plan,
    verify_minutes,
)
from internkontroll.plan.services.working import appoint, change_control, settle_mark

__all__ = [
    "Minutes",
    "appoint",
    "begin_amendment",
    "change_control",
    "close_plan",
    "decide_plan",
    "import_plan",
    "import_reading",
    "prepare_plan",
    "refer_back",
    "return_to_draft",
    "settle_mark",
    "start_revision",
    "store_reading",
    "table_plan",
    "verify_minutes",
]
