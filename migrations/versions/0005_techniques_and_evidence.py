"""Recorded results, evidence as attachments, riktat urval, and what a conclusion stands on."""

import sqlalchemy as sa
from alembic import op

from internkontroll.core.base import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TECHNIQUES = (
    "sample",
    "census",
    "survey",
    "interview",
    "log_review",
    "register_analysis",
    "document_review",
    "observation",
)
KINDS = ("pdf", "docx", "xlsx", "png", "jpeg", "text", "csv")
BASES = ("sample", "census", "targeted", "result", "none")
OLD_METHODS = ("srs_ticket", "srs_counter", "systematic", "mus_interval", "mus_cell")
METHODS = (*OLD_METHODS, "targeted")

OLD_STANDING = "returned_at IS NULL"
STANDING = "returned_at IS NULL AND corrects_id IS NULL"
OLD_DRAWN = "(state = 'drawn') = (seed IS NOT NULL AND drawn_at IS NOT NULL)"
DRAWN = "(state = 'drawn') = (drawn_at IS NOT NULL AND (seed IS NOT NULL OR method = 'targeted'))"
OLD_REVIEWED = "reviewed <= population_size"
REVIEWED = (
    "reviewed <= population_size OR (population_size = 0 AND basis IN ('targeted', 'result'))"
)


def listed(column: str, values: tuple[str, ...]) -> str:
    """The CHECK of a closed list of values, as the models write it."""
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def closed(name: str, values: tuple[str, ...]) -> sa.Enum:
    """The type of such a column in a new table."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def person(table: str, column: str) -> sa.ForeignKeyConstraint:
    """An account that acted."""
    return sa.ForeignKeyConstraint(
        [column],
        ["user_account.id"],
        name=op.f(f"fk_{table}_{column}"),
        ondelete="RESTRICT",
    )


def parent(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """The row that this one belongs to."""
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="RESTRICT"
    )


def upgrade() -> None:
    """Make the tables and columns. What was concluded before gets the basis that it had."""
    _make_tables()
    with op.batch_alter_table("occurrence") as batch:
        batch.add_column(sa.Column("attachments", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("occurrence") as batch:
        batch.alter_column("attachments", server_default=None)
    with op.batch_alter_table("population") as batch:
        batch.add_column(
            sa.Column("is_frame", sa.Boolean(), nullable=False, server_default=sa.true())
        )
    with op.batch_alter_table("population") as batch:
        batch.alter_column("is_frame", server_default=None)
    with op.batch_alter_table("sample_item") as batch:
        batch.add_column(sa.Column("chosen_reason", sa.Text(), nullable=True))
    _change_draw(METHODS, DRAWN)
    with op.batch_alter_table("draw") as batch:
        batch.create_check_constraint(
            op.f("ck_draw_targeted_has_no_seed"), "method <> 'targeted' OR seed IS NULL"
        )
    _widen_conclusion()


def _make_tables() -> None:
    op.create_table(
        "recorded_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("technique", closed("technique", TECHNIQUES), nullable=False),
        sa.Column("by_other", sa.Boolean(), nullable=False),
        sa.Column("performed_by", sa.Text(), nullable=False),
        sa.Column("performed_on", sa.Date(), nullable=False),
        sa.Column("what_was_done", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("reviewed", sa.Integer(), nullable=False),
        sa.Column("deviating", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "deviating >= 0 AND deviating <= reviewed", name=op.f("ck_recorded_result_deviating")
        ),
        sa.CheckConstraint(
            "size IS NULL OR reviewed <= size", name=op.f("ck_recorded_result_size")
        ),
        sa.CheckConstraint(
            "reviewed > 0 OR technique = 'observation' OR (technique = 'survey' AND size > 0)",
            name=op.f("ck_recorded_result_reviewed"),
        ),
        sa.CheckConstraint(
            "(revision = 1) = (reason IS NULL)", name=op.f("ck_recorded_result_correction_why")
        ),
        parent("recorded_result", "occurrence_id", "occurrence"),
        person("recorded_result", "recorded_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recorded_result")),
        sa.UniqueConstraint(
            "occurrence_id", "revision", name=op.f("uq_recorded_result_occurrence_id_revision")
        ),
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("stored_name", sa.String(80), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("kind", closed("attachmentkind", KINDS), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("notice", sa.Text(), nullable=True),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("removed_by_id", sa.Integer(), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("removal_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("size > 0", name=op.f("ck_attachment_size")),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removal_reason IS NULL)",
            name=op.f("ck_attachment_removed_why"),
        ),
        parent("attachment", "board_id", "board"),
        parent("attachment", "occurrence_id", "occurrence"),
        person("attachment", "added_by_id"),
        person("attachment", "removed_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("stored_name", name=op.f("uq_attachment_stored_name")),
    )
    op.create_index(op.f("ix_attachment_board_id"), "attachment", ["board_id"])
    op.create_index(op.f("ix_attachment_occurrence_id"), "attachment", ["occurrence_id"])


def _change_draw(methods: tuple[str, ...], drawn: str) -> None:
    with op.batch_alter_table("draw") as batch:
        batch.drop_constraint(op.f("ck_draw_selectionmethod"), type_="check")
        batch.create_check_constraint(op.f("ck_draw_selectionmethod"), listed("method", methods))
        batch.drop_constraint(op.f("ck_draw_drawn_has_seed"), type_="check")
        batch.create_check_constraint(op.f("ck_draw_drawn_has_seed"), drawn)


def _change_standing(where: str) -> None:
    op.drop_index("uq_conclusion_standing", table_name="conclusion")
    op.create_index(
        "uq_conclusion_standing",
        "conclusion",
        ["occurrence_id"],
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def _widen_conclusion() -> None:
    with op.batch_alter_table("conclusion") as batch:
        batch.add_column(sa.Column("basis", sa.String(40), nullable=True))
        batch.add_column(sa.Column("result_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("corrects_id", sa.Integer(), nullable=True))
    op.execute(
        "UPDATE conclusion SET basis = CASE WHEN population_size = 0 THEN 'none' "
        "WHEN reviewed = population_size THEN 'census' ELSE 'sample' END"
    )
    with op.batch_alter_table("conclusion") as batch:
        batch.alter_column("basis", existing_type=sa.String(40), nullable=False)
        batch.create_check_constraint(op.f("ck_conclusion_basis"), listed("basis", BASES))
        batch.drop_constraint(op.f("ck_conclusion_reviewed"), type_="check")
        batch.create_check_constraint(op.f("ck_conclusion_reviewed"), REVIEWED)
        batch.create_check_constraint(
            op.f("ck_conclusion_result"), "(basis = 'result') = (result_id IS NOT NULL)"
        )
        batch.create_check_constraint(
            op.f("ck_conclusion_random"), "NOT is_random OR basis IN ('sample', 'census')"
        )
        batch.create_foreign_key(
            op.f("fk_conclusion_result_id"),
            "recorded_result",
            ["result_id"],
            ["id"],
            ondelete="RESTRICT",
        )
        batch.create_foreign_key(
            op.f("fk_conclusion_corrects_id"),
            "conclusion",
            ["corrects_id"],
            ["id"],
            ondelete="RESTRICT",
        )
    _change_standing(STANDING)
    op.create_index(
        "uq_conclusion_correction",
        "conclusion",
        ["corrects_id"],
        unique=True,
        sqlite_where=sa.text(OLD_STANDING),
        postgresql_where=sa.text(OLD_STANDING),
    )


def downgrade() -> None:
    """Take them away. Refused by the database while rows stand that the old tables cannot hold."""
    op.drop_index("uq_conclusion_correction", table_name="conclusion")
    _change_standing(OLD_STANDING)
    with op.batch_alter_table("conclusion") as batch:
        batch.drop_constraint(op.f("fk_conclusion_corrects_id"), type_="foreignkey")
        batch.drop_constraint(op.f("fk_conclusion_result_id"), type_="foreignkey")
        batch.drop_constraint(op.f("ck_conclusion_random"), type_="check")
        batch.drop_constraint(op.f("ck_conclusion_result"), type_="check")
        batch.drop_constraint(op.f("ck_conclusion_reviewed"), type_="check")
        batch.create_check_constraint(op.f("ck_conclusion_reviewed"), OLD_REVIEWED)
        batch.drop_constraint(op.f("ck_conclusion_basis"), type_="check")
        batch.drop_column("corrects_id")
        batch.drop_column("result_id")
        batch.drop_column("basis")
    with op.batch_alter_table("draw") as batch:
        batch.drop_constraint(op.f("ck_draw_targeted_has_no_seed"), type_="check")
    _change_draw(OLD_METHODS, OLD_DRAWN)
    with op.batch_alter_table("sample_item") as batch:
        batch.drop_column("chosen_reason")
    with op.batch_alter_table("population") as batch:
        batch.drop_column("is_frame")
    with op.batch_alter_table("occurrence") as batch:
        batch.drop_column("attachments")
    op.drop_index(op.f("ix_attachment_occurrence_id"), table_name="attachment")
    op.drop_index(op.f("ix_attachment_board_id"), table_name="attachment")
    op.drop_table("attachment")
    op.drop_table("recorded_result")
