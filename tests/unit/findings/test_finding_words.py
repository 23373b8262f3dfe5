"""Every word of the review and of the findings is Swedish and there."""

from enum import Enum

import pytest

from internkontroll.findings import words as finding_words
from internkontroll.findings.models import FindingEvent, Severity
from internkontroll.review import words as review_words
from internkontroll.review.models import Answer, ReviewEvent
from internkontroll.review.rules import ItemState


@pytest.mark.parametrize("kind", [Answer, ReviewEvent, ItemState, FindingEvent, Severity])
def test_every_member_has_a_word(kind: type[Enum]) -> None:
    # A StrEnum member equals its text: members of two kinds must not meet in one set.
    mappings = (
        review_words.STATES,
        review_words.WORDS,
        finding_words.STATES,
        finding_words.WORDS,
    )
    known = {(type(member), member.name) for told in mappings for member in told}
    assert {(kind, member.name) for member in kind} <= known


def test_each_severity_is_explained_in_one_line() -> None:
    assert set(finding_words.SEVERITY_MEANS) == set(Severity)
    assert all(
        len(line) < 90 and line.endswith(".") for line in finding_words.SEVERITY_MEANS.values()
    )
