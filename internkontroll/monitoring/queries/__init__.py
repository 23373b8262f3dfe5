"""Read what waits for a person, what was decided, and how the jobs went.

- duties: what one person answers for, to be handed over
- facts: everything that may be somebody's task, in one question
- overview: boards, what kommunstyrelsen oversees, what was decided lately
- readings: who read what is secret
"""

from internkontroll.monitoring.queries.duties import Duties, duties_of, people_with_duties
from internkontroll.monitoring.queries.facts import facts_for
from internkontroll.monitoring.queries.overview import (
    Decided,
    OverseenBoard,
    ReadingCount,
    boards_of,
    decided_lately,
    latest_runs,
    overseen_boards,
    secret_readings,
)
from internkontroll.monitoring.queries.readings import (
    SeenReading,
    follow_ups_select,
    readings_between,
    readings_by_auditors,
    readings_of_case,
    told_readings,
    units_of_readers,
    units_within_reach,
)

__all__ = [
    "Decided",
    "Duties",
    "OverseenBoard",
    "ReadingCount",
    "SeenReading",
    "boards_of",
    "decided_lately",
    "duties_of",
    "facts_for",
    "follow_ups_select",
    "latest_runs",
    "overseen_boards",
    "people_with_duties",
    "readings_between",
    "readings_by_auditors",
    "readings_of_case",
    "secret_readings",
    "told_readings",
    "units_of_readers",
    "units_within_reach",
]
