"""Verbs of the review: judge items, write the conclusion, sign it or send it back.

- guards: role and state, and what free text may not hold
- judging: open an item, judge it, replace it
- recording: the result of a control that was not done item by item
- evidence: attachments, never beside a secret list
- concluding: write, sign, send back
"""

from internkontroll.review.services.concluding import (
    may_sign,
    return_conclusion,
    sample_is_needed,
    sign_conclusion,
    write_conclusion,
)
from internkontroll.review.services.evidence import (
    BESIDE_CASES,
    MOST_ATTACHMENTS,
    add_attachment,
    changed_files,
    destroy_orphans,
    read_attachment,
    remove_attachment,
    stored_names,
)
from internkontroll.review.services.guards import (
    COMMENT_MAX,
    TEXT_MAX,
    check_free_text,
    list_stands,
)
from internkontroll.review.services.judging import (
    Answers,
    judge_item,
    read_item,
    replace_unusable,
)
from internkontroll.review.services.recording import (
    LARGEST,
    RECORDED,
    ResultFacts,
    correct_signed_result,
    record_result,
)

__all__ = [
    "BESIDE_CASES",
    "COMMENT_MAX",
    "LARGEST",
    "MOST_ATTACHMENTS",
    "RECORDED",
    "TEXT_MAX",
    "Answers",
    "ResultFacts",
    "add_attachment",
    "changed_files",
    "check_free_text",
    "correct_signed_result",
    "destroy_orphans",
    "judge_item",
    "list_stands",
    "may_sign",
    "read_attachment",
    "read_item",
    "record_result",
    "remove_attachment",
    "replace_unusable",
    "return_conclusion",
    "sample_is_needed",
    "sign_conclusion",
    "stored_names",
    "write_conclusion",
]
