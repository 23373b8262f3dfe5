"""Time: moments are UTC, days are Swedish. Only the edges ask what time it is."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def utc_now() -> datetime:
    """The present moment in UTC: the clock of every process that is not a test."""
    return datetime.now(UTC)


def swedish_day(at: datetime) -> date:
    """The calendar day in Sweden at a moment. A naive moment is refused with ValueError."""
    if at.tzinfo is None:
        raise ValueError("a moment needs its zone")
    return at.astimezone(STOCKHOLM).date()


@lru_cache(maxsize=2048)
def end_of_day(day: date) -> datetime:
    """The last moment (in UTC) of a Swedish day: "senast 12 mars" runs until midnight there.

    The day is measured from its end backwards, so that a day of 23 or 25 hours keeps its evening.
    """
    midnight = datetime.combine(day + timedelta(days=1), time.min, tzinfo=STOCKHOLM)
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


def start_of_day(day: date) -> datetime:
    """The first moment (in UTC) of a Swedish day."""
    return datetime.combine(day, time.min, tzinfo=STOCKHOLM).astimezone(UTC)
