"""Uppföljningens sidor och filer."""

from internkontroll.reporting.views import decision, reports, writing
from internkontroll.reporting.views.blueprint import bp

__all__ = ["bp", "decision", "reports", "writing"]
