"""Codes at login, reserve codes, and the municipality's own login."""

import sqlalchemy as sa
from alembic import op

from internkontroll.core.base import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STRENGTH = ("is_strong", "from_provider")


def _user(**more: object) -> sa.Column[int]:
    return sa.Column("user_id", sa.Integer(), nullable=False, **more)  # type: ignore[arg-type]


def _of_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["user_id"], ["user_account.id"], name=op.f(f"fk_{table}_user_id"), ondelete="RESTRICT"
    )


def upgrade() -> None:
    """Make the tables; sessions that are open gave no code."""
    with op.batch_alter_table("login_session") as batch:
        for name in STRENGTH:
            batch.add_column(
                sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
            )
    with op.batch_alter_table("login_session") as batch:
        for name in STRENGTH:
            batch.alter_column(name, server_default=None, existing_type=sa.Boolean())
    op.create_table(
        "pending_login",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        _user(),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        _of_user("pending_login"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_login")),
        sa.UniqueConstraint("digest", name=op.f("uq_pending_login_digest")),
    )
    op.create_index(op.f("ix_pending_login_user_id"), "pending_login", ["user_id"])
    op.create_table(
        "second_factor",
        _user(autoincrement=False),
        sa.Column("sealed_secret", sa.Text(), nullable=True),
        sa.Column("coming_secret", sa.Text(), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=True),
        _of_user("second_factor"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        _user(),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        _of_user("recovery_code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("user_id", "digest", name=op.f("uq_recovery_code_user_id_digest")),
    )
    op.create_table(
        "external_identity",
        sa.Column("id", sa.Integer(), nullable=False),
        _user(),
        sa.Column("issuer", sa.String(length=400), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        _of_user("external_identity"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_identity")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_external_identity_issuer_subject")),
    )
    op.create_index(op.f("ix_external_identity_user_id"), "external_identity", ["user_id"])
    op.create_table(
        "provider_grant",
        sa.Column("grant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("issuer", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(
            ["grant_id"],
            ["role_grant.id"],
            name=op.f("fk_provider_grant_grant_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("grant_id", name=op.f("pk_provider_grant")),
    )


def downgrade() -> None:
    """Take them away: accounts with codes log in by password alone again."""
    for table in (
        "provider_grant",
        "external_identity",
        "recovery_code",
        "second_factor",
        "pending_login",
    ):
        op.drop_table(table)
    with op.batch_alter_table("login_session") as batch:
        for name in reversed(STRENGTH):
            batch.drop_column(name)
