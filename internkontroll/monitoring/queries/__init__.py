"""Read what waits for a person, what was decided, and how the jobs went.

- duties: what one person answers for, to be handed over
- facts: everything that may be somebody's task, in one question
- overview: boards, what kommunstyrelsen oversees, what was decided lately
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

__all__ = [
    "Decided",
    "Duties",
    "OverseenBoard",
    "ReadingCount",
    "boards_of",
    "decided_lately",
    "duties_of",
    "facts_for",
    "latest_runs",
    "overseen_boards",
    "people_with_duties",
    "secret_readings",
]
