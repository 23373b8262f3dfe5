"""A whole municipality as rows: 40 boards, ten years, 100 000 occurrences with what they carry.

The first board's rows are written one by one; the database itself makes the other boards' of them,
each with ids, codes and names of its own.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import RoleGrant, User
from internkontroll.core.access import Role
from internkontroll.core.base import Base
from internkontroll.findings.models import Finding, Severity
from internkontroll.organisation.models import Board, BoardKind, Meeting, MeetingKind, MeetingState
from internkontroll.plan.models import (
    Control,
    ControlArea,
    Criterion,
    Plan,
    PlanState,
)
from internkontroll.plan.rules.vocabulary import Frequency, SampleKind, Technique
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
from internkontroll.sampling.rules.content import packed, packed_names
from internkontroll.schedule.models import Occurrence, OccurrenceEvent, OccurrenceState
from internkontroll.trail.models import TrailPayload, TrailRow
from tests.factories import password_hash

BOARDS, YEARS, CONTROLS, OCCURRENCES = 40, range(2011, 2021), 24, 250
USERS_PER_BOARD, ITEMS = 100, 2
BATCH = 20_000


@dataclass
class Writer:
    """Rows of every table, with ids of their own above those that are there, sent in batches."""

    session: Session
    _rows: dict[sa.Table, list[dict[str, Any]]] = field(default_factory=dict)
    _ids: dict[sa.Table, Iterator[int]] = field(default_factory=dict)
    spans: dict[str, tuple[int, int]] = field(default_factory=dict)
    """The first and last id that each table with ids was given."""
    tables: dict[str, sa.Table] = field(default_factory=dict)

    def add(self, model: type[Base] | sa.Table, **values: Any) -> int:
        """Note a row; gives its id, which a table with another key does not use."""
        number = 0
        table = model if isinstance(model, sa.Table) else cast(sa.Table, model.__table__)
        self.tables[table.name] = table
        if "id" in table.columns:
            if table not in self._ids:
                highest = self.session.scalar(sa.select(sa.func.max(table.c.id)))
                self._ids[table] = count((highest or 0) + 1)
            number = next(self._ids[table])
            values["id"] = number
            first, _ = self.spans.get(table.name, (number, number))
            self.spans[table.name] = first, number
        self._rows.setdefault(table, []).append(values)
        return number

    def send(self, *, least: int = 1) -> None:
        """Write what is noted, parents first, once there are so many rows."""
        if sum(len(rows) for rows in self._rows.values()) < least:
            return
        for table in Base.metadata.sorted_tables:
            if table in self._rows:
                self.session.execute(sa.insert(table), self._rows.pop(table))


@contextmanager
def writing(session: Session) -> Iterator[Writer]:
    """A writer whose last rows are sent at the end."""
    writer = Writer(session)
    yield writer
    writer.send()


def fill_bulk(session: Session) -> None:
    """Write the boards beside those that are there. Nothing of it is meant to be true."""
    with writing(session) as writer:
        _board(writer, 1)
    for table in Base.metadata.sorted_tables:
        if table.name in writer.tables:
            session.execute(copies(table, writer.spans, BOARDS - 1, NAMED, FOLLOWS))


NAMED = {
    ("board", "code"): "N{}",
    ("board", "name"): "Nämnd {}",
    ("user_account", "username"): "n{}",
    ("control", "lineage"): "N{}",
    ("trail_row", "chain"): "N{}",
}
"""What tells the boards apart besides ids: texts in which "01" becomes the number of the board."""

FOLLOWS = {("trail_row", "subject_id"): "control"}
"""Columns without a foreign key that hold a row's id all the same."""


def copies(
    table: sa.Table,
    spans: Mapping[str, tuple[int, int]],
    times: int,
    named: Mapping[tuple[str, str], str],
    follows: Mapping[tuple[str, str], str],
) -> sa.Insert:
    """So many other boards' rows of a table, made of the first board's.

    ``spans`` are the first and last id that the first board's rows have in each table.
    """
    turns = sa.select(sa.literal(1).label("turn")).cte("turns", recursive=True)
    turns = turns.union_all(sa.select(turns.c.turn + 1).where(turns.c.turn < times))
    two_digits = sa.func.substr(sa.cast(turns.c.turn + 101, sa.Text()), 2)
    key = _key_of(table, spans)
    first, last = spans[_target_of(key) or table.name]
    made: list[sa.ColumnElement[Any]] = []
    for column in table.columns:
        place = table.name, column.name
        target = table.name if column.name == "id" else _target_of(column)
        target = follows.get(place, target)
        if target in spans:
            lowest, highest = spans[target]
            made.append(column + turns.c.turn * (highest - lowest + 1))
        elif place in named:
            old, (before, after) = named[place].format("01"), named[place].split("{}")
            text = sa.literal(before) + two_digits + sa.literal(after)
            made.append(sa.func.replace(column, old, text))
        else:
            made.append(column)
    rows = sa.select(*made).join_from(table, turns, sa.true()).where(key.between(first, last))
    return table.insert().from_select(
        [column.name for column in table.columns],
        rows.order_by(turns.c.turn, key),
        include_defaults=False,
    )


def _target_of(column: sa.Column[Any]) -> str | None:
    keys = [key.column for key in column.foreign_keys if key.column.name == "id"]
    return keys[0].table.name if keys else None


def _key_of(table: sa.Table, spans: Mapping[str, tuple[int, int]]) -> sa.Column[Any]:
    """The column that tells the first board's rows: the id, or what the row belongs to."""
    if "id" in table.columns:
        return table.columns["id"]
    return next(column for column in table.columns if _target_of(column) in spans)


def _board(writer: Writer, number: int) -> None:
    code = f"N{number:02d}"
    board = writer.add(
        Board,
        code=code,
        name=f"Nämnd {number:02d}",
        kind=BoardKind.BOARD,
        oversight=False,
        valid_from=date(2010, 1, 1),
    )
    people = [_user(writer, board, code, which) for which in range(USERS_PER_BOARD)]
    seq = count(1)
    for year in YEARS:
        _year(writer, board, code, year, people[0], people[1], seq)
        writer.send(least=BATCH)


def _user(writer: Writer, board: int, code: str, which: int) -> int:
    user = writer.add(
        User,
        username=f"konto{which}.{code.lower()}",
        title=f"Konto {which}",
        password_hash=password_hash(),
        created_at=datetime(2010, 1, 1, tzinfo=UTC),
    )
    role = (Role.RESPONSIBLE, Role.CONTROLLER)[which] if which < 2 else Role.READER
    writer.add(RoleGrant, user_id=user, role=role, board_id=board, valid_from=date(2010, 1, 1))
    return user


def _year(
    writer: Writer, board: int, code: str, year: int, tester: int, signer: int, seq: Iterator[int]
) -> None:
    made = datetime(year - 1, 12, 1, tzinfo=UTC)
    plan = writer.add(Plan, board_id=board, year=year, state=PlanState.DRAFT, created_at=made)
    for month in range(1, 13):
        writer.add(
            Meeting,
            board_id=board,
            held_on=date(year, month, 10),
            kind=MeetingKind.ORDINARY,
            state=MeetingState.PLANNED,
            recorded_at=made,
        )
    areas = [
        writer.add(ControlArea, plan_id=plan, name=f"Område {which}", position=which)
        for which in range(5)
    ]
    controls = []
    for which in range(CONTROLS):
        control = writer.add(
            Control,
            plan_id=plan,
            area_id=areas[which % 5],
            number=which + 1,
            lineage=f"{code}{which:02d}".ljust(32, "0"),
            text=f"Kontrollmoment {which + 1}",
            method_text="Stickprov",
            reporting_text="Årsbokslut",
            technique=Technique.SAMPLE,
            sample_kind=SampleKind.EXACT,
            sample_n=ITEMS,
            frequency=Frequency.REPORTING_POINT,
            points=["årsbokslut"],
            responsible_id=tester,
        )
        criterion = writer.add(Criterion, control_id=control, position=1, text="Underlaget finns.")
        controls.append((control, criterion))
    for turn in range(OCCURRENCES):
        control, criterion = controls[turn % CONTROLS]
        day = date(year, 1, 2) + timedelta(days=turn)
        _occurrence(writer, board, (control, criterion), day, turn, (tester, signer))
        _trail(writer, code, next(seq), day, control)


def _occurrence(
    writer: Writer,
    board: int,
    control: tuple[int, int],
    day: date,
    turn: int,
    people: tuple[int, int],
) -> None:
    at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    tester, signer = people
    occurrence = writer.add(
        Occurrence,
        board_id=board,
        control_id=control[0],
        origin=f"quarter:{turn}",
        scheduled_on=day,
        due_on=day,
        state=OccurrenceState.APPROVED,
        recorded_at=at,
    )
    population = writer.add(
        Population,
        board_id=board,
        occurrence_id=occurrence,
        state=PopulationState.FROZEN,
        description="Poster",
        source="Lista",
        taken_out_by="Systemförvaltningen",
        file_name="lista.csv",
        size=1,
        rows_read=1,
        rows_total=1,
        sha256=f"{occurrence:064x}",
        seal_key="0" * 64,
        received_at=at,
        frozen_at=at,
    )
    writer.add(
        PopulationContent,
        population_id=population,
        body=packed(f"post-{occurrence}\t\n".encode()),
        names=packed_names([f"post{occurrence}"]),
    )
    draw = writer.add(
        Draw,
        board_id=board,
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
    for position in range(1, ITEMS + 1):
        item = writer.add(
            SampleItem, draw_id=draw, position=position, row_number=position, reference="post"
        )
        writer.add(
            ItemResult,
            occurrence_id=occurrence,
            item_id=item,
            criterion_id=control[1],
            revision=1,
            answer=Answer.YES,
            recorded_by_id=tester,
            recorded_at=at,
        )
    writer.add(
        Conclusion,
        occurrence_id=occurrence,
        text="Granskningen är gjord.",
        reviewed=ITEMS,
        population_size=ITEMS,
        deviating=0,
        is_random=True,
        basis=Basis.SAMPLE,
        written_by_id=tester,
        written_at=at,
        signed_by_id=signer,
        signed_at=at,
    )
    if turn % 10 == 0:
        writer.add(
            Finding,
            board_id=board,
            year=day.year,
            number=turn // 10 + 1,
            occurrence_id=occurrence,
            severity=Severity.MINOR,
            description="Underlaget saknas.",
            recorded_at=at,
        )


def _trail(writer: Writer, code: str, seq: int, day: date, control: int) -> None:
    row = writer.add(
        TrailRow,
        chain=code,
        seq=seq,
        at=datetime(day.year, day.month, day.day, 10, tzinfo=UTC),
        event=OccurrenceEvent.APPROVED.value,
        subject_kind="occurrence",
        subject_id=control,
        digest="0" * 64,
        previous="0" * 64,
        hash=f"{seq:064x}",
    )
    writer.add(TrailPayload, row_id=row, salt="0" * 32, body={"actor": "Konto 1", "reason": None})
