"""Periodiska jobb, and uppgifter: what waits for whom. Pure.

- jobs: the declared list, and when each is due
- readings: the draw of a month's readings
- facts: what may wait for somebody, as plain data
- people: the person who asks, and the roles
- tasks: who does what, and by when
"""

from internkontroll.monitoring.rules.facts import (
    LOOK_AHEAD_DAYS,
    SIGNATURE,
    Fact,
    Kind,
    Source,
    Task,
)
from internkontroll.monitoring.rules.jobs import JOBS, Job, Rhythm, month_before, period_due
from internkontroll.monitoring.rules.people import Person
from internkontroll.monitoring.rules.readings import draw_of_readings
from internkontroll.monitoring.rules.tasks import finding_facts, tasks, tasks_of

__all__ = [
    "JOBS",
    "LOOK_AHEAD_DAYS",
    "SIGNATURE",
    "Fact",
    "Job",
    "Kind",
    "Person",
    "Rhythm",
    "Source",
    "Task",
    "draw_of_readings",
    "finding_facts",
    "month_before",
    "period_due",
    "tasks",
    "tasks_of",
]
