"""Formulären för ett kontrollmoment: its questions, and everything that is written of it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.widgets import CheckboxInput, ListWidget

from internkontroll.plan.models import Control, ControlArea
from internkontroll.plan.rules.vocabulary import (
    FREQUENCY_TERMS,
    KIND_TERMS,
    TECHNIQUE_TERMS,
    ControlKind,
    Frequency,
    SampleKind,
    Technique,
)
from internkontroll.plan.services.controls import ControlContent, content_of
from internkontroll.plan.words import WORDS, short_title
from internkontroll.risk.models import Risk
from internkontroll.web.forms import (
    BaseForm,
    IntegerTextField,
    NoPersonalId,
    SentenceRequired,
    choices,
)


class Checkboxes(SelectMultipleField):
    """Kryssrutor: several of a list."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def kind_of(value: str) -> ControlKind | None:
    """The kind of a choice; the empty one says nothing of it."""
    return ControlKind(value) if value else None


class CoreForm(BaseForm):
    """What is controlled and how: the part of a kontrollmoment that kommunstyrelsen may fix."""

    text = TextAreaField(
        "Vad ska kontrolleras?",
        [SentenceRequired("Skriv vad som ska kontrolleras."), NoPersonalId()],
    )
    kind = RadioField("Slag", validate_choice=True, default="")
    method_text = TextAreaField("Hur går kontrollen till?", [NoPersonalId()])
    technique = SelectField("Kontrollmetod", coerce=Technique)
    sample_kind = RadioField(
        "Urval", [SentenceRequired("Välj hur många som granskas.")], coerce=SampleKind
    )
    sample_n = IntegerTextField("Antal", minimum=1, maximum=1_000_000)
    frequency = SelectField("När kontrollen görs", coerce=Frequency)
    points = Checkboxes("Rapporteras till nämnden")

    def offer_core(self, points: Iterable[str]) -> None:
        """Fill in the closed lists."""
        self.kind.choices = choices(
            [("", "Inte angivet"), *((k.value, w.capitalize()) for k, w in KIND_TERMS.items())]
        )
        self.technique.choices = choices(
            (t.value, w.capitalize()) for t, w in TECHNIQUE_TERMS.items()
        )
        self.sample_kind.choices = choices((k.value, WORDS[k].capitalize()) for k in SampleKind)
        self.frequency.choices = choices(
            (f.value, w.capitalize()) for f, w in FREQUENCY_TERMS.items()
        )
        self.points.choices = choices((name, name.capitalize()) for name in points)


class OwnForm(BaseForm):
    """What the board itself says of a kontrollmoment, also of an obligatory one."""

    area_id = SelectField("Kontrollområde", coerce=int)
    risk_ids = Checkboxes("Risker som kontrollen ska motverka", coerce=int)
    frame_text = TextAreaField("Vad väljs posterna ur?", [NoPersonalId()])
    responsible_text = StringField("Ansvarig funktion enligt planen", [NoPersonalId()])
    performed_by = StringField("Utförs av någon annan", [NoPersonalId()])
    row_version = HiddenField()

    def offer_own(self, areas: Iterable[ControlArea], risks: Iterable[Risk]) -> None:
        """Fill in the plan's areas and the board's risks."""
        self.area_id.choices = choices((str(area.id), area.name) for area in areas)
        self.risk_ids.choices = choices(
            (str(risk.id), f"{risk.number}. {short_title(risk.description, 120)}") for risk in risks
        )


class ControlForm(OwnForm, CoreForm):
    """Ett kontrollmoment med allt som hör till."""


class ObligatoryControlForm(OwnForm):
    """What the board may say of a kontrollmoment whose core kommunstyrelsen has fixed."""


def _own_data(control: Control) -> dict[str, Any]:
    return {
        "area_id": control.area_id,
        "risk_ids": [risk.id for risk in control.risks],
        "frame_text": control.frame_text,
        "responsible_text": control.responsible_text,
        "performed_by": control.performed_by,
        "row_version": str(control.row_version),
    }


def core_data(row: Any) -> dict[str, Any]:
    """The core of a kontrollmoment, a board's or kommunstyrelsen's, as a form is filled in."""
    return {
        "text": row.text,
        "kind": row.kind.value if row.kind else "",
        "method_text": row.method_text,
        "technique": row.technique,
        "sample_kind": row.sample_kind,
        "sample_n": row.sample_n,
        "frequency": row.frequency,
        "points": list(row.points),
    }


def control_form(
    control: Control,
    *,
    points: Sequence[str],
    areas: Iterable[ControlArea],
    risks: Iterable[Risk],
    **more: Any,
) -> ControlForm | ObligatoryControlForm:
    """The form of a kontrollmoment as it is now, without the core of an obligatory one.

    A point that the year no longer has stays a choice, so that it can be seen and taken away.
    """
    if control.obligatory_id is not None:
        small = ObligatoryControlForm(**_own_data(control), **more)
        small.offer_own(areas, risks)
        return small
    form = ControlForm(**_own_data(control), **core_data(control), **more)
    form.offer_own(areas, risks)
    form.offer_core(dict.fromkeys([*points, *control.points]))
    return form


def new_control_form(
    *,
    points: Sequence[str],
    areas: Iterable[ControlArea],
    risks: Iterable[Risk],
    area_id: int | None,
) -> ControlForm:
    """The form of a kontrollmoment that is not there yet."""
    form = ControlForm(
        area_id=area_id,
        technique=Technique.SAMPLE,
        sample_kind=SampleKind.AT_LEAST,
        frequency=Frequency.REPORTING_POINT,
        points=[points[-1]],
        risk_ids=[],
    )
    form.offer_own(areas, risks)
    form.offer_core(points)
    return form


def core_of(form: CoreForm) -> dict[str, Any]:
    """What the form says of the core, as the verbs take it."""
    return {
        "text": form.text.data or "",
        "kind": kind_of(form.kind.data or ""),
        "method_text": form.method_text.data or "",
        "technique": form.technique.data,
        "sample_kind": form.sample_kind.data,
        "sample_n": form.sample_n.data,
        "frequency": form.frequency.data,
        "points": tuple(form.points.data or ()),
    }


def written_in(form: OwnForm, control: Control | None = None) -> ControlContent:
    """What the form says; the core of an obligatory kontrollmoment stays as it is."""
    own = {
        "area_id": form.area_id.data,
        "risk_ids": tuple(form.risk_ids.data or ()),
        "frame_text": form.frame_text.data,
        "responsible_text": form.responsible_text.data,
        "performed_by": form.performed_by.data,
    }
    if isinstance(form, ControlForm):
        return ControlContent(**own, **core_of(form))
    if control is None:
        raise TypeError("a form without the core belongs to a control that is there")
    return replace(content_of(control), **own)


class CriterionForm(BaseForm):
    """Ett kriterium."""

    text = TextAreaField(
        "Vad bedöms varje post mot?",
        [SentenceRequired("Skriv vad varje post bedöms mot."), NoPersonalId()],
    )
    help_text = TextAreaField("Hjälp till den som granskar", [NoPersonalId()])
    counts = BooleanField("Ett nej räknas som avvikelse", default=True)
    row_version = HiddenField()


class RemovalForm(BaseForm):
    """Ta bort något: nothing but the button."""


class MoveForm(BaseForm):
    """Flytta: to the number in ``to``, or with the button's ``act`` one step up or down."""

    to = IntegerTextField("Nytt nummer", minimum=1, maximum=10_000)


class ApplicabilityForm(BaseForm):
    """Om ett obligatoriskt kontrollmoment är tillämpligt hos nämnden."""

    applicable = RadioField(
        "Är kontrollen tillämplig hos er?", [SentenceRequired("Välj ja eller nej.")]
    )
    reason = TextAreaField("Varför är den inte tillämplig?", [NoPersonalId()])
    row_version = HiddenField()
