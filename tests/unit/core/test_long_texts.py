"""Texts made to take for ever are read in the time of their length."""

import time
import unicodedata
from collections.abc import Callable

import pytest

from internkontroll.accounts.rules import folded_password
from internkontroll.core.personal_id import find_personal_ids, passes_luhn
from internkontroll.core.text import clean_text
from internkontroll.sampling.services.faults import FaultFinder

MARKS = "a" + "\u0315\u0316" * 60_000
NUMBER = next(
    number for number in (f"010101{tail:04d}" for tail in range(9_999)) if passes_luhn(number)
)


def look(text: str) -> None:
    finder = FaultFinder()
    finder.look([1], [text])
    assert finder.kinds == ("long",)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (clean_text, MARKS),
        (folded_password, MARKS),
        (find_personal_ids, "tel" * 20_000 + "!" + NUMBER),
        (look, "x" * 60_000),
    ],
    ids=["marks", "password", "telephones", "reference"],
)
def test_a_text_made_to_take_for_ever_is_read_at_once(
    read: Callable[[str], object], text: str
) -> None:
    before = time.process_time()
    read(text)
    assert time.process_time() - before < 3


def test_thirty_marks_on_a_letter_are_kept_and_written_in_order() -> None:
    text = "a" + "\u0315\u0316" * 15
    assert clean_text(text) == unicodedata.normalize("NFC", text)
    assert clean_text("o\u0308 och A\u030a") == "ö och Å"


def test_a_word_for_telephone_still_tells_ten_digits_from_a_personnummer() -> None:
    assert find_personal_ids(f"telefon: {NUMBER}") == []
    assert find_personal_ids(f"barnet {NUMBER}") == [(7, 17, True)]
