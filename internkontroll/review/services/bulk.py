"""Bedöm många poster på en gång: a table of answers, typed or pasted. All of it or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.review.models import Answer, ItemResult
from internkontroll.review.queries import ReviewItem, review_items
from internkontroll.review.rules import Sheet
from internkontroll.review.services.guards import (
    chain_of,
    ensure_tester,
    open_for_answers,
    scope_of,
)
from internkontroll.review.services.judging import (
    CHANGED,
    Answers,
    desk_of,
    record_answers,
)
from internkontroll.sampling.models import SampleItem, SamplingEvent
from internkontroll.sampling.policy import PERMISSIONS as SAMPLING_PERMISSIONS
from internkontroll.sampling.queries import current_draw, items_select
from internkontroll.schedule.models import Occurrence
from internkontroll.trail.services import ReadRows, record_reading


@dataclass(frozen=True)
class RowAnswers:
    """Svaren för en post by its running number, and its version as it was read."""

    position: int
    answers: Answers
    version: int


class CellsRefused(InvalidInput):
    """One or more answers that cannot be saved: ``cells`` are (position, field, sentence)."""

    def __init__(self, cells: Sequence[tuple[int, str, str]]) -> None:
        places = len({position for position, _, _ in cells})
        where = "en rad" if places == 1 else f"{places} rader"
        super().__init__(f"Inget är sparat. Det finns fel på {where} i tabellen.")
        self.cells = tuple(cells)


def judge_items(
    session: Session,
    occurrence: Occurrence,
    rows: Sequence[RowAnswers],
    *,
    reason: str | None = None,
    actor: Actor,
    at: datetime,
) -> list[ItemResult]:
    """Bedöm flera poster as :func:`judge_item` does, one trail row an item; returns the new rows.

    Raises NotAllowed, InvalidTransition and InvalidInput for the whole, CellsRefused with a
    sentence for each answer that cannot be saved, and Conflict naming the items that somebody else
    has answered meanwhile. Then nothing is saved.
    """
    ensure_tester(actor, occurrence, at)
    why = open_for_answers(session, occurrence, reason, actor=actor, at=at)
    items = {item.position: item for item in review_items(session, occurrence.id)}
    desk = desk_of(session, occurrence)
    faults: list[tuple[int, str, str]] = []
    stale: list[int] = []
    made: list[ItemResult] = []
    for row in rows:
        item = items.get(row.position)
        if item is None:
            raise InvalidInput(f"Nummer {row.position} finns inte i stickprovet.")
        if not _differs(item, row.answers, desk.latest):
            continue
        if item.version != row.version:
            stale.append(row.position)
        elif item.replaced_by is not None:
            sentence = f"Nummer {row.position} är ersatt av nummer {item.replaced_by}."
            faults.append((row.position, "", sentence))
        else:
            try:
                made += record_answers(
                    session, desk, item, row.answers, reason=why, actor=actor, at=at
                )
            except InvalidInput as error:
                faults.append((row.position, error.field or "", error.sentence))
    if faults:
        raise CellsRefused(faults)
    if stale:
        one = len(stale) == 1
        where = f"nummer {stale[0]}" if one else f"{len(stale)} av raderna"
        raise Conflict(f"{CHANGED} Det gäller {where}.")
    return made


def _differs(
    item: ReviewItem, answers: Answers, latest: Mapping[tuple[int, int], ItemResult]
) -> bool:
    """Whether the row says anything else than what is saved: one left alone is nobody's edit."""
    for criterion_id, said in answers.items():
        old = latest.get((item.item_id, criterion_id))
        if old is None or (old.answer, old.comment) != said:
            return True
    return False


def answers_of_sheet(
    sheet: Sheet,
    items: Mapping[int, ReviewItem],
    criterion_ids: Sequence[int],
    versions: Mapping[int, int],
) -> list[RowAnswers]:
    """What a pasted sheet answers. A comment that was not pasted stays as it is.

    Raises CellsRefused for a comment to a question that nobody has answered.
    """
    rows: list[RowAnswers] = []
    faults: list[tuple[int, str, str]] = []
    for row in sheet.rows:
        judgements = items[row.position].judgements
        answers: dict[int, tuple[Answer, str | None]] = {}
        for place in sorted({*row.answers, *row.comments}):
            answer = row.answers.get(place, judgements[place].answer)
            if answer is None:
                sentence = "Kommentaren har inget svar. Skriv ett svar i kolumnen före."
                faults.append((row.position, f"comment_{criterion_ids[place]}", sentence))
            else:
                comment = row.comments.get(place, judgements[place].comment)
                answers[criterion_ids[place]] = (answer, comment)
        version = versions.get(row.position, -1)
        rows.append(RowAnswers(row.position, answers, version))
    if faults:
        raise CellsRefused(faults)
    return rows


def read_items(
    session: Session,
    occurrence: Occurrence,
    positions: Sequence[int],
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Öppna flera poster: record that their references were read, before anybody sees them.

    Raises NotAllowed.
    """
    ensure(
        actor, Permission.SAMPLE_READ, scope_of(occurrence), swedish_day(at), SAMPLING_PERMISSIONS
    )
    draw = current_draw(session, occurrence.id)
    if draw is None:
        raise InvalidTransition("Kontrolltillfället har inget stickprov. Dra det först.")
    shown = items_select(draw.id).where(SampleItem.position.in_(positions))
    record_reading(
        session,
        ReadRows(draw.population_id, [item.row_number for item in session.scalars(shown)]),
        chain=chain_of(session, occurrence),
        actor=actor,
        at=at,
        event=SamplingEvent.REFERENCES_READ,
        subject=("occurrence", occurrence.id),
        data={"positions": list(positions)},
    )
