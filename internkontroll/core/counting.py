"""Räkneord i löpande text: numbers to twelve in words, the rest in figures grouped by three."""

from collections.abc import Sequence

_WORDS = (
    "noll",
    "en",
    "två",
    "tre",
    "fyra",
    "fem",
    "sex",
    "sju",
    "åtta",
    "nio",
    "tio",
    "elva",
    "tolv",
)
_ORDINALS = (
    "nollte",
    "första",
    "andra",
    "tredje",
    "fjärde",
    "femte",
    "sjätte",
    "sjunde",
    "åttonde",
    "nionde",
    "tionde",
    "elfte",
    "tolfte",
)


def in_words(number: int, *, neuter: bool = False) -> str:
    """ "sju", "14", "1 842": a whole number as it stands in a sentence; ``neuter`` gives "ett".

    Raises ValueError below zero.
    """
    if number < 0:
        raise ValueError("only whole numbers from zero are counted")
    if number == 1 and neuter:
        return "ett"
    if number < len(_WORDS):
        return _WORDS[number]
    return f"{number:,}".replace(",", "\u00a0")


def ordinal(number: int) -> str:
    """ "tredje", "21:a", "23:e": which one in order, from one. Raises ValueError below one."""
    if number < 1:
        raise ValueError("the first is number one")
    if number < len(_ORDINALS):
        return _ORDINALS[number]
    ends_in_a = number % 10 in (1, 2) and number % 100 not in (11, 12)
    return f"{number}:{'a' if ends_in_a else 'e'}"


def and_list(words: Sequence[str]) -> str:
    """ "april, augusti och årsbokslut"; empty for no words."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} och {words[-1]}"


def sentence(text: str) -> str:
    """The text with its first letter large: a sentence may begin with a number word."""
    return text[:1].upper() + text[1:]
