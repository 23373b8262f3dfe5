"""Verbs of the review: judge items, write the conclusion, sign it or send it back.

- common: role and state, and what free text may not hold
- judging: open an item, judge it, replace it
- concluding: write, sign, send back
"""

from internkontroll.review.services.concluding import (
    may_sign,
    return_conclusion,
    sample_is_needed,
    sign_conclusion,
    write_conclusion,
)
from internkontroll.review.services.guards import COMMENT_MAX, TEXT_MAX, check_free_text
from internkontroll.review.services.judging import (
    Answers,
    judge_item,
    read_item,
    replace_unusable,
)

__all__ = [
    "COMMENT_MAX",
    "TEXT_MAX",
    "Answers",
    "check_free_text",
    "judge_item",
    "may_sign",
    "read_item",
    "replace_unusable",
    "return_conclusion",
    "sample_is_needed",
    "sign_conclusion",
    "write_conclusion",
]
