"""Granskningens formulär: one question per criterion, the conclusion, and sending it back."""

from collections.abc import Iterable, Mapping

from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.validators import Length, Optional

from internkontroll.core.errors import InvalidInput
from internkontroll.plan.models import Criterion
from internkontroll.review.models import Answer
from internkontroll.review.services import COMMENT_MAX, TEXT_MAX
from internkontroll.web.forms import BaseForm, NoPersonalId, SentenceRequired, choices


class JudgementForm(BaseForm):
    """Bedömning av en post; the questions are added by :func:`judgement_form`."""

    version = HiddenField()
    criterion_ids: tuple[int, ...] = ()

    def answer_field(self, criterion_id: int) -> RadioField:
        """The question of a criterion."""
        return self[f"answer_{criterion_id}"]

    def comment_field(self, criterion_id: int) -> TextAreaField:
        """The comment beside a criterion."""
        return self[f"comment_{criterion_id}"]

    def answers(self) -> dict[int, tuple[Answer, str | None]]:
        """What was answered, by criterion; raises InvalidInput for a comment without an answer."""
        given: dict[int, tuple[Answer, str | None]] = {}
        for criterion_id in self.criterion_ids:
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
        typed = self.version.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else -1


def judgement_form(
    criteria: Iterable[Criterion],
    words: Mapping[Answer, str],
    values: Mapping[str, str | None] | None = None,
) -> JudgementForm:
    """A form with every criterion as a question: what was sent, or ``values`` where given."""
    rows = list(criteria)

    class Form(JudgementForm):
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
    """Skriv under."""


class ReturnForm(BaseForm):
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
