"""Gallringens sidor: a year's dry run, rules, orders, receipts; register of personal data."""

from internkontroll.archive.views import disposals, register, rules, year
from internkontroll.archive.views.blueprint import bp, personal_data

BLUEPRINTS = (bp, personal_data)

__all__ = ["BLUEPRINTS", "bp", "disposals", "personal_data", "register", "rules", "year"]
