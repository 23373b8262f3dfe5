"""Ingen ensam: one administrator alone never gets into somebody else's account.

A start password opens half of an account with a code, and a reset code the other half. Both by the
same hand would be to log in as that person, so the second one is another administrator's. Without
a code the password alone opens the account: there its roles wait for another to confirm them
(:func:`internkontroll.accounts.services.proposals.set_roles_aside`).
"""

from sqlalchemy.orm import Session

from internkontroll.accounts.models import AccountEvent, User
from internkontroll.accounts.queries import has_code
from internkontroll.core.access import Actor
from internkontroll.core.errors import NotAllowed
from internkontroll.trail.models import MUNICIPALITY_CHAIN, TrailRow
from internkontroll.trail.queries import history_select

_GAVE_PASSWORD = (
    AccountEvent.USER_CREATED,
    AccountEvent.USER_REOPENED,
    AccountEvent.PASSWORD_RESET,
)


def _latest_by(session: Session, user: User, *events: AccountEvent) -> int | None:
    """The account that did the latest of these to the user; None for the command line or nobody."""
    found = session.execute(
        history_select(MUNICIPALITY_CHAIN, "user", user.id)
        .where(TrailRow.event.in_([event.value for event in events]))
        .limit(1)
    ).first()
    payload = found[1] if found else None
    by: int | None = payload.body.get("user_id") if payload else None
    return by


def refuse_password_after_code(session: Session, user: User, actor: Actor) -> None:
    """Refuse a start password by whoever reset the account's code, until there is one again."""
    if actor.user_id is None or has_code(session, user.id):
        return
    if _latest_by(session, user, AccountEvent.CODE_RESET) == actor.user_id:
        raise NotAllowed(
            "Du har nollställt kontots kod. Be en annan administratör ge startlösenordet, så att "
            "ingen ensam kan komma in på någon annans konto."
        )


def refuse_code_after_password(session: Session, user: User, actor: Actor) -> None:
    """Refuse a reset of the code by whoever gave a start password that nobody has changed yet."""
    if actor.user_id is None or user.start_password_until is None:
        return
    if _latest_by(session, user, *_GAVE_PASSWORD) == actor.user_id:
        raise NotAllowed(
            "Du har gett kontot ett startlösenord. Be en annan administratör nollställa koden, så "
            "att ingen ensam kan komma in på någon annans konto."
        )
