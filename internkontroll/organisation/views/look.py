"""Dokumentens utseende: the municipality's logotype and colour, and a sample of them."""

from flask import make_response, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.files.house import DEFAULT_COLOUR, LOGO_MAX
from internkontroll.files.pdf import plain_pdf
from internkontroll.organisation.forms import LookForm
from internkontroll.organisation.queries import document_house, document_look
from internkontroll.organisation.rules import sample_document
from internkontroll.organisation.services import change_look
from internkontroll.organisation.views.blueprint import set_up
from internkontroll.web.access import current_actor, now, requires, session, today
from internkontroll.web.submission import page, submit


def _look_form(**more: object) -> LookForm:
    known = document_look(session())
    return LookForm(
        colour=known.colour if known else DEFAULT_COLOUR,
        row_version=str(known.row_version if known else 0),
        **more,
    )


def _look_page(form: LookForm) -> ResponseReturnValue:
    return page(
        "organisation/look.html", form=form, look=document_look(session()), most=LOGO_MAX // 1024
    )


@set_up.get("/utseende")
@requires(Permission.ORGANISATION_EDIT)
def look() -> ResponseReturnValue:
    """The logotype and the colour of every document, to change."""
    return _look_page(_look_form())


@set_up.post("/utseende")
@requires(Permission.ORGANISATION_EDIT)
def save_look() -> ResponseReturnValue:
    """Change the logotype and the colour of every document."""
    form = LookForm()

    def act(open_session: Session) -> str:
        sent = form.file.data
        # One byte more than is taken in tells that the file is too large.
        logo = (sent.stream.read(LOGO_MAX + 1), sent.filename or "") if sent else None
        change_look(
            open_session,
            colour=form.colour.data or "",
            logo=logo,
            remove_logo=form.remove_logo.data,
            row_version=form.seen_version,
            actor=current_actor(),
            at=now(),
        )
        return url_for("set_up.look")

    if form.validate() and (answer := submit(form, act, done="Utseendet är sparat.")):
        return answer
    if form.refused_with == 409:
        form.set_beside(_look_form(formdata=None))
    return _look_page(form)


@set_up.get("/utseende/prov")
@requires(Permission.ORGANISATION_EDIT)
def look_sample() -> ResponseReturnValue:
    """A document with the look that is saved."""
    answer = make_response(plain_pdf(sample_document(today()), document_house(session())))
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers.set("Content-Disposition", "attachment", filename="prov-pa-utseende.pdf")
    return answer
