"""Gallringens sidor: a year's dry run, rules, orders, receipts; register of personal data; and a
year's documents together for the auditors.
"""

from internkontroll.archive.views import disposals, register, rules, year
from internkontroll.archive.views.blueprint import bp, personal_data
from internkontroll.archive.views.bundles import bundles

BLUEPRINTS = (bp, personal_data, bundles)

__all__ = ["BLUEPRINTS", "bp", "bundles", "disposals", "personal_data", "register", "rules", "year"]
