"""Granska, registrera resultat, bifoga underlag, skriv slutsatsen och skriv under.

- items, shared: one item of one control, or of every control that shares the draw
- results: what is recorded as a whole
- evidence: attachments
- conclusions: write, sign, send back
- evaluation: what the sample proves
- grid: many items at once, typed or pasted
- second: another person reads a share again
- paragraph: what a committee's minutes take in, and its reviews month by month
- committee: an individutskott's meeting
"""

from internkontroll.review.views import (
    committee,
    conclusions,
    evaluation,
    evidence,
    grid,
    items,
    paragraph,
    results,
    second,
    shared,
)
from internkontroll.review.views.blueprint import bp

BLUEPRINTS = (bp, committee.bp, paragraph.minutes)

__all__ = [
    "BLUEPRINTS",
    "bp",
    "committee",
    "conclusions",
    "evaluation",
    "evidence",
    "grid",
    "items",
    "paragraph",
    "results",
    "second",
    "shared",
]
