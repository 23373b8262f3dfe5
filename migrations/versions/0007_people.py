"""People and the organisation on the screen.

The municipality's settings and its own reporting points, units with their history, accounts with a
start password, roles and sessions that can be ended one by one, and versions for what is edited.
Units get their first period from what they are; the municipality gets the three points that
every year has had so far.
"""

import sqlalchemy as sa
from alembic import op

from internkontroll.core.base import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

VERSIONED = ("municipality", "board", "subcommittee", "unit", "user_account", "role_grant")

POINTS = (
    {"name": "april", "month": 4, "day": 30, "board_days": 28, "executive_days": None},
    {"name": "augusti", "month": 8, "day": 31, "board_days": 28, "executive_days": None},
    {"name": "årsbokslut", "month": 12, "day": 31, "board_days": 45, "executive_days": 75},
)


def _add_filled(table: str, column: sa.Column[int], value: int) -> None:
    """Add a NOT NULL column to a table that has rows, and leave no default behind."""
    with op.batch_alter_table(table) as batch:
        column.server_default = sa.DefaultClause(str(value))
        batch.add_column(column)
    with op.batch_alter_table(table) as batch:
        batch.alter_column(column.name, server_default=None, existing_type=column.type)


def upgrade() -> None:
    """Make the tables and columns."""
    for table in VERSIONED:
        _add_filled(table, sa.Column("row_version", sa.Integer(), nullable=False), 1)
    _add_filled("municipality", sa.Column("due_days", sa.Integer(), nullable=False), 14)
    with op.batch_alter_table("municipality") as batch:
        batch.create_check_constraint(op.f("ck_municipality_due_days"), "due_days BETWEEN 0 AND 90")
    default_point = op.create_table(
        "default_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("cut_off_days", sa.Integer(), nullable=False),
        sa.Column("board_days", sa.Integer(), nullable=False),
        sa.Column("executive_days", sa.Integer(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "month BETWEEN 1 AND 12 AND day BETWEEN 1 AND 31",
            name=op.f("ck_default_point_period_end"),
        ),
        sa.CheckConstraint(
            "cut_off_days >= 0 AND board_days >= cut_off_days", name=op.f("ck_default_point_days")
        ),
        sa.CheckConstraint(
            "executive_days IS NULL OR executive_days >= board_days",
            name=op.f("ck_default_point_executive_days"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_default_point")),
        sa.UniqueConstraint("name", name=op.f("uq_default_point_name")),
    )
    connection = op.get_bind()
    if connection.scalar(sa.text("SELECT count(*) FROM municipality")):
        op.bulk_insert(
            default_point, [{**point, "cut_off_days": 21, "row_version": 1} for point in POINTS]
        )
    op.create_table(
        "unit_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["unit.id"],
            name=op.f("fk_unit_period_parent_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_unit_period_unit_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_period")),
        sa.UniqueConstraint(
            "unit_id", "valid_from", name=op.f("uq_unit_period_unit_id_valid_from")
        ),
    )
    op.execute(
        "INSERT INTO unit_period (unit_id, name, parent_id, valid_from, recorded_at) "
        "SELECT id, name, parent_id, valid_from, CURRENT_TIMESTAMP FROM unit"
    )
    with op.batch_alter_table("unit") as batch:
        batch.drop_constraint("uq_unit_board_id_name", type_="unique")
    op.create_index(
        "uq_unit_open_name",
        "unit",
        ["board_id", "name"],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    with op.batch_alter_table("user_account") as batch:
        batch.add_column(sa.Column("start_password_until", UtcDateTime(), nullable=True))
    with op.batch_alter_table("login_session") as batch:
        batch.add_column(sa.Column("device", sa.String(length=60), nullable=True))


def downgrade() -> None:
    """Take them away. Refused by the database if two units of a board have had the same name."""
    with op.batch_alter_table("login_session") as batch:
        batch.drop_column("device")
    with op.batch_alter_table("user_account") as batch:
        batch.drop_column("start_password_until")
    op.drop_index("uq_unit_open_name", "unit")
    with op.batch_alter_table("unit") as batch:
        batch.create_unique_constraint("uq_unit_board_id_name", ["board_id", "name"])
    op.drop_table("unit_period")
    op.drop_table("default_point")
    with op.batch_alter_table("municipality") as batch:
        batch.drop_constraint(op.f("ck_municipality_due_days"), type_="check")
        batch.drop_column("due_days")
    for table in VERSIONED:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("row_version")
