"""Uppföljningens formulär."""

from wtforms import Field, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import Length

from internkontroll.reporting.models import Assessment, OverallAssessment
from internkontroll.web.forms import BaseForm, DateField, NoPersonalId, SentenceRequired

TEXT_MAX = 8_000
BY_RULE = "rule"
"""The choice that lets the rule's proposal stand."""

_LENGTH = Length(max=TEXT_MAX, message="Texten är för lång. Skriv högst 8 000 tecken.")


class _VersionField(HiddenField):
    """The version that the form was filled in against; what is no number fits no version."""

    @property
    def number(self) -> int:
        """The version sent, or -1."""
        text = str(self.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


class RemarkForm(BaseForm):
    """Kommentar och bedömning för ett kontrollmoment."""

    comment = TextAreaField("Kommentar (valfri)", [NoPersonalId(), _LENGTH])
    assessment = RadioField("Bedömning", [SentenceRequired("Välj en bedömning.")], default=BY_RULE)
    reason = TextAreaField("Varför bedömer du på ett annat sätt?", [NoPersonalId(), _LENGTH])
    revision = _VersionField()

    def validate_reason(self, field: Field) -> None:
        """Ask for a reason when the assessment is not the rule's."""
        if self.chosen() is not None:
            SentenceRequired("Skriv varför du bedömer på ett annat sätt.")(self, field)

    def chosen(self) -> Assessment | None:
        """The assessment chosen by hand, None for the rule's own."""
        known = {kind.value: kind for kind in Assessment}
        return known.get(self.assessment.data)


class OverallForm(BaseForm):
    """Samlad bedömning."""

    overall = RadioField(
        "Är den interna kontrollen tillräcklig?", [SentenceRequired("Välj en bedömning.")]
    )
    grounds = TextAreaField(
        "Vad bygger bedömningen på?",
        [SentenceRequired("Skriv vad bedömningen bygger på."), NoPersonalId(), _LENGTH],
    )
    row_version = _VersionField()

    def chosen(self) -> OverallAssessment:
        """The assessment chosen."""
        return OverallAssessment(self.overall.data)


class DecideForm(BaseForm):
    """Nämndens beslut om uppföljningen."""

    body = StringField("Beslutande organ", [SentenceRequired("Skriv vilket organ som beslutade.")])
    decided_on = DateField("Beslutets dag", [SentenceRequired("Skriv dagen då beslutet fattades.")])
    paragraph = StringField(
        "Paragraf", [SentenceRequired("Skriv beslutets paragraf, till exempel § 12.")]
    )
    registry_number = StringField(
        "Diarienummer", [SentenceRequired("Skriv beslutets diarienummer.")]
    )
    verified_on = DateField("Protokollet justerat den (valfritt)")
