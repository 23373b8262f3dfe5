"""Listan att dra ur, beslutet om urvalet, dragningen och protokollen."""

from internkontroll.sampling.views import (
    draws,
    extensions,
    house,
    lists,
    records,
    sizes,
    targeted,
)
from internkontroll.sampling.views.walls import bp

BLUEPRINTS = (bp, house.house)

__all__ = [
    "BLUEPRINTS",
    "bp",
    "draws",
    "extensions",
    "house",
    "lists",
    "records",
    "sizes",
    "targeted",
]
