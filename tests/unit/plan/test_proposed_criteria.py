import pytest

from internkontroll.core.errors import InvalidInput
from internkontroll.plan.rules.answers import apply_answers
from internkontroll.plan.rules.criteria import propose_criteria
from internkontroll.plan.rules.limits import help_of, require_limit
from tests.unit.plan.plan_files import one_row


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("Att rutinen följs:\n- beslut finns\n- rätt konto", ("beslut finns", "rätt konto")),
        ("Kontrollera\n• ett,\n• två.", ("ett", "två")),
        ("1. Första saken\n2) Andra saken", ("Första saken", "Andra saken")),
        ("a) ett ting\nb) ett annat", ("ett ting", "ett annat")),
        ("- en sak som\nfortsätter här\n- nästa", ("en sak som fortsätter här", "nästa")),
        (
            "Att beslut anmäls. Att rätt person beslutat",
            ("Att beslut anmäls", "Att rätt person beslutat"),
        ),
        (
            "Att beslut anmäls.\nAtt rätt person beslutat",
            ("Att beslut anmäls", "Att rätt person beslutat"),
        ),
        (
            "Att akten är hel. Se 11 kap. 5 § SoL. Att planen finns.",
            ("Att akten är hel. Se 11 kap. 5 § SoL.", "Att planen finns"),
        ),
    ],
)
def test_bullets_and_sentences_are_proposed_one_by_one(text, items):
    proposal = propose_criteria(text)
    assert proposal is not None
    assert proposal.items == items
    assert not proposal.either


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Att attest görs av rätt person.",
        "Kontroll enl. 11 kap. 5 § SoL, t.ex. Att beslut finns",
        "- bara en punkt",
        "Högst ca. 5 st. Per år",
        "Att beslut finns. Det framgår av delegationsordningen.",
        "Att beslutet togs den 5. Maj räknas inte",
    ],
)
def test_one_thing_is_not_divided(text):
    assert propose_criteria(text) is None


@pytest.mark.parametrize("word", ["endera", "någon av följande", "antingen", "ett av följande"])
def test_alternatives_become_one_criterion_that_names_them_all(word):
    proposal = propose_criteria(f"Ärenden gällande {word}:\n- bidrag\n- avslut\n- avslag.")
    assert proposal is not None
    assert proposal.either
    assert proposal.alternatives == ("bidrag", "avslut", "avslag")
    assert proposal.items == (f"Ärenden gällande {word} bidrag, avslut eller avslag",)


def test_nothing_is_lost_between_the_text_and_its_parts():
    text = "Att beslut anmäls inom tre veckor. Att rätt person beslutat. Enligt ordningen."
    proposal = propose_criteria(text)
    assert proposal is not None
    assert " ".join(proposal.items).replace(".", "") == text.replace(".", "")


def test_more_parts_than_a_checklist_can_hold_are_not_proposed():
    assert propose_criteria("\n".join(f"- punkt {n}" for n in range(21))) is None


def test_a_taken_proposal_makes_criteria_and_a_refused_one_leaves_the_text_whole():
    plan = one_row(control="Att beslut anmäls.\nAtt rätt person beslutat")
    (question,) = plan.questions
    assert question.code == "criteria_proposed"
    taken = apply_answers(plan, {question.id: "split"}).rows[0]
    assert [text for text, _ in taken.judged_by] == [
        "Att beslut anmäls",
        "Att rätt person beslutat",
    ]
    kept = apply_answers(plan, {question.id: "whole"})
    assert [text for text, _ in kept.rows[0].judged_by] == [plan.rows[0].control]
    assert kept.questions == ()
    with pytest.raises(InvalidInput, match="inget svar"):
        apply_answers(plan, {question.id: "kanske"})


def test_a_vague_limit_is_asked_for_and_its_figure_helps_the_criterion_it_stands_in():
    plan = one_row(control="Att beslut anmäls inom skälig tid.\nAtt rätt person beslutat")
    ids = {question.code: question.id for question in plan.questions}
    answers = {ids["vague_limit"]: "högst 14 dagar", ids["criteria_proposed"]: "split"}
    row = apply_answers(plan, answers).rows[0]
    assert row.judged_by == (
        ("Att beslut anmäls inom skälig tid", "Inom skälig tid: högst 14 dagar"),
        ("Att rätt person beslutat", None),
    )
    assert row.control == plan.rows[0].control


def test_a_limit_of_the_method_helps_every_criterion():
    assert help_of(("a", "b"), (("viss korrespondens", "alla brev"),)) == (
        ("a", "Viss korrespondens: alla brev"),
        ("b", "Viss korrespondens: alla brev"),
    )


@pytest.mark.parametrize(
    "text", ["14 dagar", "högst fjorton dagar", "alla brev", "minst 5", "ingen"]
)
def test_a_limit_is_a_figure_or_all_or_none(text):
    assert require_limit(f" {text} ", field="x") == text


@pytest.mark.parametrize("text", ["så fort det går", "lagom", "snabbt", "1" * 201])
def test_a_limit_that_still_cannot_be_measured_is_refused(text):
    with pytest.raises(InvalidInput) as caught:
        require_limit(text, field="limit:1")
    assert caught.value.field == "limit:1"
