"""Decide what is kept, and destroy what is not.

- deciding: the board's rules, and the auditors' word on a year
- ordering: one person orders and withdraws, another confirms
- destroying: what happens to each kind of records
"""

from internkontroll.archive.services.deciding import close_audit, decide_rule
from internkontroll.archive.services.ordering import (
    confirm_disposal,
    has_lapsed,
    order_disposal,
    withdraw_disposal,
)

__all__ = [
    "close_audit",
    "confirm_disposal",
    "decide_rule",
    "has_lapsed",
    "order_disposal",
    "withdraw_disposal",
]
