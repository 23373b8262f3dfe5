"""Numbers in sentences: words to twelve, figures above, ett for what is ett."""

import pytest

from internkontroll.core.counting import and_list, in_words, ordinal, sentence


@pytest.mark.parametrize(
    ("number", "word"),
    [(0, "noll"), (1, "en"), (2, "två"), (11, "elva"), (12, "tolv"), (13, "13")],
)
def test_numbers_to_twelve_are_words(number: int, word: str) -> None:
    assert in_words(number) == word


def test_large_numbers_are_grouped_and_one_thing_may_be_ett() -> None:
    assert in_words(1842) == "1\u00a0842"
    assert (in_words(1, neuter=True), in_words(2, neuter=True)) == ("ett", "två")


@pytest.mark.parametrize(
    ("number", "word"),
    [(1, "första"), (3, "tredje"), (12, "tolfte"), (13, "13:e"), (21, "21:a"), (112, "112:e")],
)
def test_ordinals_have_their_endings(number: int, word: str) -> None:
    assert ordinal(number) == word


def test_what_cannot_be_counted_is_refused() -> None:
    with pytest.raises(ValueError, match="from zero"):
        in_words(-1)
    with pytest.raises(ValueError, match="number one"):
        ordinal(0)


def test_lists_end_with_och_and_sentences_begin_large() -> None:
    assert [and_list(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a och b",
        "a, b och c",
    ]
    assert sentence("åtta kontroller") == "Åtta kontroller"
    assert sentence("") == ""
