"""Formulären för nämndens beslut och för att utse ansvariga."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)

from internkontroll.accounts.models import User
from internkontroll.organisation.models import DecisionOutcome
from internkontroll.plan.forms.versions import whole
from internkontroll.plan.models import Control
from internkontroll.web.forms import (
    BaseForm,
    DateField,
    NoPersonalId,
    SentenceRequired,
    VersionedForm,
    choices,
)

OUTCOMES = (
    (DecisionOutcome.APPROVED, "Bifall"),
    (DecisionOutcome.REFERRED_BACK, "Återremiss"),
    (DecisionOutcome.TABLED, "Bordläggning"),
)
"""What the board may do with a proposal as it stands. What it changes is written in first."""


class DecideForm(BaseForm):
    """Registrera vad nämnden gjorde med planen: bifall, återremiss, bordläggning."""

    outcome = RadioField(
        "Vad beslutade nämnden?",
        choices=choices([(outcome.value, word) for outcome, word in OUTCOMES]),
        default=DecisionOutcome.APPROVED.value,
        filters=[lambda value: value or DecisionOutcome.APPROVED.value],
    )
    body = StringField(
        "Organ som beslutade", [SentenceRequired("Skriv vilket organ som beslutade.")]
    )
    decided_on = DateField(
        "Beslutets datum", [SentenceRequired("Skriv dagen då beslutet fattades.")]
    )
    paragraph = StringField(
        "Paragraf", [SentenceRequired("Skriv beslutets paragraf, till exempel 12.")]
    )
    registry_number = StringField(
        "Diarienummer", [SentenceRequired("Skriv beslutets diarienummer.")]
    )
    verified_on = DateField("Protokollet justerat den")
    reason = TextAreaField("Skäl", [NoPersonalId()])
    next_on = DateField("Tas upp igen den")
    attachment_of = StringField("Bilaga till beslutet")
    attachment = StringField("Bilagans nummer eller namn")
    ended_periods = BooleanField("Skapa kontroller även för perioder som har slutat")
    row_version = HiddenField()

    @property
    def chosen(self) -> DecisionOutcome:
        """The outcome that was chosen."""
        return DecisionOutcome(self.outcome.data)


class TakeBackForm(VersionedForm):
    """Ta tillbaka en beredd plan till utkast."""

    reason = TextAreaField(
        "Varför tas planen tillbaka?",
        [SentenceRequired("Skriv varför planen tas tillbaka."), NoPersonalId()],
    )


class ReviseForm(BaseForm):
    """Påbörja en revision av en beslutad plan."""

    reason = TextAreaField(
        "Varför revideras planen?",
        [SentenceRequired("Skriv varför planen revideras."), NoPersonalId()],
    )


class VerifyForm(BaseForm):
    """När protokollet justerades, if it was not known at the decision."""

    verified_on = DateField(
        "Protokollet justerat den", [SentenceRequired("Skriv dagen då protokollet justerades.")]
    )


class AppointForm(BaseForm):
    """Utse kontrollansvariga; made for one plan by :func:`appoint_form`."""

    controls: Sequence[Control] = ()

    def rows(self) -> list[tuple[Control, Any]]:
        """The kontrollmoment with their fields, in order."""
        return [(control, self._fields[f"person_{control.id}"]) for control in self.controls]

    def changed(self) -> list[tuple[Control, int | None, int]]:
        """Kontrollmoment, the chosen user's id or None, and the version the person saw.

        Only those where the person chose something else than the page showed.
        """
        return [
            (control, int(field.data) if field.data else None, whole(self._seen(control)[0]))
            for control, field in self.rows()
            if field.data != self._seen(control)[1]
        ]

    def _seen(self, control: Control) -> tuple[str, str]:
        version, _, person = (self._fields[f"seen_{control.id}"].data or "").partition(":")
        return version, person

    def show_versions(self) -> None:
        """After a conflict: what is saved next replaces what the page now shows beside it."""
        for control in self.controls:
            self._fields[f"seen_{control.id}"].data = _seen_value(control)


def _seen_value(control: Control) -> str:
    return f"{control.row_version}:{control.responsible_id or ''}"


def _offered(persons: Mapping[int, str]) -> list[Any]:
    return choices([("", "Inte utsedd"), *((str(i), title) for i, title in persons.items())])


def appoint_form(controls: Sequence[Control], people: Sequence[User]) -> AppointForm:
    """The form with one select per kontrollmoment. Whoever is appointed already stays a choice."""
    fields: dict[str, Any] = {}
    able = {person.id: person.title for person in people}
    offered = _offered(able)
    for control in controls:
        own, stands = offered, control.responsible
        if stands is not None and stands.id not in able:
            own = _offered(able | {stands.id: stands.title})
        fields[f"person_{control.id}"] = SelectField(
            f"Ansvarig för kontrollmoment {control.number}",
            choices=own,
            default=str(control.responsible_id or ""),
        )
        fields[f"seen_{control.id}"] = HiddenField(default=_seen_value(control))
    made: type[AppointForm] = type("PlanAppointments", (AppointForm,), fields)
    form = made()
    form.controls = controls
    return form
