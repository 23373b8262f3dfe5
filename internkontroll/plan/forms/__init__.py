"""Planens formulär: read a file in, write by hand, decide, appoint.

``reading`` a file and its questions; ``controls`` and ``content`` what is written by hand;
``deciding`` the board's decision and who is responsible.
"""

from internkontroll.plan.forms.controls import SettleForm
from internkontroll.plan.forms.deciding import AppointForm, DecideForm, appoint_form
from internkontroll.plan.forms.reading import (
    LATER,
    AnswersForm,
    ImportForm,
    PlanFile,
    answer_hint,
    answers_form,
    proposed_hint,
)
from internkontroll.plan.forms.versions import row_version

__all__ = [
    "LATER",
    "AnswersForm",
    "AppointForm",
    "DecideForm",
    "ImportForm",
    "PlanFile",
    "SettleForm",
    "answer_hint",
    "answers_form",
    "appoint_form",
    "proposed_hint",
    "row_version",
]
