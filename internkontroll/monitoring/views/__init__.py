"""Mina uppgifter och jobben."""

from flask.typing import ResponseReturnValue

from internkontroll.core.access import Permission
from internkontroll.monitoring.queries import latest_runs
from internkontroll.monitoring.rules import JOBS
from internkontroll.monitoring.views import handover, readings
from internkontroll.monitoring.views.blueprint import bp
from internkontroll.monitoring.views.tasks import start_page
from internkontroll.schedule.words import late_word
from internkontroll.web.access import current_actor, requires, session, signed_in, today
from internkontroll.web.submission import page

__all__ = ["bp", "handover", "readings"]


@bp.get("/")
@signed_in
def start() -> ResponseReturnValue:
    """The first page: what waits for the person, and the boards they work for."""
    return page(
        "monitoring/start.html",
        start=start_page(session(), current_actor(), on=today()),
        late_word=late_word,
    )


@bp.get("/jobb")
@requires(Permission.JOBS_READ)
def jobs() -> ResponseReturnValue:
    """The declared jobs and their latest runs."""
    descriptions = {job.name: job.description for job in JOBS}
    return page(
        "monitoring/jobs.html", jobs=JOBS, descriptions=descriptions, runs=latest_runs(session())
    )
