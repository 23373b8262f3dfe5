"""Evaluate a judged sample: what it proves of the list, in items and in öre.

One draw at a time. Draws of different occasions are never put together.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.review.models import Answer, ItemAmount
from internkontroll.review.queries.reviews import ReviewItem, review_items
from internkontroll.sampling.models import Draw, DrawStratum, Population, SampleItem
from internkontroll.sampling.models import SelectionMethod as Method
from internkontroll.sampling.queries import RANDOM, has_content, rows_of, strata_of
from internkontroll.sampling.rules import (
    CASES,
    CONFIDENCE,
    ITEMS,
    MUS_METHODS,
    Achieved,
    AmountResult,
    Audited,
    ExpandedTotal,
    MusStratum,
    StratumResult,
    Things,
    WithoutBound,
    achieved,
    amount_sentence,
    evaluate_mus_strata,
    expand_errors,
    proof_sentence,
    stratified_upper_count,
    unbounded_sentence,
    upper_count,
)


@dataclass(frozen=True)
class StratumLine:
    """Ett stratum i utvärderingen: its name and what was found in it."""

    name: str
    result: StratumResult


@dataclass(frozen=True)
class AmountsFound:
    """Beloppen: ``missing`` are running numbers that deviate and have no right amount yet.

    ``limits`` holds for a beloppsviktat urval, ``expanded`` for a simple random one; at most one of
    them is there. ``without_evidence`` items have no evidence and count as wholly wrong.
    """

    missing: tuple[int, ...]
    without_evidence: tuple[int, ...] = ()
    limits: AmountResult | None = None
    expanded: ExpandedTotal | None = None


@dataclass(frozen=True)
class Evaluation:
    """Utvärderingen av ett kontrolltillfälles stickprov.

    ``n`` items told something, ``deviating`` of them deviate, in a list of ``size`` (0: unknown).
    ``highest`` is the upper limit in items, None where there is none (``reason``). ``is_random``:
    the sample proves something of what was not looked at. The sentence leaves the wall with the
    report, so that of a secret list tells no amounts.
    """

    n: int
    deviating: int
    size: int
    is_random: bool
    sentence: str | None
    highest: int | None = None
    reason: WithoutBound | None = None
    compared: Achieved | None = None
    planned_n: int = 0
    planned_k: int = 0
    strata: tuple[StratumLine, ...] = ()
    amounts: AmountsFound | None = None

    @property
    def share(self) -> Fraction:
        """The share that deviates among the examined."""
        return Fraction(self.deviating, self.n)


def things_of(population: Population) -> Things:
    """What the items of a list are called: a secret list holds cases."""
    return CASES if population.is_secret else ITEMS


def latest_amounts(session: Session, occurrence_id: int) -> dict[int, ItemAmount]:
    """The right amount that counts for each item: the one with the highest revision."""
    rows = session.scalars(
        sa.select(ItemAmount)
        .where(ItemAmount.occurrence_id == occurrence_id)
        .order_by(ItemAmount.item_id, ItemAmount.revision)
    )
    return {row.item_id: row for row in rows}


def evaluate(
    session: Session,
    occurrence_id: int,
    draw: Draw,
    known: Sequence[ReviewItem] | None = None,
) -> Evaluation | None:
    """Evaluate what is judged so far of the kontrolltillfälle's draw; None where nothing is.

    ``known`` are its items, if they are read already. *Underlag saknas* counts as a deviation; an
    item that stands though it was wholly *ej tillämpligt* counts neither way.
    """
    read = review_items(session, occurrence_id, draw.id) if known is None else known
    items = [row for row in read if row.stands]
    judged = [row for row in items if row.judged]
    telling = [row for row in judged if not row.wholly_not_applicable]
    if not telling:
        return None
    drawn = {
        row.id: row
        for row in session.scalars(sa.select(SampleItem).where(SampleItem.draw_id == draw.id))
    }
    found = _of_items(session, draw, judged, telling, drawn)
    amounts = _amounts(session, occurrence_id, draw, items, drawn)
    told = found.reason is BY_AMOUNT and not draw.population.is_secret
    if amounts is not None and amounts.limits is not None and told:
        counted = unbounded_sentence(found.n, found.deviating, BY_AMOUNT, things=_things(draw))
        sentence = f"{counted} {amount_sentence(found.n, amounts.limits)}"
        found = replace(found, is_random=True, sentence=sentence)
    return replace(found, amounts=amounts)


BY_AMOUNT = WithoutBound.BY_AMOUNT


def _things(draw: Draw) -> Things:
    return things_of(draw.population)


def _of_items(
    session: Session,
    draw: Draw,
    judged: Sequence[ReviewItem],
    telling: Sequence[ReviewItem],
    drawn: Mapping[int, SampleItem],
) -> Evaluation:
    population, things = draw.population, _things(draw)
    size = (population.size or 0) if population.is_frame else 0
    n, k = len(telling), sum(row.deviating for row in telling)
    whole = len(judged) == size
    base = Evaluation(n, k, size, False, None)
    if whole and not population.known_departures:
        sentence = proof_sentence(size, k, size, things=things)
        random = draw.method in RANDOM
        return replace(base, is_random=random, sentence=sentence, highest=k)
    reason = _reason(draw)
    if reason is not None:
        sentence = unbounded_sentence(n, k, reason, things=things)
        return replace(base, sentence=sentence, reason=reason)
    base = replace(base, is_random=True)
    if lines := _strata(session, draw, telling, drawn):
        highest = stratified_upper_count([line.result for line in lines])
        sentence = proof_sentence(n, k, size, things=things, highest=highest)
        return replace(base, sentence=sentence, highest=highest, strata=lines)
    return replace(
        base,
        sentence=proof_sentence(n, k, size, things=things),
        highest=upper_count(n, k, CONFIDENCE, size),
        compared=achieved(draw.n, draw.k, n, k, size),
        planned_n=draw.n,
        planned_k=draw.k,
    )


def _reason(draw: Draw) -> WithoutBound | None:
    """Why the draw carries no limit in items, or None."""
    if draw.method is Method.TARGETED:
        return WithoutBound.TARGETED
    if draw.population.known_departures:
        return WithoutBound.KNOWN_DEPARTURES
    if draw.method is Method.SYSTEMATIC:
        return WithoutBound.SYSTEMATIC
    return BY_AMOUNT if draw.method.value in MUS_METHODS else None


def _strata(
    session: Session, draw: Draw, telling: Sequence[ReviewItem], drawn: Mapping[int, SampleItem]
) -> tuple[StratumLine, ...]:
    """What was found in each stratum, in the order committed."""
    rows = session.execute(
        sa.select(DrawStratum.name, DrawStratum.size)
        .where(DrawStratum.draw_id == draw.id)
        .order_by(DrawStratum.position)
    )
    lines = []
    for name, size in rows:
        own = [row for row in telling if drawn[row.item_id].stratum == name]
        result = StratumResult(size, len(own), sum(row.deviating for row in own))
        lines.append(StratumLine(name, result))
    return tuple(lines)


def _lacks_evidence(item: ReviewItem) -> bool:
    return any(
        judgement.counts and judgement.answer is Answer.EVIDENCE_MISSING
        for judgement in item.judgements
    )


def _amounts(
    session: Session,
    occurrence_id: int,
    draw: Draw,
    items: Sequence[ReviewItem],
    drawn: Mapping[int, SampleItem],
) -> AmountsFound | None:
    """The errors in öre, where the items have amounts and there is something to count on.

    An item without a recorded amount counts as rightly booked if it does not deviate, and as wholly
    wrong if its evidence is missing; else its right amount is asked for.
    """
    by_amount = draw.method.value in MUS_METHODS
    own = {
        item_id: row.audited
        for item_id, row in latest_amounts(session, occurrence_id).items()
        if row.audited is not None
    }
    if not by_amount and not own:
        return None
    telling = [row for row in items if row.judged and not row.wholly_not_applicable]
    lacking = [row for row in telling if row.item_id not in own and row.deviating]
    found = AmountsFound(
        missing=tuple(row.position for row in lacking if not _lacks_evidence(row)),
        without_evidence=tuple(row.position for row in lacking if _lacks_evidence(row)),
    )
    priced = all(drawn[row.item_id].amount is not None for row in telling)
    if found.missing or not priced or not all(row.judged for row in items):
        return found
    audited: dict[int, Audited] = {}
    for row in telling:
        item = drawn[row.item_id]
        book = item.amount or 0
        unproved = row.position in found.without_evidence
        audited[row.item_id] = Audited(
            book, own.get(row.item_id, 0 if unproved else book), item.hits
        )
    if draw.population.known_departures:
        return found
    if by_amount:
        silent = [row.item_id for row in items if row.wholly_not_applicable]
        parts = _mus_parts(session, draw, drawn, audited, silent)
        fewest = 2 if draw.method is Method.MUS_CELL else 1
        limits = evaluate_mus_strata(parts, certain_from=fewest) if parts else None
        return replace(found, limits=limits)
    if draw.method not in RANDOM or any(item.stratum for item in drawn.values()):
        return found
    size = draw.population.size or 0
    if len(items) == size:
        # All are examined: what was found is all there is, whatever told nothing.
        size = len(audited)
    return replace(found, expanded=expand_errors(list(audited.values()), size))


def _mus_parts(
    session: Session,
    draw: Draw,
    drawn: Mapping[int, SampleItem],
    audited: Mapping[int, Audited],
    silent: Collection[int],
) -> list[MusStratum]:
    """The draw as strata with their sums; none where the list's rows are destroyed (gallring)."""
    strata = strata_of(session, draw)
    if not strata:
        total = draw.population.positive_sum or 0
        hits = sum(drawn[item_id].hits for item_id in silent)
        return [MusStratum(total, draw.n, list(audited.values()), hits)]
    if not has_content(session, draw.population_id):
        return []
    rows = rows_of(session, draw.population_id)
    return [
        MusStratum(
            total=sum(rows[number - 1][1] or 0 for number in stratum.rows),
            n=stratum.n,
            items=[
                one for item_id, one in audited.items() if drawn[item_id].stratum == stratum.name
            ],
            silent=sum(
                drawn[item_id].hits for item_id in silent if drawn[item_id].stratum == stratum.name
            ),
        )
        for stratum in strata
    ]
