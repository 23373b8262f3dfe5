"""How a control has gone before: its signed conclusions, over versions of the plan and years."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from internkontroll.organisation.models import Subcommittee
from internkontroll.plan.models import Control
from internkontroll.review.models import Basis, Conclusion
from internkontroll.sampling.rules import CONFIDENCE, upper_count
from internkontroll.sampling.rules.figures import grouped, percent_up
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.queries import Committees, within_reach

MOST_SHOWN = 12


@dataclass(frozen=True)
class PastResult:
    """Ett tidigare utfall: n of N (0: unknown), k deviating, and the limit in items if any.

    ``n`` leaves out items that told nothing. ``highest`` is None where the sample proves nothing of
    what was not looked at.
    """

    occurrence_id: int
    on: date
    where: str | None
    basis: Basis
    n: int
    size: int
    deviating: int
    highest: int | None

    @property
    def found(self) -> Fraction:
        """The share that deviates among the examined."""
        return Fraction(self.deviating, self.n) if self.n else Fraction(0)

    @property
    def limit(self) -> Fraction | None:
        """The upper limit as a share of the list."""
        return Fraction(self.highest, self.size) if self.highest is not None else None

    @property
    def limit_words(self) -> str | None:
        """The limit as "272 av 1 842 (14,8 %)", None where there is none."""
        if self.highest is None:
            return None
        share = percent_up(Fraction(self.highest, self.size))
        return f"{grouped(self.highest)} av {grouped(self.size)} ({share})"


def past_results(
    session: Session, board_id: int, lineage: str, *, committees: Committees = None
) -> list[PastResult]:
    """The latest signed results of the same control, at most twelve, the newest first.

    One query. A correction stands in the place of what it corrects.
    """
    newer = aliased(Conclusion)
    corrected = sa.exists().where(
        newer.occurrence_id == Conclusion.occurrence_id,
        newer.signed_at.is_not(None),
        newer.id > Conclusion.id,
    )
    rows = session.execute(
        sa.select(Conclusion, Occurrence.scheduled_on, Subcommittee.name)
        .join(Occurrence, Occurrence.id == Conclusion.occurrence_id)
        .join(Control, Control.id == Occurrence.control_id)
        .outerjoin(Subcommittee, Subcommittee.id == Occurrence.subcommittee_id)
        .where(
            Occurrence.board_id == board_id,
            Control.lineage == lineage,
            Conclusion.reviewed > 0,
            Conclusion.signed_at.is_not(None),
            ~corrected,
            within_reach(committees),
        )
        .order_by(Occurrence.scheduled_on.desc(), Occurrence.id.desc())
        .limit(MOST_SHOWN)
    )
    return [_past(conclusion, on, where) for conclusion, on, where in rows]


def _past(conclusion: Conclusion, on: date, where: str | None) -> PastResult:
    whole = conclusion.reviewed == conclusion.population_size
    n = conclusion.reviewed if whole else conclusion.reviewed - conclusion.not_applicable
    highest = conclusion.at_most
    if highest is None and conclusion.is_random and conclusion.proof is None and n:
        # A conclusion from before the limit was kept with it.
        highest = upper_count(n, conclusion.deviating, CONFIDENCE, conclusion.population_size)
    return PastResult(
        occurrence_id=conclusion.occurrence_id,
        on=on,
        where=where,
        basis=conclusion.basis,
        n=n,
        size=conclusion.population_size,
        deviating=conclusion.deviating,
        highest=highest,
    )
