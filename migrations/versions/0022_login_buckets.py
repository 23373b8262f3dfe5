"""Failed logins are counted per known browser and per address too, not only per name.

Those that are there counted with a name. A known browser's were among them, under a digest that no
name has: they count with nothing from now on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

BUCKETS = ("account", "browser", "address")
BY_NAME = ("ix_login_failure_name_digest_at", ("name_digest", "at"))
BY_BUCKET = (
    ("ix_login_failure_bucket_digest_at", ("bucket", "digest", "at")),
    ("ix_login_failure_bucket_at", ("bucket", "at")),
)


def upgrade() -> None:
    """Add the bucket, and call the digest what it is."""
    op.drop_index(op.f(BY_NAME[0]), table_name="login_failure")
    listed = ", ".join(f"'{bucket}'" for bucket in BUCKETS)
    with op.batch_alter_table("login_failure") as batch:
        batch.add_column(
            sa.Column("bucket", sa.String(length=40), nullable=False, server_default="account")
        )
        batch.alter_column("name_digest", new_column_name="digest")
    with op.batch_alter_table("login_failure") as batch:
        batch.alter_column("bucket", server_default=None, existing_type=sa.String(length=40))
        batch.create_check_constraint(op.f("ck_login_failure_bucket"), f"bucket IN ({listed})")
    for name, columns in BY_BUCKET:
        op.create_index(op.f(name), "login_failure", list(columns))


def downgrade() -> None:
    """Back to names alone; what counted with an address counts with nothing."""
    for name, _ in BY_BUCKET:
        op.drop_index(op.f(name), table_name="login_failure")
    op.execute("DELETE FROM login_failure WHERE bucket = 'address'")
    with op.batch_alter_table("login_failure") as batch:
        batch.drop_constraint(op.f("ck_login_failure_bucket"), type_="check")
        batch.drop_column("bucket")
        batch.alter_column("digest", new_column_name="name_digest")
    op.create_index(op.f(BY_NAME[0]), "login_failure", list(BY_NAME[1]))
