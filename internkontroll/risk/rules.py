"""När två risktexter är samma risk, and the scales."""

import re
from typing import Any

from internkontroll.core.errors import InvalidInput

DEFAULT_SCALE: dict[str, Any] = {
    "steps": 4,
    "likelihood": ["Osannolik", "Mindre sannolik", "Möjlig", "Sannolik"],
    "impact": ["Försumbar", "Lindrig", "Kännbar", "Allvarlig"],
}
"""Four steps each, the score is their product: the common municipal scale. Copied, never shared."""

FIVE_STEPS: dict[str, Any] = {
    "steps": 5,
    "likelihood": ["Osannolik", "Mindre sannolik", "Möjlig", "Sannolik", "Nästan säker"],
    "impact": ["Försumbar", "Lindrig", "Kännbar", "Allvarlig", "Mycket allvarlig"],
}
"""Five steps each, for a register that is scored so already."""


def same_risk_key(description: str) -> str:
    """Fold case, white space and the last full stop: two texts with one key are one risk."""
    return re.sub(r"\s+", " ", description).strip().rstrip(".").casefold()


def scale_of(steps: int) -> dict[str, Any]:
    """A copy of the scale with so many steps, four unless five."""
    source = FIVE_STEPS if steps == 5 else DEFAULT_SCALE
    return {
        name: list(value) if isinstance(value, list) else value for name, value in source.items()
    }


def score_of(likelihood: int, impact: int, scale: dict[str, Any]) -> int:
    """Riskvärdet: likelihood times impact. Raises InvalidInput for a step outside the scale."""
    steps = int(scale["steps"])
    for value, field, name in (
        (likelihood, "likelihood", "Sannolikheten"),
        (impact, "impact", "Konsekvensen"),
    ):
        if not 1 <= value <= steps:
            raise InvalidInput(f"{name} ska vara mellan 1 och {steps}.", field=field)
    return likelihood * impact
