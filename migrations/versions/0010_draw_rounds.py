"""A draw has rounds and strata; an item knows its round, its stratum and its hits.

What is drawn already is the first round of its draw, without strata, each item hit once.
"""

import sqlalchemy as sa
from alembic import op

from internkontroll.core.base import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SOURCES = ("dice", "public", "system")
OPEN_ROUND = sa.text("drawn_at IS NULL")


def _parent(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="RESTRICT"
    )


def upgrade() -> None:
    """Make the two tables and give every item its round, its hits and no stratum."""
    op.create_table(
        "draw_stratum",
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.CheckConstraint("n >= 0", name=op.f("ck_draw_stratum_n")),
        _parent("draw_stratum", "draw_id", "draw"),
        sa.PrimaryKeyConstraint("draw_id", "position", name=op.f("pk_draw_stratum")),
        sa.UniqueConstraint("draw_id", "name", name=op.f("uq_draw_stratum_draw_id_name")),
    )
    op.create_table(
        "draw_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("n_by_stratum", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("committed_at", UtcDateTime(), nullable=False),
        sa.Column("committed_by_id", sa.Integer(), nullable=True),
        sa.Column("seed", sa.Text(), nullable=True),
        sa.Column(
            "seed_source",
            sa.Enum(
                *SOURCES, name="seedsource", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column("seed_reference", sa.Text(), nullable=True),
        sa.Column("drawn_at", UtcDateTime(), nullable=True),
        sa.Column("drawn_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("number >= 2", name=op.f("ck_draw_round_number")),
        sa.CheckConstraint("n >= 1", name=op.f("ck_draw_round_n")),
        sa.CheckConstraint(
            "(drawn_at IS NULL) = (seed IS NULL) AND (seed IS NULL) = (seed_source IS NULL)",
            name=op.f("ck_draw_round_drawn_has_seed"),
        ),
        _parent("draw_round", "draw_id", "draw"),
        _parent("draw_round", "committed_by_id", "user_account"),
        _parent("draw_round", "drawn_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_round")),
        sa.UniqueConstraint("draw_id", "number", name=op.f("uq_draw_round_draw_id_number")),
    )
    op.create_index(
        "uq_draw_round_open",
        "draw_round",
        ["draw_id"],
        unique=True,
        sqlite_where=OPEN_ROUND,
        postgresql_where=OPEN_ROUND,
    )
    with op.batch_alter_table("sample_item") as batch:
        batch.add_column(sa.Column("round", sa.Integer(), nullable=False, server_default="1"))
        batch.add_column(sa.Column("hits", sa.Integer(), nullable=False, server_default="1"))
        batch.add_column(sa.Column("stratum", sa.Text(), nullable=True))
    with op.batch_alter_table("sample_item") as batch:
        batch.alter_column("round", server_default=None)
        batch.alter_column("hits", server_default=None)
        batch.create_check_constraint(op.f("ck_sample_item_round"), "round >= 1")
        batch.create_check_constraint(op.f("ck_sample_item_hits"), "hits >= 1")


def downgrade() -> None:
    """Take them away. Refused while a draw stands that the old tables cannot tell truly."""
    connection = op.get_bind()
    for question in (
        "SELECT count(*) FROM draw_round",
        "SELECT count(*) FROM draw_stratum",
        "SELECT count(*) FROM sample_item WHERE hits > 1",
    ):
        if connection.scalar(sa.text(question)):
            raise RuntimeError("draws with rounds, strata or several hits cannot be taken back")
    with op.batch_alter_table("sample_item") as batch:
        batch.drop_constraint(op.f("ck_sample_item_hits"), type_="check")
        batch.drop_constraint(op.f("ck_sample_item_round"), type_="check")
        batch.drop_column("stratum")
        batch.drop_column("hits")
        batch.drop_column("round")
    op.drop_index("uq_draw_round_open", table_name="draw_round")
    op.drop_table("draw_round")
    op.drop_table("draw_stratum")
