"""Organisationens formulär: kommunen, nämnder, utskott, enheter, och årets dagar."""

from datetime import date
from typing import Any

from flask_wtf.file import FileField
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField

from internkontroll.core.dates import MONTHS
from internkontroll.organisation.models import BoardKind, MeetingKind
from internkontroll.organisation.words import WORDS
from internkontroll.web.forms import (
    BaseForm,
    DateField,
    IntegerTextField,
    NoPersonalId,
    SentenceRequired,
    VersionedForm,
    choices,
)


class MunicipalityForm(VersionedForm):
    """Kommunens namn och inställningar."""

    name = StringField(
        "Kommunens namn", [SentenceRequired("Skriv kommunens namn."), NoPersonalId()]
    )
    due_days = IntegerTextField(
        "Dagar före sista dag för uppgifter", [SentenceRequired("Skriv ett antal dagar.")]
    )


ANY_YEAR = 2001
"""The year in which a day of every year is kept: it has no leap day."""


class DayOfYearField(DateField):
    """En dag som finns varje år: "30 april", 30/4. Its data is that day of ``ANY_YEAR``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, year=ANY_YEAR, **kwargs)

    def written(self, value: date) -> str:
        """As "30 april": the year is not told."""
        return f"{value.day} {MONTHS[value.month - 1]}"


class DefaultPointForm(VersionedForm):
    """En av kommunens rapporteringstidpunkter."""

    name = StringField("Namn", [SentenceRequired("Skriv vad tidpunkten heter."), NoPersonalId()])
    period_end = DayOfYearField(
        "Periodens sista dag", [SentenceRequired("Skriv periodens sista dag.")]
    )
    cut_off_days = IntegerTextField(
        "Dagar till sista dag för uppgifter", [SentenceRequired("Skriv ett antal dagar.")]
    )
    board_days = IntegerTextField(
        "Dagar till nämndens sammanträde", [SentenceRequired("Skriv ett antal dagar.")]
    )
    executive_days = IntegerTextField("Dagar till kommunstyrelsen (valfritt)")


class BoardForm(VersionedForm):
    """En nämnd. The code of one that exists cannot be changed."""

    name = StringField("Namn", [SentenceRequired("Skriv nämndens namn."), NoPersonalId()])
    kind = RadioField(
        "Slag",
        [SentenceRequired("Välj slag.")],
        choices=choices((kind.value, WORDS[kind]) for kind in BoardKind),
    )
    oversight = BooleanField("Har uppsikt över de andra nämnderna (kommunstyrelsen)")
    valid_from = DateField("Första dag (valfritt)")
    valid_to = DateField("Sista dag (valfritt)")


class NewBoardForm(BoardForm):
    """En ny nämnd."""

    code = StringField("Förkortning", [SentenceRequired("Skriv nämndens förkortning.")])


class CommitteeForm(VersionedForm):
    """Ett utskott. The code of one that exists cannot be changed."""

    name = StringField("Namn", [SentenceRequired("Skriv utskottets namn."), NoPersonalId()])
    reviews_cases = BooleanField("Granskar ärenden (individutskott)")


class NewCommitteeForm(CommitteeForm):
    """Ett nytt utskott."""

    code = StringField("Förkortning", [SentenceRequired("Skriv utskottets förkortning.")])


class UnitForm(VersionedForm):
    """En enhets namn och plats, from a day on. ``parent_id`` empty: directly under the board."""

    name = StringField("Namn", [SentenceRequired("Skriv enhetens namn."), NoPersonalId()])
    parent_id = SelectField("Ligger under")
    from_day = DateField("Från och med", [SentenceRequired("Skriv från vilken dag.")])

    @property
    def chosen_parent(self) -> int | None:
        """The id of the unit chosen; None directly under the board."""
        return int(self.parent_id.data) if self.parent_id.data else None


class CloseUnitForm(VersionedForm):
    """Enhetens sista dag."""

    last_day = DateField("Sista dag", [SentenceRequired("Skriv enhetens sista dag.")])


class ChangeForm(VersionedForm):
    """En knapp som ändrar något som fler kan ändra."""


class PointForm(VersionedForm):
    """Rapporteringstidpunktens dagar."""

    cut_off = DateField(
        "Sista dag för uppgifter", [SentenceRequired("Skriv sista dag för uppgifter.")]
    )
    board_on = DateField("Nämndens sammanträde")
    executive_on = DateField("Till kommunstyrelsen")


class NewPointForm(PointForm):
    """En rapporteringstidpunkt till i nämndens år."""

    name = StringField("Namn", [SentenceRequired("Skriv vad tidpunkten heter."), NoPersonalId()])
    period_end = DateField("Perioden slutar", [SentenceRequired("Skriv periodens sista dag.")])


class MeetingsForm(BaseForm):
    """En inklistrad lista med sammanträdesdagar."""

    dates = TextAreaField("Sammanträdesdagar", [SentenceRequired("Skriv ett datum per rad.")])
    kind = RadioField(
        "Slag av sammanträde",
        choices=choices((kind.value, WORDS[kind]) for kind in MeetingKind),
        default=MeetingKind.ORDINARY.value,
        filters=[lambda value: value or MeetingKind.ORDINARY.value],
    )


class MoveMeetingForm(VersionedForm):
    """Flytta ett sammanträde, with the reason."""

    held_on = DateField("Ny dag", [SentenceRequired("Skriv den nya dagen.")])
    reason = TextAreaField(
        "Varför flyttas sammanträdet?",
        [SentenceRequired("Skriv varför sammanträdet flyttas."), NoPersonalId()],
    )


class CancelMeetingForm(VersionedForm):
    """Ställ in ett sammanträde, with the reason."""

    reason = TextAreaField(
        "Varför ställs sammanträdet in?",
        [SentenceRequired("Skriv varför sammanträdet ställs in."), NoPersonalId()],
    )


class LookForm(VersionedForm):
    """Dokumentens utseende."""

    colour = StringField("Färg", [SentenceRequired("Skriv en färg, till exempel #0b5d66.")])
    file = FileField("Logotyp (valfri)")
    remove_logo = BooleanField("Ta bort den logotyp som finns")
