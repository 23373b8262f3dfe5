"""Avvikelserna på skärmen: the register, one finding, what is done with it, its actions."""

from internkontroll.findings.views import actions, following, register, writing
from internkontroll.findings.views.blueprint import bp

__all__ = ["actions", "bp", "following", "register", "writing"]
