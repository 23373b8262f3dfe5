"""Write a follow-up report, and take it through the board. Looking at one writes nothing.

- writing: a kontrollmoment's comment and assessment, the overall assessment
- approving: the director's approval, and what the board itself changes
- deciding: bifall, ändring, återremiss, bordläggning
- assigning: what the board asks förvaltningen to do
- sending: minutes verified, handed over to kommunstyrelsen and received there
- correcting: a new version of a decided report
- public: what is given out of a decided report at a request
"""

from internkontroll.reporting.services.approving import (
    approve_report,
    begin_report_amendment,
    take_back_report,
)
from internkontroll.reporting.services.assigning import (
    NewAssignment,
    add_assignment,
    move_assignment,
    report_back,
)
from internkontroll.reporting.services.correcting import (
    decide_correction,
    drop_correction,
    open_correction,
)
from internkontroll.reporting.services.deciding import (
    Minutes,
    decide_report,
    refer_back_report,
    table_report,
)
from internkontroll.reporting.services.guards import ensure_report
from internkontroll.reporting.services.memos import change_memo_template, write_memo
from internkontroll.reporting.services.public import (
    Judged,
    decide_public_version,
    judge_public_version,
    propose_public_version,
)
from internkontroll.reporting.services.sending import receive_report, send_report, verify_report
from internkontroll.reporting.services.writing import remark_control, set_overall

__all__ = [
    "Judged",
    "Minutes",
    "NewAssignment",
    "add_assignment",
    "approve_report",
    "begin_report_amendment",
    "change_memo_template",
    "decide_correction",
    "decide_public_version",
    "decide_report",
    "drop_correction",
    "ensure_report",
    "judge_public_version",
    "move_assignment",
    "open_correction",
    "propose_public_version",
    "receive_report",
    "refer_back_report",
    "remark_control",
    "report_back",
    "send_report",
    "set_overall",
    "table_report",
    "take_back_report",
    "verify_report",
    "write_memo",
]
