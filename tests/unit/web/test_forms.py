"""The forms tolerate what people type and paste, and say in Swedish what is wrong."""

import gettext
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import wtforms
from flask import Flask
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    PasswordField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length

from internkontroll.core.errors import InvalidInput
from internkontroll.web.form_messages import PLURALS, SENTENCES
from internkontroll.web.forms import (
    AmountField,
    BaseForm,
    DateField,
    ErrorLink,
    IntegerTextField,
    LineForm,
    NoPersonalId,
    SentenceRequired,
    choices,
    field_kind,
)


class Row(LineForm):
    amount = AmountField("Belopp")
    why = StringField("Varför", validators=[NoPersonalId()])


class Answer(BaseForm):
    answer = RadioField(
        "Svar",
        choices=choices({"ja": "Ja", "nej": "Nej"}),
        validators=[SentenceRequired("Välj ett svar")],
    )
    title = StringField("Rubrik", validators=[SentenceRequired("Skriv en rubrik")])
    note = TextAreaField("Iakttagelse", validators=[NoPersonalId(), Length(max=60)])
    day = DateField("Datum")
    count = IntegerTextField("Antal", minimum=1, maximum=5000)
    secret = PasswordField("Lösenord")
    sure = BooleanField("Säker")
    rows = FieldList(FormField(Row))


@pytest.fixture
def post() -> Iterator[Callable[..., Answer]]:
    app = Flask(__name__)
    app.config.update(SECRET_KEY="for a test", WTF_CSRF_ENABLED=False)
    app.extensions["clock"] = lambda: datetime(2020, 3, 12, 23, 30, tzinfo=UTC)
    with app.app_context():

        def send(**typed: str) -> Answer:
            data = {"answer": "ja", "title": "Rubrik", **typed}
            context = app.test_request_context(method="POST", data=data)
            with context:
                form = Answer()
                form.validate()
            return form

        yield send


def test_typed_text_is_cleaned_before_it_is_judged(post: Callable[..., Answer]) -> None:
    form = post(title="\ufeff Loggar\u00a0 per\u200b ärende\t", note=" rad ett \r\nrad två ")
    assert form.title.data == "Loggar per ärende"
    assert form.note.data == "rad ett\nrad två"


def test_a_password_is_never_changed(post: Callable[..., Answer]) -> None:
    assert post(secret=" två  ord ").secret.data == " två  ord "


@pytest.mark.parametrize("blank", ["", "  ", "\u00a0", "\u200b"])
def test_a_required_field_of_blanks_gets_its_own_sentence(
    post: Callable[..., Answer], blank: str
) -> None:
    assert post(title=blank).title.errors == ["Skriv en rubrik"]


def test_a_choice_not_made_gets_one_sentence_only(post: Callable[..., Answer]) -> None:
    assert post(answer="").answer.errors == ["Välj ett svar"]


def test_a_choice_that_is_not_offered_is_refused_in_swedish(post: Callable[..., Answer]) -> None:
    assert post(answer="kanske").answer.errors == ["Välj ett av alternativen."]


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2020-03-12", date(2020, 3, 12)),
        ("12 mars", date(2020, 3, 12)),
        (" 20200312\t", date(2020, 3, 12)),
        ("idag", date(2020, 3, 13)),  # half past midnight in Sweden
    ],
)
def test_a_date_is_read_as_people_type_it(
    post: Callable[..., Answer], typed: str, day: date
) -> None:
    assert post(day=typed).day.data == day


def test_a_date_that_cannot_be_read_stays_in_the_field(post: Callable[..., Answer]) -> None:
    form = post(day="31 februari")
    assert form.day.data is None
    assert form.day._value() == "31 februari"
    assert len(form.day.errors) == 1


def test_an_empty_date_is_no_date(post: Callable[..., Answer]) -> None:
    form = post(day="")
    assert form.day.data is None
    assert not form.day.errors


@pytest.mark.parametrize(
    ("typed", "value"), [("1 000", 1000), ("1\u00a0000", 1000), (" 7\t", 7), ("5000", 5000)]
)
def test_a_whole_number_tolerates_spaces(
    post: Callable[..., Answer], typed: str, value: int
) -> None:
    assert post(count=typed).count.data == value


@pytest.mark.parametrize("typed", ["0", "−5", "5001", "tolv stycken", "1,5"])
def test_a_number_that_does_not_fit_is_refused_and_kept(
    post: Callable[..., Answer], typed: str
) -> None:
    form = post(count=typed)
    assert len(form.count.errors) == 1
    assert form.count._value() == typed


def test_an_amount_becomes_ore_and_is_shown_again_as_kronor(post: Callable[..., Answer]) -> None:
    form = post(**{"rows-0-amount": "8 055,67"})
    assert form.rows[0].form.amount.data == 805567
    assert Answer(data={"rows": [{"amount": 805567}]}, formdata=None).rows[0].amount._value() == (
        "8055,67"
    )


def test_a_certain_personnummer_is_never_let_through(post: Callable[..., Answer]) -> None:
    form = post(note="Gäller 850709-9805", **{"note-bekraftad": "1"})
    assert "innehåller ett personnummer" in form.note.errors[0]
    assert not hasattr(form.note, "warnings")


def test_digits_that_look_like_a_personnummer_pass_when_confirmed(
    post: Callable[..., Answer],
) -> None:
    asked = post(note="Löpnummer 850709-9806")
    assert "liknar ett personnummer" in asked.note.errors[0]
    assert asked.note.warnings
    assert not post(note="Löpnummer 850709-9806", **{"note-bekraftad": "1"}).note.errors


def test_a_line_of_several_asks_for_its_own_confirmation(post: Callable[..., Answer]) -> None:
    typed = {"rows-0-why": "Ärende 850709-9806", "rows-1-why": "Ärende 850709-9806"}
    form = post(**typed, **{"rows-1-why-bekraftad": "1"})
    first, second = (row.form.why for row in form.rows)
    assert "liknar ett personnummer" in first.errors[0]
    assert first.warnings
    assert not second.errors


def test_the_summary_links_to_each_field_in_order(post: Callable[..., Answer]) -> None:
    form = post(answer="", title="", **{"rows-0-amount": "mycket"})
    form.refuse(InvalidInput("Planen är redan beslutad."))
    form.refuse(InvalidInput("Datumet ligger före planens år.", field="day"))
    assert form.error_links() == [
        ErrorLink("Planen är redan beslutad."),
        ErrorLink("Välj ett svar", "#answer-0"),
        ErrorLink("Skriv en rubrik", "#title"),
        ErrorLink("Datumet ligger före planens år.", "#day"),
        ErrorLink(form.rows[0].amount.errors[0], "#rows-0-amount"),
    ]


def test_a_text_that_is_too_long_is_refused_with_its_limit(post: Callable[..., Answer]) -> None:
    assert post(note="x" * 61).note.errors == ["Texten är för lång. Skriv högst 60 tecken."]


def test_every_message_of_the_library_has_a_swedish_sentence() -> None:
    catalogue = Path(wtforms.__file__).parent / "locale" / "sv" / "LC_MESSAGES" / "wtforms.mo"
    with catalogue.open("rb") as compiled:
        known = gettext.GNUTranslations(compiled)._catalog  # type: ignore[attr-defined]
    plurals = {key[0] for key in known if isinstance(key, tuple)}
    singles = {key for key in known if isinstance(key, str) and key}
    assert singles - set(SENTENCES) == set()
    assert len(PLURALS) == len(plurals)
    for sentence in [*SENTENCES.values(), *PLURALS.values()]:
        assert sentence[0].isupper()
        assert sentence.endswith(".")


def test_the_library_s_own_rules_speak_swedish(post: Callable[..., Answer]) -> None:
    class Strict(BaseForm):
        name = StringField(validators=[InputRequired()])

    with Flask(__name__).app_context() as context:
        context.app.config.update(SECRET_KEY="for a test", WTF_CSRF_ENABLED=False)
        with context.app.test_request_context(method="POST", data={"name": ""}):
            form = Strict()
            form.validate()
    assert form.name.errors == ["Fyll i det här fältet."]


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        (StringField, "text"),
        (TextAreaField, "textarea"),
        (HiddenField, "hidden"),
        (BooleanField, "checkbox"),
        (PasswordField, "password"),
        (wtforms.SelectField, "select"),
        (wtforms.FileField, "file"),
    ],
)
def test_every_field_has_its_component(field: Any, kind: str) -> None:
    class One(wtforms.Form):
        it = field()

    assert field_kind(One().it) == kind


def test_a_field_without_a_component_is_refused() -> None:
    class One(wtforms.Form):
        it = wtforms.DateTimeLocalField()

    with pytest.raises(TypeError, match="DateTimeLocalField"):
        field_kind(One().it)


def test_what_two_people_wrote_stands_field_by_field_and_the_version_is_taken_over(
    app: Flask,
) -> None:
    class Text(BaseForm):
        class Meta(BaseForm.Meta):
            csrf = False

        title = StringField("Rubrik")
        level = RadioField("Nivå", choices=choices({"1": "Låg", "2": "Hög"}))
        row_version = HiddenField()

    sent = {"title": "Min", "level": "2", "row_version": "1", "key": "k" * 20}
    with app.test_request_context(method="POST", data=sent):
        own = Text()
        own.set_beside(Text(formdata=None, title="Deras", level="2", row_version="2"))
    assert [(row.label, row.saved, row.own) for row in own.both_texts] == [
        ("Rubrik", "Deras", "Min")
    ]
    assert (own.title.data, own.row_version.data, own.key.data) == ("Min", "2", "k" * 20)


def test_the_lines_of_a_list_are_set_beside_each_other_too(app: Flask) -> None:
    sent = {"rows-0-amount": "10", "rows-1-amount": "20", "answer": "ja"}
    with app.test_request_context(method="POST", data=sent):
        own = Answer()
        own.set_beside(Answer(formdata=None, answer="ja", rows=[{"amount": 1000}]))
    assert [(row.saved, row.own) for row in own.both_texts] == [("", "20,00")]


def test_a_list_of_choices_is_written_as_the_library_writes_it(app: Flask) -> None:
    pairs = [("", "Alla"), ("a", 'Ett & "två" <tre>'), ("é'\"", "Ö"), ("c", "")]

    class Librarys(wtforms.widgets.Select):
        """The library's own, under another name so that it is left alone."""

    class Plain(BaseForm):
        one = wtforms.SelectField(choices=choices(pairs), widget=Librarys())

    class Own(BaseForm):
        one = wtforms.SelectField(choices=choices(pairs))

    with app.test_request_context():
        for value, _ in pairs:
            plain, own = Plain(one=value), Own(one=value)
            assert type(own.one.widget) is not type(plain.one.widget)
            assert str(own.one(class_="input")) == str(plain.one(class_="input"))
