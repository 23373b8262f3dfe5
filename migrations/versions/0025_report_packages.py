"""The packages of sent reports that kommunstyrelsen orders; where a move took something from."""

import sqlalchemy as sa
from alembic import op

from internkontroll.core.base import UtcDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A board's own table, behind its wall; and an index by the day something was moved from."""
    op.create_table(
        "report_package",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("report_sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "done",
                "failed",
                name="packagestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("ordered_by_id", sa.Integer(), nullable=True),
        sa.Column("ordered_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(state = 'done') = (content IS NOT NULL AND sha256 IS NOT NULL AND size IS NOT NULL)",
            name=op.f("ck_report_package_done"),
        ),
        sa.CheckConstraint(
            "(state = 'failed') = (failure IS NOT NULL)", name=op.f("ck_report_package_failed")
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (ended_at IS NULL)", name=op.f("ck_report_package_ended")
        ),
        sa.ForeignKeyConstraint(
            ["board_id"],
            ["board.id"],
            name=op.f("fk_report_package_board_id_board"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["follow_up_report.id"],
            name=op.f("fk_report_package_report_id_follow_up_report"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["ordered_by_id"],
            ["user_account.id"],
            name=op.f("fk_report_package_ordered_by_id_user_account"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_package")),
        sa.UniqueConstraint(
            "report_id", "report_sha256", name=op.f("uq_report_package_report_id_report_sha256")
        ),
    )
    op.create_index(op.f("ix_report_package_state"), "report_package", ["state"])
    op.create_index(
        op.f("ix_occurrence_move_old_scheduled_on"), "occurrence_move", ["old_scheduled_on"]
    )


def downgrade() -> None:
    """Take them away; a package can be made again."""
    op.drop_index(op.f("ix_occurrence_move_old_scheduled_on"), table_name="occurrence_move")
    op.drop_table("report_package")
