"""One evening of an individutskott on a tablet and a telephone, without scripts, taps counted."""

from dataclasses import dataclass
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.database import intent_to_write
from internkontroll.organisation.models import Board, Subcommittee
from tests.browser.screens import Person, Year, prepare_the_meeting
from tests.factories import (
    make_control,
    make_drawn_sample,
    make_meeting,
    make_occurrence,
    make_plan,
)

MOST_TAPS = 3
SMALLEST = 44


@dataclass
class Table:
    """A meeting with three drawn cases, judged by two questions each, as ids."""

    meeting: int
    occurrence: int


def seed(year: Year) -> Table:
    engine = sa.create_engine(year.app.config["SQLALCHEMY_DATABASE_URI"], poolclass=sa.NullPool)
    with intent_to_write(), Session(engine) as session:
        board = session.get_one(Board, year.town.boards["SCN"])
        committee = session.get_one(Subcommittee, year.town.subcommittees["IU1"])
        control = make_control(
            session,
            make_plan(session, board, decided=True),
            text="Utskottet granskar beslut att inte inleda utredning.",
            criteria=("Är skälen dokumenterade?", "Är beslutet fattat i tid?"),
        )
        meeting = make_meeting(session, board, committee, date(2020, 3, 12))
        occurrence = make_occurrence(session, control, meeting=meeting)
        make_drawn_sample(session, occurrence, n=3)
        made = Table(meeting.id, occurrence.id)
        session.commit()
    engine.dispose()
    return made


def fits(person: Person) -> None:
    """Nothing lies beside the screen, and what is pressed in the page is large enough."""
    page = person.page
    size = page.viewport_size
    assert size is not None
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= size["width"], f"{page.url} is {wide} px wide at {size['width']}"
    for target in page.locator("main button, main .btn, main label.choice, main .input").all():
        box = target.bounding_box()
        if target.is_visible() and box is not None:
            assert box["height"] >= SMALLEST, f"{page.url}: {target.inner_text()!r} {box}"
            assert box["width"] >= SMALLEST, f"{page.url}: {target.inner_text()!r} {box}"


class Finger:
    """Counts what is tapped."""

    def __init__(self, person: Person) -> None:
        self.person, self.taps = person, 0

    def button(self, name: str) -> None:
        self.taps += 1
        self.person.press(name)

    def choice(self, question: int, answer: str) -> None:
        self.taps += 1
        group = self.person.page.locator("main fieldset").nth(question)
        group.locator("label.choice", has_text=answer).first.click()


@pytest.mark.parametrize(("width", "height"), [(768, 1024), (390, 844)])
def test_an_evening_at_the_table_takes_three_taps_a_case_at_most(
    year: Year, width: int, height: int
) -> None:
    table = seed(year)
    year.clock.move_to(2020, 3, 11, 18)
    more = {"height": height, "java_script_enabled": False}
    with year.person(Role.CHAIR, "IU1", width=width, **more) as chair:
        prepare_the_meeting(chair, table.meeting, "IU1")
        fits(chair)

    with year.person(Role.MEMBER, "IU1", width=width, **more) as justerare:
        justerare.open(f"/namnd/scn/individutskott/sammantraden/{table.meeting}")
        fits(justerare)
        justerare.follow("Granska ärende 1")
        wrong = ((), ((1, "Nej"),), ((0, "Underlag saknas"), (1, "Nej")))
        for position, answers in enumerate(wrong, start=1):
            justerare.sees(f"{position} av 3")
            fits(justerare)
            finger = Finger(justerare)
            for question, answer in answers:
                finger.choice(question, answer)
            finger.button("Resten Ja, nästa")
            assert finger.taps <= MOST_TAPS, f"case {position} took {finger.taps} taps"
        justerare.fill({"text": "Två ärenden brister."})
        justerare.press("Lämna för underskrift")

    year.clock.move_to(2020, 3, 12, 14)
    with year.person(Role.CHAIR, "IU1", width=width, **more) as chair:
        chair.open(f"/namnd/scn/individutskott/sammantraden/{table.meeting}")
        chair.follow("Bekräfta utskottets utfall")
        fits(chair)
        chair.press("Bekräfta utskottets utfall")
        chair.sees("Utskottets utfall är bekräftat.")
        fits(chair)
    (signed,) = year.rows("SELECT reviewed, deviating FROM conclusion WHERE signed_at IS NOT NULL")
    assert signed == (3, 2)
