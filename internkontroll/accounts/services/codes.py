"""Engångskoder och reservkoder: set up, confirm, give at login, renew, reset."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.accounts.models import (
    AccountEvent,
    LoginSession,
    LoginWay,
    PendingLogin,
    RecoveryCode,
    SecondFactor,
    User,
)
from internkontroll.accounts.policy import PERMISSIONS
from internkontroll.accounts.queries import has_code, pending_user, recovery_codes_left
from internkontroll.accounts.rules import session_digest
from internkontroll.accounts.rules.codes import (
    RECOVERY_CODES,
    accepted_step,
    folded_recovery,
    recovery_digest,
)
from internkontroll.accounts.services.buckets import (
    STRANGER,
    Asker,
    buckets_of,
    forget_failures,
    may_try,
    note_failure,
    take_turns,
)
from internkontroll.accounts.services.hashing import recovery_code
from internkontroll.accounts.services.login import PENDING_LASTS, end_sessions, let_in
from internkontroll.accounts.services.passwords import CheckedPassword
from internkontroll.accounts.services.sealing import Sealer
from internkontroll.accounts.services.takeover import refuse_code_after_password
from internkontroll.core.access import Actor, Permission, Scope, ensure
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.core.text import clean_line
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from internkontroll.trail.services import record

WRONG_CODE = (
    "Koden stämmer inte, har redan använts, eller så har det varit för många försök. "
    "Vänta på nästa kod och försök igen, eller vänta en kvart."
)


@dataclass(frozen=True)
class CodeResult:
    """What came of a code at login. ``gone``: the half login had ended, and begins anew."""

    token: str | None
    gone: bool = False
    recovery_left: int | None = None
    """How many reserve codes are left, if one of them was used now."""


def _trace(
    session: Session,
    user_id: int,
    event: AccountEvent,
    actor: Actor,
    at: datetime,
    data: dict[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    record(
        session,
        chain=MUNICIPALITY_CHAIN,
        actor=actor,
        at=at,
        event=event,
        subject=("user", user_id),
        data=data,
        reason=reason,
    )


def _own_id(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotAllowed("Bara den som har ett konto kan logga in med kod.")
    return actor.user_id


def use_code(
    session: Session, user_id: int, code: str, *, sealer: Sealer, at: datetime
) -> LoginWay | None:
    """Använd en kod or a reserve code, once; None if it opens nothing."""
    folded = folded_recovery(code)
    if folded is not None:
        used = session.execute(
            sa.update(RecoveryCode)
            .where(
                RecoveryCode.user_id == user_id,
                RecoveryCode.digest == recovery_digest(user_id, folded),
                RecoveryCode.used_at.is_(None),
            )
            .values(used_at=at)
        )
        return LoginWay.RECOVERY_CODE if used.rowcount == 1 else None  # type: ignore[attr-defined]
    factor = session.get(SecondFactor, user_id)
    if factor is None or factor.confirmed_at is None or factor.sealed_secret is None:
        return None
    secret = sealer.open(user_id, factor.sealed_secret)
    if secret is None:
        raise Conflict(
            "Koden går inte att pröva, för programmets nyckel har bytts. Använd en reservkod, "
            "eller be en administratör nollställa inloggning med kod."
        )
    step = accepted_step(secret, code, at=at, last_step=factor.last_step)
    if step is None or not _take_step(session, user_id, step):
        return None
    return LoginWay.CODE


def _take_step(session: Session, user_id: int, step: int) -> bool:
    taken = session.execute(
        sa.update(SecondFactor)
        .where(
            SecondFactor.user_id == user_id,
            sa.or_(SecondFactor.last_step.is_(None), SecondFactor.last_step < step),
        )
        .values(last_step=step)
    )
    return bool(taken.rowcount == 1)  # type: ignore[attr-defined]


def give_code(
    session: Session,
    pending: str,
    code: str,
    *,
    sealer: Sealer,
    at: datetime,
    tries: int,
    window: timedelta,
    device: str | None = None,
    asker: Asker = STRANGER,
    replaces: str | None = None,
) -> CodeResult:
    """Lämna koden: the second step of a login, which opens the session.

    Failures count with those of the password; a half login is used up by the code that opens.
    """
    user = pending_user(session, pending, since=at - PENDING_LASTS)
    if user is None:
        return CodeResult(token=None, gone=True)
    buckets = buckets_of(user.username, asker)
    take_turns(session, buckets)
    if not may_try(session, buckets, at=at, tries=tries, window=window):
        return CodeResult(token=None)
    way = use_code(session, user.id, code, sealer=sealer, at=at)
    if way is None:
        note_failure(session, buckets, at)
        return CodeResult(token=None)
    spent = session.execute(
        sa.delete(PendingLogin).where(PendingLogin.digest == session_digest(pending))
    )
    if spent.rowcount != 1:  # type: ignore[attr-defined]
        return CodeResult(token=None, gone=True)
    forget_failures(session, buckets)
    token = let_in(session, user, way, device=device, is_strong=True, replaces=replaces, at=at)
    left = recovery_codes_left(session, user.id) if way is LoginWay.RECOVERY_CODE else None
    return CodeResult(token=token, recovery_left=left)


def begin_code(
    session: Session, checked: CheckedPassword, *, sealer: Sealer, actor: Actor, at: datetime
) -> SecondFactor:
    """Börja med kod: a new secret, to be read by the telephone and confirmed by a code.

    A secret that the account has already goes on holding until then. ``checked`` shows that the
    person has just given the password. Raises NotAllowed without it.
    """
    import pyotp

    user_id = _own_id(actor)
    if not checked.right or checked.user_id != user_id:
        raise NotAllowed("Inloggning med kod ändras bara av den som kan lösenordet.")
    sealed = sealer.seal(user_id, pyotp.random_base32())
    factor = session.get(SecondFactor, user_id)
    if factor is None:
        factor = SecondFactor(user_id=user_id)
        session.add(factor)
    factor.coming_secret = sealed
    session.flush()
    return factor


def coming_secret(session: Session, *, sealer: Sealer, actor: Actor) -> str | None:
    """The secret that waits to be confirmed by its own person; None if none does."""
    factor = session.get(SecondFactor, _own_id(actor))
    if factor is None or factor.coming_secret is None:
        return None
    return sealer.open(factor.user_id, factor.coming_secret)


def confirm_code(
    session: Session, code: str, *, sealer: Sealer, actor: Actor, at: datetime
) -> list[str]:
    """Bekräfta med en kod: from now on a login asks for one. Returns the reserve codes, once.

    Every other session of the account is dead, and this one counts as logged in with a code.
    Raises InvalidTransition if nothing waits, InvalidInput on a code that is not the secret's.
    """
    user_id = _own_id(actor)
    factor = session.get(SecondFactor, user_id)
    sealed = factor.coming_secret if factor else None
    secret = sealer.open(user_id, sealed) if sealed else None
    if factor is None or secret is None:
        raise InvalidTransition("Det finns ingen kod att bekräfta. Börja om med lösenordet.")
    step = accepted_step(secret, code, at=at, last_step=None)
    if step is None:
        raise InvalidInput(
            "Koden är inte den som telefonen ska visa nu. Vänta på nästa och skriv den, och se "
            "efter att telefonens klocka ställs automatiskt.",
            field="code",
        )
    replaced = factor.confirmed_at is not None
    changed = session.execute(
        sa.update(SecondFactor)
        .where(SecondFactor.user_id == user_id, SecondFactor.coming_secret == sealed)
        .values(sealed_secret=sealed, coming_secret=None, confirmed_at=at, last_step=step)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("Koden byttes under tiden. Läs om sidan och börja om.")
    session.refresh(factor)
    ended = end_sessions(session, user_id, at=at, but=actor.session_digest)
    _make_strong(session, actor)
    codes = _new_recovery_codes(session, user_id)
    _trace(
        session,
        user_id,
        AccountEvent.CODE_SET_UP,
        actor,
        at,
        {"replaced": replaced, "sessions_ended": ended},
    )
    return codes


def _make_strong(session: Session, actor: Actor) -> None:
    session.execute(
        sa.update(LoginSession)
        .where(LoginSession.digest == actor.session_digest, LoginSession.ended_at.is_(None))
        .values(is_strong=True)
        .execution_options(synchronize_session=False)
    )


def _new_recovery_codes(session: Session, user_id: int) -> list[str]:
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = [recovery_code() for _ in range(RECOVERY_CODES)]
    for code in codes:
        folded = folded_recovery(code)
        assert folded is not None  # noqa: S101 -- we wrote it ourselves
        session.add(RecoveryCode(user_id=user_id, digest=recovery_digest(user_id, folded)))
    session.flush()
    return codes


def renew_recovery_codes(
    session: Session, checked: CheckedPassword, *, actor: Actor, at: datetime
) -> list[str]:
    """Ge nya reservkoder, shown once; the old ones open nothing.

    Raises NotAllowed without the password, InvalidTransition for an account without codes.
    """
    user_id = _own_id(actor)
    if not checked.right or checked.user_id != user_id:
        raise NotAllowed("Nya reservkoder ges bara till den som kan lösenordet.")
    if not has_code(session, user_id):
        raise InvalidTransition("Du loggar inte in med kod än. Börja med det först.")
    codes = _new_recovery_codes(session, user_id)
    _trace(session, user_id, AccountEvent.RECOVERY_RENEWED, actor, at, {"codes": len(codes)})
    return codes


def reset_code(session: Session, user: User, *, reason: str, actor: Actor, at: datetime) -> None:
    """Nollställ inloggning med kod for somebody whose telephone is gone.

    The secret and the reserve codes are deleted and every session is dead. Refused for one's own
    account and for whoever gave it a start password that waits (NotAllowed), without a reason
    (InvalidInput) and where there is no code (InvalidTransition).
    """
    ensure(actor, Permission.ACCOUNT_MANAGE, Scope(None), swedish_day(at), PERMISSIONS)
    if actor.user_id is not None and actor.user_id == user.id:
        raise NotAllowed("Du kan inte nollställa din egen kod. Be en annan administratör.")
    refuse_code_after_password(session, user, actor)
    reason = clean_line(reason)
    if not reason:
        raise InvalidInput("Skriv varför koden nollställs.", field="reason")
    gone = session.execute(sa.delete(SecondFactor).where(SecondFactor.user_id == user.id))
    if gone.rowcount != 1:  # type: ignore[attr-defined]
        raise InvalidTransition("Kontot loggar inte in med kod. Det finns inget att nollställa.")
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    ended = end_sessions(session, user.id, at=at)
    _trace(session, user.id, AccountEvent.CODE_RESET, actor, at, {"sessions_ended": ended}, reason)
