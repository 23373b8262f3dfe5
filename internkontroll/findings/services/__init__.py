"""Verbs of the findings: record, revise, put right, act against the cause, test again, end.

- guards: role, state, and what free text may not hold
- recording: write a finding, change what it says
- correcting: the single item put right, or why it cannot be
- acting: actions against the cause, their days and their responsible
- closing: the retest, ending a finding and opening it again
"""

from internkontroll.findings.services.acting import (
    add_action,
    assign_action,
    cancel_action,
    finish_action,
    move_action,
    start_action,
)
from internkontroll.findings.services.closing import (
    choose_retest,
    close_finding,
    may_close,
    order_retest,
    reopen_finding,
)
from internkontroll.findings.services.correcting import record_correction
from internkontroll.findings.services.recording import record_finding, revise_finding

__all__ = [
    "add_action",
    "assign_action",
    "cancel_action",
    "choose_retest",
    "close_finding",
    "finish_action",
    "may_close",
    "move_action",
    "order_retest",
    "record_correction",
    "record_finding",
    "reopen_finding",
    "revise_finding",
    "start_action",
]
