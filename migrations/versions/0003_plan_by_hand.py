"""Plan by hand: text sections, obligatory controls, and what a control and a risk lacked.

New: plan_text, obligatory_control; plan.copied_from_id; control.kind, frame_text, obligatory_id,
not_applicable_reason; criterion.help_text; risk.owner, row_version. Rows that were there keep all
they had: the new columns are empty, a risk starts at version 1.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


KINDS = ("preventive", "detective")
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
SAMPLES = ("at_least", "exact", "census", "unstated", "none")
FREQUENCIES = (
    "per_meeting",
    "month",
    "quarter",
    "tertial",
    "half_year",
    "reporting_point",
    "year",
    "on_demand",
)
SECTIONS = ("introduction", "board_work", "development", "terms", "appointment")


def _enum(name: str, values: tuple[str, ...]) -> Any:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """Make the tables and columns."""
    op.create_table(
        "plan_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("section", _enum("textsection", SECTIONS), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_plan_text_revision")),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk_plan_text_plan_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["written_by_id"],
            ["user_account.id"],
            name=op.f("fk_plan_text_written_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_text")),
        sa.UniqueConstraint(
            "plan_id", "section", "revision", name=op.f("uq_plan_text_plan_id_section_revision")
        ),
    )
    op.create_table(
        "obligatory_control",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("lineage", sa.String(length=32), nullable=False),
        sa.Column("area_name", sa.Text(), nullable=False),
        sa.Column("risk_text", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kind", _enum("controlkind", KINDS), nullable=True),
        sa.Column("method_text", sa.Text(), nullable=False),
        sa.Column("technique", _enum("technique", TECHNIQUES), nullable=False),
        sa.Column("sample_kind", _enum("samplekind", SAMPLES), nullable=False),
        sa.Column("sample_n", sa.Integer(), nullable=True),
        sa.Column("frequency", _enum("frequency", FREQUENCIES), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_obligatory_control_text")),
        sa.CheckConstraint(
            "(sample_kind IN ('at_least','exact')) = (sample_n IS NOT NULL)",
            name=op.f("ck_obligatory_control_sample_n"),
        ),
        sa.CheckConstraint(
            "sample_n IS NULL OR sample_n >= 1", name=op.f("ck_obligatory_control_sample_positive")
        ),
        sa.ForeignKeyConstraint(
            ["written_by_id"],
            ["user_account.id"],
            name=op.f("fk_obligatory_control_written_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligatory_control")),
        sa.UniqueConstraint("year", "number", name=op.f("uq_obligatory_control_year_number")),
    )
    with op.batch_alter_table("plan") as batch:
        batch.add_column(sa.Column("copied_from_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_plan_copied_from_id"), "plan", ["copied_from_id"], ["id"], ondelete="RESTRICT"
        )
    with op.batch_alter_table("control") as batch:
        batch.add_column(sa.Column("kind", sa.String(length=40), nullable=True))
        batch.add_column(sa.Column("frame_text", sa.Text(), nullable=True))
        batch.add_column(sa.Column("obligatory_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("not_applicable_reason", sa.Text(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_control_obligatory_id"),
            "obligatory_control",
            ["obligatory_id"],
            ["id"],
            ondelete="RESTRICT",
        )
        batch.create_unique_constraint(
            op.f("uq_control_plan_id_obligatory_id"), ["plan_id", "obligatory_id"]
        )
        batch.create_check_constraint(
            op.f("ck_control_controlkind"), "kind IN ('preventive', 'detective')"
        )
        batch.create_check_constraint(
            op.f("ck_control_not_applicable"),
            "not_applicable_reason IS NULL OR obligatory_id IS NOT NULL",
        )
    op.add_column("criterion", sa.Column("help_text", sa.Text(), nullable=True))
    with op.batch_alter_table("risk") as batch:
        batch.add_column(sa.Column("owner", sa.Text(), nullable=True))
        batch.add_column(
            sa.Column("row_version", sa.Integer(), nullable=False, server_default=sa.text("1"))
        )
    with op.batch_alter_table("risk") as batch:
        batch.alter_column("row_version", server_default=None)


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("risk") as batch:
        batch.drop_column("row_version")
        batch.drop_column("owner")
    with op.batch_alter_table("criterion") as batch:
        batch.drop_column("help_text")
    with op.batch_alter_table("control") as batch:
        batch.drop_constraint(op.f("ck_control_not_applicable"), type_="check")
        batch.drop_constraint(op.f("ck_control_controlkind"), type_="check")
        batch.drop_constraint(op.f("uq_control_plan_id_obligatory_id"), type_="unique")
        batch.drop_constraint(op.f("fk_control_obligatory_id"), type_="foreignkey")
        batch.drop_column("not_applicable_reason")
        batch.drop_column("obligatory_id")
        batch.drop_column("frame_text")
        batch.drop_column("kind")
    with op.batch_alter_table("plan") as batch:
        batch.drop_constraint(op.f("fk_plan_copied_from_id"), type_="foreignkey")
        batch.drop_column("copied_from_id")
    op.drop_table("obligatory_control")
    op.drop_table("plan_text")
