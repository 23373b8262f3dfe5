"""A newer version of a checklist is told criterion by criterion."""

from internkontroll.plan.rules.checklists import CriterionContent as C
from internkontroll.plan.rules.checklists import checklist_changes

FIRST = [C("Skälen finns."), C("Beslutet är i tid.", help_text="Inom 14 dagar."), C("Dnr finns.")]


def test_the_same_list_has_no_changes() -> None:
    assert not checklist_changes(FIRST, list(FIRST))


def test_added_and_removed_are_told_by_their_words() -> None:
    found = checklist_changes(FIRST, [*FIRST[:2], C("Delegaten är rätt.")])
    assert [row.text for row in found.added] == ["Delegaten är rätt."]
    assert [row.text for row in found.removed] == ["Dnr finns."]
    assert not found.reordered


def test_new_help_or_weight_is_a_change_and_spelling_is_the_same_criterion() -> None:
    found = checklist_changes(
        FIRST, [C("skälen  finns"), C("Beslutet är i tid.", counts=False), FIRST[2]]
    )
    assert [(old.text, new.text) for old, new in found.changed] == [
        ("Skälen finns.", "skälen  finns"),
        ("Beslutet är i tid.", "Beslutet är i tid."),
    ]
    assert found.added == found.removed == ()


def test_another_order_alone_is_told() -> None:
    found = checklist_changes(FIRST, [FIRST[2], FIRST[0], FIRST[1]])
    assert found.reordered
    assert found.changed == ()
    assert found
