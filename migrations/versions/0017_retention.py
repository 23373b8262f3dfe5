"""Retention rules, the auditors' word, disposals; the trail's payloads can go by two persons.

On PostgreSQL the application's role may not delete in the trail. The owner's function does it, for
a disposal that two persons stand behind, and only what that disposal has marked.
"""

import sqlalchemy as sa
from alembic import op

from internkontroll.core.base import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KINDS = (
    "item_references",
    "attachments",
    "notes",
    "report_drafts",
    "reading_trail",
    "trail",
    "accounts",
)
ORDERED = sa.text("state = 'ordered'")

DISPOSE = """
CREATE FUNCTION dispose_trail_payloads(wanted integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE gone integer;
BEGIN
IF NOT EXISTS (
    SELECT 1 FROM disposal WHERE id = wanted AND state = 'executed'
    AND kind IN ('reading_trail', 'trail') AND confirmed_by_id <> ordered_by_id
) THEN RAISE EXCEPTION 'no disposal by two persons'; END IF;
DELETE FROM reading USING trail_disposal, trail_row, disposal, board
WHERE trail_disposal.row_id = reading.row_id AND trail_row.id = reading.row_id
AND disposal.id = wanted AND board.id = disposal.board_id AND trail_row.chain = board.code;
DELETE FROM trail_payload USING trail_disposal, trail_row, disposal, board
WHERE trail_disposal.row_id = trail_payload.row_id AND trail_row.id = trail_payload.row_id
AND disposal.id = wanted AND board.id = disposal.board_id AND trail_row.chain = board.code;
GET DIAGNOSTICS gone = ROW_COUNT;
RETURN gone;
END $$
"""


def _parent(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="RESTRICT"
    )


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """Make the three tables, and the only way out of the trail."""
    op.create_table(
        "retention_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("kind", _enum("recordkind", *KINDS), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("counted_from", _enum("countedfrom", "year_end", "year_decided"), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("months BETWEEN 0 AND 1200", name=op.f("ck_retention_rule_months")),
        sa.CheckConstraint(
            "length(body) > 0 AND length(reference) > 0", name=op.f("ck_retention_rule_decided")
        ),
        _parent("retention_rule", "board_id", "board"),
        _parent("retention_rule", "recorded_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_rule")),
        sa.UniqueConstraint("board_id", "kind", name=op.f("uq_retention_rule_board_id_kind")),
    )
    op.create_table(
        "audit_closing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("told_by", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("length(told_by) > 0", name=op.f("ck_audit_closing_told_by")),
        _parent("audit_closing", "board_id", "board"),
        _parent("audit_closing", "recorded_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_closing")),
        sa.UniqueConstraint("board_id", "year", name=op.f("uq_audit_closing_board_id_year")),
    )
    op.create_table(
        "disposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("kind", _enum("recordkind", *KINDS), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            _enum("disposalstate", "ordered", "executed", "withdrawn", "lapsed"),
            nullable=False,
        ),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("oldest", UtcDateTime(), nullable=False),
        sa.Column("newest", UtcDateTime(), nullable=False),
        sa.Column("selection", sa.String(length=64), nullable=False),
        sa.Column("ordered_by_id", sa.Integer(), nullable=False),
        sa.Column("ordered_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("head_before", sa.String(length=64), nullable=True),
        sa.Column("head_after", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "confirmed_by_id IS NULL OR confirmed_by_id <> ordered_by_id",
            name=op.f("ck_disposal_two_persons"),
        ),
        sa.CheckConstraint(
            "(state = 'executed') = (confirmed_by_id IS NOT NULL)",
            name=op.f("ck_disposal_executed_by"),
        ),
        sa.CheckConstraint(
            "(confirmed_by_id IS NULL) = (confirmed_at IS NULL)",
            name=op.f("ck_disposal_confirmed_at"),
        ),
        sa.CheckConstraint(
            "(state IN ('withdrawn', 'lapsed')) = (ended_at IS NOT NULL)",
            name=op.f("ck_disposal_ended"),
        ),
        sa.CheckConstraint("count > 0", name=op.f("ck_disposal_count")),
        _parent("disposal", "board_id", "board"),
        _parent("disposal", "ordered_by_id", "user_account"),
        _parent("disposal", "confirmed_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposal")),
    )
    op.create_index(
        "uq_disposal_open",
        "disposal",
        ["board_id", "kind", "year"],
        unique=True,
        sqlite_where=ORDERED,
        postgresql_where=ORDERED,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(DISPOSE)


def downgrade() -> None:
    """Take them away. Refused once something has been destroyed: the receipts are all there is."""
    connection = op.get_bind()
    if connection.scalar(sa.text("SELECT count(*) FROM disposal WHERE state = 'executed'")):
        raise RuntimeError("receipts of what has been destroyed cannot be taken back")
    if connection.dialect.name == "postgresql":
        op.execute("DROP FUNCTION dispose_trail_payloads(integer)")
    op.drop_index("uq_disposal_open", table_name="disposal")
    op.drop_table("disposal")
    op.drop_table("audit_closing")
    op.drop_table("retention_rule")
