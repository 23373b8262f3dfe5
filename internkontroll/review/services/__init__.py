"""Verbs of the review: judge items, write the conclusion, sign it or send it back.

- guards: role and state, and what free text may not hold
- judging: open an item, judge it, replace it
- bulk: a table of answers at once, all of it or nothing
- amounts: what an item should have been booked at
- recording: the result of a control that was not done item by item
- evidence: attachments, never beside a secret list
- concluding: write, sign, send back
- reopening: let a signed conclusion be corrected
- second_reading: another person reads a share again, blind
- minutes: hand out the internal part of what the minutes take in
- committee, notes, urgent: an individutskott's meeting
"""

from internkontroll.review.services.amounts import record_amount
from internkontroll.review.services.bulk import (
    CellsRefused,
    RowAnswers,
    answers_of_sheet,
    judge_items,
    read_items,
)
from internkontroll.review.services.committee import (
    confirm_outcome,
    confirmable,
    decide_outcome,
    mark_protected,
    may_confirm,
    prepare_review,
)
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
    permission_to_perform,
    permission_to_sign,
)
from internkontroll.review.services.judging import (
    Answers,
    judge_item,
    read_item,
    replace_unusable,
)
from internkontroll.review.services.minutes import read_internal_minutes
from internkontroll.review.services.notes import (
    BODY_MAX,
    PARAGRAPH_MAX,
    allow_notes,
    call_off_meeting,
    end_notes,
    read_note,
    verify_minutes,
    write_note,
)
from internkontroll.review.services.recording import (
    LARGEST,
    RECORDED,
    ResultFacts,
    correct_signed_result,
    record_result,
)
from internkontroll.review.services.reopening import (
    close_reopening,
    may_reopen,
    reopen_conclusion,
)
from internkontroll.review.services.second_reading import (
    answer_again,
    cancel_second_reading,
    finish_second_reading,
    order_second_reading,
    settle_difference,
    version_of,
)
from internkontroll.review.services.urgent import (
    HANDED_TO_MAX,
    hand_over,
)

__all__ = [
    "BESIDE_CASES",
    "BODY_MAX",
    "COMMENT_MAX",
    "HANDED_TO_MAX",
    "LARGEST",
    "MOST_ATTACHMENTS",
    "PARAGRAPH_MAX",
    "RECORDED",
    "TEXT_MAX",
    "Answers",
    "CellsRefused",
    "ResultFacts",
    "RowAnswers",
    "add_attachment",
    "allow_notes",
    "answer_again",
    "answers_of_sheet",
    "call_off_meeting",
    "cancel_second_reading",
    "changed_files",
    "check_free_text",
    "close_reopening",
    "confirm_outcome",
    "confirmable",
    "correct_signed_result",
    "decide_outcome",
    "destroy_orphans",
    "end_notes",
    "finish_second_reading",
    "hand_over",
    "judge_item",
    "judge_items",
    "list_stands",
    "mark_protected",
    "may_confirm",
    "may_reopen",
    "may_sign",
    "order_second_reading",
    "permission_to_perform",
    "permission_to_sign",
    "prepare_review",
    "read_attachment",
    "read_internal_minutes",
    "read_item",
    "read_items",
    "read_note",
    "record_amount",
    "record_result",
    "remove_attachment",
    "reopen_conclusion",
    "replace_unusable",
    "return_conclusion",
    "sample_is_needed",
    "settle_difference",
    "sign_conclusion",
    "stored_names",
    "verify_minutes",
    "version_of",
    "write_conclusion",
    "write_note",
]
