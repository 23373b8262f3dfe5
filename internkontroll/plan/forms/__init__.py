"""Planens formulär: read a file in, write by hand, decide, appoint.

``reading`` a file and its questions; ``controls`` and ``content`` what is written by hand;
``deciding`` the board's decision and who is responsible.
"""

from internkontroll.plan.forms.deciding import (
    AppointForm,
    DecideForm,
    ReviseForm,
    TakeBackForm,
    VerifyForm,
    appoint_form,
)
from internkontroll.plan.forms.reading import (
    LATER,
    AnswersForm,
    HeadingsForm,
    ImportForm,
    PlanFile,
    SettleForm,
    answers_form,
    dry_run_hint,
    headings_form,
    proposed_hint,
    settle_form,
)
from internkontroll.plan.forms.versions import row_version

__all__ = [
    "LATER",
    "AnswersForm",
    "AppointForm",
    "DecideForm",
    "HeadingsForm",
    "ImportForm",
    "PlanFile",
    "ReviseForm",
    "SettleForm",
    "TakeBackForm",
    "VerifyForm",
    "answers_form",
    "appoint_form",
    "dry_run_hint",
    "headings_form",
    "proposed_hint",
    "row_version",
    "settle_form",
]
