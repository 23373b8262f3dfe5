"""Gallringens sidor: a year's dry run, rules, orders, receipts; register of personal data; and a
year's documents together for the auditors; and the nämnder's packages for kommunstyrelsen.
"""

from internkontroll.archive.views import disposals, register, rules, year
from internkontroll.archive.views.blueprint import bp, personal_data
from internkontroll.archive.views.bundles import bundles
from internkontroll.archive.views.packages import packages

BLUEPRINTS = (bp, personal_data, bundles, packages)

__all__ = [
    "BLUEPRINTS",
    "bp",
    "bundles",
    "disposals",
    "packages",
    "personal_data",
    "register",
    "rules",
    "year",
]
