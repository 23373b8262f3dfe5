"""Samlade bildens dokument: the page that lists them, and each as a file."""

from flask import abort
from flask.typing import ResponseReturnValue

from internkontroll.core.access import Permission
from internkontroll.organisation.queries import document_house
from internkontroll.reporting.documents.catalogue import DocumentEntry, find_form
from internkontroll.reporting.documents.oversight_catalogue import STEM, oversight_catalogue
from internkontroll.reporting.documents.oversight_package import oversight_package
from internkontroll.reporting.rules.oversight import ShownOversight
from internkontroll.reporting.views.blueprint import as_file
from internkontroll.reporting.views.oversight import (
    POINT,
    address,
    bp,
    called,
    is_decided,
    shown_or_404,
)
from internkontroll.web.access import requires, session
from internkontroll.web.submission import page


def _catalogue(shown: ShownOversight) -> tuple[DocumentEntry, ...]:
    house = document_house(session())
    return oversight_catalogue(shown.report, house, shown.sha256, shown.snapshot)


@bp.get(f"{POINT}/dokument")
@requires(Permission.OVERSIGHT_READ, executive=True)
def documents(year: int, point: str) -> ResponseReturnValue:
    """The documents of the samlade bild and the forms in which each can be fetched."""
    shown = shown_or_404(year, point)
    report = shown.report
    return page(
        "oversight/documents.html",
        report=report,
        sha256=shown.sha256,
        decided=is_decided(shown, year, point),
        documents=_catalogue(shown),
        where=address(year, point),
    )


@bp.get(f"{POINT}/dokument/<name>")
@requires(Permission.OVERSIGHT_READ, executive=True)
def document(year: int, point: str, name: str) -> ResponseReturnValue:
    """One of the documents in one of its forms."""
    shown = shown_or_404(year, point)
    report = shown.report
    form = find_form(_catalogue(shown), name)
    if form is None:
        abort(404)
    stem, _, kind = name.rpartition(".")
    file = called(report, kind)
    return as_file(form.make(), form.media_type, file if stem == STEM else f"{stem}-{file}")


@bp.get(f"{POINT}/dokument.zip")
@requires(Permission.OVERSIGHT_READ, executive=True)
def package(year: int, point: str) -> ResponseReturnValue:
    """All documents of the samlade bild in one ZIP, with a manifest of their checksums."""
    shown = shown_or_404(year, point)
    body = oversight_package(shown, document_house(session()))
    return as_file(body, "application/zip", f"paket-{called(shown.report, 'zip')}")
