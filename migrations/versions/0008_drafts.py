"""What was typed when the session had ended is kept for a day, for the same person."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of kept forms."""
    op.create_table(
        "form_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=400), nullable=False),
        sa.Column("page", sa.String(length=1000), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_form_draft_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_draft")),
        sa.UniqueConstraint("user_id", "path", name=op.f("uq_form_draft_user_id_path")),
    )
    op.create_index(op.f("ix_form_draft_at"), "form_draft", ["at"], unique=False)


def downgrade() -> None:
    """Take it away: what is kept is at most a day old and nobody's record."""
    op.drop_index(op.f("ix_form_draft_at"), table_name="form_draft")
    op.drop_table("form_draft")
