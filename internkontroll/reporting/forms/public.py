"""Formulär för att pröva en begäran om en uppföljning."""

from collections.abc import Sequence
from typing import Any, ClassVar

from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.validators import Length

from internkontroll.reporting.models import PublicVersion
from internkontroll.reporting.rules.public import Piece
from internkontroll.reporting.services import Judged
from internkontroll.web.forms import (
    BaseForm,
    DateField,
    NoPersonalId,
    SentenceRequired,
    VersionedForm,
    choices,
)

MASK, SHOW = "maskera", "lamna-ut"
GIVE, REFUSE = "lamna-ut", "neka"
_SHORT = Length(max=1_000, message="Texten är för lång. Skriv högst 1 000 tecken.")
_LONG = Length(max=4_000, message="Texten är för lång. Skriv högst 4 000 tecken.")


class RequestForm(BaseForm):
    """En begäran om uppföljningen. Who asks is not asked for."""

    requested_on = DateField(
        "Begärd den", [SentenceRequired("Skriv dagen då uppföljningen begärdes.")]
    )


class JudgeForm(VersionedForm):
    """Prövningen av varje del; made with the parts by :func:`judge_form`."""

    places: ClassVar[tuple[str, ...]] = ()
    provision = StringField("Bestämmelse som gäller om inget annat står")

    def judged(self) -> dict[str, Judged]:
        """What was chosen, by place."""
        told = {MASK: True, SHOW: False}
        return {
            place: Judged(
                told.get(self[f"choice_{row}"].data),
                self[f"provision_{row}"].data or "",
                self[f"reason_{row}"].data or "",
            )
            for row, place in enumerate(self.places)
        }

    def field_of(self, name: str | None) -> str | None:
        """The field that a verb's refusal is about: "reason:row.3.comment" is "reason_7"."""
        what, _, place = (name or "").partition(":")
        return f"{what}_{self.places.index(place)}" if place in self.places else name


def judge_form(
    pieces: Sequence[Piece], public: PublicVersion, *, filled: bool = False
) -> JudgeForm:
    """The form with three fields for each part; ``filled`` with what is saved alone."""
    standing = {one.place: one for one in public.maskings}
    fields: dict[str, Any] = {"places": tuple(piece.place for piece in pieces)}
    values: dict[str, Any] = {
        "provision": public.provision,
        "row_version": str(public.row_version),
    }
    for row, piece in enumerate(pieces):
        fields[f"choice_{row}"] = RadioField(
            piece.where,
            choices=choices([(MASK, "Maskera"), (SHOW, "Lämna ut")]),
            validate_choice=False,
        )
        fields[f"provision_{row}"] = StringField("Bestämmelse (valfri)")
        fields[f"reason_{row}"] = TextAreaField("Skäl", [NoPersonalId(), _SHORT])
        one = standing.get(piece.place)
        words = {True: MASK, False: SHOW, None: ""}
        values[f"choice_{row}"] = words[one.masked] if one else SHOW
        values[f"provision_{row}"] = one.provision if one else ""
        values[f"reason_{row}"] = one.reason if one else ""
    made: type[JudgeForm] = type("JudgePublicVersion", (JudgeForm,), fields)
    return made(formdata=None, data=values) if filled else made(data=values)


class DiscloseForm(VersionedForm):
    """Beslutet om begäran."""

    outcome = RadioField(
        "Vad blir beslutet?",
        choices=choices(
            [(GIVE, "Lämna ut det som inte är maskerat"), (REFUSE, "Lämna inte ut något")]
        ),
        default=GIVE,
    )
    ground = TextAreaField("Varför lämnas inte allt ut?", [NoPersonalId(), _LONG])
    aware = BooleanField("Jag har sett att maskerat går att läsa ut, och lämnar ut ändå")

    @property
    def refuses(self) -> bool:
        """Whether nothing is given out."""
        return bool(self.outcome.data == REFUSE)
