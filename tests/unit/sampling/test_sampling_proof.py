import pytest

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules import (
    CASES,
    WithoutBound,
    achieved,
    achieved_sentence,
    evaluate_mus,
    proof_sentence,
    result_sentence,
    sample_size,
    size_sentence,
    unbounded_sentence,
)
from internkontroll.sampling.rules.evaluation import Audited
from internkontroll.sampling.rules.proof import amount_sentence


@pytest.mark.parametrize(
    ("n", "k", "population", "sentence"),
    [
        (
            5,
            2,
            320,
            (
                "2 av 5 granskade poster har en avvikelse. Stickprovet är litet: med 95 % "
                "säkerhet har högst 258 av 320 poster (80,7 %) en avvikelse."
            ),
        ),
        (
            5,
            0,
            320,
            (
                "Inga avvikelser bland 5 granskade poster av 320. Det utesluter inte att upp till "
                "143 av 320 poster (44,7 %) har en avvikelse (95 % säkerhet)."
            ),
        ),
        (12, 0, 12, "Alla 12 granskades: ingen har en avvikelse."),
        (12, 2, 12, "Alla 12 granskades: 2 av 12 har en avvikelse."),
        (1, 0, 1, "Den enda granskades: ingen avvikelse."),
        (1, 1, 1, "Den enda granskades: den har en avvikelse."),
        (
            19,
            0,
            20,
            (
                "Inga avvikelser bland 19 granskade poster av 20. Med 95 % säkerhet har ingen "
                "av de 20 poster en avvikelse."
            ),
        ),
        (
            3,
            3,
            1842,
            (
                "3 av 3 granskade poster har en avvikelse. Stickprovet utesluter inte att alla "
                "1\u00a0842 poster har en avvikelse (95 % säkerhet)."
            ),
        ),
    ],
)
def test_the_sentence_says_what_the_sample_proves(
    n: int, k: int, population: int, sentence: str
) -> None:
    assert proof_sentence(n, k, population) == sentence


def test_a_large_sample_is_not_called_small() -> None:
    sentence = proof_sentence(1200, 3, 6000)
    assert sentence.startswith(
        "3 av 1\u00a0200 granskade poster har en avvikelse. Med 95 % säkerhet"
    )
    assert "litet" not in sentence


def test_the_confidence_is_written_without_trailing_zeros() -> None:
    assert "(99,5 % säkerhet)" in proof_sentence(5, 0, 320, "0.9950")
    assert "(90 % säkerhet)" in proof_sentence(5, 0, 320, "0.9")


def test_a_result_larger_than_its_population_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Fler är granskade"):
        proof_sentence(6, 0, 5)


def test_cases_are_called_cases_and_the_share_is_rounded_up() -> None:
    assert proof_sentence(40, 2, 1842, things=CASES) == (
        "2 av 40 granskade ärenden har en avvikelse. Med 95 % säkerhet har högst 272 av "
        "1\u00a0842 ärenden (14,8 %) en avvikelse."
    )
    assert "(80,7 %)" in proof_sentence(5, 2, 320), "258 of 320 is 80,625 percent"
    assert proof_sentence(1, 1, 9, things=CASES).startswith("1 av 1 granskat ärende har")


def test_items_that_tell_nothing_do_not_count_as_examined_but_a_whole_list_does() -> None:
    assert result_sentence(6, 1, 0, 320) == proof_sentence(5, 0, 320)
    assert result_sentence(12, 1, 2, 12) == proof_sentence(12, 2, 12)
    assert result_sentence(3, 3, 0, 320) is None
    assert result_sentence(0, 0, 0, 0) is None


@pytest.mark.parametrize("reason", list(WithoutBound))
def test_without_a_bound_nothing_is_said_of_the_rest_but_why(reason: WithoutBound) -> None:
    sentence = unbounded_sentence(10, 3, reason)
    assert sentence.startswith("3 av 10 granskade poster har en avvikelse. ")
    assert "säkerhet" not in sentence
    assert sentence.endswith(".")


def test_a_size_is_told_with_the_deviations_it_holds_for() -> None:
    size = sample_size("0.05", "0.05", expected="0.01")
    assert (size.n, size.k) == (93, 1)
    sentence = size_sentence(size, "0.05", "0.05", None)
    assert "n = 93 håller för högst 1 avvikelse" in sentence
    assert "mindre än 5 %" in sentence
    assert "95 % säkerhet" in sentence
    small = sample_size("0.05", "0.05", population=4)
    assert "Alla 4 behöver granskas" in size_sentence(small, "0.05", "0.05", 4)


def test_an_unreached_plan_is_told_with_the_extension_that_would_reach_it() -> None:
    missed = achieved_sentence(93, 1, 93, 2, 1842, achieved(93, 1, 93, 2, 1842))
    assert "behövs 123 granskade, alltså 30 till utan fler avvikelser" in missed
    assert "Det är nått" in achieved_sentence(93, 1, 93, 1, 1842, achieved(93, 1, 93, 1, 1842))
    none = achieved_sentence(16, 0, 16, 1, 20, achieved(16, 0, 16, 1, 20))
    assert "bara att granska alla" in none


def test_a_plan_that_what_is_found_has_broken_is_not_told_as_within_reach() -> None:
    found = achieved(45, 0, 45, 40, 60)
    assert found.planned < 40
    sentence = achieved_sentence(45, 0, 45, 40, 60, found)
    assert "redan fler än så" in sentence
    assert "granska alla" not in sentence


def test_the_amount_is_told_as_likely_and_highest_in_whole_kronor() -> None:
    items = [Audited(10_000, 6_000), *[Audited(10_000, 10_000)] * 59]
    sentence = amount_sentence(60, evaluate_mus(100_000_000, 60, items))
    assert sentence.startswith("1 av 60 granskade poster är för högt bokförd. Troligt fel")
    assert "6\u00a0667\u00a0kr" in sentence, "1 000 000 kr * 0,4 / 60"
    assert "av 1\u00a0000\u00a0000\u00a0kr (" in sentence
