"""Årets handlingar samlade, for revisorerna and the nämnd's controller."""

from tempfile import TemporaryFile

from flask import Blueprint, abort, send_file
from flask.typing import ResponseReturnValue

from internkontroll.archive.queries.bundle import bundle_years
from internkontroll.archive.services.bundling import make_bundle, typeset_year
from internkontroll.archive.views.blueprint import YEAR
from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.web.access import current_actor, may, now, recorded_reading, requires, session
from internkontroll.web.submission import page

bundles = Blueprint("bundles", __name__, url_prefix="/namnd/<board_code>/handlingar")


@bundles.get("")
@requires(Permission.BUNDLE_MAKE)
def index(board: Board) -> ResponseReturnValue:
    """The years whose documents can be had together, and what is in them."""
    return page(
        "archive/bundles.html",
        board=board,
        years=bundle_years(session(), board.id),
        sees_samples=may(Permission.SAMPLE_READ),
    )


@bundles.get(f"/{YEAR}.zip")
@requires(Permission.BUNDLE_MAKE)
def file(board: Board, year: int) -> ResponseReturnValue:
    """A year's documents as one archive; a reading in the trail."""
    if year not in bundle_years(session(), board.id):
        abort(404)
    actor, at = current_actor(), now()
    typeset = typeset_year(session(), board, year, actor=actor, at=at)
    out = TemporaryFile()  # noqa: SIM115 -- closed when the answer has been sent
    try:
        with recorded_reading() as open_session:
            make_bundle(open_session, board, year, out, typeset=typeset, actor=actor, at=at)
    except BaseException:
        out.close()
        raise
    out.seek(0)
    name = f"handlingar-{board.code.lower()}-{year}.zip"
    return send_file(out, "application/zip", as_attachment=True, download_name=name)
