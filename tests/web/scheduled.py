"""Kontrolltillfällen of a year: one of a point, one of each individutskott."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask import Flask

from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board, Subcommittee
from internkontroll.plan.rules.vocabulary import Frequency
from internkontroll.schedule.models import Occurrence, OccurrenceState
from tests.client import PageClient
from tests.factories import (
    AT,
    Town,
    make_control,
    make_meeting,
    make_occurrence,
    make_plan,
    make_points,
)

ClientOf = Callable[..., PageClient]
REASON = "Systemet byttes i april och loggarna finns inte kvar."


@dataclass
class Year:
    """Ids of the year's occurrences: one of a point, one of each individutskott."""

    point: int
    iu1: int
    iu2: int


def make_year(app: Flask, town: Town) -> Year:
    """A decided plan with a control of the point April and one of each individutskott's meeting."""
    with app.app_context(), intent_to_write():
        session = db.session()
        board = session.get_one(Board, town.boards["SCN"])
        (april, *_) = make_points(session, board)
        plan = make_plan(session, board, decided=True)
        meetings = [
            make_meeting(
                session,
                board,
                session.get_one(Subcommittee, town.subcommittees[code]),
                date(2020, 2, 12),
            )
            for code in ("IU1", "IU2")
        ]
        cases = make_control(
            session,
            plan,
            text="Utskotten granskar ärenden. Urvalet är slumpmässigt.",
            area="Verksamhetskontroller",
            frequency=Frequency.PER_MEETING,
        )
        logs = make_control(session, plan, text="Loggar granskas")
        made = [
            make_occurrence(session, logs, april, due_on=date(2020, 5, 7)),
            *(make_occurrence(session, cases, meeting=meeting) for meeting in meetings),
        ]
        ids = Year(*(row.id for row in made))
        session.commit()
        session.close()
    return ids


def state_of(app: Flask, occurrence_id: int) -> OccurrenceState:
    with app.app_context():
        return db.session().get_one(Occurrence, occurrence_id).state


def set_state(app: Flask, occurrence_id: int, state: OccurrenceState) -> None:
    with app.app_context(), intent_to_write():
        occurrence = db.session().get_one(Occurrence, occurrence_id)
        occurrence.state = state
        if state is OccurrenceState.EXPIRED:
            occurrence.expired_at, occurrence.expired_reason = AT, "Sammanträdet ställdes in."
        db.session().commit()


def shown(client: PageClient, query: str = "") -> list[int]:
    """Ids of the occurrences in the list, in order."""
    page = client.get(f"/namnd/scn/kontroller?{query}")
    found = [re.search(r"/kontroller/(\d+)$", link) for link in page.reader.links]
    return [int(match[1]) for match in found if match]
