"""Listan att dra ur, beslutet om urvalet, dragningen och protokollen."""

from internkontroll.sampling.views import draws, lists, targeted
from internkontroll.sampling.views.walls import bp

__all__ = ["bp", "draws", "lists", "targeted"]
