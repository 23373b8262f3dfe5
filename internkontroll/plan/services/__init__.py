"""The plan's verbs: read a file and import it, correct and appoint, prepare and decide."""

from internkontroll.plan.services.deciding import decide_plan, prepare_plan
from internkontroll.plan.services.importing import import_plan, import_reading, store_reading
from internkontroll.plan.services.working import appoint, change_control, settle_mark

__all__ = [
    "appoint",
    "change_control",
    "decide_plan",
    "import_plan",
    "import_reading",
    "prepare_plan",
    "settle_mark",
    "store_reading",
]
