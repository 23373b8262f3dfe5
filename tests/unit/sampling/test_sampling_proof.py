import pytest

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules import proof_sentence


@pytest.mark.parametrize(
    ("n", "k", "population", "sentence"),
    [
        (
            5,
            2,
            320,
            (
                "2 av 5 granskade har en avvikelse. Stickprovet är litet: med 95 % säkerhet har "
                "högst 258 av 320 en avvikelse."
            ),
        ),
        (
            5,
            0,
            320,
            (
                "Inga avvikelser bland 5 granskade av 320. Det utesluter inte att upp till 143 av "
                "320 har en avvikelse (95 % säkerhet)."
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
                "Inga avvikelser bland 19 granskade av 20. Med 95 % säkerhet har ingen av de 20 en "
                "avvikelse."
            ),
        ),
        (
            3,
            3,
            1842,
            (
                "3 av 3 granskade har en avvikelse. Stickprovet utesluter inte att alla 1\u00a0842 "
                "har en avvikelse (95 % säkerhet)."
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
    assert sentence.startswith("3 av 1\u00a0200 granskade har en avvikelse. Med 95 % säkerhet")
    assert "litet" not in sentence


def test_the_confidence_is_written_without_trailing_zeros() -> None:
    assert "(99,5 % säkerhet)" in proof_sentence(5, 0, 320, "0.9950")
    assert "(90 % säkerhet)" in proof_sentence(5, 0, 320, "0.9")


def test_a_result_larger_than_its_population_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Fler är granskade"):
        proof_sentence(6, 0, 5)
