"""Omständigheter och uppgifter: what may wait for somebody, and what one person is to do."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

LOOK_AHEAD_DAYS = 45
"""How far ahead the start page looks."""


class Source(StrEnum):
    """Vad en uppgift kommer ur."""

    PLAN = "plan"
    UNAPPOINTED = "unappointed"
    OCCURRENCE = "occurrence"
    SECOND_READING = "second_reading"
    REPORT = "report"
    ASSIGNMENT = "assignment"
    REPORT_TO_SEND = "report_to_send"
    CORRECTION = "correction"
    RECEIPT = "receipt"
    OVERSIGHT = "oversight"
    REQUEST = "request"
    FINDING = "finding"
    ACTION = "action"
    MEETINGS = "meetings"
    PLAN_MINUTES = "plan_minutes"
    REPORT_MINUTES = "report_minutes"
    ROLE_ENDS = "role_ends"
    ROLE_WAITS = "role_waits"
    READINGS = "readings"
    JOB = "job"


class Kind(StrEnum):
    """Slag av uppgift, named by what the person is to do."""

    PREPARE_PLAN = "prepare_plan"
    REGISTER_PLAN = "register_plan"
    APPOINT = "appoint"
    LOAD_LIST = "load_list"
    FREEZE_LIST = "freeze_list"
    COMMIT_DRAW = "commit_draw"
    DRAW = "draw"
    REVIEW = "review"
    DO_CONTROL = "do_control"
    SIGN = "sign"
    READ_AGAIN = "read_again"
    WATCH_OCCURRENCE = "watch_occurrence"
    WRITE_REPORT = "write_report"
    ASSESS = "assess"
    REGISTER_REPORT = "register_report"
    APPROVE_REPORT = "approve_report"
    SEND_REPORT = "send_report"
    FINISH_CORRECTION = "finish_correction"
    READ_CORRECTION = "read_correction"
    RECEIVE_REPORT = "receive_report"
    ASSESS_OVERSIGHT = "assess_oversight"
    DECIDE_OVERSIGHT = "decide_oversight"
    SETTLE_REQUEST = "settle_request"
    REPORT_BACK = "report_back"
    CORRECT = "correct"
    ADD_ACTION = "add_action"
    CHOOSE_RETEST = "choose_retest"
    CLOSE_FINDING = "close_finding"
    DO_ACTION = "do_action"
    WATCH_ACTION = "watch_action"
    ENTER_MEETINGS = "enter_meetings"
    VERIFY_PLAN = "verify_plan"
    VERIFY_REPORT = "verify_report"
    RENEW_ROLE = "renew_role"
    SETTLE_ROLE = "settle_role"
    FOLLOW_UP_READINGS = "follow_up_readings"
    SEE_JOB = "see_job"


@dataclass(frozen=True)
class Fact:
    """En omständighet som någon kan behöva göra något åt, as plain data.

    ``person_id`` is whose it is (responsible), ``part`` whether the asking person has had a part
    in what another has to sign or end, ``open_count`` how many things are not done of it, and
    ``settled`` whether what must come first has been done. ``moment`` and ``second`` are moments
    that the source tells of (a finding: recorded; its retest's conclusion: written).
    """

    source: Source
    subject_id: int
    text: str
    board_id: int | None = None
    subcommittee_id: int | None = None
    where: str | None = None
    due_on: date | None = None
    number: int | None = None
    year: int | None = None
    person_id: int | None = None
    part: bool = False
    open_count: int = 0
    settled: bool = False
    state: str = ""
    done_on: date | None = None
    moment: datetime | None = None
    second: datetime | None = None


@dataclass(frozen=True)
class Task:
    """Uppgift: what one person is to do about a fact, and by when. Without a day: when they can."""

    kind: Kind
    fact: Fact
    due_on: date | None

    def days_late(self, on: date) -> int:
        """How many days late it is; 0 when it is not."""
        return max(0, (on - self.due_on).days) if self.due_on else 0


SIGNATURE = "signature"
"""The state of an occurrence whose conclusion waits for another person."""
