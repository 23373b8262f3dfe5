"""Kontonas sidor: log in and out, one's own profile, everybody's accounts and their roles."""

from internkontroll.accounts.views import (
    accounts,
    codes,
    login,
    profile,
    provider,
    roles,
    staying,
    waiting,
)
from internkontroll.accounts.views.blueprint import bp
from internkontroll.accounts.views.login import own_path

BLUEPRINTS = (bp, waiting.board_bp)

__all__ = [
    "BLUEPRINTS",
    "accounts",
    "bp",
    "codes",
    "login",
    "own_path",
    "profile",
    "provider",
    "roles",
    "staying",
    "waiting",
]
