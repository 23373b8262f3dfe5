"""Kommunstyrelsens own assessment in its samlade bild, a row for each version."""

import sqlalchemy as sa
from alembic import op

from internkontroll.core.base import UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The municipality's own table: no board's wall stands before it."""
    op.create_table(
        "oversight_summary",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("point", sa.String(length=40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "overall",
            sa.Enum(
                "sufficient",
                "partly",
                "insufficient",
                name="overallassessment",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("grounds", sa.Text(), nullable=False),
        sa.Column("proposals", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_oversight_summary_revision")),
        sa.CheckConstraint("length(grounds) > 0", name=op.f("ck_oversight_summary_grounds")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["user_account.id"],
            name=op.f("fk_oversight_summary_recorded_by_id_user_account"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oversight_summary")),
        sa.UniqueConstraint(
            "year", "point", "revision", name=op.f("uq_oversight_summary_year_point_revision")
        ),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("oversight_summary")
