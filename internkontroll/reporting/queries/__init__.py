"""Read a follow-up report.

- points: a board's reporting points with their reports
- facts: what a report is made of, with the moments at which it became known
- period: what was done, found and written in the period
- plans: the plan that it follows up
- following: åtgärder and rättelser
- earlier: what it is compared with
- memos: the tjänsteskrivelse as it stands
- shown: the report itself, live or as it was decided
"""

from internkontroll.reporting.queries.facts import report_facts
from internkontroll.reporting.queries.memos import (
    StandingMemo,
    StandingTemplate,
    memo_being_written,
    memo_of,
    memo_of_version,
    standing_memo,
    standing_template,
    version_written,
)
from internkontroll.reporting.queries.plans import decision_facts
from internkontroll.reporting.queries.points import (
    PointEntry,
    StandingRemark,
    control_select,
    find_point,
    point_entries,
    standing_remark,
)
from internkontroll.reporting.queries.shown import decided_report, shown_report, working_report

__all__ = [
    "PointEntry",
    "StandingMemo",
    "StandingRemark",
    "StandingTemplate",
    "control_select",
    "decided_report",
    "decision_facts",
    "find_point",
    "memo_being_written",
    "memo_of",
    "memo_of_version",
    "point_entries",
    "report_facts",
    "shown_report",
    "standing_memo",
    "standing_remark",
    "standing_template",
    "version_written",
    "working_report",
]
