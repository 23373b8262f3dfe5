"""Nämndernas paket: ordered together, made by the worker, fetched one by one or all at once."""

import zipfile
from tempfile import TemporaryFile

from flask import Blueprint, Response, abort, current_app, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session, undefer

from internkontroll.archive.models import PackageState, ReportPackage
from internkontroll.archive.queries.packages import package_progress, package_select
from internkontroll.archive.services.packages import KEPT_FOR, order_packages
from internkontroll.core.access import Permission
from internkontroll.core.transaction import after_commit
from internkontroll.organisation.rules import FIRST_YEAR, LAST_YEAR
from internkontroll.reporting.queries.oversight import has_point
from internkontroll.web.access import current_actor, may, now, requires, session
from internkontroll.web.forms import BaseForm
from internkontroll.web.submission import page, submit

packages = Blueprint("packages", __name__, url_prefix="/kommunstyrelsen/samlad-bild")

PACKAGES = f"/<int(min={FIRST_YEAR},max={LAST_YEAR}):year>/<path:point>/paket"
_FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)


class OrderForm(BaseForm):
    """Beställningen: a button alone."""


def file_name(code: str, year: int, point: str) -> str:
    """What a nämnd's package is called."""
    return f"paket-{code.lower()}-{year}-{point}.zip".replace("/", "-").replace(" ", "-")


@packages.get(PACKAGES)
@requires(Permission.OVERSIGHT_WRITE)
def index(year: int, point: str) -> ResponseReturnValue:
    """Which packages there are, and how far those that are being made have come."""
    return _index(year, point, OrderForm())


@packages.post(PACKAGES)
@requires(Permission.OVERSIGHT_WRITE)
def order(year: int, point: str) -> ResponseReturnValue:
    """Order the packages of every nämnd that has sent its report."""
    form = OrderForm()

    def act(open_session: Session) -> str:
        order_packages(open_session, year, point, actor=current_actor(), at=now())
        if kick := current_app.extensions.get("kick_worker"):
            after_commit(open_session, kick)
        return url_for("packages.index", year=year, point=point)

    done = "Paketen är beställda. Sidan visar hur många som är klara."
    if form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return _index(year, point, form)


def _index(year: int, point: str, form: OrderForm) -> ResponseReturnValue:
    if not has_point(session(), year, point):
        abort(404)
    return page(
        "archive/packages.html",
        form=form,
        progress=package_progress(session(), year, point),
        states=PackageState,
        kept_days=KEPT_FOR.days,
        where={"year": year, "point": point},
        may_order=may(Permission.OVERSIGHT_WRITE),
    )


def _finished(year: int, point: str, code: str) -> ReportPackage | None:
    found = package_select(year, point, code.upper()).options(undefer(ReportPackage.content))
    return session().scalar(found)


@packages.get(f"{PACKAGES}/<code>.zip")
@requires(Permission.OVERSIGHT_WRITE)
def file(year: int, point: str, code: str) -> ResponseReturnValue:
    """A nämnd's package."""
    package = _finished(year, point, code)
    if package is None:
        abort(404)
    answer = Response(package.content, content_type="application/zip")
    name = file_name(code, year, point)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


@packages.get(f"{PACKAGES}/alla")
@requires(Permission.OVERSIGHT_WRITE)
def all_files(year: int, point: str) -> ResponseReturnValue:
    """Every package that is made, together; one at a time is in memory."""
    done = [
        entry
        for entry in package_progress(session(), year, point).entries
        if entry.state is PackageState.DONE
    ]
    if not done:
        abort(404)
    out = TemporaryFile()  # noqa: SIM115 -- closed when the answer has been sent
    try:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for entry in done:
                package = _finished(year, point, entry.code)
                if package is not None and package.content is not None:
                    info = zipfile.ZipInfo(file_name(entry.code, year, point), _FIRST_DAY_OF_ZIP)
                    archive.writestr(info, package.content)
                    session().expunge(package)
    except BaseException:
        out.close()
        raise
    out.seek(0)
    name = file_name("alla", year, point)
    return send_file(out, "application/zip", as_attachment=True, download_name=name)
