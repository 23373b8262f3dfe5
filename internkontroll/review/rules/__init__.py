"""Granskningens regler, pure: when an item deviates, a pasted sheet, and how alike two readers are.

- items: what makes an item deviating, and when a conclusion may be written
- sheet: answers pasted as rows, with a sentence for each cell that cannot be read
- agreement: how many of the twice read items two readers judged alike
"""

from internkontroll.review.rules.agreement import (
    Agreement,
    Pair,
    agreement,
    share_of,
)
from internkontroll.review.rules.items import (
    DEVIATING,
    WITHOUT_ITEMS,
    WITHOUT_LIST,
    Hindrances,
    ItemState,
    Judgement,
    Tally,
    hindrances,
    is_deviating,
    is_judged,
    is_wholly_not_applicable,
    item_state,
    may_record,
    needs_sample,
    standing_reason,
    tally,
)
from internkontroll.review.rules.sheet import (
    CellFault,
    Sheet,
    SheetRow,
    answer_of,
    read_sheet,
)

__all__ = [
    "DEVIATING",
    "WITHOUT_ITEMS",
    "WITHOUT_LIST",
    "Agreement",
    "CellFault",
    "Hindrances",
    "ItemState",
    "Judgement",
    "Pair",
    "Sheet",
    "SheetRow",
    "Tally",
    "agreement",
    "answer_of",
    "hindrances",
    "is_deviating",
    "is_judged",
    "is_wholly_not_applicable",
    "item_state",
    "may_record",
    "needs_sample",
    "read_sheet",
    "share_of",
    "standing_reason",
    "tally",
]
