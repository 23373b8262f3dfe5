"""Refusals as pages: a sentence that says what happened and what to do."""

from flask import Flask, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, SecurityError

from internkontroll.core.database import db
from internkontroll.core.errors import (
    Conflict,
    DomainError,
    InvalidTransition,
    NotAllowed,
    NotFound,
)

_SENTENCES: dict[int, tuple[str, str]] = {
    400: ("Det gick inte att läsa det du skickade", "Gå tillbaka, läs om sidan och försök igen."),
    403: ("Du har inte behörighet", "Kontakta nämndens controller om du behöver komma åt sidan."),
    404: ("Sidan finns inte", "Kontrollera adressen, eller gå till startsidan."),
    405: ("Sidan kan inte öppnas så", "Gå tillbaka och använd knappen på sidan."),
    409: ("Något har ändrats under tiden", "Läs om sidan och gör ändringen igen."),
    413: ("Det du skickade är för stort", "Välj en mindre fil. En plan får vara högst 20 MB."),
    422: ("Uppgifterna går inte att använda", "Gå tillbaka och rätta det som är fel."),
    500: ("Något gick fel hos oss", "Inget sparades. Försök igen om en stund."),
}

_PLAIN = {"Content-Type": "text/plain; charset=utf-8"}

_STATUS: tuple[tuple[type[DomainError], int], ...] = (
    (NotAllowed, 403),
    (NotFound, 404),
    (Conflict, 409),
    (InvalidTransition, 409),
    (DomainError, 422),
)


def _answer(status: int, sentence: str | None = None) -> ResponseReturnValue:
    heading, advice = _SENTENCES.get(status, _SENTENCES[400])
    body = render_template("errors/error.html", heading=heading, sentence=sentence or advice)
    return body, status


def register(app: Flask) -> None:
    """Answer every refusal, ours and the framework's, with a page in Swedish."""

    @app.errorhandler(DomainError)
    def refused(error: DomainError) -> ResponseReturnValue:
        db.session.rollback()
        status = next(code for kind, code in _STATUS if isinstance(error, kind))
        return _answer(status, error.sentence)

    @app.errorhandler(CSRFError)
    def stale_form(_error: CSRFError) -> ResponseReturnValue:
        return _answer(
            400,
            "Formuläret har blivit för gammalt, eller så har du loggats ut. "
            "Gå tillbaka, läs om sidan och skicka igen. Inget sparades.",
        )

    @app.errorhandler(RequestEntityTooLarge)
    def too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
        return _answer(413)

    @app.errorhandler(SecurityError)
    def foreign_host(_error: SecurityError) -> ResponseReturnValue:
        # No page: there is no address of ours to lead to from a name that is not ours.
        return "Programmet nås inte på det namnet. Använd kommunens adress.", 400, _PLAIN

    @app.errorhandler(HTTPException)
    def other(error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400:
            return error
        return _answer(error.code)

    @app.errorhandler(Exception)
    def fault(error: Exception) -> ResponseReturnValue:
        app.logger.error(
            "unexpected fault",
            exc_info=error,
            extra={"request_id": g.get("request_id"), "endpoint": request.endpoint},
        )
        if app.config["TESTING"]:
            raise error
        db.session.remove()
        heading, sentence = _SENTENCES[500]
        # Jinja alone: what failed may be the very database that the page's frame would ask.
        page = app.jinja_env.get_template("errors/bare.html")
        return page.render(heading=heading, sentence=sentence, url_for=url_for), 500
