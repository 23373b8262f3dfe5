"""Granskningens regler, pure: when an item deviates, a pasted sheet, and how alike two readers are.

- items: what makes an item deviating, and when a conclusion may be written
- sheet: answers pasted as rows, with a sentence for each cell that cannot be read
- agreement: how many of the twice read items two readers judged alike
- meetings: a committee's reviews in figures, by meeting, month and reporting point
- masking: small counts that are not told outside
- committee: the time limit of a personuppgiftsincident
"""

from internkontroll.review.rules.agreement import (
    Agreement,
    Pair,
    agreement,
    share_of,
)
from internkontroll.review.rules.committee import BREACH_HOURS
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
from internkontroll.review.rules.masking import masked
from internkontroll.review.rules.meetings import (
    Drawn,
    ItemOutcome,
    MeetingReview,
    MinutesFacts,
    Month,
    Outcomes,
    PeriodSum,
    ReviewFacts,
    StepAside,
    known_size,
    months_of,
    sum_of,
    sums_until,
)
from internkontroll.review.rules.sheet import (
    CellFault,
    Sheet,
    SheetRow,
    answer_of,
    read_sheet,
)

__all__ = [
    "BREACH_HOURS",
    "DEVIATING",
    "WITHOUT_ITEMS",
    "WITHOUT_LIST",
    "Agreement",
    "CellFault",
    "Drawn",
    "Hindrances",
    "ItemOutcome",
    "ItemState",
    "Judgement",
    "MeetingReview",
    "MinutesFacts",
    "Month",
    "Outcomes",
    "Pair",
    "PeriodSum",
    "ReviewFacts",
    "Sheet",
    "SheetRow",
    "StepAside",
    "Tally",
    "agreement",
    "answer_of",
    "hindrances",
    "is_deviating",
    "is_judged",
    "is_wholly_not_applicable",
    "item_state",
    "known_size",
    "masked",
    "may_record",
    "months_of",
    "needs_sample",
    "read_sheet",
    "share_of",
    "standing_reason",
    "sum_of",
    "sums_until",
    "tally",
]
