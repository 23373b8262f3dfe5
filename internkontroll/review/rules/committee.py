"""Fristen för en personuppgiftsincident, and the outcome of a case in one word.

Source: dataskyddsförordningen (EU 2016/679) artikel 33: 72 hours from when it became known.
"""

from datetime import timedelta

BREACH_HOURS = timedelta(hours=72)
"""How long after it became known a personuppgiftsincident is reported at the latest."""
