"""Stickprovets formulär: listan, dess kolumner, urvalet och fröet."""

from collections.abc import Mapping

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)
from wtforms.validators import Optional, StopValidation

from internkontroll.core.errors import InvalidInput
from internkontroll.sampling.rules import Allocation, Recurrence
from internkontroll.sampling.rules.filters import MOST_FILTERS, FilterKind
from internkontroll.web.forms import (
    AmountField,
    BaseForm,
    DateField,
    IntegerTextField,
    LineForm,
    NoPersonalId,
    SentenceRequired,
    VersionedForm,
    choices,
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
    query = TextAreaField("Hur togs den ut?", [NoPersonalId()])
    taken_out_by = StringField(
        "Vem tog ut den?", [SentenceRequired("Skriv vem som tog ut listan."), NoPersonalId()]
    )
    taken_out_on = DateField(
        "När togs den ut?", [SentenceRequired("Skriv vilken dag listan togs ut.")]
    )
    reconciliation = StringField("Hur är antalet rader avstämt?", [NoPersonalId()])
    expected_rows = IntegerTextField("Antal rader enligt källan", minimum=1)
    expected_sum = AmountField("Summa enligt källan, kronor")
    made_by_controlled = BooleanField("Den som kontrolleras har själv tagit fram listan")
    is_secret = BooleanField("Listan innehåller ärenden eller annat som är hemligt", default=True)
    known_departures = BooleanField("Listan har bara sådant som redan är känt som avsteg")
    attachments_confirmed = BooleanField("Inget i bilagorna visar vilket ärende det är")


class FilterLine(LineForm):
    """En avgränsning: a column, how its cell is compared, and with what."""

    column = SelectField("Kolumn", default="", validate_choice=True)
    kind = SelectField("Villkor", default=FilterKind.EQUALS.value, validate_choice=True)
    low = StringField("Text, från", [NoPersonalId()])
    high = StringField("Till och med", [NoPersonalId()])


class ColumnsForm(BaseForm):
    """Which columns hold the reference and the amount; values are places in the heading row."""

    id_column = SelectField("Kolumn med beteckning", validate_choice=True)
    amount_column = SelectField("Kolumn med belopp", validate_choice=True)
    filters = FieldList(FormField(FilterLine), min_entries=2, max_entries=MOST_FILTERS)


class ControlSumsForm(BaseForm):
    """Kontrollsummor: what the source tells, and why the list differs from it."""

    expected_rows = IntegerTextField("Antal rader enligt källan", minimum=1)
    expected_sum = AmountField("Summa enligt källan, kronor")
    difference_reason = TextAreaField("Varför skiljer det?", [NoPersonalId()])


RANDOM, WHOLE = "slump", "alla"


class _RequiredUnlessWhole(SentenceRequired):
    """A number is asked for unless every row is to be taken."""

    def __init__(self) -> None:
        super().__init__("Skriv hur många som ska dras.")

    def __call__(self, form: BaseForm, field: Field) -> None:
        """Raises StopValidation with the sentence when a number is needed and none was sent."""
        if form["scope"].data == WHOLE:
            raise StopValidation
        super().__call__(form, field)


class DrawForm(BaseForm):
    """How many, by which method and, when a draw is done over, why."""

    also = SelectMultipleField(
        "Vilka fler kontrollmoment ska granskas på samma poster?",
        option_widget=widgets.CheckboxInput(),
        widget=widgets.ListWidget(prefix_label=False),
    )
    scope = RadioField(
        "Vad ska granskas?",
        choices=choices(
            [(RANDOM, "Ett slumpmässigt stickprov"), (WHOLE, "Alla rader i listan (total)")]
        ),
        default=RANDOM,
    )
    n = IntegerTextField("Hur många ska dras?", [_RequiredUnlessWhole()])
    method = RadioField("Urvalssätt")
    limits = StringField("Gränser i kronor för strata")
    allocation = RadioField("Fördelning mellan strata", default=Allocation.PROPORTIONAL.value)
    k = IntegerTextField("Hur många avvikelser får finnas?", default=0, minimum=0)
    seen = HiddenField()
    """The allocation that the person has looked at, so that none is committed to unseen."""
    reason = TextAreaField(
        "Varför görs dragningen om?",
        [SentenceRequired("Skriv varför dragningen görs om."), NoPersonalId()],
    )


class ExtensionForm(BaseForm):
    """How many more, and why."""

    n = IntegerTextField(
        "Hur många fler ska dras?", [SentenceRequired("Skriv hur många fler som ska dras.")]
    )
    reason = TextAreaField(
        "Varför utökas stickprovet?",
        [SentenceRequired("Skriv varför stickprovet utökas."), NoPersonalId()],
    )


class VerifyForm(BaseForm):
    """Filer att pröva mot: the draw's record, the list, or both."""

    record = FileField("Dragningsprotokoll (JSON)")
    population = FileField("Populationsfil")


class SeedForm(BaseForm):
    """Where the seed comes from, and its digits."""

    source = RadioField("Varifrån kommer siffrorna?")
    digits = StringField("Siffror", filters=[_together])
    reference = StringField("Vittne eller källa", [NoPersonalId()])
    handled = RadioField(
        "Har du handlagt något av ärendena i listan?",
        [Optional()],
        choices=choices((("none", "Nej, inget av dem"), ("some", "Ja, de här raderna"))),
    )
    handled_rows = StringField("Raderna i listan")

    def declared(self) -> list[int] | None:
        """The rows that the drawer has handled; None where it was not asked or not answered.

        Raises InvalidInput for what is no row numbers.
        """
        if not self.handled or not self.handled.data:
            return None
        typed = (self.handled_rows.data or "").replace(",", " ").replace(".", " ").split()
        if self.handled.data == "none":
            if typed:
                raise InvalidInput(
                    "Du har skrivit rader men svarat nej. Ta bort raderna, eller svara ja.",
                    field="handled",
                )
            return []
        if not typed or not all(word.isascii() and word.isdigit() for word in typed):
            raise InvalidInput(
                "Skriv numren på de rader du har handlagt, till exempel 4, 17.",
                field="handled_rows",
            )
        return [int(word[:9]) for word in typed]


class ChosenLine(LineForm):
    """En vald post och varför den valdes."""

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


class _AddressForm(BaseForm):
    """A form sent by GET: it changes nothing, and its answer has an address to share."""

    class Meta(BaseForm.Meta):
        """No token: nothing is changed."""

        csrf = False

    occurrence = HiddenField()
    """The kontrolltillfälle that a number is wanted for, if it is one."""


class SizeForm(_AddressForm):
    """Hur många som behövs; the shares are typed as "5 %"."""

    size = IntegerTextField("Hur många rader har listan?", minimum=1)
    tolerable = StringField(
        "Hur stor andel avvikande kan ni godta?",
        [SentenceRequired("Skriv den högsta andel som ni kan godta, till exempel 5 %.")],
        default="5 %",
    )
    expected = StringField("Hur stor andel räknar ni med?", default="0 %")
    risk = StringField(
        "Vilken risk att ha fel tar ni?",
        [SentenceRequired("Skriv risken, till exempel 5 %.")],
        default="5 %",
    )


class AmountSizeForm(_AddressForm):
    """Hur många kronor som behöver dras; amounts in kronor."""

    total = AmountField(
        "Hur stor är listans summa?", [SentenceRequired("Skriv summan av de positiva beloppen.")]
    )
    tolerable = AmountField(
        "Hur stort fel kan ni godta?",
        [SentenceRequired("Skriv det största fel i kronor som ni kan godta.")],
    )
    expected = AmountField("Hur stort fel räknar ni med?", default=0)
    risk = StringField(
        "Vilken risk att ha fel tar ni?",
        [SentenceRequired("Skriv risken, till exempel 5 %.")],
        default="5 %",
    )


class ProofForm(_AddressForm):
    """Vad ett visst antal visar."""

    n = IntegerTextField(
        "Hur många granskas?", [SentenceRequired("Skriv hur många som granskas.")], minimum=1
    )
    size = IntegerTextField("Hur många rader har listan?", minimum=1)
    risk = StringField(
        "Vilken risk att ha fel tar ni?",
        [SentenceRequired("Skriv risken, till exempel 5 %.")],
        default="5 %",
    )


class HouseSizesForm(VersionedForm):
    """Kommunens egna antal; two fields for each frequency, added by :func:`house_sizes_form`."""

    def numbers(self) -> dict[Recurrence, tuple[int, int]]:
        """The least and the most of each frequency."""
        return {
            each: (self[f"{each.value}_least"].data, self[f"{each.value}_most"].data)
            for each in Recurrence
        }


def house_sizes_form(
    words: Mapping[Recurrence, str], values: Mapping[str, int | str] | None = None
) -> HouseSizesForm:
    """The form of the table: what was sent, or ``values`` where given."""

    class Form(HouseSizesForm):
        pass

    for each in Recurrence:
        for part, told in (("least", "lägst"), ("most", "högst")):
            field = IntegerTextField(
                f"{words[each].capitalize()}, {told}", [SentenceRequired("Skriv ett antal.")]
            )
            setattr(Form, f"{each.value}_{part}", field)
    return Form() if values is None else Form(formdata=None, data=dict(values))
