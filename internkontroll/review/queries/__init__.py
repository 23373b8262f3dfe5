"""Read a review: where each item stands, what was answered last, which conclusion stands.

- reviews: items, answers, conclusions, recorded results
- attachments: the evidence
- committee: what is protected, noted and handed over at an individutskott's meeting
- reopening: every conclusion, and whether a signed one is open for a correction
- evaluation: what the judged sample proves, in items and in öre
- history: how a control has gone at earlier occasions
- second_reading: the items that a second person has read, and how alike the two are
- sittings: a committee's meeting with all that is reviewed there
- testers: who has had a part in the testing
- meetings: what a committee has reviewed before its meetings
"""

from internkontroll.review.queries.attachments import attachment_select, attachments_of
from internkontroll.review.queries.committee import (
    Deadline,
    deadline_of,
    handled_rows,
    handovers_of,
    judged_by_one_aside,
    opened_item_select,
    protected_items,
    standing_note_rule,
)
from internkontroll.review.queries.evaluation import (
    AmountsFound,
    Evaluation,
    StratumLine,
    evaluate,
    latest_amounts,
    things_of,
)
from internkontroll.review.queries.history import PastResult, past_results
from internkontroll.review.queries.meetings import (
    committees_in_reach,
    minutes_facts,
    reviews_of_committee,
)
from internkontroll.review.queries.reopening import (
    Conclusions,
    conclusions_of,
    corrected_since,
    standing_reopening,
)
from internkontroll.review.queries.reviews import (
    DeviationReason,
    ReviewItem,
    criteria_of,
    item_by_position,
    judged_items,
    judgements_by_position,
    latest_result,
    latest_results,
    latest_returned,
    reasons_of_item,
    results_of,
    review_items,
    shared_items,
    standing_conclusion,
)
from internkontroll.review.queries.second_reading import (
    ReadingAnswer,
    answers_of_reading,
    blind_to,
    possible_readers,
    reading_agreement,
    readings_of,
    reads_again,
    reads_blindly,
    standing_reading,
)
from internkontroll.review.queries.sittings import (
    CaseFacts,
    Sitting,
    SittingReview,
    case_facts,
    reviews_at,
    sitting_of,
)
from internkontroll.review.queries.testers import of_current_draw, testers_of, testers_of_each

__all__ = [
    "AmountsFound",
    "CaseFacts",
    "Conclusions",
    "Deadline",
    "DeviationReason",
    "Evaluation",
    "PastResult",
    "ReadingAnswer",
    "ReviewItem",
    "Sitting",
    "SittingReview",
    "StratumLine",
    "answers_of_reading",
    "attachment_select",
    "attachments_of",
    "blind_to",
    "case_facts",
    "committees_in_reach",
    "conclusions_of",
    "corrected_since",
    "criteria_of",
    "deadline_of",
    "evaluate",
    "handled_rows",
    "handovers_of",
    "item_by_position",
    "judged_by_one_aside",
    "judged_items",
    "judgements_by_position",
    "latest_amounts",
    "latest_result",
    "latest_results",
    "latest_returned",
    "minutes_facts",
    "of_current_draw",
    "opened_item_select",
    "past_results",
    "possible_readers",
    "protected_items",
    "reading_agreement",
    "readings_of",
    "reads_again",
    "reads_blindly",
    "reasons_of_item",
    "results_of",
    "review_items",
    "reviews_at",
    "reviews_of_committee",
    "shared_items",
    "sitting_of",
    "standing_conclusion",
    "standing_note_rule",
    "standing_reading",
    "standing_reopening",
    "testers_of",
    "testers_of_each",
    "things_of",
]
