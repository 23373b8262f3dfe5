"""Granska, registrera resultat, bifoga underlag, skriv slutsatsen och skriv under.

- items, shared: one item of one control, or of every control that shares the draw
- results: what is recorded as a whole
- evidence: attachments
- conclusions: write, sign, send back
"""

from internkontroll.review.views import conclusions, evidence, items, results, shared
from internkontroll.review.views.blueprint import bp

__all__ = ["bp", "conclusions", "evidence", "items", "results", "shared"]
