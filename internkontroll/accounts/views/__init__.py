"""Kontonas sidor: log in and out, one's own profile, everybody's accounts and their roles."""

from internkontroll.accounts.views import (
    accounts,
    codes,
    login,
    profile,
    provider,
    roles,
    staying,
)
from internkontroll.accounts.views.blueprint import bp
from internkontroll.accounts.views.login import own_path

__all__ = [
    "accounts",
    "bp",
    "codes",
    "login",
    "own_path",
    "profile",
    "provider",
    "roles",
    "staying",
]
