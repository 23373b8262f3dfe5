"""Formulären för det övriga i en plan: begin one, its areas, risks, texts, obligatory controls."""

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)

from internkontroll.plan.forms.controls import CoreForm, core_data
from internkontroll.plan.models import ObligatoryControl
from internkontroll.plan.rules.vocabulary import Frequency, SampleKind, Technique
from internkontroll.risk.models import AssessmentKind, Risk
from internkontroll.risk.words import WORDS as RISK_WORDS
from internkontroll.web.forms import (
    BaseForm,
    IntegerTextField,
    NoPersonalId,
    SentenceRequired,
    choices,
)

EMPTY = "tom"
"""The choice of a plan that begins without content."""


class NewPlanForm(BaseForm):
    """Påbörja en plan: which year, and with what."""

    year = IntegerTextField(
        "År som planen gäller", [SentenceRequired("Skriv vilket år planen gäller.")]
    )
    source = RadioField("Vad ska planen börja med?", default=EMPTY)

    def source_id(self) -> int | None:
        """The plan to copy, None for an empty one."""
        return None if self.source.data == EMPTY else int(self.source.data)


class AreaForm(BaseForm):
    """Ett kontrollområde. ``seen`` is the name that the person saw."""

    name = StringField("Namn", [SentenceRequired("Skriv kontrollområdets namn."), NoPersonalId()])
    seen = HiddenField()


class RiskForm(BaseForm):
    """En risk med sin värdering."""

    description = TextAreaField(
        "Vad kan gå fel?", [SentenceRequired("Beskriv risken: vad kan gå fel?"), NoPersonalId()]
    )
    cause = TextAreaField("Orsak: vad kan det bero på?", [NoPersonalId()])
    consequence = TextAreaField("Konsekvens: vad händer då?", [NoPersonalId()])
    category = StringField("Kategori", [NoPersonalId()])
    owner = StringField("Riskägare", [NoPersonalId()])
    concerns_irregularities = BooleanField("Risken gäller oegentligheter, inte bara fel")
    assessment_kind = RadioField("Vilken risk värderas?", coerce=AssessmentKind)
    likelihood = SelectField("Sannolikhet")
    impact = SelectField("Konsekvens, värde")
    row_version = HiddenField()

    def offer(self, scale: dict[str, Any]) -> None:
        """Fill in the steps of the scale and the kinds of assessment."""
        self.assessment_kind.choices = choices(
            (kind.value, f"{RISK_WORDS[kind].capitalize()} risk") for kind in AssessmentKind
        )
        for field, name in ((self.likelihood, "likelihood"), (self.impact, "impact")):
            steps = enumerate(scale[name], start=1)
            field.choices = choices(
                [("", "Inte värderad"), *((str(n), f"{n} {word}") for n, word in steps)]
            )


def risk_form(risk: Risk | None, scale: dict[str, Any], **more: Any) -> RiskForm:
    """The form of a risk as it is now, or of a new one."""
    latest = risk.assessments[-1] if risk is not None and risk.assessments else None
    data: dict[str, Any] = {
        "assessment_kind": latest.kind if latest else AssessmentKind.CURRENT,
        "likelihood": str(latest.likelihood or "") if latest else "",
        "impact": str(latest.impact or "") if latest else "",
    }
    if risk is not None:
        data |= {
            "description": risk.description,
            "cause": risk.cause,
            "consequence": risk.consequence,
            "category": risk.category,
            "owner": risk.owner,
            "concerns_irregularities": risk.concerns_irregularities,
            "row_version": str(risk.row_version),
        }
    form = RiskForm(**data, **more)
    form.offer(scale)
    return form


class TextForm(BaseForm):
    """Ett textavsnitt i planen. ``revision`` is the version that the person saw."""

    text = TextAreaField("Text", [NoPersonalId()])
    revision = HiddenField()


class ObligatoryForm(CoreForm):
    """Ett kontrollmoment som blir obligatoriskt för alla nämnder."""

    area_name = StringField(
        "Kontrollområde", [SentenceRequired("Skriv vilket kontrollområde."), NoPersonalId()]
    )
    risk_text = TextAreaField("Risk", [NoPersonalId()])
    criteria = TextAreaField("Kriterier, ett per rad", [NoPersonalId()])
    row_version = HiddenField()

    def criteria_lines(self) -> Sequence[str]:
        """One criterion per line that is not empty."""
        return [text for text in (self.criteria.data or "").split("\n") if text.strip()]


def obligatory_form(
    row: ObligatoryControl | None, points: Iterable[str], **more: Any
) -> ObligatoryForm:
    """The form of an obligatory kontrollmoment as it is now, or of a new one."""
    names = list(points)
    if row is None:
        data: dict[str, Any] = {
            "technique": Technique.SAMPLE,
            "sample_kind": SampleKind.AT_LEAST,
            "frequency": Frequency.YEAR,
            "points": names[-1:],
        }
    else:
        data = {
            **core_data(row),
            "area_name": row.area_name,
            "risk_text": row.risk_text,
            "criteria": "\n".join(row.criteria),
            "row_version": str(row.row_version),
        }
    form = ObligatoryForm(**data, **more)
    form.offer_core(names)
    return form
