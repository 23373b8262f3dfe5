"""The forms' ground: tolerant fields, Swedish sentences, errors that a person can act on.

Typed text is cleaned before it is judged (stray spaces, no-break spaces, control and direction
marks). A form never stops a person in the browser: all validation is here, on the server.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import wtforms
from flask import current_app
from flask_wtf import FlaskForm
from markupsafe import Markup, escape
from wtforms import (
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    PasswordField,
    StringField,
    TextAreaField,
)
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import Select, TextArea, TextInput

from internkontroll.core.clock import swedish_day
from internkontroll.core.dates import parse_date
from internkontroll.core.errors import InvalidInput
from internkontroll.core.personal_id import find_personal_ids
from internkontroll.core.text import clean_line, clean_text, parse_int, parse_ore
from internkontroll.web.form_messages import SwedishMessages

CONFIRMED: Final = "-bekraftad"


@dataclass(frozen=True)
class ErrorLink:
    """One row of the error summary: the sentence, and the field it leads to if there is one."""

    sentence: str
    href: str | None = None


@dataclass(frozen=True)
class BothTexts:
    """One field that two people filled in differently: what is saved now, and one's own text."""

    label: str
    saved: str
    own: str
    href: str | None = None


def _clean_line(value: object) -> object:
    return clean_line(value) if isinstance(value, str) else value


def _clean_text(value: object) -> object:
    return clean_text(value) if isinstance(value, str) else value


class _Select(Select):
    """Rullista whose options are written directly: a page may hold a thousand of them."""

    @classmethod
    def render_option(cls, choice: Any, **kwargs: Any) -> Markup:  # type: ignore[override]
        """One option, as the library writes it."""
        if choice.render_kw or kwargs:
            return super().render_option(choice, **kwargs)
        chosen = "selected " if choice.selected else ""
        told = escape(choice.label or choice.value)
        return Markup(f'<option {chosen}value="{escape(choice.value)}">{told}</option>')  # noqa: S704 -- escaped


_SELECT = _Select()


def _confirmed(sent: Iterable[str] | None) -> frozenset[str]:
    """The fields whose warning is confirmed, by the names of what was sent."""
    return frozenset(
        name.removesuffix(CONFIRMED) for name in sent or () if name.endswith(CONFIRMED)
    )


class BaseForm(FlaskForm):
    """Formulär: the base of every form of the program."""

    class Meta(FlaskForm.Meta):
        """Swedish sentences, and cleaning of everything typed but passwords."""

        def get_translations(self, form: Any) -> SwedishMessages:
            """The program's own sentences instead of the library's."""
            return SwedishMessages()

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            """Put the cleaning before a text field's own filters."""
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, PasswordField):
                own = unbound_field.kwargs.get("filters", ())
                clean = _clean_text if issubclass(kind, TextAreaField) else _clean_line
                options = {**options, "filters": [clean, *own]}
            elif type(unbound_field.kwargs.get("widget", kind.widget)) is Select:
                options = {"widget": _SELECT, **options}
            return unbound_field.bind(form=form, **options)

    key = HiddenField(default=lambda: secrets.token_urlsafe(24))
    """Names one filled-in form, so that sending it twice has one effect."""

    form_errors: Sequence[str]
    confirmed: frozenset[str]
    refused_with: int = 422
    """The status of the page that shows the refusal."""
    both_texts: Sequence[BothTexts] = ()
    """Where this form and what is saved now differ, after :meth:`set_beside`."""

    def process(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        """Read what was sent, and which warnings the person has confirmed."""
        sent = self.meta.wrap_formdata(self, formdata)
        self.confirmed = _confirmed(sent)
        super().process(sent, *args, **kwargs)

    def refuse(self, error: InvalidInput) -> None:
        """Show a rule's refusal: at its field if the error names one, else for the whole form."""
        field = dict(_leaves(self)).get(error.field) if error.field else None
        if field is None:
            self.form_errors = [*self.form_errors, error.sentence]
        else:
            field.errors = [*field.errors, error.sentence]

    def set_beside(self, saved: "BaseForm") -> None:
        """After a Conflict: note where ``saved`` differs, and go on from its version.

        ``saved`` is the same form filled in from what is saved now (``formdata=None``). All that
        was typed stays; the hidden fields (versions) are taken over, so that saving again works
        against what the person has now seen.
        """
        there = dict(_leaves(saved))
        both = []
        for name, field in _leaves(self):
            other, kind = there.get(name), field_kind(field)
            if kind == "hidden" and other is not None and name not in ("csrf_token", "key"):
                field.data = other.data
            elif kind not in ("hidden", "password", "file"):
                now, own = told(other) if other is not None else "", told(field)
                if now != own:
                    both.append(BothTexts(str(field.label.text), now, own, _address_of(field)))
        self.both_texts = both

    def error_links(self) -> list[ErrorLink]:
        """The rows of the error summary, in the order of the fields."""
        return [*(ErrorLink(text) for text in self.form_errors), *_links_of(self)]


class LineForm(Form):
    """Formulärrad: the fields of one of several like things, in a ``FieldList`` of a form."""

    class Meta(BaseForm.Meta):
        """Cleaned and told in Swedish as every other field; the form around it has the token."""

        csrf = False

    confirmed: frozenset[str]

    def process(self, formdata: Any = None, *args: Any, **kwargs: Any) -> None:
        """Read what was sent, and which warnings the person has confirmed."""
        self.confirmed = _confirmed(formdata)
        super().process(formdata, *args, **kwargs)


class ButtonForm(BaseForm):
    """A button alone: nothing is filled in, but the key and the token are sent."""


def _links_of(fields: Iterable[Field]) -> Iterable[ErrorLink]:
    for field in fields:
        if isinstance(field, FormField):
            yield from _links_of(field.form)
        elif isinstance(field, FieldList):
            yield from _links_of(field)
            yield from (ErrorLink(text) for text in field.errors if isinstance(text, str))
        else:
            for sentence in field.errors:
                yield ErrorLink(str(sentence), _address_of(field))


def _leaves(fields: Iterable[Any]) -> Iterable[tuple[str, Any]]:
    """The fields that a person fills in, by the names they are sent under."""
    for field in fields:
        if isinstance(field, FormField):
            yield from _leaves(field.form)
        elif isinstance(field, FieldList):
            yield from _leaves(field)
        else:
            yield field.name, field


def _address_of(field: Field) -> str | None:
    """Where the summary leads: the control, or the first one of a group of choices."""
    kind = field_kind(field)
    if kind == "hidden":
        return None
    return f"#{field.id}-0" if kind in ("radio", "checkboxes") else f"#{field.id}"


def field_kind(field: Field) -> str:
    """How a field is shown: "text", "textarea", "select", "radio", "checkboxes", "checkbox" ...

    Also "password", "file", "hidden", "email" and "search". Raises TypeError for a field that
    the components cannot show.
    """
    if isinstance(field, wtforms.RadioField):
        return "radio"
    if isinstance(field, wtforms.SelectFieldBase):
        options = getattr(field.option_widget, "input_type", None)
        return "checkboxes" if options == "checkbox" else "select"
    if isinstance(field.widget, TextArea):
        return "textarea"
    kind = getattr(field.widget, "input_type", None)
    if kind in ("text", "password", "checkbox", "file", "hidden", "email", "search"):
        return str(kind)
    raise TypeError(f"{type(field).__name__} has no component")


def told(field: Any) -> str:
    """What a field holds, in the words that the page shows: labels of choices, "Ja", typed text."""
    kind = field_kind(field)
    if kind in ("radio", "checkboxes", "select"):
        return ", ".join(str(option.label.text) for option in field if option.checked)
    if kind == "checkbox":
        return "Ja" if field.data else "Nej"
    if isinstance(field, _TypedField) and field.data is not None:
        return field.written(field.data)
    return str(field._value()).replace("\r\n", "\n").strip()


def choices(pairs: Mapping[str, str] | Iterable[tuple[str, str]]) -> list[Any]:
    """Values and labels as the choices of a select or radio field."""
    rows = pairs.items() if isinstance(pairs, Mapping) else pairs
    return [
        wtforms.SelectChoice(value=value, label=label)  # type: ignore[attr-defined]
        for value, label in rows
    ]


class _TypedField(Field):
    """A text field whose value is something else: what was typed stays until it can be read."""

    widget = TextInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.written(self.data)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read the typed text; raises ValueError with a sentence when it cannot be read."""
        text = clean_text(str(valuelist[0])) if valuelist else ""
        self.data = self.read(text) if text else None

    def written(self, value: Any) -> str:
        """A value as a person would type it."""
        raise NotImplementedError

    def read(self, text: str) -> Any:
        """The value of a cleaned text; raises ValueError with a Swedish sentence."""
        raise NotImplementedError


class DateField(_TypedField):
    """Datum: typed as people do ("12 mars", 2020-03-12, "idag"); data is a date or None.

    ``year`` is the year that a date without one belongs to; the default is this year.
    """

    def __init__(self, *args: Any, year: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year = year

    def written(self, value: date) -> str:
        """As 2020-03-12, which is never ambiguous."""
        return value.isoformat()

    def read(self, text: str) -> date:
        """The date; raises InvalidInput (a ValueError) for one that cannot be read."""
        today = swedish_day(current_app.extensions["clock"]())
        return parse_date(text, today=today, year=self.year)


class IntegerTextField(_TypedField):
    """Heltal: tolerates "1 000", "−5" and stray spaces; data is an int or None.

    ``minimum`` and ``maximum`` are themselves allowed.
    """

    def __init__(
        self, *args: Any, minimum: int | None = None, maximum: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.minimum = minimum
        self.maximum = maximum

    def written(self, value: int) -> str:
        """Digits only."""
        return str(value)

    def read(self, text: str) -> int:
        """The whole number; raises InvalidInput when it is none or lies outside the limits."""
        return parse_int(text, minimum=self.minimum, maximum=self.maximum)


class AmountField(_TypedField):
    """Belopp: kronor as typed ("8 055,67", "100 kr"); data is whole öre or None."""

    def written(self, value: int) -> str:
        """Kronor and ören with a decimal comma."""
        return f"{Decimal(value) / 100:.2f}".replace(".", ",")

    def read(self, text: str) -> int:
        """The amount in öre; raises InvalidInput when it is none."""
        return parse_ore(text)


class SentenceRequired:
    """Obligatoriskt fält: refuses an empty field with a sentence that says what to do."""

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, form: BaseForm, field: Field) -> None:
        """Raises StopValidation with the sentence when nothing but blanks was sent."""
        if any(bool(_clean_line(value)) for value in field.raw_data or ()):
            return
        field.errors = []
        raise StopValidation(self.message)


class NoPersonalId:
    """Inga personnummer: blocks certain ones; an uncertain one passes when the person confirms.

    The component shows the confirmation beside the field (``field.warnings``); it comes back as
    ``<field name>-bekraftad``.
    """

    def __call__(self, form: BaseForm | LineForm, field: Field) -> None:
        """Raises ValidationError for a personnummer, or for an unconfirmed look-alike."""
        found = find_personal_ids(field.data) if isinstance(field.data, str) else []
        if any(certain for _, _, certain in found):
            raise ValidationError(
                "Texten innehåller ett personnummer. Ta bort det och skriv ärendets "
                "löpnummer i stället."
            )
        if not found:
            return
        field.warnings = ["Det är inte ett personnummer. Spara texten som den står."]  # type: ignore[attr-defined]
        if field.name not in form.confirmed:
            raise ValidationError(
                "Texten innehåller siffror som liknar ett personnummer. Ta bort dem, eller "
                "bekräfta att det är något annat."
            )


class VersionedForm(BaseForm):
    """Formulär för något som fler kan ändra: carries the version it was filled in against."""

    row_version = HiddenField()

    @property
    def seen_version(self) -> int:
        """The version the form was filled in against; 0, which never holds, for anything else."""
        text = str(self.row_version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0
