"""The declared job that removes plan files nobody needs any longer."""

from flask import Flask

from internkontroll.core.access import system_actor
from internkontroll.core.database import db, intent_to_write
from internkontroll.monitoring.jobs import run_jobs
from internkontroll.organisation.models import Board
from internkontroll.plan.models import PlanReadingRow
from internkontroll.plan.services import store_reading
from tests.conftest import MovableClock
from tests.factories import Town, plan_csv


def test_the_job_removes_a_file_that_has_waited_too_long(
    app: Flask, town: Town, clock: MovableClock
) -> None:
    with app.app_context(), intent_to_write():
        board = db.session.query(Board).filter_by(code="SCN").one()
        store_reading(
            db.session(),
            board,
            year=2020,
            data=plan_csv(),
            file_name="plan.csv",
            actor=system_actor("test"),
            at=clock(),
        )
        db.session.commit()
        db.session.remove()
    assert dict(run_jobs(app, clock))["plan:tidy"] == "0 planfiler borttagna"
    clock.forward(days=31)
    assert dict(run_jobs(app, clock))["plan:tidy"] == "1 planfiler borttagna"
    with app.app_context():
        assert db.session.query(PlanReadingRow).count() == 0
