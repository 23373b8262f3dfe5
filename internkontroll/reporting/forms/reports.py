"""Uppföljningens formulär."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import (
    BooleanField,
    Field,
    FieldList,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length

from internkontroll.organisation.models import DecisionOutcome
from internkontroll.reporting.models import Assessment, MemoPart, OverallAssessment
from internkontroll.reporting.rules.memo import WRITTEN, PartTemplate
from internkontroll.reporting.services import NewAssignment
from internkontroll.web.forms import (
    BaseForm,
    DateField,
    IntegerTextField,
    LineForm,
    NoPersonalId,
    SentenceRequired,
    VersionedForm,
    choices,
)

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
    figures = HiddenField()
    """The figures that the comment was proposed from, as canonical JSON; empty for own words."""
    confirm = BooleanField("Siffrorna i kommentaren stämmer")

    def only_comment(self) -> None:
        """Leave the assessment to those who write the whole report."""
        del self["assessment"], self["reason"]

    def validate_reason(self, field: Field) -> None:
        """Ask for a reason when the assessment is not the rule's."""
        if self.chosen() is not None:
            SentenceRequired("Skriv varför du bedömer på ett annat sätt.")(self, field)

    def chosen(self) -> Assessment | None:
        """The assessment chosen by hand, None for the rule's own."""
        known = {kind.value: kind for kind in Assessment}
        field = self._fields.get("assessment")
        return known.get(field.data) if field is not None else None

    def why(self) -> str | None:
        """The reason for an assessment by hand."""
        field = self._fields.get("reason")
        return field.data if field is not None else None


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


class SummaryForm(OverallForm):
    """Kommunstyrelsens egen bedömning in its samlade bild."""

    proposals = TextAreaField("Fler förslag till beslut (valfritt)", [NoPersonalId(), _LENGTH])


OUTCOMES = (
    (DecisionOutcome.APPROVED, "Bifall"),
    (DecisionOutcome.REFERRED_BACK, "Återremiss"),
    (DecisionOutcome.TABLED, "Bordläggning"),
)
"""What the board may do with a report as it stands. What it changes is written in first."""

MORE = "more"
"""What the button for another assignment sends as ``after``; nothing is recorded then."""
MOST_ASSIGNMENTS = 50
"""How many assignments the form of a decision takes; more are noted afterwards."""

_SAY_CLAUSE = "Skriv vad nämnden uppdrog åt förvaltningen att göra, eller ta bort dagen."
_NOT_NOW = "Uppdrag registreras när nämnden bifaller. Ta bort uppdraget eller ändra utfallet."
_TOO_MANY = (
    f"Skriv högst {MOST_ASSIGNMENTS} uppdrag här. Anteckna resten från uppföljningens sida efteråt."
)
_SAY_DAY = "Skriv dagen då uppdraget ska återrapporteras."


class MinutesForm(VersionedForm):
    """Protokollets uppgifter om ett beslut."""

    body = StringField("Beslutande organ", [SentenceRequired("Skriv vilket organ som beslutade.")])
    decided_on = DateField("Beslutets dag", [SentenceRequired("Skriv dagen då beslutet fattades.")])
    paragraph = StringField(
        "Paragraf", [SentenceRequired("Skriv beslutets paragraf, till exempel § 12.")]
    )
    registry_number = StringField(
        "Diarienummer", [SentenceRequired("Skriv beslutets diarienummer.")]
    )
    verified_on = DateField("Protokollet justerat den (valfritt)")

    @property
    def row_version_seen(self) -> int | None:
        """The version that the page showed; None where there was no report yet."""
        return self.seen_version or None

    def told(self) -> Mapping[str, Any]:
        """The facts of the decision, by the names that the verbs know."""
        return {
            "body": self.body.data,
            "decided_on": self.decided_on.data,
            "paragraph": self.paragraph.data or "",
            "registry_number": self.registry_number.data or "",
            "verified_on": self.verified_on.data,
        }


class OversightDecisionForm(MinutesForm):
    """Kommunstyrelsens beslut; ``row_version`` is the version decided before, else 0."""

    reason = TextAreaField("Varför rättas den beslutade bilden?", [NoPersonalId(), _LENGTH])

    @property
    def version_seen(self) -> int:
        """The version that the page showed."""
        return self.seen_version


class DecideForm(MinutesForm):
    """Nämndens beslut om uppföljningen; made with the board's units by :func:`decide_form`."""

    outcome = RadioField(
        "Vad beslutade nämnden?",
        choices=choices([(outcome.value, word) for outcome, word in OUTCOMES]),
        default=DecisionOutcome.APPROVED.value,
        filters=[lambda value: value or DecisionOutcome.APPROVED.value],
    )
    reason = TextAreaField("Skäl", [NoPersonalId(), _LENGTH])
    next_on = DateField("Tas upp igen den")

    @property
    def chosen(self) -> DecisionOutcome:
        """The outcome that was chosen."""
        return DecisionOutcome(self.outcome.data)

    @property
    def has_room(self) -> bool:
        """Whether one more assignment can be written here."""
        return len(self["assignments"]) < MOST_ASSIGNMENTS

    def add_line(self) -> None:
        """Give the next assignment an empty line, with everything typed kept."""
        if self.has_room:
            self["assignments"].append_entry()

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse assignments that the outcome or the form does not take, beside each own rule."""
        for line in self["assignments"]:
            line.form.taken = self.outcome.data == DecisionOutcome.APPROVED.value
        valid = bool(super().validate(extra_validators))
        if len(self["assignments"]) > MOST_ASSIGNMENTS:
            self.form_errors = [*self.form_errors, _TOO_MANY]
        return valid and not self.form_errors

    def new_assignments(self) -> list[NewAssignment]:
        """What the board asked for, in the order of the minutes."""
        lines = (line.form for line in self["assignments"])
        return [
            NewAssignment(
                line.clause.data,
                line.back_on.data,
                int(line["unit"].data) if line["unit"].data else None,
            )
            for line in lines
            if line.clause.data
        ]


class AssignmentLine(LineForm):
    """Ett uppdrag i beslutet; a line left empty is passed over."""

    clause = TextAreaField("Vad ska förvaltningen göra?", [NoPersonalId(), _LENGTH])
    back_on = DateField("Återrapporteras senast")
    taken = True
    """Whether the outcome gives assignments; a referral back or a tabling gives none."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for the day of an assignment, and for its words."""
        valid = bool(super().validate(extra_validators))
        clause, back_on = self.clause, self.back_on
        if not self.taken and (clause.data or back_on.data):
            clause.errors, back_on.errors = [_NOT_NOW], []
        elif clause.data and not back_on.data and not back_on.errors:
            back_on.errors = [_SAY_DAY]
        elif back_on.data and not clause.data and not clause.errors:
            clause.errors = [_SAY_CLAUSE]
        return valid and not clause.errors and not back_on.errors


def _unit_field(units: Sequence[tuple[int, str]]) -> SelectField:
    rows = [("", "Ingen särskild enhet"), *((str(key), path) for key, path in units)]
    return SelectField("Ansvarig enhet", choices=choices(rows), default="")


def decide_form(units: Sequence[tuple[int, str]], **given: Any) -> DecideForm:
    """The form of a decision; ``units`` are ids and paths of the board's units."""
    line = type("DecidedAssignment", (AssignmentLine,), {"unit": _unit_field(units)})
    lines: Any = FieldList(FormField(line), min_entries=1)
    made: type[DecideForm] = type("ReportDecision", (DecideForm,), {"assignments": lines})
    return made(**given)


class AssignmentForm(BaseForm):
    """Ett uppdrag i ett beslut som redan är registrerat; made by :func:`assignment_form`."""

    text = TextAreaField(
        "Vad uppdrog nämnden åt förvaltningen?",
        [SentenceRequired("Skriv vad nämnden uppdrog åt förvaltningen."), NoPersonalId(), _LENGTH],
    )
    report_back_on = DateField("Återrapporteras senast", [SentenceRequired(_SAY_DAY)])


def assignment_form(units: Sequence[tuple[int, str]]) -> AssignmentForm:
    """The form of one assignment."""
    made: type[AssignmentForm] = type(
        "NewAssignmentForm", (AssignmentForm,), {"unit_id": _unit_field(units)}
    )
    return made()


class ReportBackForm(VersionedForm):
    """Återrapport av ett uppdrag."""

    report_back = TextAreaField(
        "Vad har gjorts?",
        [SentenceRequired("Skriv vad som har gjorts."), NoPersonalId(), _LENGTH],
    )
    reported_on = DateField(
        "Återrapporterat till nämnden den",
        [SentenceRequired("Skriv dagen då nämnden fick återrapporten.")],
    )


class MoveAssignmentForm(VersionedForm):
    """Ny dag för återrapporteringen."""

    new_on = DateField("Ny dag", [SentenceRequired("Skriv den nya dagen.")])
    reason = TextAreaField(
        "Varför flyttas dagen?",
        [SentenceRequired("Skriv varför dagen flyttas."), NoPersonalId(), _LENGTH],
    )


class TakeBackReportForm(VersionedForm):
    """Ta tillbaka en godkänd uppföljning till utkast."""

    reason = TextAreaField(
        "Varför tas uppföljningen tillbaka?",
        [SentenceRequired("Skriv varför uppföljningen tas tillbaka."), NoPersonalId(), _LENGTH],
    )


class CorrectReportForm(BaseForm):
    """Påbörja en rättelse av en beslutad uppföljning."""

    reason = TextAreaField(
        "Varför rättas uppföljningen?",
        [SentenceRequired("Skriv varför uppföljningen rättas."), NoPersonalId(), _LENGTH],
    )


class DropCorrectionForm(VersionedForm):
    """Ta bort en påbörjad rättelse."""

    reason = TextAreaField(
        "Varför tas rättelsen bort?",
        [SentenceRequired("Skriv varför rättelsen tas bort."), NoPersonalId(), _LENGTH],
    )


class VerifyReportForm(BaseForm):
    """När protokollet justerades."""

    verified_on = DateField(
        "Protokollet justerat den", [SentenceRequired("Skriv dagen då protokollet justerades.")]
    )


class ReceiveReportForm(BaseForm):
    """Kommunstyrelsens kvittens."""

    received_on = DateField(
        "Mottagen den", [SentenceRequired("Skriv dagen då kommunstyrelsen tog emot den.")]
    )


class MemoForm(BaseForm):
    """Tjänsteskrivelsens texter; a part that is left empty has the template's standing text."""

    registry_number = StringField("Diarienummer (valfritt)", [NoPersonalId()])
    memo_author = StringField("Handläggare, funktion (valfritt)", [NoPersonalId()])
    matter = TextAreaField("Ärendet", [NoPersonalId(), _LENGTH])
    preparation = TextAreaField("Beredning", [NoPersonalId(), _LENGTH])
    children = TextAreaField("Barn och unga", [NoPersonalId(), _LENGTH])
    equality = TextAreaField("Jämställdhet", [NoPersonalId(), _LENGTH])
    business = TextAreaField("Näringsliv", [NoPersonalId(), _LENGTH])
    presentation = TextAreaField("Tillägg till föredragningen", [NoPersonalId(), _LENGTH])
    economy = TextAreaField("Ekonomiska konsekvenser", [NoPersonalId(), _LENGTH])
    revision = _VersionField()

    def texts(self) -> dict[MemoPart, str]:
        """What is written, by part."""
        return {part: self[part.value].data or "" for part in WRITTEN}


class MemoTemplateForm(BaseForm):
    """Kommunens mall; four fields for each part, added by :func:`memo_template_form`."""

    revision = _VersionField()

    def parts(self) -> tuple[PartTemplate, ...]:
        """The parts in the order of their places; those with the same place keep theirs."""
        made = [
            (
                self[f"place_{part.value}"].data,
                PartTemplate(
                    part,
                    self[f"heading_{part.value}"].data or "",
                    self[f"text_{part.value}"].data or "" if part in WRITTEN else "",
                    bool(self[f"included_{part.value}"].data),
                ),
            )
            for part in MemoPart
        ]
        return tuple(part for _, part in sorted(made, key=lambda placed: placed[0]))


def memo_template_form(
    words: Mapping[MemoPart, str], values: Mapping[str, object] | None = None
) -> MemoTemplateForm:
    """The form of the template: what was sent, or ``values`` where given."""

    class Form(MemoTemplateForm):
        pass

    for part in MemoPart:
        told = words[part]
        fields = {
            "place": IntegerTextField(
                f"{told}: plats", [SentenceRequired("Skriv en siffra.")], minimum=1
            ),
            "heading": StringField(f"{told}: rubrik", [NoPersonalId()]),
            "included": BooleanField(f"{told} är med i tjänsteskrivelsen"),
        }
        if part in WRITTEN:
            fields["text"] = TextAreaField(
                f"{told}: text om inget annat skrivs", [NoPersonalId(), _LENGTH]
            )
        for name, made in fields.items():
            setattr(Form, f"{name}_{part.value}", made)
    return Form() if values is None else Form(formdata=None, data=dict(values))
