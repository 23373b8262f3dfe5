"""Logguppföljning: the draw of a month's readings."""

import hashlib
from collections.abc import Sequence

from internkontroll.sampling.rules.seeded import effective_seed, ticket_order


def draw_of_readings(frame: Sequence[int], most: int, seed: str) -> tuple[str, str, list[int]]:
    """Seed, hash of the frame, and the readings that are drawn, by number in the order drawn.

    ``frame`` are the numbers of the trail's rows; the draw is by tickets (IKS-1.1, srs_ticket), so
    that anybody with seed and frame can draw again. At most ``most``, all where there are fewer.
    """
    lines = [str(number) for number in sorted(frame)]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    order = ticket_order(effective_seed(seed, digest), lines)
    return seed, digest, [int(line) for line in order[:most]]
