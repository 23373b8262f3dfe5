"""A report's way to its decision and on: approved, treated, corrected, handed over, assignments.

Rows that are there keep what they are: none was approved here, sent or corrected.
"""

import sqlalchemy as sa
from alembic import op

from internkontroll.core.base import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

OLD_STATES = ("live", "decided")
STATES = ("live", "approved", "amending", "decided")
PEOPLE = ("overall_by_id", "approved_by_id", "sent_by_id", "received_by_id")
CHECKS = {
    "approved_is_frozen": "state NOT IN ('approved', 'amending') OR (proposal IS NOT NULL\n"
    "AND proposal_sha256 IS NOT NULL AND approved_at IS NOT NULL\n"
    "AND cut_off_at IS NOT NULL)",
    "sent_is_decided": "sent_at IS NULL OR state = 'decided'",
    "received_is_sent": "received_at IS NULL OR (sent_at IS NOT NULL AND received_on IS NOT NULL)",
    "corrects_decided": (
        "correction_reason IS NULL OR (state = 'decided' AND length(correction_reason) > 0)"
    ),
    "version": "version >= 1",
}
COLUMNS = (
    ("overall_by_id", sa.Integer()),
    ("approved_at", UtcDateTime()),
    ("approved_by_id", sa.Integer()),
    ("proposal", sa.Text()),
    ("proposal_sha256", sa.String(64)),
    ("corrected_because", sa.Text()),
    ("correction_reason", sa.Text()),
    ("correction_at", UtcDateTime()),
    ("sent_at", UtcDateTime()),
    ("sent_by_id", sa.Integer()),
    ("received_on", sa.Date()),
    ("received_at", UtcDateTime()),
    ("received_by_id", sa.Integer()),
)


def _one_of(values: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"state IN ({listed})"


def _parent(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="RESTRICT"
    )


def _state(*values: str) -> sa.Enum:
    return sa.Enum(
        *values, name="assignmentstate", native_enum=False, create_constraint=True, length=40
    )


def upgrade() -> None:
    """Make the tables and the columns."""
    with op.batch_alter_table("follow_up_report") as batch:
        batch.drop_constraint(op.f("ck_follow_up_report_reportstate"), type_="check")
        batch.create_check_constraint(op.f("ck_follow_up_report_reportstate"), _one_of(STATES))
        for name, kind in COLUMNS:
            batch.add_column(sa.Column(name, kind, nullable=True))
        batch.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        for name in PEOPLE:
            batch.create_foreign_key(
                op.f(f"fk_follow_up_report_{name}"),
                "user_account",
                [name],
                ["id"],
                ondelete="RESTRICT",
            )
        for name, condition in CHECKS.items():
            batch.create_check_constraint(op.f(f"ck_follow_up_report_{name}"), condition)
    with op.batch_alter_table("follow_up_report") as batch:
        batch.alter_column("version", server_default=None)
    with op.batch_alter_table("report_remark") as batch:
        batch.add_column(sa.Column("figures", sa.Text(), nullable=True))
        batch.add_column(
            sa.Column("figures_confirmed", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.create_check_constraint(
            op.f("ck_report_remark_confirmed"), "figures IS NOT NULL OR NOT figures_confirmed"
        )
    with op.batch_alter_table("report_remark") as batch:
        batch.alter_column("figures_confirmed", server_default=None)
    _make_treatments()
    _make_versions()
    _make_assignments()


def _make_treatments() -> None:
    op.create_table(
        "report_treatment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("proposal", sa.Text(), nullable=False),
        sa.Column("proposal_sha256", sa.String(64), nullable=False),
        sa.Column("xray", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        _parent("report_treatment", "report_id", "follow_up_report"),
        _parent("report_treatment", "decision_id", "decision"),
        _parent("report_treatment", "recorded_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_treatment")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_report_treatment_decision_id")),
    )
    op.create_index(op.f("ix_report_treatment_report_id"), "report_treatment", ["report_id"])


def _make_versions() -> None:
    op.create_table(
        "report_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("snapshot_sha256", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("replaced_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_report_version_reason")),
        _parent("report_version", "report_id", "follow_up_report"),
        _parent("report_version", "decision_id", "decision"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_version")),
        sa.UniqueConstraint(
            "report_id", "version", name=op.f("uq_report_version_report_id_version")
        ),
    )


def _make_assignments() -> None:
    op.create_table(
        "board_assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("report_back_on", sa.Date(), nullable=False),
        sa.Column("state", _state("open", "reported"), nullable=False),
        sa.Column("report_back", sa.Text(), nullable=True),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("reported_at", UtcDateTime(), nullable=True),
        sa.Column("reported_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_board_assignment_text")),
        sa.CheckConstraint(
            "(state = 'reported') = (reported_on IS NOT NULL AND reported_at IS NOT NULL\n"
            "AND report_back IS NOT NULL)",
            name=op.f("ck_board_assignment_reported"),
        ),
        _parent("board_assignment", "board_id", "board"),
        _parent("board_assignment", "report_id", "follow_up_report"),
        _parent("board_assignment", "unit_id", "unit"),
        _parent("board_assignment", "reported_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_assignment")),
        sa.UniqueConstraint(
            "board_id", "year", "number", name=op.f("uq_board_assignment_board_id_year_number")
        ),
    )
    op.create_index(op.f("ix_board_assignment_report_id"), "board_assignment", ["report_id"])
    op.create_table(
        "assignment_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("old_on", sa.Date(), nullable=False),
        sa.Column("new_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_assignment_move_reason")),
        _parent("assignment_move", "assignment_id", "board_assignment"),
        _parent("assignment_move", "recorded_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_move")),
    )
    op.create_index(op.f("ix_assignment_move_assignment_id"), "assignment_move", ["assignment_id"])


def downgrade() -> None:
    """Take them away. Refused once a report has been treated: the tables are all that tells it."""
    connection = op.get_bind()
    if connection.scalar(sa.text("SELECT count(*) FROM report_treatment")):
        raise RuntimeError("what the board did with a report cannot be taken back")
    for table in ("assignment_move", "board_assignment", "report_version", "report_treatment"):
        op.drop_table(table)
    with op.batch_alter_table("report_remark") as batch:
        batch.drop_constraint(op.f("ck_report_remark_confirmed"), type_="check")
        batch.drop_column("figures_confirmed")
        batch.drop_column("figures")
    with op.batch_alter_table("follow_up_report") as batch:
        for name in CHECKS:
            batch.drop_constraint(op.f(f"ck_follow_up_report_{name}"), type_="check")
        for name in PEOPLE:
            batch.drop_constraint(op.f(f"fk_follow_up_report_{name}"), type_="foreignkey")
        batch.drop_column("version")
        for name, _ in COLUMNS:
            batch.drop_column(name)
        batch.drop_constraint(op.f("ck_follow_up_report_reportstate"), type_="check")
        batch.create_check_constraint(op.f("ck_follow_up_report_reportstate"), _one_of(OLD_STATES))
