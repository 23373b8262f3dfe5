"""Granskningens regler: what makes an item deviating, and when a conclusion may be written.

An item deviates when a criterion that counts got *nej* or *underlag saknas*; missing evidence is
never read as a pass (design 4; ISA 530 p. 11 treats an item that cannot be tested as a deviation).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from internkontroll.plan.rules.vocabulary import SampleKind, Technique
from internkontroll.review.models import Answer

DEVIATING = frozenset({Answer.NO, Answer.EVIDENCE_MISSING})
"""Answers that make an item deviating."""

WITHOUT_ITEMS = frozenset({Technique.SURVEY, Technique.INTERVIEW, Technique.OBSERVATION})
"""Techniques that look at no list: their result is recorded as a whole."""

WITHOUT_LIST = frozenset(
    {Technique.DOCUMENT_REVIEW, Technique.REGISTER_ANALYSIS, Technique.LOG_REVIEW}
)
"""Techniques that may be done with or without a list to draw from."""

_DECIDED_SIZE = frozenset({SampleKind.AT_LEAST, SampleKind.EXACT})


def needs_sample(technique: Technique, kind: SampleKind, performed_by: str | None) -> bool:
    """Whether the plan wants it done item by item by the board's own.

    Not what another body performs, not a survey, an interview or an observation, and not what
    the plan gives no sample for.
    """
    if performed_by or technique in WITHOUT_ITEMS:
        return False
    return kind is not SampleKind.NONE


def may_record(
    technique: Technique, kind: SampleKind, performed_by: str | None, *, by_other: bool = False
) -> bool:
    """Whether the result may be recorded as a whole instead of item by item.

    Always what another body performed. Never instead of a sample whose size the board decided,
    and never instead of a stickprov or a totalkontroll of one's own.
    """
    if by_other or not needs_sample(technique, kind, performed_by):
        return True
    return technique in WITHOUT_LIST and kind not in _DECIDED_SIZE


@dataclass(frozen=True)
class Judgement:
    """Bedömning av ett kriterium: ``answer`` None means that nobody has answered yet."""

    answer: Answer | None
    counts: bool = True
    comment: str | None = None


class ItemState(StrEnum):
    """Postens läge i granskningen, as lists show it."""

    WAITING = "waiting"
    BEGUN = "begun"
    CLEAN = "clean"
    DEVIATING = "deviating"
    NOT_APPLICABLE = "not_applicable"
    REPLACED = "replaced"


@dataclass(frozen=True)
class Tally:
    """Granskningens räkning, in items: ``judged`` have every answer, the rest wait."""

    reviewed: int
    judged: int
    deviating: int
    wholly_not_applicable: int


@dataclass(frozen=True)
class Hindrances:
    """Hinder för slutsatsen: running numbers of items, in order."""

    unjudged: tuple[int, ...]
    unexplained: tuple[int, ...]

    def __bool__(self) -> bool:
        return bool(self.unjudged or self.unexplained)


def is_judged(judgements: Sequence[Judgement]) -> bool:
    """Whether every criterion has an answer."""
    return bool(judgements) and all(judgement.answer is not None for judgement in judgements)


def is_deviating(judgements: Iterable[Judgement]) -> bool:
    """Whether a criterion that counts got *nej* or *underlag saknas*."""
    return any(judgement.counts and judgement.answer in DEVIATING for judgement in judgements)


def is_wholly_not_applicable(judgements: Sequence[Judgement]) -> bool:
    """Whether the item tells nothing: every criterion that counts got *ej tillämpligt*.

    Where no criterion counts, every criterion must have got it.
    """
    telling = [judgement for judgement in judgements if judgement.counts] or judgements
    return bool(telling) and all(judgement.answer is Answer.NOT_APPLICABLE for judgement in telling)


def item_state(judgements: Sequence[Judgement], *, replaced: bool = False) -> ItemState:
    """The one state of an item. It deviates from the first answer that makes it so."""
    if replaced:
        return ItemState.REPLACED
    if is_deviating(judgements):
        return ItemState.DEVIATING
    if not is_judged(judgements):
        begun = any(judgement.answer is not None for judgement in judgements)
        return ItemState.BEGUN if begun else ItemState.WAITING
    return ItemState.NOT_APPLICABLE if is_wholly_not_applicable(judgements) else ItemState.CLEAN


def standing_reason(judgements: Iterable[Judgement]) -> str | None:
    """Why an item that was wholly *ej tillämpligt* stands: its first comment, None without one."""
    return next((judgement.comment for judgement in judgements if judgement.comment), None)


def tally(items: Iterable[Sequence[Judgement]]) -> Tally:
    """Count the items that stand in the sample (a replaced one is not given)."""
    rows = list(items)
    return Tally(
        reviewed=len(rows),
        judged=sum(map(is_judged, rows)),
        deviating=sum(map(is_deviating, rows)),
        wholly_not_applicable=sum(map(is_wholly_not_applicable, rows)),
    )


def hindrances(items: Mapping[int, Sequence[Judgement]]) -> Hindrances:
    """What keeps the conclusion from being written, by the items' running numbers.

    ``unjudged`` lack an answer; ``unexplained`` are wholly *ej tillämpligt* without a reason and
    must be replaced or explained, so that n is never lowered in silence.
    """
    ordered = sorted(items.items())
    return Hindrances(
        unjudged=tuple(number for number, row in ordered if not is_judged(row)),
        unexplained=tuple(
            number
            for number, row in ordered
            if is_wholly_not_applicable(row) and standing_reason(row) is None
        ),
    )
