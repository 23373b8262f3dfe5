"""Demonstrationen: an invented municipality in its year, made by the program's own verbs.

Dates follow the day on which it is made. Accounts are called by their role; no person, case or
sentence in it is real.
"""

from internkontroll.demo.accounts import ACCOUNTS, DEMO_PASSWORD
from internkontroll.demo.year import fill_demo, is_filled

__all__ = ["ACCOUNTS", "DEMO_PASSWORD", "fill_demo", "is_filled"]
