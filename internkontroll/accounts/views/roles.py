"""Ett kontos roller: give one, end one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.accounts.forms import EndRoleForm, RoleForm
from internkontroll.accounts.models import RoleGrant, RoleProposal, User
from internkontroll.accounts.queries import account_select, grant_select
from internkontroll.accounts.rules import (
    TWO_PERSONS,
    AccountState,
    AuditTerms,
    Standing,
    standing_of,
)
from internkontroll.accounts.services import end_role, give_or_propose
from internkontroll.accounts.services.roles import RoleWish
from internkontroll.accounts.views.blueprint import bp
from internkontroll.accounts.words import DUTIES, place_words
from internkontroll.core.access import Permission, Role
from internkontroll.organisation.queries import RolePlace, role_places
from internkontroll.web.access import (
    current_actor,
    load_or_404,
    now,
    requires,
    session,
    today,
)
from internkontroll.web.forms import choices
from internkontroll.web.submission import page, submit


@dataclass(frozen=True)
class RoleRow:
    """A role of an account as the pages show it."""

    id: int
    role: Role
    place: str
    valid_from: date
    valid_to: date | None
    standing: Standing
    may_end: bool
    terms: str = ""
    """What a revisor is let in to, in words."""


_ORDER = {Standing.HOLDS: 0, Standing.COMING: 1, Standing.ENDED: 2}


def terms_words(grant: RoleGrant | RoleProposal) -> str:
    """What a revisor is let in to and by which decision; nothing for other roles."""
    if grant.role is not Role.AUDITOR:
        return ""
    reads = ["planer och beslutade uppföljningar"]
    if grant.reads_undecided:
        reads.append("uppföljningar före beslut")
    if grant.reads_secret:
        reads.append("sekretessbelagda poster")
    return f"Läser {', '.join(reads)}. Beslut: {grant.decision or 'inte angivet'}."


def role_rows(grants: Iterable[RoleGrant], on: date) -> list[RoleRow]:
    """The roles with where and when they hold; those that hold first."""
    rows = [
        RoleRow(
            id=grant.id,
            role=grant.role,
            place=place_words(
                grant.board.name if grant.board else None,
                grant.subcommittee.name if grant.subcommittee else None,
                grant.unit.name if grant.unit else None,
            ),
            valid_from=grant.valid_from,
            valid_to=grant.valid_to,
            standing=standing_of(grant.valid_from, grant.valid_to, on),
            may_end=grant.valid_to is None or grant.valid_to >= on,
            terms=terms_words(grant),
        )
        for grant in grants
    ]
    return sorted(rows, key=lambda row: (_ORDER[row.standing], row.valid_from, row.id))


def state_of(user: User) -> AccountState:
    """Whether the account is open, waits for its first own password, or is closed."""
    if not user.is_active:
        return AccountState.CLOSED
    return AccountState.WAITING if user.start_password_until else AccountState.OPEN


def _role_form(places: list[RolePlace], **more: object) -> RoleForm:
    form = RoleForm(**more)
    form.place.choices = choices([("", "Välj"), *((place.key, place.label) for place in places)])
    return form


def _new_page(user: User, form: RoleForm) -> ResponseReturnValue:
    return page(
        "accounts/role.html",
        form=form,
        user=user,
        duties={
            role.value: sentence + (" Ges av två." if role in TWO_PERSONS else "")
            for role, sentence in DUTIES.items()
        },
    )


@bp.get("/konton/<int:user_id>/roll")
@requires(Permission.ACCOUNT_MANAGE)
def role(user_id: int) -> ResponseReturnValue:
    """The form of a new role."""
    user = load_or_404(account_select(user_id))
    form = _role_form(role_places(session(), today()), valid_from=today())
    return _new_page(user, form)


@bp.post("/konton/<int:user_id>/roll")
@requires(Permission.ACCOUNT_MANAGE)
def give_role(user_id: int) -> ResponseReturnValue:
    """Give the account a role."""
    user = load_or_404(account_select(user_id))
    places = role_places(session(), today())
    form = _role_form(places)

    def act(open_session: Session) -> str:
        place = next(place for place in places if place.key == form.place.data)
        wish = RoleWish(
            Role(form.role.data),
            place.board,
            place.subcommittee_id,
            place.unit_id,
            form.valid_from.data,
            form.valid_to.data,
            AuditTerms(
                bool(form.reads_undecided.data),
                bool(form.reads_secret.data),
                form.decision.data or "",
            ),
        )
        give_or_propose(open_session, user, wish, actor=current_actor(), at=now())
        return url_for("accounts.show", user_id=user.id)

    done = "Rollen är sparad."
    if form.role.data in {role.value for role in TWO_PERSONS}:
        done = "Rollen är föreslagen. Den börjar gälla när en annan person har bekräftat den."
    if form.validate() and (answer := submit(form, act, done=done)):
        return answer
    return _new_page(user, form)


def _end_page(grant: RoleGrant, form: EndRoleForm) -> ResponseReturnValue:
    [row] = role_rows([grant], today())
    return page("accounts/end_role.html", form=form, user=grant.user, row=row)


@bp.get("/konton/<int:user_id>/roll/<int:grant_id>/avsluta")
@requires(Permission.ACCOUNT_MANAGE)
def ending(user_id: int, grant_id: int) -> ResponseReturnValue:
    """When a role is to end."""
    grant = load_or_404(grant_select(user_id, grant_id))
    return _end_page(grant, EndRoleForm(row_version=str(grant.row_version)))


@bp.post("/konton/<int:user_id>/roll/<int:grant_id>/avsluta")
@requires(Permission.ACCOUNT_MANAGE)
def end(user_id: int, grant_id: int) -> ResponseReturnValue:
    """End a role at once or after its last day."""
    grant, form = load_or_404(grant_select(user_id, grant_id)), EndRoleForm()

    def act(open_session: Session) -> str:
        end_role(
            open_session,
            grant,
            form.last_day.data,
            row_version=form.seen_version,
            actor=current_actor(),
            at=now(),
        )
        return url_for("accounts.show", user_id=user_id)

    if form.validate() and (answer := submit(form, act, done="Rollens sista dag är sparad.")):
        return answer
    if form.refused_with == 409:
        form.row_version.data = str(grant.row_version)
    return _end_page(grant, form)
