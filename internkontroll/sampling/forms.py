"""Stickprovets formulär: listan, dess kolumner, urvalet och fröet."""

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)

from internkontroll.web.forms import (
    BaseForm,
    DateField,
    IntegerTextField,
    NoPersonalId,
    SentenceRequired,
)


def _together(value: str | None) -> str | None:
    """Digits are read out in groups; the seed has none."""
    return "".join(value.split()) if value else value


class PopulationForm(BaseForm):
    """Listan att dra ur, with what must be known of it."""

    file = FileField("Fil med listan", [SentenceRequired("Välj filen med listan.")])
    description = StringField(
        "Vad innehåller listan?",
        [SentenceRequired("Skriv vad listan innehåller."), NoPersonalId()],
    )
    source = StringField(
        "Varifrån kommer den?",
        [SentenceRequired("Skriv varifrån listan kommer."), NoPersonalId()],
    )
    taken_out_by = StringField(
        "Vem tog ut den?", [SentenceRequired("Skriv vem som tog ut listan."), NoPersonalId()]
    )
    taken_out_on = DateField(
        "När togs den ut?", [SentenceRequired("Skriv vilken dag listan togs ut.")]
    )
    reconciliation = StringField("Hur är antalet rader avstämt?", [NoPersonalId()])
    made_by_controlled = BooleanField("Den som kontrolleras har själv tagit fram listan")
    is_secret = BooleanField("Listan innehåller ärenden eller annat som är hemligt", default=True)
    attachments_confirmed = BooleanField("Inget i bilagorna visar vilket ärende det är")


class ColumnsForm(BaseForm):
    """Which columns hold the reference and the amount; values are places in the heading row."""

    id_column = SelectField("Kolumn med beteckning", validate_choice=True)
    amount_column = SelectField("Kolumn med belopp", validate_choice=True)


class DrawForm(BaseForm):
    """How many, by which method and, when a draw is done over, why."""

    also = SelectMultipleField(
        "Vilka fler kontrollmoment ska granskas på samma poster?",
        option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False),
    )
    n = IntegerTextField("Hur många ska dras?", [SentenceRequired("Skriv hur många som ska dras.")])
    method = RadioField("Sätt att välja slumpmässigt")
    reason = TextAreaField(
        "Varför görs dragningen om?",
        [SentenceRequired("Skriv varför dragningen görs om."), NoPersonalId()],
    )


class SeedForm(BaseForm):
    """Where the seed comes from, and its digits."""

    source = RadioField("Varifrån kommer siffrorna?")
    digits = StringField("Siffror", filters=[_together])
    reference = StringField("Vittne eller källa", [NoPersonalId()])


class ChosenLine(Form):
    """En vald post och varför den valdes."""

    class Meta(BaseForm.Meta):
        """Cleaned and told in Swedish as every other field; the form around it has the token."""

        csrf = False

    reference = StringField("Post")
    reason = StringField("Varför valdes den?")


class TargetedForm(BaseForm):
    """Riktat urval: the items, each with its reason; lines left empty are passed over."""

    description = StringField("Vad är posterna?", [NoPersonalId()])
    source = StringField("Varifrån kommer de?", [NoPersonalId()])
    is_secret = BooleanField("Posterna är ärenden eller annat som är hemligt", default=True)
    attachments_confirmed = BooleanField("Inget i bilagorna visar vilket ärende det är")
    items = FieldList(FormField(ChosenLine), min_entries=5, max_entries=200)
    reason = TextAreaField(
        "Varför görs urvalet om?",
        [SentenceRequired("Skriv varför urvalet görs om."), NoPersonalId()],
    )
