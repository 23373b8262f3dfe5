"""A tjänsteskrivelse for each version of a report."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_OF_REVISION = op.f("uq_cover_memo_report_id_revision")
_OF_VERSION = op.f("uq_cover_memo_report_id_version_revision")


def upgrade() -> None:
    """What was written until now belongs to the version that stands, as it was shown."""
    with op.batch_alter_table("cover_memo") as batch:
        batch.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.execute(
        "UPDATE cover_memo SET version = "
        "(SELECT r.version FROM follow_up_report r WHERE r.id = cover_memo.report_id)"
    )
    with op.batch_alter_table("cover_memo") as batch:
        batch.alter_column("version", server_default=None, existing_type=sa.Integer())
        batch.drop_constraint(_OF_REVISION, type_="unique")
        batch.create_unique_constraint(_OF_VERSION, ["report_id", "version", "revision"])
        batch.create_check_constraint(op.f("ck_cover_memo_version"), "version >= 1")


def downgrade() -> None:
    """Keep the memo of each report's latest version."""
    op.execute(
        "DELETE FROM cover_memo WHERE version < "
        "(SELECT max(m.version) FROM cover_memo m WHERE m.report_id = cover_memo.report_id)"
    )
    with op.batch_alter_table("cover_memo") as batch:
        batch.drop_constraint(op.f("ck_cover_memo_version"), type_="check")
        batch.drop_constraint(_OF_VERSION, type_="unique")
        batch.create_unique_constraint(_OF_REVISION, ["report_id", "revision"])
        batch.drop_column("version")
