"""Kommunstyrelsens beslut om samlade bilden, and the correction of one."""

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.reporting.forms import OversightDecisionForm
from internkontroll.reporting.queries.oversight import standing_decision
from internkontroll.reporting.services import Minutes
from internkontroll.reporting.services.oversight import decide_oversight
from internkontroll.reporting.views.oversight import POINT, bp, report_or_404
from internkontroll.web.access import current_actor, now, requires, session
from internkontroll.web.submission import page, submit


@bp.get(f"{POINT}/beslut")
@requires(Permission.OVERSIGHT_DECIDE)
def decide(year: int, point: str) -> ResponseReturnValue:
    """The page where kommunstyrelsens decision is recorded."""
    return _decide_page(year, point, None)


@bp.post(f"{POINT}/beslut")
@requires(Permission.OVERSIGHT_DECIDE)
def save_decision(year: int, point: str) -> ResponseReturnValue:
    """Record kommunstyrelsens decision: the picture is frozen."""
    form = OversightDecisionForm()

    def act(open_session: Session) -> str:
        decide_oversight(
            open_session,
            year,
            point,
            Minutes(**form.told()),
            form.reason.data or "",
            version=form.version_seen,
            actor=current_actor(),
            at=now(),
        )
        return url_for("oversight.show", year=year, point=point)

    done = "Beslutet är registrerat. Bilden är sparad så som den beslutades."
    if form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return _decide_page(year, point, form)


def _decide_page(year: int, point: str, form: OversightDecisionForm | None) -> ResponseReturnValue:
    report = report_or_404(year, point)
    decided = standing_decision(session(), year, point)
    version = str(decided.version if decided else 0)
    if form is None:
        form = OversightDecisionForm(None, body="Kommunstyrelsen", row_version=version)
    elif form.refused_with == 409:
        form.row_version.data = version
    return page(
        "oversight/decide.html",
        form=form,
        report=report,
        decided=decided,
        where={"year": year, "point": point},
    )
