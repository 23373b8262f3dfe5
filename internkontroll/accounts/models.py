"""Konton, roller med räckvidd, inloggningar och sessioner på servern."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internkontroll.core.access import Role
from internkontroll.core.base import Base, Pk, Sha256
from internkontroll.organisation.models import Board, Subcommittee, Unit


class AccountEvent(StrEnum):
    """What the trail says happened to accounts."""

    USER_CREATED = "user:created"
    USER_RENAMED = "user:renamed"
    USER_CLOSED = "user:closed"
    USER_REOPENED = "user:reopened"
    ROLE_GRANTED = "role:granted"
    ROLE_ENDED = "role:ended"
    ROLE_PROPOSED = "role:proposed"
    ROLE_REFUSED = "role:refused"
    PASSWORD_RESET = "user:password-reset"  # noqa: S105 -- an event's name
    PASSWORD_CHANGED = "user:password-changed"  # noqa: S105 -- an event's name
    LOGGED_IN = "user:logged-in"
    LOGGED_OUT = "user:logged-out"
    SESSIONS_ENDED = "user:sessions-ended"
    CODE_SET_UP = "user:code-set-up"
    CODE_RESET = "user:code-reset"
    RECOVERY_RENEWED = "user:recovery-renewed"
    IDENTITY_LINKED = "user:identity-linked"
    ROLES_FROM_PROVIDER = "user:roles-from-provider"


class LoginWay(StrEnum):
    """Hur någon loggade in, as the trail tells it."""

    PASSWORD = "password"  # noqa: S105 -- a way's name
    CODE = "code"
    RECOVERY_CODE = "recovery-code"
    PROVIDER = "provider"


class Bucket(StrEnum):
    """Hinken som ett misslyckat försök räknas i."""

    ACCOUNT = "account"
    BROWSER = "browser"
    ADDRESS = "address"


class ProposalState(StrEnum):
    """Föreslagen rolls läge."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class User(Base):
    """Konto: a person who logs in; ``title`` is what the screen calls them.

    ``start_password_until``: the password was made by the program for somebody else to hand over.
    Until it has been changed nothing else can be done, and after that moment it opens nothing.
    """

    __tablename__ = "user_account"
    __table_args__ = (
        sa.UniqueConstraint("username"),
        sa.CheckConstraint("username = lower(username)", name="username_lower"),
    )

    id: Mapped[Pk]
    username: Mapped[str] = mapped_column(sa.String(80))
    title: Mapped[str]
    password_hash: Mapped[str]
    is_active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    start_password_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    row_version: Mapped[int] = mapped_column(default=1)

    grants: Mapped[list["RoleGrant"]] = relationship(back_populates="user")


class RoleTerms:
    """Rollens villkor: who, as what, where and from when to when; given or only proposed."""

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="RESTRICT"))
    role: Mapped[Role]
    board_id: Mapped[int | None] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    subcommittee_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("subcommittee.id", ondelete="RESTRICT")
    )
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id", ondelete="RESTRICT"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    reads_undecided: Mapped[bool] = mapped_column(default=False)
    reads_secret: Mapped[bool] = mapped_column(default=False)
    decision: Mapped[str | None]


class RoleGrant(RoleTerms, Base):
    """Tilldelad roll: a role in the municipality, a board, a committee or a unit, with dates.

    ``reads_undecided``, ``reads_secret`` and ``decision`` are a revisor's alone: what the auditors
    decided that they need to read, and by which decision.
    """

    __tablename__ = "role_grant"
    __table_args__ = (
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates"),
        sa.CheckConstraint(
            "(subcommittee_id IS NULL AND unit_id IS NULL) OR board_id IS NOT NULL",
            name="inside_a_board",
        ),
        sa.CheckConstraint(
            "role = 'auditor' OR (NOT reads_undecided AND NOT reads_secret)", name="auditors_alone"
        ),
        sa.Index(None, "user_id"),
    )

    id: Mapped[Pk]
    row_version: Mapped[int] = mapped_column(default=1)

    user: Mapped[User] = relationship(back_populates="grants")
    board: Mapped[Board | None] = relationship()
    subcommittee: Mapped[Subcommittee | None] = relationship()
    unit: Mapped[Unit | None] = relationship()


class RoleProposal(RoleTerms, Base):
    """Föreslagen roll: what one person has proposed and another is to confirm. It gives nothing."""

    __tablename__ = "role_proposal"
    __table_args__ = (
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates"),
        sa.CheckConstraint("(state = 'proposed') = (settled_at IS NULL)", name="settled"),
        sa.CheckConstraint("(state = 'refused') = (reason IS NOT NULL)", name="refused_why"),
        sa.CheckConstraint(
            "settled_by_id IS NULL OR (settled_by_id <> user_id AND "
            "(state <> 'confirmed' OR settled_by_id <> proposed_by_id))",
            name="two_persons",
        ),
        sa.Index(None, "state", "board_id"),
        sa.Index(None, "user_id"),
    )

    id: Mapped[Pk]
    state: Mapped[ProposalState] = mapped_column(default=ProposalState.PROPOSED)
    proposed_by_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    proposed_at: Mapped[datetime]
    settled_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    settled_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    """Why it was refused."""

    user: Mapped[User] = relationship(foreign_keys="RoleProposal.user_id")
    proposed_by: Mapped[User] = relationship(foreign_keys=proposed_by_id)
    board: Mapped[Board | None] = relationship()
    subcommittee: Mapped[Subcommittee | None] = relationship()
    unit: Mapped[Unit | None] = relationship()


class LoginSession(Base):
    """Inloggad session: lives here and nowhere else; the cookie carries only its secret name.

    ``device`` is what the browser says it is, roughly ("Firefox, Windows"), for its owner to see.
    ``is_strong``: a code was given, or the municipality's login vouched for as much.
    ``from_provider``: opened by the municipality's login and not by a password of ours.
    """

    __tablename__ = "login_session"
    __table_args__ = (sa.UniqueConstraint("digest"), sa.Index(None, "user_id"))

    id: Mapped[Pk]
    digest: Mapped[Sha256]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="RESTRICT"))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    device: Mapped[str | None] = mapped_column(sa.String(60))
    is_strong: Mapped[bool] = mapped_column(default=False)
    from_provider: Mapped[bool] = mapped_column(default=False)


class PendingLogin(Base):
    """Halv inloggning: the password was right and the code has not been given. No session yet."""

    __tablename__ = "pending_login"
    __table_args__ = (sa.UniqueConstraint("digest"), sa.Index(None, "user_id"))

    id: Mapped[Pk]
    digest: Mapped[Sha256]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="RESTRICT"))
    created_at: Mapped[datetime]


class SecondFactor(Base):
    """Engångskod: the secret that an account's telephone shares with the program, sealed.

    ``coming_secret`` has been shown and not yet confirmed by a code; until then the old one holds.
    ``last_step`` is the latest step of 30 seconds whose code has opened something.
    """

    __tablename__ = "second_factor"

    user_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT"), primary_key=True, autoincrement=False
    )
    sealed_secret: Mapped[str | None]
    coming_secret: Mapped[str | None]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int | None]


class RecoveryCode(Base):
    """Reservkod: opens once instead of a code, when the telephone is away."""

    __tablename__ = "recovery_code"
    __table_args__ = (sa.UniqueConstraint("user_id", "digest"),)

    id: Mapped[Pk]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="RESTRICT"))
    digest: Mapped[Sha256]
    used_at: Mapped[datetime | None]


class ExternalIdentity(Base):
    """Kommunens inloggning för ett konto: who vouches for it, and what it calls the person there.

    Keyed by issuer and subject, the only pair that a provider never gives to somebody else
    (OpenID Connect Core 1.0, 5.7); a name or an e-mail address may change hands.
    """

    __tablename__ = "external_identity"
    __table_args__ = (sa.UniqueConstraint("issuer", "subject"), sa.Index(None, "user_id"))

    id: Mapped[Pk]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="RESTRICT"))
    issuer: Mapped[str] = mapped_column(sa.String(400))
    subject: Mapped[str] = mapped_column(sa.String(255))
    created_at: Mapped[datetime]


class ProviderGrant(Base):
    """En roll som kommunens inloggning gav: renewed at each login, and ended when gone there."""

    __tablename__ = "provider_grant"

    grant_id: Mapped[int] = mapped_column(
        sa.ForeignKey("role_grant.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    issuer: Mapped[str] = mapped_column(sa.String(400))


class LoginFailure(Base):
    """Misslyckad inloggning: counted per typed user name, whether or not there is such a user.

    Also per address that strangers ask from. Neither name nor address can be read out of it.
    """

    __tablename__ = "login_failure"
    __table_args__ = (sa.Index(None, "bucket", "digest", "at"), sa.Index(None, "bucket", "at"))

    id: Mapped[Pk]
    bucket: Mapped[Bucket]
    digest: Mapped[Sha256]
    at: Mapped[datetime]


class Submission(Base):
    """Inskickat formulär: the key of a form that has had its effect, and where that is shown."""

    __tablename__ = "submission"
    __table_args__ = (sa.PrimaryKeyConstraint("user_id", "key"),)

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="RESTRICT"))
    key: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime]
    location: Mapped[str]


class FormDraft(Base):
    """Kvarlämnad text: what was sent after the session had ended, kept for the same person.

    Nothing of it has been executed. ``path`` is where the form goes, ``page`` where it is shown;
    ``fields`` are pairs of name and value, never a password or a file. It lasts a day.
    """

    __tablename__ = "form_draft"
    __table_args__ = (sa.UniqueConstraint("user_id", "path"), sa.Index(None, "at"))

    id: Mapped[Pk]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="RESTRICT"))
    path: Mapped[str] = mapped_column(sa.String(400))
    page: Mapped[str] = mapped_column(sa.String(1000))
    fields: Mapped[dict[str, Any]]
    at: Mapped[datetime]
