"""Uppföljningens sidor och filer."""

from internkontroll.reporting.views import (
    after,
    assignments,
    decision,
    documents,
    memos,
    reports,
    writing,
)
from internkontroll.reporting.views.blueprint import bp

BLUEPRINTS = (bp, memos.memo_template)

__all__ = [
    "BLUEPRINTS",
    "after",
    "assignments",
    "bp",
    "decision",
    "documents",
    "memos",
    "reports",
    "writing",
]
