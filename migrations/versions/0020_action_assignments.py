"""Who answered for an action until when: a report as of an earlier day needs to know."""

import sqlalchemy as sa
from alembic import op

from internkontroll.core.base import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    parents = {
        "action_id": "action",
        "old_responsible_id": "user_account",
        "new_responsible_id": "user_account",
    }
    op.create_table(
        "action_assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("old_responsible_id", sa.Integer(), nullable=True),
        sa.Column("new_responsible_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{table}.id"],
                name=op.f(f"fk_action_assignment_{column}"),
                ondelete="RESTRICT",
            )
            for column, table in parents.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_assignment")),
    )
    op.create_index(op.f("ix_action_assignment_action_id"), "action_assignment", ["action_id"])


def downgrade() -> None:
    """Take the table away."""
    op.drop_index(op.f("ix_action_assignment_action_id"), table_name="action_assignment")
    op.drop_table("action_assignment")
