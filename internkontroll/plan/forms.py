"""Planens formulär: choose a file, answer its questions, correct, appoint, decide."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from internkontroll.accounts.models import User
from internkontroll.files.tables import PLAN_LIMITS
from internkontroll.files.tables.limits import MEGABYTE
from internkontroll.plan.models import Control
from internkontroll.plan.rules.headers import Field
from internkontroll.plan.rules.questions import Question
from internkontroll.plan.rules.vocabulary import (
    FREQUENCY_TERMS,
    TECHNIQUE_TERMS,
    Frequency,
    SampleKind,
    Technique,
)
from internkontroll.plan.words import WORDS
from internkontroll.web.forms import (
    BaseForm,
    DateField,
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


class SettleForm(BaseForm):
    """Besvara en fråga om ett kontrollmoment, eller avsluta ett påpekande."""

    answer = TextAreaField("Svar", [NoPersonalId()])
    alike = BooleanField("Svaret gäller alla kontrollmoment med samma fråga")


class _Checkboxes(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ControlForm(BaseForm):
    """Rätta läsningen of a kontrollmoment."""

    technique = SelectField("Kontrollmetod", coerce=Technique)
    sample_kind = RadioField("Urval", coerce=SampleKind)
    sample_n = IntegerTextField("Antal", minimum=1, maximum=1_000_000)
    frequency = SelectField("När kontrollen görs", coerce=Frequency)
    points = _Checkboxes("Rapporteras till nämnden")
    performed_by = StringField("Utförs av någon annan", [NoPersonalId()])
    row_version = HiddenField()


def control_form(control: Control, points: Iterable[str]) -> ControlForm:
    """The form of a kontrollmoment with the words of every closed list."""
    form = ControlForm(
        technique=control.technique,
        sample_kind=control.sample_kind,
        sample_n=control.sample_n,
        frequency=control.frequency,
        points=list(control.points),
        performed_by=control.performed_by,
        row_version=str(control.row_version),
    )
    form.technique.choices = choices((t.value, w.capitalize()) for t, w in TECHNIQUE_TERMS.items())
    form.sample_kind.choices = choices((k.value, WORDS[k].capitalize()) for k in SampleKind)
    form.frequency.choices = choices((f.value, w.capitalize()) for f, w in FREQUENCY_TERMS.items())
    form.points.choices = choices((name, name.capitalize()) for name in points)
    return form


class DecideForm(BaseForm):
    """Registrera nämndens beslut om planen."""

    body = StringField(
        "Organ som beslutade", [SentenceRequired("Skriv vilket organ som beslutade.")]
    )
    decided_on = DateField(
        "Beslutets datum", [SentenceRequired("Skriv dagen då beslutet fattades.")]
    )
    paragraph = StringField(
        "Paragraf", [SentenceRequired("Skriv beslutets paragraf, till exempel 12.")]
    )
    registry_number = StringField(
        "Diarienummer", [SentenceRequired("Skriv beslutets diarienummer.")]
    )
    verified_on = DateField("Protokollet justerat den")
    row_version = HiddenField()


class AppointForm(BaseForm):
    """Utse kontrollansvariga; made for one plan by :func:`appoint_form`."""

    controls: Sequence[Control] = ()

    def rows(self) -> list[tuple[Control, Any]]:
        """The kontrollmoment with their fields, in order."""
        return [(control, self._fields[f"person_{control.id}"]) for control in self.controls]

    def changed(self) -> list[tuple[Control, int | None, int]]:
        """Kontrollmoment, the chosen user's id or None, and the version the person saw.

        Only those where the person chose something else than the page showed.
        """
        return [
            (control, int(field.data) if field.data else None, _whole(self._seen(control)[0]))
            for control, field in self.rows()
            if field.data != self._seen(control)[1]
        ]

    def _seen(self, control: Control) -> tuple[str, str]:
        version, _, person = (self._fields[f"seen_{control.id}"].data or "").partition(":")
        return version, person

    def show_versions(self) -> None:
        """After a conflict: what is saved next replaces what the page now shows beside it."""
        for control in self.controls:
            self._fields[f"seen_{control.id}"].data = _seen_value(control)


def _seen_value(control: Control) -> str:
    return f"{control.row_version}:{control.responsible_id or ''}"


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def row_version(form: BaseForm) -> int:
    """The version that the form was filled in from; 0, which nothing has, if it holds none."""
    return _whole(form["row_version"].data)


def appoint_form(controls: Sequence[Control], people: Sequence[User]) -> AppointForm:
    """The form with one select per kontrollmoment. Whoever is appointed already stays a choice."""
    fields: dict[str, Any] = {}
    for control in controls:
        persons = {person.id: person.title for person in people}
        if control.responsible is not None:
            persons.setdefault(control.responsible.id, control.responsible.title)
        fields[f"person_{control.id}"] = SelectField(
            f"Ansvarig för kontrollmoment {control.number}",
            choices=choices([("", "Inte utsedd"), *((str(i), t) for i, t in persons.items())]),
            default=str(control.responsible_id or ""),
        )
        fields[f"seen_{control.id}"] = HiddenField(default=_seen_value(control))
    made: type[AppointForm] = type("PlanAppointments", (AppointForm,), fields)
    form = made()
    form.controls = controls
    return form
