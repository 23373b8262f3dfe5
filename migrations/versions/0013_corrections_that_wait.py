"""The corrections that wait for a signature are found without looking through the others."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

WAITS = "corrects_id IS NOT NULL AND signed_at IS NULL AND returned_at IS NULL"


def upgrade() -> None:
    """Index them: they are few at any moment."""
    op.create_index(
        "ix_conclusion_correction_waits",
        "conclusion",
        ["occurrence_id"],
        sqlite_where=sa.text(WAITS),
        postgresql_where=sa.text(WAITS),
    )


def downgrade() -> None:
    """Look through all of them."""
    op.drop_index("ix_conclusion_correction_waits", "conclusion")
