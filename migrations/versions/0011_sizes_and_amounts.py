"""The municipality's own sizes, audited amounts of items, and what a conclusion proves.

A list that is there already is taken to be no list of known departures. A conclusion that is there
keeps its figures; its sentence is computed from them, as it was before.
"""

import sqlalchemy as sa
from alembic import op

from internkontroll.core.base import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

RECURRENCES = ("year", "quarter", "month", "week", "day")
AT_MOST = "at_most IS NULL OR (at_most >= deviating AND at_most <= population_size)"


def upgrade() -> None:
    """Make the two tables and the new columns."""
    op.create_table(
        "house_size",
        sa.Column(
            "recurrence",
            sa.Enum(
                *RECURRENCES,
                name="recurrence",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "least >= 1 AND most >= least AND most <= 250", name=op.f("ck_house_size_numbers")
        ),
        sa.PrimaryKeyConstraint("recurrence", name=op.f("pk_house_size")),
    )
    op.create_table(
        "item_amount",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("audited", sa.BigInteger(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_item_amount_revision")),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{target}.id"],
                name=op.f(f"fk_item_amount_{column}"),
                ondelete="RESTRICT",
            )
            for column, target in (
                ("occurrence_id", "occurrence"),
                ("item_id", "sample_item"),
                ("recorded_by_id", "user_account"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_amount")),
        sa.UniqueConstraint(
            "occurrence_id",
            "item_id",
            "revision",
            name=op.f("uq_item_amount_occurrence_id_item_id_revision"),
        ),
    )
    op.create_index(op.f("ix_item_amount_item_id"), "item_amount", ["item_id"])
    with op.batch_alter_table("population") as batch:
        batch.add_column(
            sa.Column("known_departures", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("population") as batch:
        batch.alter_column("known_departures", server_default=None)
    with op.batch_alter_table("conclusion") as batch:
        batch.add_column(sa.Column("at_most", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("proof", sa.Text(), nullable=True))
        batch.create_check_constraint(op.f("ck_conclusion_at_most"), AT_MOST)


def downgrade() -> None:
    """Take them away. Refused while a list says that it holds only known departures."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM population WHERE known_departures")):
        raise RuntimeError("a list of known departures cannot be taken back to one that is not")
    with op.batch_alter_table("conclusion") as batch:
        batch.drop_constraint(op.f("ck_conclusion_at_most"), type_="check")
        batch.drop_column("proof")
        batch.drop_column("at_most")
    with op.batch_alter_table("population") as batch:
        batch.drop_column("known_departures")
    op.drop_index(op.f("ix_item_amount_item_id"), table_name="item_amount")
    op.drop_table("item_amount")
    op.drop_table("house_size")
