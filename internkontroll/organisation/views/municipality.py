"""Kommunen: its name and settings, and the reporting points that every year begins with."""

from datetime import date

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.core.dates import MONTHS
from internkontroll.organisation.forms import (
    ANY_YEAR,
    ChangeForm,
    DefaultPointForm,
    MunicipalityForm,
)
from internkontroll.organisation.models import DefaultPoint, Municipality
from internkontroll.organisation.queries import (
    all_boards,
    default_point_select,
    default_points,
    municipality,
)
from internkontroll.organisation.rules import DEFAULT_DUE_DAYS, PointTemplate
from internkontroll.organisation.services import (
    add_default_point,
    change_default_point,
    change_municipality,
    create_municipality,
    remove_default_point,
)
from internkontroll.organisation.views.blueprint import set_up
from internkontroll.web.access import current_actor, load_or_404, now, requires, session
from internkontroll.web.submission import page, submit


@set_up.get("/")
@requires(Permission.ORGANISATION_EDIT)
def index() -> ResponseReturnValue:
    """The municipality, its boards and its reporting points."""
    return page(
        "organisation/index.html",
        municipality=municipality(session()),
        boards=all_boards(session()),
        points=default_points(session()),
        months=MONTHS,
    )


def _settings_form(known: Municipality | None, **more: object) -> MunicipalityForm:
    if known is None:
        return MunicipalityForm(due_days=DEFAULT_DUE_DAYS, row_version="0", **more)
    return MunicipalityForm(
        name=known.name, due_days=known.due_days, row_version=str(known.row_version), **more
    )


@set_up.get("/kommun")
@requires(Permission.ORGANISATION_EDIT)
def settings() -> ResponseReturnValue:
    """The municipality's name and settings."""
    known = municipality(session())
    return page("organisation/municipality.html", form=_settings_form(known), municipality=known)


@set_up.post("/kommun")
@requires(Permission.ORGANISATION_EDIT)
def save_settings() -> ResponseReturnValue:
    """Name the municipality, or change its name and settings."""
    form, known = MunicipalityForm(), municipality(session())

    def act(open_session: Session) -> str:
        name, days = form.name.data or "", form.due_days.data
        actor, at = current_actor(), now()
        if known is None:
            create_municipality(open_session, name, due_days=days, actor=actor, at=at)
        else:
            change_municipality(
                open_session,
                known,
                name=name,
                due_days=days,
                row_version=form.seen_version,
                actor=actor,
                at=at,
            )
        return url_for("set_up.index")

    if form.validate() and (answer := submit(form, act, done="Kommunens uppgifter är sparade.")):
        return answer
    if form.refused_with == 409:
        form.set_beside(_settings_form(municipality(session()), formdata=None))
    return page("organisation/municipality.html", form=form, municipality=known)


def _template(form: DefaultPointForm) -> PointTemplate:
    end: date = form.period_end.data
    return PointTemplate(
        name=form.name.data or "",
        month=end.month,
        day=end.day,
        cut_off_days=form.cut_off_days.data,
        board_days=form.board_days.data,
        executive_days=form.executive_days.data,
    )


def _point_form(point: DefaultPoint, **more: object) -> DefaultPointForm:
    return DefaultPointForm(
        name=point.name,
        period_end=date(ANY_YEAR, point.month, point.day),
        cut_off_days=point.cut_off_days,
        board_days=point.board_days,
        executive_days=point.executive_days,
        row_version=str(point.row_version),
        **more,
    )


def _point_page(form: DefaultPointForm, point: DefaultPoint | None) -> ResponseReturnValue:
    return page("organisation/default_point.html", form=form, point=point)


@set_up.get("/rapporteringstidpunkter/ny")
@requires(Permission.ORGANISATION_EDIT)
def new_point() -> ResponseReturnValue:
    """The form of one more reporting point of the municipality."""
    return _point_page(DefaultPointForm(cut_off_days=21, board_days=28), None)


@set_up.post("/rapporteringstidpunkter/ny")
@requires(Permission.ORGANISATION_EDIT)
def create_point() -> ResponseReturnValue:
    """Give the municipality one more reporting point."""
    form = DefaultPointForm()

    def act(open_session: Session) -> str:
        add_default_point(open_session, _template(form), actor=current_actor(), at=now())
        return url_for("set_up.index")

    if form.validate() and (answer := submit(form, act, done="Tidpunkten är sparad.")):
        return answer
    return _point_page(form, None)


@set_up.get("/rapporteringstidpunkter/<int:default_point_id>")
@requires(Permission.ORGANISATION_EDIT)
def point(default_point_id: int) -> ResponseReturnValue:
    """One of the municipality's reporting points."""
    found = load_or_404(default_point_select(default_point_id))
    return _point_page(_point_form(found), found)


@set_up.post("/rapporteringstidpunkter/<int:default_point_id>")
@requires(Permission.ORGANISATION_EDIT)
def save_point(default_point_id: int) -> ResponseReturnValue:
    """Change one of the municipality's reporting points."""
    found, form = load_or_404(default_point_select(default_point_id)), DefaultPointForm()

    def act(open_session: Session) -> str:
        change_default_point(
            open_session,
            found,
            _template(form),
            row_version=form.seen_version,
            actor=current_actor(),
            at=now(),
        )
        return url_for("set_up.index")

    if form.validate() and (answer := submit(form, act, done="Tidpunkten är sparad.")):
        return answer
    if form.refused_with == 409:
        form.set_beside(_point_form(found, formdata=None))
    return _point_page(form, found)


@set_up.get("/rapporteringstidpunkter/<int:default_point_id>/ta-bort")
@requires(Permission.ORGANISATION_EDIT)
def remove_point(default_point_id: int) -> ResponseReturnValue:
    """What it means to remove one of the municipality's reporting points."""
    found = load_or_404(default_point_select(default_point_id))
    form = ChangeForm(row_version=str(found.row_version))
    return page("organisation/remove_default_point.html", form=form, point=found)


@set_up.post("/rapporteringstidpunkter/<int:default_point_id>/ta-bort")
@requires(Permission.ORGANISATION_EDIT)
def remove_point_now(default_point_id: int) -> ResponseReturnValue:
    """Remove one of the municipality's reporting points."""
    found, form = load_or_404(default_point_select(default_point_id)), ChangeForm()

    def act(open_session: Session) -> str:
        remove_default_point(
            open_session, found, row_version=form.seen_version, actor=current_actor(), at=now()
        )
        return url_for("set_up.index")

    if form.validate() and (answer := submit(form, act, done="Tidpunkten är borttagen.")):
        return answer
    if form.refused_with == 409:
        form.row_version.data = str(found.row_version)
    return page("organisation/remove_default_point.html", form=form, point=found)
