"""Individutskottets sammanträde: the meeting's page, and what is done from it.

- meeting: what is reviewed, justerare, what comes next
- preparing: the kind of cases, jäv
- case: one case at a time
- outcome: the committee's outcome and the chair's confirmation
- notes, urgent: what may be written, and what cannot wait
"""

from internkontroll.review.views.committee import (
    case,
    meeting,
    notes,
    outcome,
    preparing,
    urgent,
)
from internkontroll.review.views.committee.blueprint import bp

__all__ = ["bp", "case", "meeting", "notes", "outcome", "preparing", "urgent"]
