"""A year of two individutskott, ten meetings each: what the tests of pages and of screens share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.organisation.models import Board, MeetingKind, Subcommittee
from internkontroll.plan.rules.vocabulary import Frequency, SampleKind
from internkontroll.schedule.models import Occurrence
from tests.factories import (
    Town,
    make_control,
    make_frozen_list,
    make_meeting,
    make_occurrence,
    make_plan,
    make_points,
    make_user,
)

MONTHS = (1, 2, 3, 4, 5, 6, 9, 10, 11, 12)
DAY_OF = {"IU1": 12, "IU2": 19}
KINDS = ("särskilda kostnader", "inte inledda utredningar", "avslutade utan åtgärd")
TEXT = "Utskottet granskar endera:\n" + "\n".join(f"- {kind}" for kind in KINDS)
DICE = "00417720653198842213"
APRIL, WHOLE_YEAR = date(2020, 4, 30), date(2020, 12, 31)


@dataclass(kw_only=True)
class Sittings:
    """The meetings of both committees and what is reviewed before each, by committee and month.

    Month 0 is the extra meeting, which has no review; ``second`` is each committee's other member.
    """

    meetings: dict[tuple[str, int], int] = field(default_factory=dict)
    occurrences: dict[tuple[str, int], int] = field(default_factory=dict)
    second: dict[str, str] = field(default_factory=dict)

    def url(self, committee: str, month: int, path: str = "") -> str:
        return f"/namnd/scn/individutskott/{self.occurrences[committee, month]}{path}"

    def meeting_url(self, committee: str, month: int) -> str:
        return f"/namnd/scn/individutskott/sammantraden/{self.meetings[committee, month]}"


def make_sittings(session: Session, town: Town, extra: Mapping[str, date]) -> Sittings:
    """Write the year's plan, meetings and kontrolltillfällen, with a committee's extra meeting."""
    made = Sittings()
    board = session.get_one(Board, town.boards["SCN"])
    make_points(session, board)
    control = make_control(
        session,
        make_plan(session, board, decided=True),
        text=TEXT,
        frequency=Frequency.PER_MEETING,
        sample_kind=SampleKind.AT_LEAST,
        sample_n=3,
        criteria=("Är skälen dokumenterade?",),
    )
    for code, day in DAY_OF.items():
        committee = session.get_one(Subcommittee, town.subcommittees[code])
        made.second[code] = make_user(
            session, Role.MEMBER, board, committee, username=f"ledamot2.{code.lower()}"
        ).username
        for month in MONTHS:
            meeting = make_meeting(session, board, committee, date(2020, month, day))
            made.meetings[code, month] = meeting.id
            made.occurrences[code, month] = make_occurrence(session, control, meeting=meeting).id
        if code in extra:
            made.meetings[code, 0] = make_meeting(
                session, board, committee, extra[code], kind=MeetingKind.EXTRA
            ).id
    return made


def list_cases(session: Session, occurrence_id: int, name: str, size: int) -> None:
    """The unit under review hands in its decisions since the last meeting, "name-0001" onward."""
    occurrence = session.get_one(Occurrence, occurrence_id)
    rows = [(f"{name}-{number:04d}", None) for number in range(1, size + 1)]
    made = make_frozen_list(session, occurrence, rows, secret=True)
    made.made_by_controlled = True


SIGNED = (
    "SELECT s.code, count(*), sum(c.reviewed), sum(c.deviating) FROM conclusion c "
    "JOIN occurrence o ON o.id = c.occurrence_id JOIN subcommittee s "
    "ON s.id = o.subcommittee_id WHERE c.signed_at IS NOT NULL AND o.state = 'approved' "
    "AND o.due_on <= '{until}' GROUP BY s.code ORDER BY s.code"
)
"""What the signed conclusions say, by committee."""
RECOUNTED = (
    "SELECT s.code, count(DISTINCT o.id), count(DISTINCT i.id), "
    "count(DISTINCT CASE WHEN r.answer IN ('no', 'evidence_missing') THEN i.id END) "
    "FROM occurrence o JOIN subcommittee s ON s.id = o.subcommittee_id "
    "JOIN draw_occurrence d ON d.occurrence_id = o.id JOIN sample_item i "
    "ON i.draw_id = d.draw_id JOIN item_result r ON r.item_id = i.id WHERE r.revision = "
    "(SELECT max(x.revision) FROM item_result x WHERE x.item_id = r.item_id AND "
    "x.criterion_id = r.criterion_id) AND o.state = 'approved' AND o.due_on <= '{until}' "
    "GROUP BY s.code ORDER BY s.code"
)
"""The same, counted from the answers to each case."""


def recounts(until: date) -> tuple[str, str]:
    """Two ways in plain SQL to (committee, meetings, reviewed, deviating) until that day."""
    return SIGNED.format(until=until), RECOUNTED.format(until=until)
