"""Which kind of cases a meeting takes: read from the plan's text, in turn."""

from internkontroll.schedule.rules import case_kinds, proposed_kind

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
