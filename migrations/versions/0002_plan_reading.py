"""Reading a plan: pasted cells, headings that are remembered, questions to answer later, undo.

New: plan_heading; plan.source_title; control_mark.asked; plan_reading.source, layout, made,
undone_at, file_removed_at, and its file may be removed. A mark that is there keeps no choices: they
are told by its code. A reading that is there came as a file, and what it made is not known: it
cannot be undone.
"""

import sqlalchemy as sa
from alembic import op

from internkontroll.core.base import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FIELDS = (
    "number",
    "area",
    "process",
    "risk",
    "likelihood",
    "impact",
    "score",
    "control",
    "purpose",
    "method",
    "sample",
    "frequency",
    "responsible",
    "risk_owner",
    "unit",
    "reporting",
    "report_to",
)
SOURCES = ("file", "pasted")


def upgrade() -> None:
    """Make the tables and columns."""
    op.create_table(
        "plan_heading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("heading_key", sa.Text(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column(
            "field",
            sa.Enum(*FIELDS, name="field", native_enum=False, create_constraint=True, length=40),
            nullable=True,
        ),
        sa.Column("told_by_id", sa.Integer(), nullable=True),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["told_by_id"],
            ["user_account.id"],
            name=op.f("fk_plan_heading_told_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_heading")),
        sa.UniqueConstraint("heading_key", name=op.f("uq_plan_heading_heading_key")),
    )
    with op.batch_alter_table("plan") as batch:
        batch.add_column(
            sa.Column("source_title", sa.JSON(), nullable=False, server_default=sa.text("'[]'"))
        )
    with op.batch_alter_table("control_mark") as batch:
        batch.add_column(
            sa.Column("asked", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
        )
    with op.batch_alter_table("plan_reading") as batch:
        batch.add_column(
            sa.Column(
                "source",
                sa.Enum(
                    *SOURCES,
                    name="readingsource",
                    native_enum=False,
                    create_constraint=True,
                    length=40,
                ),
                nullable=False,
                server_default="file",
            )
        )
        batch.add_column(
            sa.Column("layout", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
        )
        batch.add_column(
            sa.Column("made", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
        )
        batch.add_column(sa.Column("undone_at", UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("file_removed_at", UtcDateTime(), nullable=True))
        batch.alter_column("file_data", existing_type=sa.LargeBinary(), nullable=True)
        batch.create_check_constraint(
            op.f("ck_plan_reading_file_is_there_or_removed"),
            "(file_data IS NULL) = (file_removed_at IS NOT NULL)",
        )
    # The rows that were there are filled; from now on the program says what it stores.
    with op.batch_alter_table("plan") as batch:
        batch.alter_column("source_title", existing_type=sa.JSON(), server_default=None)
    with op.batch_alter_table("control_mark") as batch:
        batch.alter_column("asked", existing_type=sa.JSON(), server_default=None)
    with op.batch_alter_table("plan_reading") as batch:
        batch.alter_column("source", existing_type=sa.String(40), server_default=None)
        batch.alter_column("layout", existing_type=sa.JSON(), server_default=None)
        batch.alter_column("made", existing_type=sa.JSON(), server_default=None)


def downgrade() -> None:
    """Take them away; a file that was removed is then an empty one."""
    with op.batch_alter_table("plan_reading") as batch:
        batch.drop_constraint(op.f("ck_plan_reading_file_is_there_or_removed"), type_="check")
    empty = sa.text("UPDATE plan_reading SET file_data = :empty WHERE file_data IS NULL")
    op.get_bind().execute(empty.bindparams(sa.bindparam("empty", b"", sa.LargeBinary())))
    with op.batch_alter_table("plan_reading") as batch:
        batch.drop_constraint(op.f("ck_plan_reading_readingsource"), type_="check")
        batch.alter_column("file_data", existing_type=sa.LargeBinary(), nullable=False)
        for name in ("file_removed_at", "undone_at", "made", "layout", "source"):
            batch.drop_column(name)
    with op.batch_alter_table("control_mark") as batch:
        batch.drop_column("asked")
    with op.batch_alter_table("plan") as batch:
        batch.drop_column("source_title")
    op.drop_table("plan_heading")
