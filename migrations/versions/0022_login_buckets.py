"""Failed logins count per known browser and per address too; two more chains can be disposed of.

Failures that are there counted with a name. A known browser's were among them, under a digest that
no name has: they count with nothing from now on. The municipality's chain and the auditors' get
kinds of records of their own, which the board with uppsikt disposes of.
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

OLD_KINDS = (
    "item_references",
    "attachments",
    "notes",
    "report_drafts",
    "reading_trail",
    "trail",
    "accounts",
)
KINDS = (*OLD_KINDS, "municipality_trail", "audit_trail")

OLD_CHAIN = "board.code"
CHAIN = """CASE disposal.kind WHEN 'municipality_trail' THEN 'kommun'
    WHEN 'audit_trail' THEN 'revision' ELSE board.code END"""

DISPOSE = """
CREATE OR REPLACE FUNCTION dispose_trail_payloads(wanted integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE gone integer;
BEGIN
IF NOT EXISTS (
    SELECT 1 FROM disposal JOIN board ON board.id = disposal.board_id
    WHERE disposal.id = wanted AND state = 'executed'
    AND (disposal.kind IN ('reading_trail', 'trail'){more})
    AND confirmed_by_id <> ordered_by_id
) THEN RAISE EXCEPTION 'no disposal by two persons'; END IF;
DELETE FROM reading USING trail_disposal, trail_row, disposal, board
WHERE trail_disposal.row_id = reading.row_id AND trail_row.id = reading.row_id
AND disposal.id = wanted AND board.id = disposal.board_id AND trail_row.chain = {chain};
DELETE FROM trail_payload USING trail_disposal, trail_row, disposal, board
WHERE trail_disposal.row_id = trail_payload.row_id AND trail_row.id = trail_payload.row_id
AND disposal.id = wanted AND board.id = disposal.board_id AND trail_row.chain = {chain};
GET DIAGNOSTICS gone = ROW_COUNT;
RETURN gone;
END $$
"""
MORE = " OR (board.oversight AND disposal.kind IN ('municipality_trail', 'audit_trail'))"


def _change_kinds(kinds: tuple[str, ...], chain: str, more: str) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    for table in ("retention_rule", "disposal"):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"ck_{table}_recordkind"), type_="check")
            batch.create_check_constraint(op.f(f"ck_{table}_recordkind"), f"kind IN ({listed})")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(DISPOSE.format(chain=chain, more=more))


def upgrade() -> None:
    """Add the bucket, call the digest what it is, and let the two kinds in."""
    _change_kinds(KINDS, CHAIN, MORE)
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
    """Back to names alone; what counted with an address counts with nothing.

    Refused once a rule or a receipt is of a kind that there was not.
    """
    _change_kinds(OLD_KINDS, OLD_CHAIN, "")
    for name, _ in BY_BUCKET:
        op.drop_index(op.f(name), table_name="login_failure")
    op.execute("DELETE FROM login_failure WHERE bucket = 'address'")
    with op.batch_alter_table("login_failure") as batch:
        batch.drop_constraint(op.f("ck_login_failure_bucket"), type_="check")
        batch.drop_column("bucket")
        batch.alter_column("digest", new_column_name="name_digest")
    op.create_index(op.f(BY_NAME[0]), "login_failure", list(BY_NAME[1]))
