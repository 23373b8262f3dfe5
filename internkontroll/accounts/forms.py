"""Kontonas formulär: log in, change password, create and close accounts, give and end roles."""

from wtforms import BooleanField, HiddenField, PasswordField, RadioField, SelectField, StringField
from wtforms.validators import EqualTo, Length

from internkontroll.accounts.rules import USERNAME_MAX
from internkontroll.accounts.words import WORDS
from internkontroll.core.access import Role
from internkontroll.web.forms import (
    BaseForm,
    DateField,
    NoPersonalId,
    SentenceRequired,
    VersionedForm,
    choices,
)

TITLE_MAX = 120
CODE_MAX = 40
DECISION_MAX = 120
REASON_MAX = 300
_TITLE = (
    SentenceRequired("Skriv vad kontot ska kallas."),
    NoPersonalId(),
    Length(max=TITLE_MAX, message=f"Skriv högst {TITLE_MAX} tecken."),
)


class LoginForm(BaseForm):
    """Logga in."""

    username = StringField("Användarnamn", [SentenceRequired("Skriv ditt användarnamn.")])
    password = PasswordField("Lösenord", [SentenceRequired("Skriv ditt lösenord.")])
    next = HiddenField()


class PasswordForm(BaseForm):
    """Byt lösenord."""

    current = PasswordField(
        "Nuvarande lösenord", [SentenceRequired("Skriv det lösenord du har nu.")]
    )
    password = PasswordField("Nytt lösenord", [SentenceRequired("Skriv ett nytt lösenord.")])
    again = PasswordField(
        "Nytt lösenord igen",
        [
            SentenceRequired("Skriv det nya lösenordet en gång till."),
            EqualTo("password", "De två nya lösenorden är inte lika. Skriv dem igen."),
        ],
    )


class CodeForm(BaseForm):
    """Koden från telefonen, or a reserve code."""

    code = StringField(
        "Kod",
        [
            SentenceRequired("Skriv koden."),
            Length(max=CODE_MAX, message="Koden är för lång. Skriv den som den visas."),
        ],
    )


class LoginCodeForm(CodeForm):
    """Koden vid inloggning."""

    next = HiddenField()


class OwnPasswordForm(BaseForm):
    """Lösenordet igen, before what protects the account is changed."""

    current = PasswordField("Ditt lösenord", [SentenceRequired("Skriv ditt lösenord.")])


class RenewalForm(BaseForm):
    """Nya reservkoder; stands on the same page as :class:`OwnPasswordForm`."""

    password_again = PasswordField("Ditt lösenord igen", [SentenceRequired("Skriv ditt lösenord.")])


class ResetCodeForm(BaseForm):
    """Nollställ inloggning med kod."""

    reason = StringField(
        "Varför",
        [
            SentenceRequired("Skriv varför koden nollställs."),
            NoPersonalId(),
            Length(max=REASON_MAX, message=f"Skriv högst {REASON_MAX} tecken."),
        ],
    )


class AccountForm(BaseForm):
    """Nytt konto."""

    title = StringField("Vad kontot ska kallas", [*_TITLE])
    username = StringField(
        "Användarnamn",
        [
            SentenceRequired("Skriv ett användarnamn."),
            NoPersonalId(),
            Length(max=USERNAME_MAX, message=f"Skriv högst {USERNAME_MAX} tecken."),
        ],
    )


class TitleForm(VersionedForm):
    """Vad kontot kallas."""

    title = StringField("Vad kontot ska kallas", [*_TITLE])


class RoleForm(BaseForm):
    """En ny roll. ``place`` is one of the places that the page offers."""

    role = RadioField(
        "Roll",
        [SentenceRequired("Välj en roll.")],
        choices=choices((role.value, WORDS[role]) for role in Role),
    )
    place = SelectField("Var", [SentenceRequired("Välj var rollen ska gälla.")])
    valid_from = DateField("Första dag", [SentenceRequired("Skriv första dagen.")])
    valid_to = DateField("Sista dag (valfritt)")
    reads_undecided = BooleanField("Läsa uppföljningar innan nämnden har beslutat dem")
    reads_secret = BooleanField("Läsa beteckningar på sekretessbelagda poster")
    decision = StringField(
        "Revisorernas beslut",
        [
            NoPersonalId(),
            Length(max=DECISION_MAX, message=f"Skriv högst {DECISION_MAX} tecken."),
        ],
    )


class SettleForm(BaseForm):
    """Ta ställning till en föreslagen roll; a reason is asked for where it is refused."""

    outcome = RadioField(
        "Vad gäller?",
        [SentenceRequired("Välj om rollen ska gälla.")],
        choices=choices([("confirm", "Bekräfta rollen"), ("refuse", "Avslå rollen")]),
    )
    reason = StringField(
        "Varför avslås den?",
        [
            NoPersonalId(),
            Length(max=REASON_MAX, message=f"Skriv högst {REASON_MAX} tecken."),
        ],
    )


class EndRoleForm(VersionedForm):
    """Rollens sista dag; empty ends it at once."""

    last_day = DateField("Sista dag (valfritt)")


class CloseForm(VersionedForm):
    """Stäng kontot."""

    leave_tasks = BooleanField("Stäng ändå. Uppgifterna står kvar tills någon tar över dem.")


class FilterForm(BaseForm):
    """Urval bland konton, sent as a question in the address."""

    class Meta(BaseForm.Meta):
        """A GET form changes nothing and carries no token."""

        csrf = False

    sok = StringField("Sök")
    roll = SelectField("Roll", validate_choice=False)
    namnd = SelectField("Nämnd", validate_choice=False)
    visa = SelectField("Visa", validate_choice=False)
