"""Checklists as a library, second readings, and a signed conclusion opened for a correction.

New: checklist, checklist_version, checklist_criterion, second_reading, second_answer,
conclusion_reopening; control.checklist_version_id; item_result.reason. Rows that were there keep
all they had: the new columns are empty.
"""

import sqlalchemy as sa
from alembic import op

from internkontroll.core.base import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ANSWERS = ("yes", "no", "not_applicable", "evidence_missing")


def answer(name: str) -> sa.Enum:
    """The type of a column of answers."""
    return sa.Enum(*ANSWERS, name=name, native_enum=False, create_constraint=True, length=40)


def parent(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """The row that this one belongs to."""
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="RESTRICT"
    )


def person(table: str, column: str) -> sa.ForeignKeyConstraint:
    """An account that acted."""
    return parent(table, column, "user_account")


def upgrade() -> None:
    """Make the tables, the control's link to a checklist, and the reason of a corrected answer."""
    _make_library()
    with op.batch_alter_table("control") as batch:
        batch.add_column(sa.Column("checklist_version_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_control_checklist_version_id"),
            "checklist_version",
            ["checklist_version_id"],
            ["id"],
            ondelete="RESTRICT",
        )
    op.create_index(op.f("ix_control_checklist_version_id"), "control", ["checklist_version_id"])
    op.add_column("item_result", sa.Column("reason", sa.Text(), nullable=True))
    _make_reopening()
    _make_second_reading()


def _make_library() -> None:
    op.create_table(
        "checklist",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("proposed_by_board_id", sa.Integer(), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_checklist_name")),
        parent("checklist", "proposed_by_board_id", "board"),
        person("checklist", "created_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist")),
        sa.UniqueConstraint("name_key", name=op.f("uq_checklist_name_key")),
    )
    op.create_table(
        "checklist_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("checklist_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=True),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_checklist_version_number")),
        sa.CheckConstraint(
            "published_at IS NULL OR number = 1 OR note IS NOT NULL",
            name=op.f("ck_checklist_version_note"),
        ),
        parent("checklist_version", "checklist_id", "checklist"),
        person("checklist_version", "published_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_version")),
        sa.UniqueConstraint(
            "checklist_id", "number", name=op.f("uq_checklist_version_checklist_id_number")
        ),
    )
    op.create_index(
        "uq_checklist_version_draft",
        "checklist_version",
        ["checklist_id"],
        unique=True,
        sqlite_where=sa.text("published_at IS NULL"),
        postgresql_where=sa.text("published_at IS NULL"),
    )
    op.create_table(
        "checklist_criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("help_text", sa.Text(), nullable=True),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_checklist_criterion_text")),
        parent("checklist_criterion", "version_id", "checklist_version"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_criterion")),
        sa.UniqueConstraint(
            "version_id", "position", name=op.f("uq_checklist_criterion_version_id_position")
        ),
    )


def _make_reopening() -> None:
    op.create_table(
        "conclusion_reopening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conclusion_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reopened_by_id", sa.Integer(), nullable=False),
        sa.Column("reopened_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_conclusion_reopening_reason")),
        parent("conclusion_reopening", "conclusion_id", "conclusion"),
        person("conclusion_reopening", "reopened_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conclusion_reopening")),
    )
    op.create_index(
        op.f("ix_conclusion_reopening_conclusion_id"), "conclusion_reopening", ["conclusion_id"]
    )
    op.create_index(
        "uq_conclusion_reopening_standing",
        "conclusion_reopening",
        ["conclusion_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _make_second_reading() -> None:
    op.create_table(
        "second_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=80), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("ordered_by_id", sa.Integer(), nullable=True),
        sa.Column("ordered_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.Column("cancelled_by_id", sa.Integer(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("n >= 1 AND n <= size", name=op.f("ck_second_reading_n")),
        sa.CheckConstraint("length(seed) >= 20", name=op.f("ck_second_reading_seed")),
        sa.CheckConstraint(
            "ordered_by_id IS NULL OR ordered_by_id <> reader_id",
            name=op.f("ck_second_reading_two"),
        ),
        sa.CheckConstraint(
            "(cancelled_at IS NULL) = (cancel_reason IS NULL)",
            name=op.f("ck_second_reading_cancelled_why"),
        ),
        sa.CheckConstraint(
            "finished_at IS NULL OR cancelled_at IS NULL",
            name=op.f("ck_second_reading_one_outcome"),
        ),
        parent("second_reading", "occurrence_id", "occurrence"),
        parent("second_reading", "draw_id", "draw"),
        person("second_reading", "reader_id"),
        person("second_reading", "ordered_by_id"),
        person("second_reading", "cancelled_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_reading")),
    )
    op.create_index(op.f("ix_second_reading_draw_id"), "second_reading", ["draw_id"])
    op.create_index(op.f("ix_second_reading_reader_id"), "second_reading", ["reader_id"])
    op.create_index(
        "uq_second_reading_standing",
        "second_reading",
        ["occurrence_id", "draw_id"],
        unique=True,
        sqlite_where=sa.text("cancelled_at IS NULL"),
        postgresql_where=sa.text("cancelled_at IS NULL"),
    )
    op.create_table(
        "second_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reading_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("first_answer", answer("first_answer"), nullable=False),
        sa.Column("answer", answer("answer"), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("final_answer", answer("final_answer"), nullable=True),
        sa.Column("settle_reason", sa.Text(), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(answer IS NULL) = (recorded_at IS NULL)", name=op.f("ck_second_answer_recorded")
        ),
        sa.CheckConstraint(
            "(final_answer IS NULL) = (settled_at IS NULL) "
            "AND (final_answer IS NULL) = (settle_reason IS NULL)",
            name=op.f("ck_second_answer_settled"),
        ),
        sa.CheckConstraint(
            "final_answer IS NULL OR (answer IS NOT NULL AND answer <> first_answer)",
            name=op.f("ck_second_answer_differed"),
        ),
        parent("second_answer", "reading_id", "second_reading"),
        parent("second_answer", "item_id", "sample_item"),
        parent("second_answer", "criterion_id", "criterion"),
        person("second_answer", "settled_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_answer")),
        sa.UniqueConstraint(
            "reading_id",
            "item_id",
            "criterion_id",
            name=op.f("uq_second_answer_reading_id_item_id_criterion_id"),
        ),
    )
    op.create_index(op.f("ix_second_answer_item_id"), "second_answer", ["item_id"])


def downgrade() -> None:
    """Take the tables and columns away; the criteria of the controls stay."""
    for table in ("second_answer", "second_reading", "conclusion_reopening"):
        op.drop_table(table)
    with op.batch_alter_table("item_result") as batch:
        batch.drop_column("reason")
    op.drop_index(op.f("ix_control_checklist_version_id"), "control")
    with op.batch_alter_table("control") as batch:
        batch.drop_constraint(op.f("fk_control_checklist_version_id"), type_="foreignkey")
        batch.drop_column("checklist_version_id")
    for table in ("checklist_criterion", "checklist_version", "checklist"):
        op.drop_table(table)
