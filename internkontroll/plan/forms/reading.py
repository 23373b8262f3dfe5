"""Formulären när en fil läses in: choose it, answer its questions."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf.file import FileField
from wtforms import RadioField, StringField
from wtforms.validators import StopValidation

from internkontroll.files.tables import PLAN_LIMITS
from internkontroll.files.tables.limits import MEGABYTE
from internkontroll.plan.rules.headers import Field
from internkontroll.plan.rules.questions import Question
from internkontroll.web.forms import (
    BaseForm,
    IntegerTextField,
    NoPersonalId,
    SentenceRequired,
    choices,
)

LATER = ""
"""The answer of a question that is left open."""


class PlanFile:
    """Planfil: a file is chosen and is no larger than a plan may be. Measured, not read."""

    def __call__(self, form: BaseForm, field: FileField) -> None:
        """Raises StopValidation with a sentence."""
        upload = field.data
        if not upload or not upload.filename:
            raise StopValidation("Välj filen med planen.")
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


class ImportForm(BaseForm):
    """Läs in en plan: which year, which file."""

    year = IntegerTextField(
        "År som planen gäller", [SentenceRequired("Skriv vilket år planen gäller.")]
    )
    file = FileField("Fil med planen", [PlanFile()])


class AnswersForm(BaseForm):
    """Svar på läsningens frågor; made for one reading by :func:`answers_form`."""

    questions: Sequence[Question] = ()

    def answer_fields(self) -> list[tuple[Question, Any]]:
        """The questions with their fields, in order."""
        return [(question, self._fields[question.id]) for question in self.questions]

    def answers(self) -> dict[str, str]:
        """Question id -> answer, of the questions that have been answered."""
        return {question.id: field.data for question, field in self.answer_fields() if field.data}


def answers_form(questions: Sequence[Question], answers: Mapping[str, str]) -> AnswersForm:
    """The form of a reading's questions, filled in with the answers known so far."""
    fields = {question.id: _answer_field(question) for question in questions}
    made: type[AnswersForm] = type("ReadingAnswers", (AnswersForm,), fields)
    form = made(data=dict(answers))
    form.questions = questions
    return form


def _answer_field(question: Question) -> Any:
    if question.field == Field.SAMPLE or (question.free and question.field == Field.AREA):
        return StringField(question.text, [NoPersonalId()])
    given = [(choice.value, choice.label) for choice in question.choices]
    if question.field == Field.REPORTING and question.free:
        given.insert(3, ("april,augusti", "April och augusti"))
    return RadioField(
        question.text,
        choices=choices([*given, (LATER, "Svara senare")]),
        default=LATER,
        validate_choice=False,
    )


def answer_hint(question: Question) -> str | None:
    """What may be written in a question's text field."""
    if question.field == Field.SAMPLE:
        return "Skriv till exempel 5, minst 5 eller samtliga. Ett tomt fält lämnar frågan öppen."
    if question.field == Field.AREA and question.choices:
        known = ", ".join(f"”{choice.label}”" for choice in question.choices)
        return f"Skriv ett av planens områden ({known}) eller ett nytt."
    if question.field == Field.AREA:
        return "Skriv områdets namn. Ett tomt fält lämnar frågan öppen."
    return None


def proposed_hint(question: Question) -> dict[str, str]:
    """The words under the choice that the reading thinks is meant."""
    return {question.proposed: "Förslag"} if question.proposed else {}
