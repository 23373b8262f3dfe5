"""Lämna över uppgifter: from whom, to whom, why."""

from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import Length

from internkontroll.web.forms import BaseForm, NoPersonalId, SentenceRequired

REASON_MAX = 300


class ChooseForm(BaseForm):
    """Vems uppgifter, och till vem; sent as a question in the address."""

    class Meta(BaseForm.Meta):
        """A GET form changes nothing and carries no token."""

        csrf = False

    fran = SelectField("Från", validate_choice=False)
    till = SelectField("Till", validate_choice=False)


class HandOverForm(BaseForm):
    """Lämna över; ``expected`` is how many tasks the page showed."""

    from_user = HiddenField()
    to_user = HiddenField()
    expected = HiddenField()
    reason = StringField(
        "Varför?",
        [
            SentenceRequired("Skriv varför uppgifterna lämnas över."),
            NoPersonalId(),
            Length(max=REASON_MAX, message=f"Skriv högst {REASON_MAX} tecken."),
        ],
    )
