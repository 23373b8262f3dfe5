"""Demonstrationens dagar och klockslag."""

from datetime import date, datetime, timedelta

from internkontroll.core.clock import start_of_day


def hour_of(day: date, hour: int = 9) -> datetime:
    """An hour of a Swedish day."""
    return start_of_day(day) + timedelta(hours=hour)


def weekday(day: date) -> date:
    """The day, or the Monday after it where it is a Saturday or a Sunday."""
    return day + timedelta(days=(7 - day.weekday()) % 7 if day.weekday() > 4 else 0)
