"""Take a plan's file or pasted cells in, keep it, and remember what its headings mean."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePath, PureWindowsPath
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition
from internkontroll.core.personal_id import names_a_person
from internkontroll.core.text import clean_line, shown
from internkontroll.files.tables import (
    PASTED,
    PLAN_LIMITS,
    Workbook,
    read_pasted,
    read_table,
)
from internkontroll.organisation.models import Board
from internkontroll.organisation.rules import FIRST_YEAR, LAST_YEAR
from internkontroll.organisation.services import take_turn
from internkontroll.plan.models import (
    Plan,
    PlanEvent,
    PlanHeading,
    PlanReadingRow,
    PlanState,
    ReadingSource,
)
from internkontroll.plan.policy import PERMISSIONS
from internkontroll.plan.queries import plan_of_year
from internkontroll.plan.rules.headers import FIELD_TERMS, Field, Known, heading_key, recognise
from internkontroll.plan.rules.layout import Arrangement, HeaderMissing, asked_sheet
from internkontroll.plan.rules.private import refuse_personal_ids, refuse_personal_ids_anywhere
from internkontroll.plan.rules.reading import PlanReading, read_plan
from internkontroll.plan.rules.states import EDITABLE
from internkontroll.trail.services import record

LONGEST_HEADING = 300


def read_workbook(data: bytes, file_name: str, source: ReadingSource) -> Workbook:
    """The tables of a plan's file or of pasted cells. Raises InvalidInput."""
    if source is ReadingSource.PASTED:
        return read_pasted(data.decode("utf-8"), PLAN_LIMITS)
    return read_table(data, file_name)


def read_file(
    data: bytes,
    file_name: str,
    year: int,
    *,
    source: ReadingSource = ReadingSource.FILE,
    arrangement: Arrangement | None = None,
) -> PlanReading:
    """Läs planens fil: pure. Raises InvalidInput for a file, a table or a text that cannot be.

    HeaderMissing is the InvalidInput that a person can mend by saying what the columns are.
    """
    workbook = read_workbook(data, file_name, source)
    try:
        reading = read_plan(workbook, year=year, arrangement=arrangement)
    except HeaderMissing:
        refuse_personal_ids_anywhere(workbook)
        raise
    refuse_personal_ids(reading)
    refuse_personal_ids_anywhere(workbook)
    return reading


def read_stored(row: PlanReadingRow) -> PlanReading:
    """Läs en sparad fil, as its headings were told. Raises as :func:`read_file`.

    InvalidTransition where the file has been removed.
    """
    return read_file(
        stored_bytes(row),
        row.file_name,
        row.year,
        source=row.source,
        arrangement=arrangement_of(row),
    )


def stored_bytes(row: PlanReadingRow) -> bytes:
    """The file as it came. Raises InvalidTransition if it has been removed."""
    if row.file_data is None:
        raise InvalidTransition(
            "Filen är borttagen, eftersom den inte längre behövdes. Läs in den på nytt."
        )
    return row.file_data


def arrangement_of(row: PlanReadingRow) -> Arrangement:
    """What people have said of the headings, at this reading and before it."""
    layout = row.layout
    return Arrangement(
        known={key: _field(value) for key, value in layout.get("known", {}).items()},
        header_row=layout.get("header_row"),
        columns={int(place): _field(value) for place, value in layout.get("columns", {}).items()},
    )


def _field(value: str | None) -> Field | None:
    return Field(value) if value else None


def known_headings(session: Session) -> dict[str, Field | None]:
    """Kommunens rubriker: what people have said that headings mean, by their key."""
    return {
        row.heading_key: row.field
        for row in session.execute(sa.select(PlanHeading.heading_key, PlanHeading.field))
    }


def require_year(year: int) -> None:
    """Refuse a year that no plan can have."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidInput(
            f"Året ska ligga mellan {FIRST_YEAR} och {LAST_YEAR}. Skriv året med fyra siffror.",
            field="year",
        )


def draft_to_change(session: Session, board: Board, year: int) -> Plan | None:
    """The draft that a file of the year would change, None if the year has no plan.

    Raises InvalidInput naming the year for a plan that is prepared, decided or later.
    """
    take_turn(session, board.id)
    plan = plan_of_year(session, board.id, year)
    if plan is None or plan.state in EDITABLE:
        return plan
    if plan.state is PlanState.PREPARED:
        raise InvalidInput(
            f"Planen för {year} är beredd för nämnden och låst. Ta tillbaka den till utkast innan "
            "du läser in en fil.",
            field="year",
        )
    raise InvalidInput(
        f"{board.name} har redan beslutat en plan för {year}. Den kan inte läsas in på nytt: "
        "påbörja en revision om den ska ändras.",
        field="year",
    )


def base_name(file_name: str) -> str:
    """The file's own name, without folders, at most 200 characters.

    Raises InvalidInput if it has a personnummer in it: the plan tells which file it came from.
    """
    name = clean_line(PureWindowsPath(PurePath(file_name).name).name)
    if names_a_person(name):
        raise InvalidInput(
            "Filens namn innehåller ett personnummer. Byt namn på filen och välj den igen.",
            field="file",
        )
    return name[-200:] or "plan"


def store_reading(
    session: Session,
    board: Board,
    *,
    year: int,
    data: bytes,
    file_name: str = PASTED,
    source: ReadingSource = ReadingSource.FILE,
    actor: Actor,
    at: datetime,
) -> PlanReadingRow:
    """Provläs en plan: the file is kept as it is, nothing of it is a plan yet.

    A table whose headings nobody knows is kept too: a person is asked what its columns are. Raises
    NotAllowed; InvalidInput naming the field for a year outside 2000-2100 or with a plan that is
    no draft, and for a file that cannot be read as a plan.
    """
    ensure(actor, Permission.PLAN_EDIT, Scope(board.id), swedish_day(at), PERMISSIONS)
    require_year(year)
    draft_to_change(session, board, year)
    known = known_headings(session)
    field = "file" if source is ReadingSource.FILE else "cells"
    try:
        read_file(data, file_name, year, source=source, arrangement=Arrangement(known=known))
    except HeaderMissing:
        pass  # the next page asks what the columns are
    except InvalidInput as error:
        raise InvalidInput(error.sentence, field=field) from error
    row = PlanReadingRow(
        board_id=board.id,
        year=year,
        source=source,
        file_name=base_name(file_name),
        file_sha256=hashlib.sha256(data).hexdigest(),
        file_data=data,
        layout={"known": _as_json(known)},
        read_by_id=actor.user_id,
        read_at=at,
    )
    session.add(row)
    session.flush()
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=PlanEvent.READ,
        subject=("board", board.id),
        data={"year": year, "file_sha256": row.file_sha256, "reading_id": row.id},
    )
    return row


def _as_json(known: Mapping[Any, Field | None]) -> dict[str, str | None]:
    return {str(key): field.value if field else None for key, field in known.items()}


def tell_headings(
    session: Session,
    board: Board,
    row: PlanReadingRow,
    *,
    header_row: int,
    columns: Mapping[int, Field | None],
    actor: Actor,
    at: datetime,
) -> PlanReadingRow:
    """Säg vad kolumnerna är: for this reading, and remembered for the municipality's next files.

    ``header_row`` is a row of the file, 0 if the table has none (then nothing can be remembered).
    ``columns`` (from 0) is what each column holds, None for an addition. What the program would
    have read by itself is not remembered. Raises NotAllowed, InvalidInput, and Conflict if the
    reading has become a plan meanwhile.
    """
    ensure(actor, Permission.PLAN_EDIT, Scope(board.id), swedish_day(at), PERMISSIONS)
    _require_columns(columns)
    workbook = read_workbook(stored_bytes(row), row.file_name, row.source)
    sheet = asked_sheet(workbook, header_row)
    texts = next((r.cells for r in sheet.rows if r.number == header_row), ())
    if header_row and not texts:
        raise InvalidInput("Välj en rad som finns i tabellen.", field="header_row")
    told: dict[str, tuple[str, Field | None]] = {}
    for place, field in columns.items():
        text = clean_line(texts[place]) if place < len(texts) else ""
        key = heading_key(text)
        if key and len(key) <= LONGEST_HEADING:
            told[key] = (text, field)
    layout = {
        **row.layout,
        "known": {**row.layout.get("known", {}), **_as_json({k: f for k, (_, f) in told.items()})},
        "header_row": header_row,
        "columns": _as_json(columns),
    }
    read_plan(workbook, year=row.year, arrangement=_try(layout))
    changed = session.execute(
        sa.update(PlanReadingRow)
        .where(PlanReadingRow.id == row.id, PlanReadingRow.imported_at.is_(None))
        .values(layout=layout)
        .execution_options(synchronize_session=False)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise Conflict("Filen är redan inläst som plan. Ångra inläsningen först.")
    session.expire(row, ["layout"])
    remembered = _remember(session, told, actor=actor, at=at)
    record(
        session,
        chain=board.code,
        actor=actor,
        at=at,
        event=PlanEvent.HEADINGS_TOLD,
        subject=("board", board.id),
        data={"reading_id": row.id, "headings": remembered},
    )
    return row


def _try(layout: dict[str, Any]) -> Arrangement:
    return arrangement_of(PlanReadingRow(layout=layout))


def _require_columns(columns: Mapping[int, Field | None]) -> None:
    chosen = [field for field in columns.values() if field is not None]
    if Field.CONTROL not in chosen:
        raise InvalidInput("Välj vilken kolumn som är kontrollmomentet: det som ska kontrolleras.")
    for field in chosen:
        if chosen.count(field) > 1:
            raise InvalidInput(
                f"Flera kolumner är valda som {FIELD_TERMS[field]}. Välj en av dem, och ”Tillägg” "
                "för de andra."
            )
    if len(chosen) < 2:
        raise InvalidInput(
            "Välj minst en kolumn till, till exempel kontrollområde, risk, metod eller tidpunkt "
            "för rapportering."
        )


def _by_itself(heading: str) -> Field | None:
    found = recognise(heading)
    return found[0] if found else None


def _remember(
    session: Session,
    told: Mapping[str, tuple[str, Field | None]],
    *,
    actor: Actor,
    at: datetime,
) -> dict[str, str | None]:
    """Store the answers that are new or differ; heading -> field of those."""
    known: Known = known_headings(session)
    stored = {}
    for key, (heading, field) in told.items():
        if key in known:
            if known[key] is field:
                continue
            changed = session.scalar(
                sa.update(PlanHeading)
                .where(
                    PlanHeading.heading_key == key,
                    PlanHeading.field.is_not_distinct_from(known[key]),
                )
                .values(
                    field=field,
                    heading=heading,
                    told_by_id=actor.user_id,
                    told_at=at,
                    row_version=PlanHeading.row_version + 1,
                )
                .returning(PlanHeading.id)
                .execution_options(synchronize_session=False)
            )
            if changed is None:
                raise Conflict(
                    f"Någon annan sade just något annat om rubriken ”{shown(heading)}”. Läs om "
                    "sidan och se vad som gäller nu."
                )
        elif field is not None and _by_itself(heading) is field:
            continue
        else:
            session.add(
                PlanHeading(
                    heading_key=key,
                    heading=heading,
                    field=field,
                    told_by_id=actor.user_id,
                    told_at=at,
                )
            )
        stored[shown(heading)] = field.value if field else None
    session.flush()
    return stored
