"""Which kind of cases a meeting takes: read from the plan's text, in turn."""

from datetime import date

from internkontroll.schedule.rules import Frame, case_kinds, proposed_kind
from internkontroll.schedule.words import period_words

KINDS = ("a", "b", "c")


def test_kinds_are_the_alternatives_that_the_plan_names() -> None:
    text = "Utskottet kontrollerar endera:\n- kostnader\n- inte inledda."
    assert case_kinds(text) == ("kostnader", "inte inledda")


def test_points_that_all_hold_are_not_kinds() -> None:
    assert case_kinds("Kontrollera att:\n- skälen finns\n- dagen stämmer") == ()


def test_the_kind_that_has_waited_longest_is_in_turn() -> None:
    assert proposed_kind(KINDS, []) == "a"
    assert proposed_kind(KINDS, ["a"]) == "b"
    assert proposed_kind(KINDS, ["a", "b", "c", "a"]) == "b"
    assert proposed_kind(KINDS, ["b", "a", "c"]) == "b"
    assert proposed_kind((), ["a"]) is None


def test_the_lists_period_begins_the_day_after_the_last_held_meeting() -> None:
    frame = Frame(since=date(2020, 3, 12), until=date(2020, 5, 12))
    assert period_words(frame) == "Beslut från och med 13 mars 2020 till och med 12 maj 2020"
    assert period_words(Frame(since=None, until=date(2020, 1, 12))) is None
