"""One evening of an individutskott on a tablet and a telephone, without scripts, taps counted."""

from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.organisation.models import Board, Subcommittee
from tests.browser.screens import Year, prepare_the_meeting
from tests.factories import (
    Town,
    make_control,
    make_drawn_sample,
    make_meeting,
    make_occurrence,
    make_plan,
)


@dataclass
class Table:
    """A meeting with three drawn cases, judged by two questions each, as ids."""

    meeting: int
    occurrence: int


def a_drawn_meeting(session: Session, town: Town) -> Table:
    board = session.get_one(Board, town.boards["SCN"])
    committee = session.get_one(Subcommittee, town.subcommittees["IU1"])
    control = make_control(
        session,
        make_plan(session, board, decided=True),
        text="Utskottet granskar beslut att inte inleda utredning.",
        criteria=("Är skälen dokumenterade?", "Är beslutet fattat i tid?"),
    )
    meeting = make_meeting(session, board, committee, date(2020, 3, 12))
    occurrence = make_occurrence(session, control, meeting=meeting)
    make_drawn_sample(session, occurrence, n=3)
    return Table(meeting.id, occurrence.id)


@pytest.mark.parametrize(("width", "height"), [(768, 1024), (390, 844)])
def test_an_evening_at_the_table_takes_three_taps_a_case_at_most(
    year: Year, width: int, height: int
) -> None:
    table: Table = year.write(lambda session: a_drawn_meeting(session, year.town))
    chairs, members = (year.town.account(role, "IU1")[0] for role in (Role.CHAIR, Role.MEMBER))
    year.clock.move_to(2020, 3, 11, 18)
    screen = {"width": width, "height": height, "java_script_enabled": False}
    with year.at_the_table(chairs, screen) as chair:
        prepare_the_meeting(chair, table.meeting, "IU1")

    with year.at_the_table(members, screen) as justerare:
        justerare.open(f"/namnd/scn/individutskott/sammantraden/{table.meeting}")
        justerare.follow("Granska ärende 1")
        wrong = ((), ((1, "Nej"),), ((0, "Underlag saknas"), (1, "Nej")))
        for position, answers in enumerate(wrong, start=1):
            justerare.judges(position, 3, answers, taps=1 if position == 1 else 0)
        justerare.hands_in("Två ärenden brister.")

    year.clock.move_to(2020, 3, 12, 14)
    with year.at_the_table(chairs, screen) as chair:
        chair.open(f"/namnd/scn/individutskott/sammantraden/{table.meeting}")
        chair.follow("Bekräfta utskottets utfall")
        chair.press("Bekräfta utskottets utfall")
        chair.sees("Utskottets utfall är bekräftat.")
    (signed,) = year.rows("SELECT reviewed, deviating FROM conclusion WHERE signed_at IS NOT NULL")
    assert signed == (3, 2)
