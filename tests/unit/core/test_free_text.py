"""Free text is cleaned, has an end, and never a personnummer in it."""

import pytest

from internkontroll.core.errors import InvalidInput
from internkontroll.core.free_text import REASON_MAX, checked_text, refuse_unfit
from internkontroll.core.personal_id import names_a_person
from tests.passing import passes

CERTAIN = "811228-9874"
UNSURE = "811228-9875"


@pytest.mark.parametrize("text", [None, "", "  \u200b\n"])
def test_what_is_missing_is_asked_for_at_its_field(text: str | None) -> None:
    with pytest.raises(InvalidInput, match="Skriv varför") as refused:
        checked_text(text, "Skriv varför.", "why")
    assert refused.value.field == "why"


def test_the_text_is_kept_as_it_is_cleaned() -> None:
    assert checked_text("  Systemet\u200b byttes.\r\n", "Skriv varför.") == "Systemet byttes."


def test_the_last_sign_that_fits_is_kept_and_the_next_is_told_with_the_number() -> None:
    assert len(checked_text("å" * REASON_MAX, "")) == REASON_MAX
    with pytest.raises(InvalidInput, match="högst 2000 tecken") as refused:
        checked_text("å" * (REASON_MAX + 1), "")
    assert refused.value.field == "reason"
    with pytest.raises(InvalidInput, match="högst 5 tecken"):
        checked_text("sextio", "", most=5)


def test_a_personnummer_with_a_right_check_digit_is_refused_and_a_doubtful_one_is_not() -> None:
    assert names_a_person(f"Rör {CERTAIN}.")
    assert not names_a_person(f"Rör {UNSURE}.")
    with pytest.raises(InvalidInput, match="personnummer"):
        checked_text(f"Rör {CERTAIN}.", "")
    assert not passes(refuse_unfit, CERTAIN, "body", most=100)
    assert passes(refuse_unfit, UNSURE, "body", most=100)
