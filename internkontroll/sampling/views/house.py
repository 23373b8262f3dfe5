"""Kommunens egna stickprovsstorlekar: one table for the whole municipality."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.core.access import Permission
from internkontroll.sampling.forms import HouseSizesForm, house_sizes_form
from internkontroll.sampling.queries import house_sizes, house_sizes_version
from internkontroll.sampling.rules import DEFAULT_PRACTICE, Recurrence, practice_rows
from internkontroll.sampling.services import change_house_sizes
from internkontroll.sampling.words import WORDS
from internkontroll.web.access import current_actor, now, requires, session
from internkontroll.web.submission import page, submit

house = Blueprint("house_sizes", __name__, url_prefix="/organisation/stickprovsstorlekar")

NAMES = {each: WORDS[each] for each in Recurrence}


def _filled_in() -> HouseSizesForm:
    known = {**DEFAULT_PRACTICE, **house_sizes(session())}
    values: dict[str, int | str] = {"row_version": str(house_sizes_version(session()))}
    for each, one in known.items():
        values |= {f"{each.value}_least": one.least, f"{each.value}_most": one.most}
    return house_sizes_form(NAMES, values)


def _table_page(form: HouseSizesForm) -> ResponseReturnValue:
    return page("sampling/house_sizes.html", form=form, rows=practice_rows(house_sizes(session())))


@house.get("/")
@requires(Permission.ORGANISATION_EDIT)
def edit() -> ResponseReturnValue:
    """The municipality's table, to change."""
    return _table_page(_filled_in())


@house.post("/")
@requires(Permission.ORGANISATION_EDIT)
def save() -> ResponseReturnValue:
    """Save the whole table."""
    form = house_sizes_form(NAMES)

    def act(open_session: Session) -> str:
        change_house_sizes(
            open_session,
            form.numbers(),
            row_version=form.seen_version,
            actor=current_actor(),
            at=now(),
        )
        return url_for("house_sizes.edit")

    if form.validate() and (answer := submit(form, act, done="Antalen är sparade.")):
        return answer
    if form.refused_with == 409:
        form.set_beside(_filled_in())
    return _table_page(form)
