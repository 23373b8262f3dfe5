"""Lämna över uppgifter, fråga vem som har läst ett ärende, och logguppföljningen."""

from collections.abc import Iterable, Mapping

from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.validators import Length

from internkontroll.monitoring.models import LookOutcome
from internkontroll.monitoring.words import STATES
from internkontroll.web.forms import (
    BaseForm,
    DateField,
    NoPersonalId,
    SentenceRequired,
    choices,
)

REASON_MAX = 300


class ChooseForm(BaseForm):
    """Vems uppgifter, och till vem; sent as a question in the address."""

    class Meta(BaseForm.Meta):
        """A GET form changes nothing and carries no token."""

        csrf = False

    fran = SelectField("Från", validate_choice=False)
    till = SelectField("Till", validate_choice=False)


class HandOverForm(BaseForm):
    """Lämna över; ``expected`` is how many tasks the page showed."""

    from_user = HiddenField()
    to_user = HiddenField()
    expected = HiddenField()
    reason = StringField(
        "Varför?",
        [
            SentenceRequired("Skriv varför uppgifterna lämnas över."),
            NoPersonalId(),
            Length(max=REASON_MAX, message=f"Skriv högst {REASON_MAX} tecken."),
        ],
    )


class ReadersForm(BaseForm):
    """Vilka har läst ärendet? ``secret_reference`` is kept nowhere, not as a draft either."""

    secret_reference = StringField(
        "Ärendets beteckning",
        [
            SentenceRequired("Skriv ärendets beteckning så som den står i listan."),
            Length(max=200, message="Skriv högst 200 tecken."),
        ],
    )
    since = DateField("Från och med", [SentenceRequired("Skriv första dagen.")])
    until = DateField("Till och med", [SentenceRequired("Skriv sista dagen.")])


class LooksForm(BaseForm):
    """Logguppföljningens svar, one pair of fields for each reading; made by :func:`looks_form`."""

    positions: tuple[int, ...] = ()

    def looks(self) -> Mapping[int, tuple[LookOutcome, str]]:
        """The outcome and the remark by the reading's place in the draw."""
        return {
            position: (
                LookOutcome(self[f"outcome_{position}"].data),
                self[f"remark_{position}"].data or "",
            )
            for position in self.positions
        }


def looks_form(places: Iterable[int]) -> LooksForm:
    """A form that asks of each drawn reading."""
    rows = tuple(places)

    class Form(LooksForm):
        positions = rows

    for position in rows:
        outcome = RadioField(
            f"Läsning {position}",
            [SentenceRequired(f"Välj vad som gäller för läsning {position}.")],
            choices=choices((each.value, STATES[each].word) for each in LookOutcome),
        )
        remark = StringField(
            f"Anmärkning till läsning {position}",
            [
                NoPersonalId(),
                Length(max=REASON_MAX, message=f"Skriv högst {REASON_MAX} tecken."),
            ],
        )
        setattr(Form, f"outcome_{position}", outcome)
        setattr(Form, f"remark_{position}", remark)
    return Form()
