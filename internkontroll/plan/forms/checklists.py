"""Checklistornas formulär: a whole list on one page, and which one a control takes over."""

from collections.abc import Sequence

from wtforms import BooleanField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import Length

from internkontroll.core.errors import InvalidInput
from internkontroll.plan.rules.checklists import MOST_CRITERIA, CriterionContent, Judged
from internkontroll.plan.services.checklists import NAME_MAX, NOTE_MAX
from internkontroll.web.forms import (
    BaseForm,
    IntegerTextField,
    NoPersonalId,
    SentenceRequired,
)

SPARE = 3
"""Empty rows below the criteria that are there."""


class NameForm(BaseForm):
    """En checklistas namn."""

    name = StringField(
        "Vad ska checklistan heta?",
        [
            SentenceRequired("Skriv vad checklistan ska heta."),
            NoPersonalId(),
            Length(max=NAME_MAX, message=f"Skriv högst {NAME_MAX} tecken."),
        ],
    )


class ChecklistForm(NameForm):
    """En checklista; its rows are added by :func:`checklist_form`."""

    note = TextAreaField(
        "Vad är nytt i versionen?",
        [NoPersonalId(), Length(max=NOTE_MAX, message=f"Skriv högst {NOTE_MAX} tecken.")],
    )
    rows = HiddenField()
    row_version = HiddenField()
    count: int = 0

    def _ordered(self) -> list[int]:
        """The rows that hold something, by the place that was typed; without one, as they stand."""
        filled = [row for row in range(self.count) if self[f"text_{row}"].data]
        return sorted(filled, key=lambda row: (self[f"place_{row}"].data or MOST_CRITERIA, row))

    def criteria(self) -> list[CriterionContent]:
        """The criteria as they were written, in their new order; emptied rows are taken away."""
        return [
            CriterionContent(
                self[f"text_{row}"].data or "",
                bool(self[f"counts_{row}"].data),
                self[f"help_text_{row}"].data or None,
            )
            for row in self._ordered()
        ]

    def refuse_help_alone(self) -> bool:
        """Note an error at each row that has help but no criterion; whether there was any."""
        alone = [
            row
            for row in range(self.count)
            if self[f"help_text_{row}"].data and not self[f"text_{row}"].data
        ]
        for row in alone:
            field = self[f"text_{row}"]
            field.errors = [*field.errors, "Skriv kriteriet, eller ta bort hjälptexten."]
        return bool(alone)

    def at_row(self, error: InvalidInput) -> InvalidInput:
        """A verb's refusal at a place in the order, moved to the row that it was typed in."""
        name, _, place = (error.field or "").rpartition("_")
        ordered = self._ordered()
        if name not in {"text", "help_text", "counts"} or int(place) >= len(ordered):
            return error
        return InvalidInput(error.sentence, field=f"{name}_{ordered[int(place)]}")


def checklist_form(
    criteria: Sequence[Judged],
    *,
    sent_rows: str | None = None,
    blank: bool = False,
    **values: str | None,
) -> ChecklistForm:
    """The form of a checklist with these criteria and some empty rows.

    ``sent_rows`` is how many the page had that was sent; ``blank`` fills in from the values alone,
    whatever was sent.
    """
    most = MOST_CRITERIA + SPARE
    asked = int(sent_rows) if sent_rows and sent_rows.isascii() and sent_rows.isdigit() else 0
    rows = min(max(len(criteria) + SPARE, min(asked, most)), most)

    class Form(ChecklistForm):
        count = rows

    data: dict[str, object] = {**values, "rows": str(rows)}
    for row in range(rows):
        number = row + 1
        setattr(Form, f"text_{row}", TextAreaField(f"Kriterium {number}", [NoPersonalId()]))
        setattr(Form, f"help_text_{row}", TextAreaField(f"Hjälp till {number}", [NoPersonalId()]))
        setattr(Form, f"counts_{row}", BooleanField("Ett nej räknas som avvikelse"))
        place = IntegerTextField(f"Plats för {number}", minimum=1, maximum=MOST_CRITERIA)
        setattr(Form, f"place_{row}", place)
        known = criteria[row] if row < len(criteria) else None
        data[f"text_{row}"] = known.text if known else ""
        data[f"help_text_{row}"] = known.help_text if known else ""
        data[f"counts_{row}"] = known.counts if known else True
        data[f"place_{row}"] = number if known else None
    return Form(formdata=None, data=data) if blank else Form(data=data)


class TakeOverForm(BaseForm):
    """Vilken checklista ett kontrollmoment ska bedömas mot."""

    version = RadioField("Checklista", [SentenceRequired("Välj en checklista.")])
    row_version = HiddenField()
