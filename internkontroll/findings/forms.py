"""Avvikelsernas och åtgärdernas formulär."""

from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from internkontroll.findings.services.correcting import DONE_BY_MAX
from internkontroll.review.services import TEXT_MAX
from internkontroll.web.forms import (
    AmountField,
    BaseForm,
    DateField,
    NoPersonalId,
    SentenceRequired,
)

_LENGTH = Length(max=TEXT_MAX, message=f"Skriv högst {TEXT_MAX} tecken.")
_SHORT = Length(max=DONE_BY_MAX, message=f"Skriv högst {DONE_BY_MAX} tecken.")


def _whole(typed: str | None) -> int:
    """A whole number that a hidden field carried; what is none is 0, which names nothing."""
    text = typed or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class FindingForm(BaseForm):
    """Avvikelse. ``position`` is the running number of the item; empty: the whole control."""

    position = HiddenField()
    severity = RadioField(
        "Hur allvarlig är avvikelsen?", [SentenceRequired("Välj hur allvarlig avvikelsen är.")]
    )
    description = TextAreaField(
        "Vad är fel?", [SentenceRequired("Beskriv vad som är fel."), NoPersonalId(), _LENGTH]
    )
    cause = TextAreaField("Varför blev det så? (valfritt)", [NoPersonalId(), _LENGTH])

    def read_position(self) -> int | None:
        """The running number, None for the whole control; what is no number names no item."""
        return _whole(self.position.data) if self.position.data else None


class VersionedForm(BaseForm):
    """Ett formulär om något som en annan person kan ändra under tiden."""

    row_version = HiddenField()

    @property
    def version(self) -> int:
        """The version that the person saw."""
        return _whole(str(self.row_version.data or ""))


class ReviseForm(VersionedForm):
    """Ändra avvikelsen, med skälet till det."""

    severity = RadioField(
        "Hur allvarlig är avvikelsen?", [SentenceRequired("Välj hur allvarlig avvikelsen är.")]
    )
    description = TextAreaField(
        "Vad är fel?", [SentenceRequired("Beskriv vad som är fel."), NoPersonalId(), _LENGTH]
    )
    cause = TextAreaField("Varför blev det så? (valfritt)", [NoPersonalId(), _LENGTH])
    reason = TextAreaField(
        "Varför ändras avvikelsen?",
        [SentenceRequired("Skriv varför avvikelsen ändras."), NoPersonalId(), _LENGTH],
    )


class CorrectionForm(BaseForm):
    """Rättelse av den enskilda posten."""

    outcome = RadioField("Är det rättat?", [SentenceRequired("Välj om det är rättat.")])
    text = TextAreaField(
        "Vad gjordes, eller varför går det inte?",
        [
            SentenceRequired("Skriv vad som gjordes, eller varför det inte kan rättas."),
            NoPersonalId(),
            _LENGTH,
        ],
    )
    done_on = DateField("Vilken dag rättades det?")
    done_by = StringField("Vilken enhet eller funktion rättade?", [NoPersonalId(), _SHORT])
    amount = AmountField("Belopp i kronor (valfritt)")


class ActionForm(BaseForm):
    """Åtgärd mot orsaken."""

    description = TextAreaField(
        "Vad ska göras?", [SentenceRequired("Skriv vad som ska göras."), NoPersonalId(), _LENGTH]
    )
    responsible = SelectField("Vem är ansvarig?", [SentenceRequired("Välj vem som är ansvarig.")])
    due_on = DateField("När ska det vara klart?", [InputRequired("Skriv en dag.")])


class RetestForm(BaseForm):
    """Vilket kontrolltillfälle som visar om åtgärden hjälpte."""

    occurrence = RadioField(
        "När ska det visa sig om åtgärden hjälpte?",
        [SentenceRequired("Välj när det ska testas om.")],
    )
    due_on = DateField("När ska det egna omtestet vara gjort?")


class CloseForm(BaseForm):
    """Hur avvikelsen avslutas."""

    outcome = RadioField(
        "Hur avslutas avvikelsen?", [SentenceRequired("Välj hur avvikelsen avslutas.")]
    )
    reason = TextAreaField("Skäl", [NoPersonalId(), _LENGTH])
    accepted_by = StringField("Vem har accepterat risken?", [NoPersonalId(), _SHORT])


class ReasonForm(BaseForm):
    """Ett skäl, och inget mer."""

    reason = TextAreaField("Varför?", [SentenceRequired("Skriv skälet."), NoPersonalId(), _LENGTH])


class MoveForm(VersionedForm):
    """Nytt slutdatum, med skäl."""

    due_on = DateField("Nytt slutdatum", [InputRequired("Skriv en dag.")])
    reason = TextAreaField(
        "Varför flyttas det?",
        [SentenceRequired("Skriv varför slutdatumet flyttas."), NoPersonalId(), _LENGTH],
    )


class AssignForm(VersionedForm):
    """Ny ansvarig, med skäl."""

    responsible = SelectField("Ny ansvarig", [SentenceRequired("Välj vem som blir ansvarig.")])
    reason = TextAreaField(
        "Varför byter åtgärden ansvarig?",
        [SentenceRequired("Skriv varför ansvaret byter person."), NoPersonalId(), _LENGTH],
    )


class FinishForm(BaseForm):
    """Vad som gjordes, och när."""

    outcome = TextAreaField(
        "Vad gjordes?", [SentenceRequired("Skriv vad som gjordes."), NoPersonalId(), _LENGTH]
    )
    done_on = DateField("Vilken dag var det klart?", [InputRequired("Skriv en dag.")])


class _Question(BaseForm):
    """Urval i en lista, sent as a question in the address."""

    class Meta(BaseForm.Meta):
        """A GET form changes nothing and carries no token."""

        csrf = False


class FilterForm(_Question):
    """Urval i registret."""

    ar = SelectField("Plan för år", validate_choice=False)
    allvar = SelectField("Allvarlighetsgrad", validate_choice=False)
    lage = SelectField("Läge", validate_choice=False)
    omrade = SelectField("Kontrollområde", validate_choice=False)
    utskott = SelectField("Utskott", validate_choice=False)
    ansvarig = SelectField("Ansvarig för åtgärd", validate_choice=False)
    sena = SelectField("Åtgärder", validate_choice=False)


class ActionFilterForm(_Question):
    """Urval bland åtgärderna."""

    lage = SelectField("Läge", validate_choice=False)
    ansvarig = SelectField("Ansvarig", validate_choice=False)
