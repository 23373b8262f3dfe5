"""A kontrolltillfälle as rows: its list, draw, answers and conclusion, and its finding."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bench.bulk import Writer
from internkontroll.findings.models import (
    Action,
    ActionState,
    Correction,
    CorrectionOutcome,
    Finding,
    Severity,
)
from internkontroll.review.models import Answer, Basis, Conclusion, ItemResult
from internkontroll.sampling.models import (
    Draw,
    DrawOccurrence,
    DrawState,
    Population,
    PopulationContent,
    PopulationState,
    SampleItem,
    SeedSource,
    SelectionMethod,
)
from internkontroll.sampling.rules import CONFIDENCE, result_sentence, upper_count
from internkontroll.sampling.rules.content import packed, packed_names
from internkontroll.schedule.models import (
    NonPerformance,
    Occurrence,
    OccurrenceEvent,
    OccurrenceMove,
    OccurrenceState,
)
from internkontroll.trail.models import TrailPayload, TrailRow

LAST_YEAR = 2020
ITEMS, SIZE = 5, 60
SEVERITIES = (Severity.MINOR, Severity.MINOR, Severity.MATERIAL, Severity.SERIOUS)
PROOFS = {
    deviating: (
        result_sentence(ITEMS, 0, deviating, SIZE),
        upper_count(ITEMS, deviating, CONFIDENCE, SIZE),
    )
    for deviating in (0, 1)
}
"""What the program writes of such a sample: the sentence, and the limit in it."""


@dataclass(frozen=True)
class Place:
    """A board's year, and the two people who work in it."""

    board: int
    code: str
    year: int
    tester: int
    signer: int


def moment(day: date, hour: int = 9) -> datetime:
    """That day at that hour, UTC."""
    return datetime.combine(day, time(hour), UTC)


def add_occurrence(
    writer: Writer,
    place: Place,
    control: tuple[int, int],
    month: int,
    turn: int,
    seq: Iterator[int],
) -> None:
    """A month's turn of a control: one in 40 not done, in 50 moved, in 17 late, in 25 deviating."""
    due_on = date(place.year, month, 24)
    missing, moved = turn % 40 == 39, turn % 50 == 20
    done = moment(date(place.year, month, 20) + timedelta(days=10 if turn % 17 == 3 else 0))
    occurrence = writer.add(
        Occurrence,
        board_id=place.board,
        control_id=control[0],
        origin=f"month:{month}",
        scheduled_on=date(place.year, month, 3),
        due_on=due_on,
        state=OccurrenceState.NOT_PERFORMED if missing else OccurrenceState.APPROVED,
        recorded_at=datetime(place.year - 1, 12, 1, 9, tzinfo=UTC),
    )
    event = OccurrenceEvent.NOT_PERFORMED if missing else OccurrenceEvent.APPROVED
    row = writer.add(
        TrailRow,
        chain=place.code,
        seq=next(seq),
        at=done,
        event=event.value,
        subject_kind="occurrence",
        subject_id=occurrence,
        digest="0" * 64,
        previous="0" * 64,
        hash=f"{occurrence:064x}",
    )
    writer.add(TrailPayload, row_id=row, salt="0" * 32, body={"actor": "Bench", "reason": None})
    if moved:
        writer.add(
            OccurrenceMove,
            occurrence_id=occurrence,
            old_scheduled_on=date(place.year, month, 3),
            new_scheduled_on=date(place.year, month, 3),
            old_due_on=due_on - timedelta(days=10),
            new_due_on=due_on,
            reason="Listan kom senare än tänkt.",
            by_hand=True,
            recorded_at=moment(date(place.year, month, 4)),
        )
    if missing:
        writer.add(
            NonPerformance,
            occurrence_id=occurrence,
            reason="Den som gör kontrollen var borta och ingen kunde ta över.",
            recorded_by_id=place.signer,
            recorded_at=moment(due_on),
        )
        return
    deviating = turn % 25 == 7
    first_item = _sample(writer, place, occurrence, control[1], done, deviating=deviating)
    writer.add(
        Conclusion,
        occurrence_id=occurrence,
        text="Granskningen är gjord.",
        reviewed=ITEMS,
        population_size=SIZE,
        deviating=int(deviating),
        is_random=True,
        basis=Basis.SAMPLE,
        proof=PROOFS[int(deviating)][0],
        at_most=PROOFS[int(deviating)][1],
        written_by_id=place.tester,
        written_at=done,
        signed_by_id=place.signer,
        signed_at=done,
    )
    if deviating:
        _finding(writer, place, occurrence, first_item, turn // 25, done)


def _sample(
    writer: Writer, place: Place, occurrence: int, criterion: int, at: datetime, *, deviating: bool
) -> int:
    """A frozen list, a draw of it and the answers; gives the first item."""
    population = writer.add(
        Population,
        board_id=place.board,
        occurrence_id=occurrence,
        state=PopulationState.FROZEN,
        description="Underlag",
        source="Lista",
        taken_out_by="Systemförvaltningen",
        file_name="lista.csv",
        size=SIZE,
        rows_read=SIZE,
        rows_total=SIZE,
        sha256=f"{occurrence:064x}",
        seal_key="0" * 64,
        received_at=at,
        frozen_at=at,
    )
    names = [f"u{number}" for number in range(1, SIZE + 1)]
    writer.add(
        PopulationContent,
        population_id=population,
        body=packed("".join(f"{name}\t\n" for name in names).encode()),
        names=packed_names(names),
    )
    draw = writer.add(
        Draw,
        board_id=place.board,
        population_id=population,
        state=DrawState.DRAWN,
        method=SelectionMethod.SRS_TICKET,
        n=ITEMS,
        committed_at=at,
        seed="1" * 20,
        seed_source=SeedSource.SYSTEM,
        drawn_at=at,
        seal_key="0" * 64,
    )
    writer.add(DrawOccurrence, draw_id=draw, occurrence_id=occurrence)
    items = [
        writer.add(
            SampleItem,
            draw_id=draw,
            position=position,
            row_number=position * 7,
            reference=f"u{position * 7}",
        )
        for position in range(1, ITEMS + 1)
    ]
    for item in items:
        writer.add(
            ItemResult,
            occurrence_id=occurrence,
            item_id=item,
            criterion_id=criterion,
            revision=1,
            answer=Answer.NO if deviating and item == items[0] else Answer.YES,
            recorded_by_id=place.tester,
            recorded_at=at,
        )
    return items[0]


def _finding(
    writer: Writer, place: Place, occurrence: int, item: int, which: int, at: datetime
) -> None:
    """An avvikelse with its rättelse, and an åtgärd that is done where the year is over."""
    finding = writer.add(
        Finding,
        board_id=place.board,
        year=place.year,
        number=which + 1,
        occurrence_id=occurrence,
        item_id=item,
        severity=SEVERITIES[which % len(SEVERITIES)],
        description="Underlaget saknas för en post.",
        cause="Rutinen för attest är otydlig.",
        recorded_at=at,
    )
    if which % 3:
        writer.add(
            Correction,
            finding_id=finding,
            outcome=CorrectionOutcome.CORRECTED,
            text="Underlaget har hämtats in.",
            done_on=at.date() + timedelta(days=5),
            done_by="Ekonomienheten",
            recorded_at=at + timedelta(days=5),
        )
    is_done = place.year < LAST_YEAR or which % 2 == 0
    ended = at + timedelta(days=60)
    writer.add(
        Action,
        finding_id=finding,
        number=1,
        description="Se över rutinen för attest.",
        responsible_id=place.tester,
        due_on=at.date() + timedelta(days=90),
        state=ActionState.DONE if is_done else ActionState.PLANNED,
        outcome="Rutinen är ändrad." if is_done else None,
        ended_on=ended.date() if is_done else None,
        ended_at=ended if is_done else None,
        recorded_at=at + timedelta(days=1),
    )
