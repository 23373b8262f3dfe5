"""Granskningens formulär: questions, recorded result, attachments, conclusion, sending it back."""

from collections.abc import Iterable, Mapping, Sequence

from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, Optional

from internkontroll.core.errors import InvalidInput
from internkontroll.plan.models import Criterion
from internkontroll.plan.rules.vocabulary import Technique
from internkontroll.review.models import Answer
from internkontroll.review.services import COMMENT_MAX, TEXT_MAX, ResultFacts, RowAnswers
from internkontroll.web.forms import (
    AmountField,
    BaseForm,
    DateField,
    IntegerTextField,
    NoPersonalId,
    SentenceRequired,
    choices,
)

FREE_TEXT = (NoPersonalId(), Length(max=TEXT_MAX, message=f"Skriv högst {TEXT_MAX} tecken."))
REASON = (NoPersonalId(), Length(max=COMMENT_MAX, message=f"Skriv högst {COMMENT_MAX} tecken."))


class JudgementForm(BaseForm):
    """Bedömning av en post; the questions are added by :func:`judgement_form`."""

    version = HiddenField()
    criterion_ids: tuple[int, ...] = ()
    audited: AmountField | None = None

    def answer_field(self, criterion_id: int) -> RadioField:
        """The question of a criterion."""
        found: RadioField = self[f"answer_{criterion_id}"]
        return found

    def comment_field(self, criterion_id: int) -> TextAreaField:
        """The comment beside a criterion."""
        found: TextAreaField = self[f"comment_{criterion_id}"]
        return found

    def answers(
        self, criterion_ids: Iterable[int] | None = None
    ) -> dict[int, tuple[Answer, str | None]]:
        """What was answered, by criterion; raises InvalidInput for a comment without an answer."""
        given: dict[int, tuple[Answer, str | None]] = {}
        for criterion_id in self.criterion_ids if criterion_ids is None else criterion_ids:
            answer = self.answer_field(criterion_id).data
            comment = self.comment_field(criterion_id).data or None
            if answer:
                given[criterion_id] = (Answer(answer), comment)
            elif comment:
                raise InvalidInput(
                    "Välj ett svar, så sparas kommentaren.", field=f"answer_{criterion_id}"
                )
        return given

    def read_version(self) -> int:
        """The version that was read; one that is no number is taken as never read."""
        return _number((self.version.data or "").partition("+")[0])

    def read_amount_version(self) -> int:
        """The version of the right amount that was read; it follows a plus sign."""
        return _number((self.version.data or "").partition("+")[2])

    def read_versions(self) -> dict[int, int]:
        """The versions that were read where several controls are judged at once, by occurrence.

        The field holds ``12.3-15.0``: occurrence 12 at version 3, occurrence 15 at version 0.
        """
        pairs = (pair.partition(".") for pair in (self.version.data or "").split("-"))
        return {_number(left): _number(right) for left, _, right in pairs}


def versions_text(versions: Mapping[int, int]) -> str:
    """What :meth:`JudgementForm.read_versions` reads."""
    return "-".join(f"{occurrence}.{version}" for occurrence, version in versions.items())


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else -1


def judgement_form(
    criteria: Iterable[Criterion],
    words: Mapping[Answer, str],
    values: Mapping[str, str | int | None] | None = None,
    *,
    with_amount: bool = False,
    base: type[JudgementForm] = JudgementForm,
) -> JudgementForm:
    """A form with every criterion as a question: what was sent, or ``values`` where given.

    ``with_amount`` adds the field ``audited``, the right amount in öre; ``base`` is the form that
    the questions are added to.
    """
    rows = list(criteria)

    class Form(base):  # type: ignore[valid-type,misc]
        criterion_ids = tuple(criterion.id for criterion in rows)

    for criterion in rows:
        question = RadioField(
            criterion.text,
            [Optional()],
            choices=choices((answer.value, word) for answer, word in words.items()),
        )
        comment = TextAreaField(
            "Kommentar (valfri)",
            [
                NoPersonalId(),
                Length(max=COMMENT_MAX, message=f"Skriv högst {COMMENT_MAX} tecken."),
            ],
        )
        setattr(Form, f"answer_{criterion.id}", question)
        setattr(Form, f"comment_{criterion.id}", comment)
    if with_amount:
        Form.audited = AmountField("Rätt belopp (kronor)")
    return Form() if values is None else Form(formdata=None, data=dict(values))


class ConclusionForm(BaseForm):
    """Slutsats."""

    text = TextAreaField(
        "Slutsats",
        [
            SentenceRequired("Slutsatsen saknas. Skriv vad granskningen visade."),
            NoPersonalId(),
            Length(max=TEXT_MAX, message=f"Skriv högst {TEXT_MAX} tecken."),
        ],
    )


class SignForm(BaseForm):
    """Skriv under: ``shown`` is the conclusion that the page showed."""

    shown = HiddenField()

    def read_shown(self) -> int:
        """The conclusion that was read; one that is no number is taken as never read."""
        return _number(self.shown.data or "")


class ReturnForm(SignForm):
    """Lämna tillbaka."""

    reason = TextAreaField(
        "Vad behöver ändras?",
        [
            SentenceRequired("Skriv vad som behöver ändras innan slutsatsen kan skrivas under."),
            NoPersonalId(),
            Length(max=TEXT_MAX, message=f"Skriv högst {TEXT_MAX} tecken."),
        ],
    )


class ReplaceForm(BaseForm):
    """Ersätt en post som inte alls kan bedömas."""

    reason = TextAreaField(
        "Varför går det inte att bedöma?",
        [
            SentenceRequired("Skriv varför det inte går att bedöma."),
            NoPersonalId(),
            Length(max=COMMENT_MAX, message=f"Skriv högst {COMMENT_MAX} tecken."),
        ],
    )


class ResultForm(BaseForm):
    """Registrerat resultat. ``reason`` and ``text`` are there only when something is corrected."""

    version = HiddenField(default="0")
    technique = SelectField("Hur gjordes kontrollen?")
    by_other = BooleanField("Någon annan än nämndens egna har utfört kontrollen")
    performed_by = StringField(
        "Vem utförde kontrollen?",
        [SentenceRequired("Skriv vem som utförde kontrollen."), NoPersonalId()],
    )
    performed_on = DateField(
        "Vilken dag blev den klar?", [SentenceRequired("Skriv dagen då kontrollen gjordes.")]
    )
    what_was_done = TextAreaField(
        "Vad gjordes?", [SentenceRequired("Skriv vad som gjordes."), *FREE_TEXT]
    )
    size = IntegerTextField("Hur många fanns det, eller fick frågan?", minimum=0)
    reviewed = IntegerTextField("Hur många granskades, eller svarade?", minimum=0)
    deviating = IntegerTextField("Hur många av dem avviker?", minimum=0)
    outcome = TextAreaField(
        "Vad kom fram?", [SentenceRequired("Skriv vad som kom fram."), *FREE_TEXT]
    )
    source = StringField("Var finns underlaget?", [*REASON])
    reason = TextAreaField(
        "Varför ändras resultatet?",
        [SentenceRequired("Skriv varför resultatet ändras."), *REASON],
    )
    text = TextAreaField(
        "Ny slutsats",
        [SentenceRequired("Slutsatsen saknas. Skriv vad det rättade visar."), *FREE_TEXT],
    )

    def facts(self) -> ResultFacts:
        """What was filled in. Raises InvalidInput at a number that must be said."""
        technique = Technique(self.technique.data)
        reviewed, deviating = self.reviewed.data, self.deviating.data
        if reviewed is None and technique is Technique.OBSERVATION:
            reviewed = 0
        if reviewed is None:
            raise InvalidInput("Skriv hur många som granskades eller svarade.", field="reviewed")
        if deviating is None and reviewed == 0:
            deviating = 0
        if deviating is None:
            raise InvalidInput("Skriv hur många som avviker, 0 om ingen.", field="deviating")
        return ResultFacts(
            technique=technique,
            by_other=bool(self.by_other.data),
            performed_by=self.performed_by.data or "",
            performed_on=self.performed_on.data,
            what_was_done=self.what_was_done.data or "",
            outcome=self.outcome.data or "",
            size=self.size.data,
            reviewed=reviewed,
            deviating=deviating,
            source=self.source.data or None,
        )

    def read_version(self) -> int:
        """The revision that was read; one that is no number is taken as never read."""
        return _number(self.version.data or "")


class AttachmentForm(BaseForm):
    """Bilaga."""

    file = FileField("Fil", [SentenceRequired("Välj filen.")])
    personal_confirmed = BooleanField("Det som liknar personnummer är något annat")


class RemovalForm(BaseForm):
    """Ta bort en bilaga."""

    reason = TextAreaField(
        "Varför tas bilagan bort?", [SentenceRequired("Skriv varför bilagan tas bort."), *REASON]
    )


class GridForm(BaseForm):
    """Flera poster i en tabell; the rows are added by :func:`grid_form`."""

    reason = TextAreaField("Varför rättas svaren?", [*REASON])
    positions: tuple[int, ...] = ()
    criterion_ids: tuple[int, ...] = ()

    def cell(self, position: int, criterion_id: int) -> SelectField:
        """The answer of one item to one question."""
        found: SelectField = self[f"answer_{position}_{criterion_id}"]
        return found

    def comment(self, position: int, criterion_id: int) -> StringField:
        """The comment beside it."""
        found: StringField = self[f"comment_{position}_{criterion_id}"]
        return found

    def refuse_comments_alone(self) -> bool:
        """Note an error at each comment without an answer; whether there was any."""
        alone = False
        for position in self.positions:
            for criterion_id in self.criterion_ids:
                cell = self.cell(position, criterion_id)
                if self.comment(position, criterion_id).data and not cell.data:
                    cell.errors = [*cell.errors, "Välj ett svar, så sparas kommentaren."]
                    alone = True
        return alone

    def refuse_cells(self, cells: Iterable[tuple[int, str, str]]) -> None:
        """Show the verb's sentence at each cell; ``comment_7`` is the one of criterion 7."""
        for position, name, sentence in cells:
            kind, _, criterion_id = name.partition("_")
            found = f"{kind}_{position}_{criterion_id}"
            if found in self:
                self[found].errors = [*self[found].errors, sentence]
            else:
                self.form_errors = [*self.form_errors, f"Nummer {position}: {sentence}"]

    def rows(self) -> list[RowAnswers]:
        """What was answered, by item; a question without an answer is left out."""
        return [
            RowAnswers(
                position,
                {
                    criterion_id: (
                        Answer(self.cell(position, criterion_id).data),
                        self.comment(position, criterion_id).data or None,
                    )
                    for criterion_id in self.criterion_ids
                    if self.cell(position, criterion_id).data
                },
                _number(self[f"version_{position}"].data or ""),
            )
            for position in self.positions
        ]


def grid_form(
    criteria: Sequence[Criterion],
    items: Mapping[int, tuple[int, Sequence[tuple[Answer | None, str | None]]]],
    words: Mapping[Answer, str],
    *,
    blank: bool = False,
) -> GridForm:
    """The form of a page of items: by running number its version and its (answer, comment) pairs.

    What was sent, or with ``blank`` what is saved, whatever was sent.
    """

    class Form(GridForm):
        positions = tuple(items)
        criterion_ids = tuple(criterion.id for criterion in criteria)

    offered = [("", "Inget svar"), *((answer.value, word) for answer, word in words.items())]
    data: dict[str, str | None] = {}
    for position, (version, judgements) in items.items():
        setattr(Form, f"version_{position}", HiddenField())
        data[f"version_{position}"] = str(version)
        for criterion, (answer, comment) in zip(criteria, judgements, strict=True):
            key = f"{position}_{criterion.id}"
            label = f"Nummer {position}, fråga {criterion.position}"
            setattr(Form, f"answer_{key}", SelectField(label, choices=choices(offered)))
            typed = StringField(f"{label}, kommentar", [*REASON])
            setattr(Form, f"comment_{key}", typed)
            data[f"answer_{key}"] = answer.value if answer else ""
            data[f"comment_{key}"] = comment
    return Form(formdata=None, data=data) if blank else Form(data=data)


class PasteForm(BaseForm):
    """Svar inklistrade från Excel."""

    text = TextAreaField("Rader från Excel", [SentenceRequired("Klistra in raderna från Excel.")])
    reason = TextAreaField("Varför rättas svaren?", [*REASON])
    versions = HiddenField()

    def read_versions(self) -> dict[int, int]:
        """The items' versions as they were at the dry run, by running number."""
        pairs = (pair.partition(".") for pair in (self.versions.data or "").split("-"))
        return {_number(left): _number(right) for left, _, right in pairs}


class ReopenForm(BaseForm):
    """Öppna en underskriven slutsats för rättelse."""

    reason = TextAreaField(
        "Vad är fel i svaren?", [SentenceRequired("Skriv vad som är fel i svaren."), *FREE_TEXT]
    )


class OrderReadingForm(BaseForm):
    """Låt en annan person läsa om."""

    n = IntegerTextField(
        "Hur många ska läsas om?", [SentenceRequired("Skriv hur många som ska läsas om.")]
    )
    reader = SelectField("Vem läser om?", [SentenceRequired("Välj vem som läser om.")])


class SettleForm(BaseForm):
    """Red ut en skillnad mellan två läsare."""

    answer = RadioField("Vilket svar gäller?", [SentenceRequired("Välj vilket svar som gäller.")])
    reason = TextAreaField(
        "Varför?", [SentenceRequired("Skriv varför svaret ska vara så."), *REASON]
    )


class CancelReadingForm(BaseForm):
    """Avbryt en andra läsning."""

    reason = TextAreaField(
        "Varför avbryts läsningen?", [SentenceRequired("Skriv varför läsningen avbryts."), *REASON]
    )
