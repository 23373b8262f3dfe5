"""När två risktexter är samma risk, and the default scale."""

import re
from typing import Any

DEFAULT_SCALE: dict[str, Any] = {
    "likelihood": ["Osannolik", "Mindre sannolik", "Möjlig", "Sannolik"],
    "impact": ["Försumbar", "Lindrig", "Kännbar", "Allvarlig"],
}
"""Four steps each, the score is their product: the common municipal scale. Copied, never shared."""


def same_risk_key(description: str) -> str:
    """Fold case, white space and the last full stop: two texts with one key are one risk."""
    return re.sub(r"\s+", " ", description).strip().rstrip(".").casefold()
