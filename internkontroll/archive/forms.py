"""Gallringens formulär: rules, the auditors' word, and the orders."""

from wtforms import HiddenField, RadioField, StringField

from internkontroll.archive.models import CountedFrom
from internkontroll.archive.rules import LONGEST_MONTHS
from internkontroll.archive.words import WORDS
from internkontroll.web.forms import (
    BaseForm,
    DateField,
    IntegerTextField,
    NoPersonalId,
    SentenceRequired,
    VersionedForm,
    choices,
)


class RuleForm(VersionedForm):
    """Nämndens beslut om en gallringsfrist."""

    months = IntegerTextField(
        "Frist i månader",
        [SentenceRequired("Skriv fristen i månader.")],
        minimum=0,
        maximum=LONGEST_MONTHS,
    )
    counted_from = RadioField(
        "Räknas från",
        [SentenceRequired("Välj vad fristen räknas från.")],
        choices=choices((each.value, WORDS[each].capitalize()) for each in CountedFrom),
    )
    body = StringField(
        "Vem som beslutade", [SentenceRequired("Skriv vem som beslutade."), NoPersonalId()]
    )
    decided_on = DateField("Beslutsdag", [SentenceRequired("Skriv vilken dag det beslutades.")])
    reference = StringField(
        "Paragraf eller nummer",
        [
            SentenceRequired("Skriv beslutets paragraf eller dokumenthanteringsplanens nummer."),
            NoPersonalId(),
        ],
    )

    @property
    def start(self) -> CountedFrom:
        """What the frist is counted from."""
        return CountedFrom(self.counted_from.data)


class AuditForm(BaseForm):
    """Revisorernas besked om ett år."""

    closed_on = DateField("Dag", [SentenceRequired("Skriv vilken dag de blev klara.")])
    told_by = StringField(
        "Vem som lämnade beskedet, och hur",
        [SentenceRequired("Skriv vem som lämnade beskedet, och hur."), NoPersonalId()],
    )


class OrderForm(BaseForm):
    """Beställning av det som provkörningen visar."""

    selection = HiddenField()
