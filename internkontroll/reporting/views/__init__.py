"""Uppföljningens sidor och filer, and those of kommunstyrelsens samlade bild."""

from internkontroll.reporting.views import (
    after,
    assignments,
    decision,
    documents,
    memos,
    oversight,
    oversight_decision,
    oversight_documents,
    public,
    reports,
    writing,
)
from internkontroll.reporting.views.blueprint import bp

BLUEPRINTS = (bp, memos.memo_template, oversight.bp)

__all__ = [
    "BLUEPRINTS",
    "after",
    "assignments",
    "bp",
    "decision",
    "documents",
    "memos",
    "oversight",
    "oversight_decision",
    "oversight_documents",
    "public",
    "reports",
    "writing",
]
