"""Uppföljningens sidor och filer."""

from internkontroll.reporting.views import (
    after,
    assignments,
    decision,
    documents,
    reports,
    writing,
)
from internkontroll.reporting.views.blueprint import bp

__all__ = ["after", "assignments", "bp", "decision", "documents", "reports", "writing"]
