"""Formulären när en plan läses in: choose or paste it, explain its headings, answer, settle."""

from collections.abc import Mapping, Sequence
from typing import Any

import wtforms
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import StopValidation
from wtforms.widgets import TextArea

from internkontroll.files.tables import PLAN_LIMITS, Sheet, column_name
from internkontroll.files.tables.limits import MEGABYTE
from internkontroll.plan.models import ControlMark, MarkKind, Plan
from internkontroll.plan.rules.criteria import CRITERIA
from internkontroll.plan.rules.headers import FIELD_TERMS, Field
from internkontroll.plan.rules.layout import HEADER_ROWS
from internkontroll.plan.rules.limits import LIMIT
from internkontroll.plan.rules.questions import Question
from internkontroll.plan.services.settling import changes_reading, question_of
from internkontroll.plan.words import short_title
from internkontroll.web.forms import (
    BaseForm,
    IntegerTextField,
    NoPersonalId,
    SentenceRequired,
    choices,
)

LATER = ""
"""The answer of a question that is left open."""

ADDITION = ""
"""The choice that a column is no field: its text follows along as an addition."""


class PlanFile:
    """Planfil: no larger than a plan may be. Measured, not read. None if cells are pasted."""

    def __call__(self, form: BaseForm, field: FileField) -> None:
        """Raises StopValidation with a sentence."""
        upload = field.data
        if not upload or not upload.filename:
            if form["cells"].data:
                return
            raise StopValidation("Välj filen med planen, eller klistra in tabellens celler.")
        size = upload.stream.seek(0, 2)
        upload.stream.seek(0)
        if size > PLAN_LIMITS.size:
            raise StopValidation(
                f"Filen är {size / MEGABYTE:.0f} MB. En plan får vara högst "
                f"{PLAN_LIMITS.size // MEGABYTE} MB. Ta bort bilder och blad som inte behövs, "
                "eller spara tabellen som CSV."
            )
        if size == 0:
            raise StopValidation("Filen är tom. Välj filen med planen.")


class CellsField(wtforms.Field):
    """Inklistrade celler: as they were sent, with the tabs that part them."""

    widget: Any = TextArea()

    def _value(self) -> str:
        return self.data or ""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Keep the text; blanks alone are nothing."""
        text = str(valuelist[0]) if valuelist else ""
        self.data = text if text.strip() else ""


class EitherWay:
    """Fil eller celler: not both, for then nobody knows which one is the plan."""

    def __call__(self, form: BaseForm, field: wtforms.Field) -> None:
        """Raises StopValidation with a sentence."""
        upload = form["file"].data
        if field.data and upload and upload.filename:
            raise StopValidation(
                "Du har både valt en fil och klistrat in celler. Töm rutan, eller skicka utan fil."
            )


class ImportForm(BaseForm):
    """Läs in en plan: which year, and a file or pasted cells."""

    year = IntegerTextField(
        "År som planen gäller", [SentenceRequired("Skriv vilket år planen gäller.")]
    )
    file = FileField("Fil med planen", [PlanFile()])
    cells = CellsField("Eller klistra in tabellens celler", [EitherWay()])


class HeadingsForm(BaseForm):
    """Säg vad rubrikerna betyder; made for one sheet by :func:`headings_form`."""

    header_row = SelectField("Rubrikerna står på", coerce=int)
    places: Sequence[int] = ()

    def column_fields(self) -> list[tuple[int, Any]]:
        """Each column (from 0) with its field."""
        return [(place, self._fields[f"column_{place}"]) for place in self.places]

    def columns(self) -> dict[int, Field | None]:
        """What each column was said to hold, None for an addition."""
        return {
            place: Field(field.data) if field.data else None
            for place, field in self.column_fields()
        }


def headings_form(
    sheet: Sheet, header_row: int, told: Mapping[int, Field | None], *, fresh: bool = False
) -> HeadingsForm:
    """The form of a sheet's columns, filled in with how they are read now.

    ``fresh`` looks past what was sent: another row was pointed out as the header.
    """
    texts = next((row.cells for row in sheet.rows if row.number == header_row), ())
    used = [
        place
        for place in range(max(len(row.cells) for row in sheet.rows))
        if any(place < len(row.cells) and row.cells[place] for row in sheet.rows)
    ]
    given = choices([(ADDITION, "Tillägg: texten följer med"), *FIELD_TERMS.items()])
    fields = {
        f"column_{place}": SelectField(
            _column_label(place, texts), choices=given, default=told.get(place) or ADDITION
        )
        for place in used
    }
    made: type[HeadingsForm] = type("SheetHeadings", (HeadingsForm,), fields)
    form = made(formdata=None, header_row=header_row) if fresh else made(header_row=header_row)
    rows = [row for row in sheet.rows if row.number - sheet.start < HEADER_ROWS]
    form.header_row.choices = choices(
        [
            *(
                (str(row.number), f"Rad {row.number}: {short_title(' | '.join(row.texts), 60)}")
                for row in rows
            ),
            ("0", "Ingen rad: tabellen har inga rubriker"),
        ]
    )
    form.places = used
    return form


def _column_label(place: int, texts: Sequence[str]) -> str:
    text = short_title(texts[place], 60) if place < len(texts) and texts[place] else ""
    name = f"Kolumn {column_name(place + 1)}"
    return f"{name}: ”{text}”" if text else f"{name}, utan rubrik"


class AnswersForm(BaseForm):
    """Svar på läsningens frågor; made for one reading by :func:`answers_form`."""

    seen = HiddenField(default="0")
    """The version of the draft that the page compared with; 0 if there was none."""
    questions: Sequence[Question] = ()

    def answer_fields(self) -> list[tuple[Question, Any]]:
        """The questions with their fields, in order."""
        return [(question, self._fields[question.id]) for question in self.questions]

    def answers(self) -> dict[str, str]:
        """Question id -> answer, of the questions that have been answered."""
        return {question.id: field.data for question, field in self.answer_fields() if field.data}

    def seen_version(self) -> int:
        """The draft's version that the person saw; -1, which nothing has, if none was sent."""
        text = self.seen.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def answers_form(questions: Sequence[Question], answers: Mapping[str, str]) -> AnswersForm:
    """The form of a reading's questions, filled in with the answers known so far."""
    fields = {question.id: _answer_field(question) for question in questions}
    made: type[AnswersForm] = type("ReadingAnswers", (AnswersForm,), fields)
    form = made(data=dict(answers))
    form.questions = questions
    return form


def _is_typed(question: Question) -> bool:
    """Whether the answer is written: a number, a limit, the name of an area."""
    return question.field in (Field.SAMPLE, LIMIT) or (
        question.free and question.field == Field.AREA
    )


def _given(question: Question) -> list[tuple[str, str]]:
    given = [(choice.value, choice.label) for choice in question.choices]
    if question.field == Field.REPORTING and question.free:
        given.insert(3, ("april,augusti", "April och augusti"))
    return given


def _answer_field(question: Question) -> Any:
    if _is_typed(question):
        return StringField(question.text, [NoPersonalId()])
    return RadioField(
        question.text,
        choices=choices([*_given(question), (LATER, "Svara senare")]),
        default=LATER,
        validate_choice=False,
    )


_LEFT_OPEN = "Ett tomt fält lämnar frågan öppen."


def answer_hint(question: Question) -> str | None:
    """What may be written in a question's field, without more ado."""
    if question.field == Field.SAMPLE:
        return "Skriv till exempel 5, minst 5 eller samtliga."
    if question.field == LIMIT:
        return (
            "Skriv gränsen med ett tal, till exempel högst 14 dagar. Den visas som hjälp när "
            "posterna granskas."
        )
    if question.field == CRITERIA:
        return "Planens egna ord ändras inte."
    if question.field == Field.AREA and _is_typed(question):
        known = ", ".join(f"”{choice.label}”" for choice in question.choices)
        if known:
            return f"Skriv ett av planens områden ({known}) eller ett nytt."
        return "Skriv områdets namn."
    return None


def dry_run_hint(question: Question) -> str | None:
    """The hint at the dry run, where a typed answer may also be left out."""
    hint = answer_hint(question)
    return f"{hint} {_LEFT_OPEN}" if hint and _is_typed(question) else hint


def proposed_hint(question: Question) -> dict[str, str]:
    """The words under the choice that the reading thinks is meant."""
    return {question.proposed: "Förslag"} if question.proposed else {}


class SettleForm(BaseForm):
    """Besvara en fråga om ett kontrollmoment, eller avsluta ett påpekande."""

    answer = TextAreaField("Svar", [NoPersonalId()])
    alike = BooleanField("Svaret gäller alla kontrollmoment med samma fråga")
    hint: str | None = None
    hints: Mapping[str, str] = {}


def settle_form(mark: ControlMark, plan: Plan) -> SettleForm:
    """The form of one mark: its question's choices while an answer changes the reading."""
    question = question_of(mark) if changes_reading(mark, plan) else None
    kind: Any = SettleForm
    if question is not None:
        answer: Any = StringField("Svar", [NoPersonalId()])
        if not _is_typed(question):
            answer = RadioField("Svar", choices=choices(_given(question)), validate_choice=False)
        kind = type("ReadingSettleForm", (SettleForm,), {"answer": answer})
    form: SettleForm = kind(prefix=f"m{mark.id}")
    if question is not None:
        said = answer_hint(question)
        changes = "Svaret ändrar hur kontrollmomentet läses."
        form.hint = f"{said} {changes}" if said else changes
        form.hints = proposed_hint(question)
    elif mark.kind is MarkKind.QUESTION:
        form.hint = (
            "Svaret sparas som en anteckning. Hur kontrollmomentet läses ändras inte av det."
        )
    else:
        form.answer.label.text = "Kommentar"
    return form
