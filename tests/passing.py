"""Whether a rule lets something pass: asked of a rule that only speaks when it refuses."""

from collections.abc import Callable
from typing import Any

from internkontroll.core.errors import DomainError


def passes(rule: Callable[..., Any], *given: Any, **named: Any) -> bool:
    """True if the rule refuses none of it; what is no refusal is raised."""
    try:
        rule(*given, **named)
    except DomainError:
        return False
    return True
