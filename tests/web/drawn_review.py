"""A drawn sample of three cases, answered and concluded on the pages."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask import Flask

from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board, Subcommittee
from internkontroll.schedule.models import OccurrenceState
from tests.client import Page, PageClient
from tests.factories import (
    Town,
    make_control,
    make_drawn_sample,
    make_meeting,
    make_occurrence,
    make_plan,
)

ClientOf = Callable[..., PageClient]


@dataclass
class Seeded:
    """A drawn sample of three cases in IU1, as ids."""

    occurrence_id: int
    criteria: tuple[int, int]
    references: list[str]
    url: str

    def item(self, position: int) -> str:
        return f"{self.url}/post/{position}"

    def fields(self, first: str = "", second: str = "", **more: str) -> dict[str, str]:
        """Answers as the form sends them; an unanswered question sends nothing."""
        given = dict(zip(self.criteria, (first, second), strict=True))
        answers = {f"answer_{criterion}": value for criterion, value in given.items() if value}
        return {**answers, **more}


def seed(app: Flask, town: Town, n: int = 3, *, secret: bool = True) -> Seeded:
    with app.app_context(), intent_to_write():
        session = db.session()
        board = session.get_one(Board, town.boards["SCN"])
        committee = session.get_one(Subcommittee, town.subcommittees["IU1"])
        control = make_control(
            session,
            make_plan(session, board, decided=True),
            text="Beslut att inte inleda utredning",
            criteria=("Är skälen dokumenterade?", "Är beslutet fattat i tid?"),
        )
        meeting = make_meeting(session, board, committee, date(2020, 3, 12))
        occurrence = make_occurrence(
            session, control, meeting=meeting, state=OccurrenceState.STARTED
        )
        drawn = make_drawn_sample(session, occurrence, n=n, secret=secret)
        made = Seeded(
            occurrence.id,
            (control.criteria[0].id, control.criteria[1].id),
            [item.reference for item in drawn.items],
            f"/namnd/scn/granskning/{occurrence.id}",
        )
        session.commit()
        db.session.remove()
    return made


def typed(page: Page, action: str, name: str) -> str:
    """What a field holds. A browser drops the line end that follows <textarea>."""
    return dict(page.form(action).fields)[name].removeprefix("\r\n")


def judge_all(client: PageClient, seeded: Seeded, *answers: str) -> None:
    for position, answer in enumerate(answers or ("yes", "yes", "yes"), start=1):
        client.get(seeded.item(position))
        client.submit(f"/post/{position}", **seeded.fields("yes", answer))


def conclude(client: PageClient, seeded: Seeded, text: str = "En av tre avviker.") -> None:
    client.get(f"{seeded.url}/slutsats")
    client.submit("/slutsats", text=text)


def cells(seeded: Seeded, position: int, first: str = "", second: str = "") -> dict[str, str]:
    """Answers of one item as the table sends them."""
    one, two = seeded.criteria
    return {f"answer_{position}_{one}": first, f"answer_{position}_{two}": second}
