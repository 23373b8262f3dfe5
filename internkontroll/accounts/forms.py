"""Inloggningens formulär."""

from wtforms import HiddenField, PasswordField, StringField

from internkontroll.web.forms import BaseForm, SentenceRequired


class LoginForm(BaseForm):
    """Logga in."""

    username = StringField("Användarnamn", [SentenceRequired("Skriv ditt användarnamn.")])
    password = PasswordField("Lösenord", [SentenceRequired("Skriv ditt lösenord.")])
    next = HiddenField()
