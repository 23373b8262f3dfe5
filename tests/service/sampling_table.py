"""A desk with draws: committed to, seeded, and redrawn outside the program."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from internkontroll.core.transaction import transaction
from internkontroll.plan.rules.vocabulary import SampleKind
from internkontroll.sampling.models import Draw, Population, SeedSource, SelectionMethod
from internkontroll.sampling.queries import items_select
from internkontroll.sampling.services import commit_draw, seed_draw
from internkontroll.trail.models import TrailPayload, TrailRow
from tests.service.sampling_desk import AT, CASES, Desk

SEED = "01234567890123456789"
LATER = datetime(2020, 3, 3, 8, tzinfo=UTC)


class Table(Desk):
    """A desk with draws."""

    def commit(self, population: Population, n: int = 5, **given: Any) -> Draw:
        """Commit to n of the list."""
        values: dict[str, Any] = {
            "occurrences": [self.occurrence],
            "method": SelectionMethod.SRS_TICKET,
            "actor": self.actor,
            "at": AT,
            **given,
        }
        with transaction(self.session):
            return commit_draw(self.session, population, n=n, **values)

    def seed(self, draw: Draw, **given: Any) -> Draw:
        """Draw."""
        values: dict[str, Any] = {
            "source": SeedSource.DICE,
            "digits": SEED,
            "reference": "ordförande",
            "actor": self.actor,
            "at": LATER,
            **given,
        }
        with transaction(self.session):
            return seed_draw(self.session, draw, **values)

    def drawn(self, text: str | bytes = CASES, n: int = 5, **given: Any) -> Draw:
        """From a list to a drawn sample."""
        return self.seed(self.commit(self.frozen(text, **given), n))

    def rule(self, kind: SampleKind, number: int | None) -> None:
        """Let the plan say so."""
        self.control.sample_kind, self.control.sample_n = kind, number
        self.session.commit()

    def row_numbers(self, draw: Draw) -> list[int]:
        """Rows drawn, in order."""
        return [item.row_number for item in self.session.scalars(items_select(draw.id))]

    def trail(self, draw: Draw) -> list[tuple[str, dict[str, Any]]]:
        """Events and payloads of a draw."""
        rows = self.session.execute(
            sa.select(TrailRow.event, TrailPayload.body)
            .join(TrailPayload, TrailPayload.row_id == TrailRow.id)
            .where(TrailRow.subject_kind == "draw", TrailRow.subject_id == draw.id)
            .order_by(TrailRow.seq)
        )
        return [(event, body) for event, body in rows]
