"""Write and decide a follow-up report. Looking at one writes nothing: verbs make its row."""

from internkontroll.reporting.services.deciding import decide_report
from internkontroll.reporting.services.guards import ensure_report
from internkontroll.reporting.services.writing import remark_control, set_overall

__all__ = ["decide_report", "ensure_report", "remark_control", "set_overall"]
