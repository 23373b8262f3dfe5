"""Avvikelsernas formulär."""

from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import Length

from internkontroll.review.services import TEXT_MAX
from internkontroll.web.forms import BaseForm, NoPersonalId, SentenceRequired

_LENGTH = Length(max=TEXT_MAX, message=f"Skriv högst {TEXT_MAX} tecken.")


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
        typed = self.position.data or ""
        if not typed:
            return None
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


class FilterForm(BaseForm):
    """Urval i listan, sent as a question in the address."""

    class Meta(BaseForm.Meta):
        """A GET form changes nothing and carries no token."""

        csrf = False

    ar = SelectField("Plan för år", validate_choice=False)
    allvar = SelectField("Allvarlighetsgrad", validate_choice=False)
