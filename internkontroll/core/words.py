"""Ord för lägen: how a state is told on a screen and in a document."""

from dataclasses import dataclass
from typing import Literal

Tone = Literal["ok", "warn", "bad", "idle"]


@dataclass(frozen=True)
class StateWord:
    """Läge: the word of a state and its tone.

    ``ok`` is a circle (right), ``warn`` a triangle (attention), ``bad`` a diamond (wrong) and
    ``idle`` a ring (not yet).
    """

    word: str
    tone: Tone
