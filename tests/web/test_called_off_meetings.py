"""A meeting that is called off keeps no written account of a case; a held one's notes stand."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board, Subcommittee
from internkontroll.review.models import CaseNote, CaseNoteRule, ReviewEvent
from internkontroll.schedule.models import OccurrenceState
from internkontroll.trail.models import TrailRow
from tests.client import PageClient
from tests.factories import (
    AT,
    Town,
    make_control,
    make_drawn_sample,
    make_meeting,
    make_occurrence,
    make_plan,
)

TEXT = "Beslutet togs samma dag."


@pytest.fixture
def meetings(app: Flask, town: Town) -> list[int]:
    """Two meetings of an individutskott, with two notes each."""
    with app.app_context(), intent_to_write():
        session = db.session()
        board = session.get_one(Board, town.boards["SCN"])
        committee = session.get_one(Subcommittee, town.subcommittees["IU1"])
        control = make_control(session, make_plan(session, board, decided=True))
        rule = CaseNoteRule(
            board_id=board.id,
            body="Socialnämnden",
            decided_on=date(2020, 1, 2),
            paragraph="9",
            recorded_at=AT,
        )
        session.add(rule)
        session.flush()
        made = []
        for month in (3, 4):
            meeting = make_meeting(session, board, committee, date(2020, month, 12))
            started = make_occurrence(
                session, control, meeting=meeting, state=OccurrenceState.STARTED
            )
            session.add_all(
                CaseNote(
                    occurrence_id=started.id,
                    item_id=item.id,
                    rule_id=rule.id,
                    text=TEXT,
                    written_at=AT,
                )
                for item in make_drawn_sample(session, started).items[:2]
            )
            made.append(meeting.id)
        session.commit()
        db.session.remove()
    return made


def asked(app: Flask, statement: sa.Select[Any]) -> list[Any]:
    with app.app_context():
        found = list(db.session.scalars(statement))
        db.session.remove()
    return found


def test_calling_a_meeting_off_destroys_its_notes_and_no_others(
    app: Flask, client: PageClient, town: Town, meetings: list[int]
) -> None:
    client.log_in(*town.account(Role.SECRETARY))
    url = f"/sammantraden/{meetings[0]}/stall-in"
    page = client.get(f"/namnd/scn{url}")
    assert "anteckningar förstörs" in page.text

    client.submit(url, reason="För få ledamöter kunde komma.")

    assert asked(app, sa.select(CaseNote.text).order_by(CaseNote.id)) == [None, None, TEXT, TEXT]
    purged = sa.select(CaseNote.id).where(CaseNote.purged_at.is_not(None))
    assert len(asked(app, purged)) == 2
    rows = asked(app, sa.select(TrailRow).where(TrailRow.event == ReviewEvent.NOTES_PURGED))
    assert [(row.subject_kind, row.subject_id) for row in rows] == [("meeting", meetings[0])]


def test_a_refused_calling_off_destroys_nothing(
    app: Flask, client: PageClient, town: Town, meetings: list[int]
) -> None:
    client.log_in(*town.account(Role.SECRETARY))
    url = f"/sammantraden/{meetings[0]}/stall-in"
    client.get(f"/namnd/scn{url}")

    client.submit(url, 422, reason="")

    assert asked(app, sa.select(CaseNote.text)) == [TEXT] * 4
