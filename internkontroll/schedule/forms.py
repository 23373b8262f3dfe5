"""Kontrolltillfällenas formulär: ej genomförd, och knappar utan fält."""

from wtforms import BooleanField, TextAreaField

from internkontroll.web.forms import (
    BaseForm,
    DateField,
    NoPersonalId,
    SentenceRequired,
    VersionedForm,
)


class NotPerformedForm(BaseForm):
    """Ej genomförd, with the reason."""

    reason = TextAreaField(
        "Varför genomförs inte kontrollen?",
        [SentenceRequired("Skriv varför kontrollen inte genomförs."), NoPersonalId()],
    )


class GenerateForm(BaseForm):
    """Skapa årets kontrolltillfällen, if wanted also for what ended before the decision."""

    ended_periods = BooleanField("Även för perioder som har slutat")


class MoveForm(VersionedForm):
    """Flytta ett kontrolltillfälle, with the reason."""

    due_on = DateField("Ny dag", [SentenceRequired("Skriv den nya dagen.")])
    reason = TextAreaField(
        "Varför flyttas kontrollen?",
        [SentenceRequired("Skriv varför kontrollen flyttas."), NoPersonalId()],
    )


class OrderForm(BaseForm):
    """Lägg till ett kontrolltillfälle vid behov."""

    due_on = DateField("Klar senast", [SentenceRequired("Skriv när kontrollen ska vara klar.")])
    reason = TextAreaField(
        "Varför ska kontrollen göras nu?",
        [SentenceRequired("Skriv varför kontrollen ska göras nu."), NoPersonalId()],
    )
