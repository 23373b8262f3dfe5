"""Kontrolltillfällenas formulär: ej genomförd, och knappar utan fält."""

from wtforms import TextAreaField

from internkontroll.web.forms import BaseForm, NoPersonalId, SentenceRequired


class NotPerformedForm(BaseForm):
    """Ej genomförd, with the reason."""

    reason = TextAreaField(
        "Varför genomförs inte kontrollen?",
        [SentenceRequired("Skriv varför kontrollen inte genomförs."), NoPersonalId()],
    )
