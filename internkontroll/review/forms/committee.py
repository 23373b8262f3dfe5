"""Individutskottets formulär: justerare, slag, jäv, utskottets bedömning, anteckningar."""

import re
from datetime import datetime, time

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from internkontroll.core.clock import STOCKHOLM
from internkontroll.core.errors import InvalidInput
from internkontroll.review.forms.reviews import FREE_TEXT, REASON, JudgementForm, SignForm
from internkontroll.web.forms import (
    BaseForm,
    DateField,
    IntegerTextField,
    NoPersonalId,
    SentenceRequired,
    VersionedForm,
)

_CLOCK = re.compile(r"([01]?[0-9]|2[0-3])[.:]?([0-5][0-9])")


class VerifierForm(VersionedForm):
    """Justerare och ersättare."""

    verifier = SelectField("Justerare", [SentenceRequired("Välj vem som är justerare.")])
    substitute = SelectField("Ersätter justeraren", [Optional()])

    def people(self) -> tuple[int, int | None]:
        """The accounts that were chosen: justerare, and the one in that place if any."""
        return int(self.verifier.data), int(self.substitute.data) if self.substitute.data else None


class KindForm(VersionedForm):
    """Slag av ärenden."""

    case_kind = RadioField(
        "Vilket slag av ärenden granskas?", [SentenceRequired("Välj slag av ärenden.")]
    )
    protected = IntegerTextField(
        "Hur många i listan har skyddade personuppgifter?",
        [SentenceRequired("Skriv hur många, 0 om inga.")],
        minimum=0,
        maximum=100_000,
    )


class ConflictForm(BaseForm):
    """Jäv."""

    user = SelectField("Vem har gått ut?", [Optional()])
    member = StringField("Funktion, om personen saknar konto", [NoPersonalId()])
    position = SelectField("Vilket ärende?", [Optional()])

    def said(self) -> tuple[int | None, str | None, int | None]:
        """The account, the function and the running number, as far as they were given."""
        user = int(self.user.data) if self.user.data else None
        position = int(self.position.data) if self.position.data else None
        return user, self.member.data or None, position


class OutcomeForm(JudgementForm):
    """Utskottets bedömning av ett ärende; the questions are added as in the justerare's form."""

    reason = TextAreaField(
        "Varför?", [SentenceRequired("Skriv varför utskottet bedömer ärendet så."), *REASON]
    )


class ConfirmForm(SignForm):
    """Bekräfta utskottets utfall."""

    statement = TextAreaField("Utskottets egna ord (valfritt)", [*FREE_TEXT])


class MinutesForm(BaseForm):
    """Protokollet är justerat."""

    verified_on = DateField(
        "När justerades protokollet?", [SentenceRequired("Skriv dagen då protokollet justerades.")]
    )


class NoteForm(VersionedForm):
    """Anteckning om ett ärende."""

    text = TextAreaField("Anteckning", [SentenceRequired("Anteckningen är tom."), *REASON])


class NoteRuleForm(BaseForm):
    """Nämndens beslut om anteckningar."""

    body = StringField("Vilket organ beslutade?", [SentenceRequired("Skriv vilket organ.")])
    decided_on = DateField("Beslutets dag", [SentenceRequired("Skriv beslutets dag.")])
    paragraph = StringField(
        "Paragraf", [SentenceRequired("Skriv paragrafen."), Length(max=20, message="För lång.")]
    )


class UrgentForm(BaseForm):
    """Något som inte kan vänta."""

    kind = RadioField("Vad gäller det?", [SentenceRequired("Välj vad det gäller.")])
    handed_to = StringField(
        "Överlämnat till vilken funktion?",
        [SentenceRequired("Skriv till vilken funktion."), NoPersonalId()],
    )
    handed_on = DateField("Överlämnat den", [SentenceRequired("Skriv vilken dag.")])
    noticed_on = DateField("Incidenten blev känd den")
    noticed_clock = StringField("Klockan")

    def noticed_at(self) -> datetime | None:
        """The moment that a personuppgiftsincident became known, None where nothing is filled in.

        Raises InvalidInput for a clock that cannot be read, and for a day or a clock alone.
        """
        day, clock = self.noticed_on.data, (self.noticed_clock.data or "").strip()
        if day is None and not clock:
            return None
        if day is None:
            raise InvalidInput("Skriv också dagen.", field="noticed_on")
        found = _CLOCK.fullmatch(clock)
        if found is None:
            raise InvalidInput("Skriv klockan som 14.30.", field="noticed_clock")
        return datetime.combine(day, time(int(found[1]), int(found[2])), tzinfo=STOCKHOLM)
