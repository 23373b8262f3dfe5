"""Läsning av en internkontrollplan: every row, how it was read, and what must be asked.

Pure. The verbatim text stands beside every reading; nothing is mended, nothing dropped in silence.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import clean_line, shown, text_key
from internkontroll.files.tables import Workbook
from internkontroll.plan.rules import phrases
from internkontroll.plan.rules.criteria import propose_criteria
from internkontroll.plan.rules.frequency import FrequencyReading, read_frequency
from internkontroll.plan.rules.headers import Field, Heading
from internkontroll.plan.rules.layout import Arrangement, PlanTable, find_table
from internkontroll.plan.rules.limits import help_of
from internkontroll.plan.rules.questions import ABOVE, Asker, Choice, Mark, Question
from internkontroll.plan.rules.remarks import Note, RawControl, Refusal, numbered
from internkontroll.plan.rules.reporting import INTERIM_DEFAULT, interpret_reporting
from internkontroll.plan.rules.sample_size import read_sample
from internkontroll.plan.rules.scores import Score, read_score, uses_five_steps
from internkontroll.plan.rules.vocabulary import YEAR_END, Frequency, SampleKind, Technique


@dataclass(frozen=True)
class PlanRow:
    """Kontrollmoment as read from a file.

    ``row`` is the running number 1..n, ``file_row`` the row in the file. ``method``,
    ``reporting_text``, ``sample_text``, ``frequency_text`` and ``score_text`` are verbatim.
    ``area`` is empty only while a question on it stands open. ``n`` is set exactly when
    ``sample_kind`` is at least or exactly. ``points`` is empty while that is asked.
    ``area_above`` is the area that an empty cell may stand for. ``criteria`` are those a person has
    taken instead of the whole text, ``limits`` the figures given for vague words.
    """

    row: int
    file_row: int
    number_text: str
    area: str
    process: str
    risk: str
    control: str
    purpose: str
    method: str
    technique: Technique
    sample_text: str
    sample_kind: SampleKind
    n: int | None
    frequency_text: str
    frequency: Frequency
    reporting_text: str
    points: tuple[str, ...]
    interim: bool
    report_to: str
    performed_by: str | None
    responsible: str
    risk_owner: str
    unit: str
    likelihood: int | None
    impact: int | None
    score: int | None
    score_text: str
    extra: Mapping[str, str]
    notes: tuple[Note, ...] = ()
    area_above: str = ""
    criteria: tuple[str, ...] = ()
    limits: tuple[tuple[str, str], ...] = ()

    @property
    def judged_by(self) -> tuple[tuple[str, str | None], ...]:
        """Each criterion with its help. Without a checklist: the kontrollmoment's own text."""
        return help_of(self.criteria or (self.control,), self.limits)

    def to_json(self) -> dict[str, object]:
        """The row as plain data."""
        return {
            "row": self.row,
            "file_row": self.file_row,
            "number": self.number_text,
            "area": self.area,
            "process": self.process,
            "risk": self.risk,
            "control": self.control,
            "purpose": self.purpose,
            "method": self.method,
            "technique": str(self.technique),
            "sample": {"kind": str(self.sample_kind), "n": self.n},
            "sample_text": self.sample_text,
            "frequency": str(self.frequency),
            "frequency_text": self.frequency_text,
            "points": list(self.points),
            "reporting": self.reporting_text,
            "report_to": self.report_to,
            "performed_by": self.performed_by,
            "responsible": self.responsible,
            "risk_owner": self.risk_owner,
            "unit": self.unit,
            "likelihood": self.likelihood,
            "impact": self.impact,
            "score": self.score,
            "score_text": self.score_text,
            "extra": dict(self.extra),
            "criteria": [{"text": text, "help": said} for text, said in self.judged_by],
            "notes": [note.to_json() for note in self.notes],
        }


@dataclass(frozen=True)
class PlanReading:
    """Läsning av en plan: rows, open questions, refusals, and what is pointed out of the file.

    ``answered`` are the questions that have been answered, with their answers, in order.
    """

    sheet: str
    header_row: int
    headings: tuple[Heading, ...]
    columns: Mapping[Field, str]
    metadata: tuple[tuple[str, str], ...]
    rows: tuple[PlanRow, ...]
    questions: tuple[Question, ...]
    refused: tuple[Refusal, ...]
    notes: tuple[Note, ...]
    answered: tuple[tuple[Question, str], ...] = field(default=())

    @property
    def areas(self) -> dict[str, int]:
        """Kontrollområde -> number of kontrollmoment, in the order of the file."""
        return dict(Counter(row.area for row in self.rows))

    @property
    def risks(self) -> tuple[str, ...]:
        """The distinct risks, each in its first wording."""
        first: dict[str, str] = {}
        for row in self.rows:
            if row.risk:
                first.setdefault(text_key(row.risk), row.risk)
        return tuple(first.values())

    @property
    def reporting(self) -> dict[str, int]:
        """Verbatim text on reporting -> number of kontrollmoment."""
        return dict(Counter(row.reporting_text for row in self.rows))

    def marks(self, row: int) -> tuple[Mark, ...]:
        """What is left on a kontrollmoment: its unanswered questions, then its notes.

        A cell filled down from above is shown in the dry run only: it leaves nothing to think over.
        """
        wanted = self.rows[row - 1]
        asked = [
            Mark("question", later.code, later.text, later.field, later.choices, later)
            for later in (_asked_later(q, wanted) for q in self.questions if row in q.rows)
        ]
        noted = [
            Mark("note", note.code, note.text, note.field)
            for note in wanted.notes
            if note.code != "filled_down"
        ]
        return (*asked, *noted)

    def to_json(self) -> dict[str, object]:
        """The reading as plain data, as ``import-plan --dry-run --json`` prints it."""
        return {
            "controls": len(self.rows),
            "risks": len(self.risks),
            "areas": self.areas,
            "reporting": self.reporting,
            "questions": [question.to_json() for question in self.questions],
            "refused": [refusal.to_json() for refusal in self.refused],
            "rows": [row.to_json() for row in self.rows],
        }


def _asked_later(question: Question, row: PlanRow) -> Question:
    """The question as it can be answered when the file is no longer at hand."""
    if question.code != "area_above":
        return question
    known = [choice for choice in question.choices if choice.value not in (ABOVE, row.area_above)]
    first = Choice(row.area_above, row.area_above)
    text = f"Rad {row.file_row} saknar kontrollområde. Vilket kontrollområde hör den till?"
    return replace(
        question,
        code="area_missing",
        text=text,
        choices=(first, *known),
        proposed=row.area_above,
        free=True,
    )


def read_plan(
    workbook: Workbook,
    *,
    year: int | None = None,
    sheet: str | None = None,
    arrangement: Arrangement | None = None,
) -> PlanReading:
    """Read the plan in a workbook. ``year`` is the plan's year, to compare the title block with.

    ``arrangement`` is what people have said of the headings. Raises HeaderMissing if there is a
    table whose headings say nothing, and InvalidInput if there is no header row, if several sheets
    have one (``sheet`` chooses), and if no row has a kontrollmoment.
    """
    table = find_table(workbook, sheet=sheet, arrangement=arrangement)
    if not table.controls:
        empty = f" {len(table.refused)} rader saknar kontrollmoment." if table.refused else ""
        raise InvalidInput(
            f"Under rubrikraden (rad {table.header_row}) finns inget kontrollmoment.{empty} "
            "Fyll i kolumnen Kontrollmoment och välj filen igen."
        )
    asker = Asker()
    five = uses_five_steps(
        [raw.text(name) for raw in table.controls for name in (Field.LIKELIHOOD, Field.IMPACT)],
        table.columns.get(Field.SCORE, ""),
    )
    areas: dict[str, str] = {}
    rows = []
    for number, raw in enumerate(table.controls, start=1):
        rows.append(_read_row(number, raw, table, areas, asker, five_steps=five))
    return PlanReading(
        sheet=table.sheet,
        header_row=table.header_row,
        headings=table.headings,
        columns=table.columns,
        metadata=table.metadata,
        rows=tuple(rows),
        questions=asker.questions(areas=tuple(areas.values())),
        refused=table.refused,
        notes=(*table.notes, *_year_notes(table, year)),
    )


def _read_row(
    number: int,
    raw: RawControl,
    table: PlanTable,
    areas: dict[str, str],
    asker: Asker,
    *,
    five_steps: bool,
) -> PlanRow:
    control, method = raw.text(Field.CONTROL), raw.text(Field.METHOD)
    sample_text, frequency_text = raw.text(Field.SAMPLE), raw.text(Field.FREQUENCY)
    technique = phrases.read_technique(control, method, sample_text)
    sample = read_sample(method, sample_text, control, technique.technique)
    frequency = read_frequency(frequency_text, method)
    reporting = interpret_reporting(raw.text(Field.REPORTING), interim=INTERIM_DEFAULT)
    score = read_score(
        raw.text(Field.LIKELIHOOD),
        raw.text(Field.IMPACT),
        raw.text(Field.SCORE),
        five_steps=five_steps,
    )
    area = raw.text(Field.AREA)
    if area:
        area = areas.setdefault(text_key(area), area)
    else:
        in_file = Field.AREA in table.columns
        asker.area(number, raw.file_row, in_file=in_file, above=raw.area_above)
    if technique.asked:
        asker.technique(number, raw.file_row, method)
    if sample.reason:
        asker.sample(number, raw.file_row, sample, sample_text or method)
    if frequency.reason:
        asker.frequency(number, raw.file_row, frequency, frequency_text or method)
    if reporting.asked:
        asker.reporting(number, raw.file_row, reporting, raw.text(Field.REPORTING))
    elif reporting.interim:
        asker.interim(number, raw.text(Field.REPORTING))
    if score.problem:
        asker.score(number, raw.file_row, score)
    if (proposal := propose_criteria(control)) is not None:
        asker.criteria(number, raw.file_row, proposal)
    for name, written in ((Field.CONTROL, control), (Field.METHOD, method)):
        if (vague := phrases.find_vague(written)) is not None:
            asker.limit(number, raw.file_row, vague, name)
    row = PlanRow(
        row=number,
        file_row=raw.file_row,
        number_text=raw.text(Field.NUMBER),
        area=area,
        process=raw.text(Field.PROCESS),
        risk=raw.text(Field.RISK),
        control=control,
        purpose=raw.text(Field.PURPOSE),
        method=method,
        technique=technique.technique,
        sample_text=sample_text,
        sample_kind=sample.kind,
        n=sample.n,
        frequency_text=frequency_text,
        frequency=frequency.frequency,
        reporting_text=raw.text(Field.REPORTING),
        points=reporting.points,
        interim=reporting.interim,
        report_to=raw.text(Field.REPORT_TO),
        performed_by=phrases.read_performer(control, method),
        responsible=raw.text(Field.RESPONSIBLE),
        risk_owner=raw.text(Field.RISK_OWNER),
        unit=raw.text(Field.UNIT),
        likelihood=score.likelihood,
        impact=score.impact,
        score=score.score,
        score_text=raw.text(Field.SCORE),
        extra=raw.extra,
        area_above=raw.area_above,
    )
    notes = [numbered(note, number) for note in raw.notes]
    notes.extend(_row_notes(row, raw, frequency, score))
    return replace(row, notes=tuple(notes))


def _row_notes(
    row: PlanRow, raw: RawControl, frequency: FrequencyReading, score: Score
) -> list[Note]:
    """What is pointed out of a kontrollmoment, for a person to think over. Nothing is changed."""
    said: list[tuple[str, str, Field]] = []
    if not row.risk:
        said.append(("risk_missing", "Ingen risk är angiven.", Field.RISK))
    if not row.method and Field.METHOD in raw.texts:
        said.append(("method_missing", "Ingen kontrollmetod är angiven.", Field.METHOD))
    if raw.text(Field.AREA) != row.area:
        spelled = shown(raw.text(Field.AREA))
        text = f"Kontrollområdet är skrivet ”{spelled}” men lästes som ”{row.area}”."
        said.append(("area_spelling", text, Field.AREA))
    if frequency.reported:
        text = (
            f"Metoden säger också att resultatet redovisas ”{frequency.reported}”. "
            "Det lästes som redovisning och ändrar inte när kontrollen görs."
        )
        said.append(("reported_more_often", text, Field.METHOD))
    if phrases.log_frame_differs(row.control, row.method):
        text = (
            "Kontrollmomentet och metoden gäller inte samma urval: det ena talar om användare, "
            "det andra om ärenden. Loggkontroll per användare och per ärende är olika kontroller."
        )
        said.append(("log_frame_differs", text, Field.METHOD))
    if phrases.drawn_only_at_interim(row.method) and YEAR_END in row.points:
        text = (
            "Metoden nämner bara delårsbokslut, men kontrollmomentet rapporteras också vid "
            "årsbokslut. Tillfället vid årsbokslut ligger kvar."
        )
        said.append(("interim_only_method", text, Field.METHOD))
    if row.performed_by:
        text = f"Kontrollen utförs inte av nämnden själv: ”{row.performed_by}”."
        said.append(("performed_by_other", text, Field.METHOD))
    if score.note:
        said.append(("score_unread", score.note, Field.SCORE))
    return [Note(code, text, name, row.row, row.file_row) for code, text, name in said]


def _year_notes(table: PlanTable, year: int | None) -> list[Note]:
    """A title block that names another year than the plan's."""
    if year is None:
        return []
    for name, value in table.metadata:
        is_title = name.casefold() in ("", "år", "plan", "avser", "avser år", "verksamhetsår")
        if not is_title:
            continue
        years = [int(y) for y in re.findall(r"(?<![\d-])(?:19|20)\d\d(?![\d-])", value)]
        if years and year not in years:
            text = (
                f"Ovanför tabellen står ”{shown(clean_line(f'{name} {value}'))}” men planen läses "
                f"in för {year}. Kontrollera att det är rätt fil."
            )
            return [Note("title_year", text, "year", None, None)]
    return []
