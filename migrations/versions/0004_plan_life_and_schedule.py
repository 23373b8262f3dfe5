"""A plan's life after the draft, and a schedule that changes.

A plan is prepared with its proposal frozen, treated by the board one or several times, revised and
closed. An occurrence is moved with a reason or expires; a meeting is moved or called off. Rows that
are there keep what they are: none is moved, expired or revised.
"""

import sqlalchemy as sa
from alembic import op

from internkontroll.core.base import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OLD_STATES = ("draft", "prepared", "decided", "replaced", "closed")
STATES = ("draft", "prepared", "amending", "decided", "replaced", "closed")
OLD_FREQUENCIES = (
    "per_meeting",
    "month",
    "quarter",
    "tertial",
    "half_year",
    "reporting_point",
    "year",
    "on_demand",
)
FREQUENCIES = (
    "per_meeting",
    "month",
    "meeting_month",
    "quarter",
    "tertial",
    "half_year",
    "reporting_point",
    "year",
    "on_demand",
)

OPEN_PLAN = sa.text("state IN ('draft', 'prepared', 'amending')")
STANDING_PLAN = sa.text("state = 'decided'")
ALIVE = sa.text("state <> 'expired'")
HELD = sa.text("state = 'planned'")
BOARDS_OWN = sa.text("subcommittee_id IS NULL AND state = 'planned'")
BOARDS_OWN_BEFORE = sa.text("subcommittee_id IS NULL")


def _one_of(column: str, values: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


def _values(table: str, name: str, column: str, values: tuple[str, ...]) -> None:
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        batch.create_check_constraint(op.f(f"ck_{table}_{name}"), _one_of(column, values))


def _index(name: str, table: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(name, table, columns, unique=True, sqlite_where=where, postgresql_where=where)


def _upgrade_plan() -> None:
    _values("plan", "planstate", "state", STATES)
    _values("control", "frequency", "frequency", FREQUENCIES)
    _values("obligatory_control", "frequency", "frequency", FREQUENCIES)
    with op.batch_alter_table("plan") as batch:
        batch.add_column(sa.Column("proposal", sa.Text(), nullable=True))
        batch.add_column(sa.Column("proposal_sha256", sa.String(64), nullable=True))
        batch.add_column(sa.Column("prepared_at", UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("replaces_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("revision_reason", sa.Text(), nullable=True))
        batch.add_column(sa.Column("attachment_of", sa.Text(), nullable=True))
        batch.add_column(sa.Column("attachment", sa.Text(), nullable=True))
        batch.add_column(
            sa.Column("ended_periods", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.create_foreign_key(
            op.f("fk_plan_replaces_id"), "plan", ["replaces_id"], ["id"], ondelete="RESTRICT"
        )
        batch.create_check_constraint(
            op.f("ck_plan_proposal_is_hashed"), "(proposal IS NULL) = (proposal_sha256 IS NULL)"
        )
        batch.create_check_constraint(
            op.f("ck_plan_revision_has_reason"),
            "(replaces_id IS NULL) = (revision_reason IS NULL)",
        )
    with op.batch_alter_table("plan") as batch:
        batch.alter_column("ended_periods", server_default=None)
    _index("uq_plan_open", "plan", ["board_id", "year", "kind"], OPEN_PLAN)
    _index("uq_plan_standing", "plan", ["board_id", "year", "kind"], STANDING_PLAN)
    op.create_table(
        "plan_treatment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("proposal", sa.Text(), nullable=False),
        sa.Column("proposal_sha256", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "reason IS NULL OR length(reason) > 0", name=op.f("ck_plan_treatment_reason")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk_plan_treatment_plan_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decision.id"],
            name=op.f("fk_plan_treatment_decision_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["user_account.id"],
            name=op.f("fk_plan_treatment_recorded_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_treatment")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_plan_treatment_decision_id")),
    )
    op.create_index(op.f("ix_plan_treatment_plan_id"), "plan_treatment", ["plan_id"])


def _upgrade_schedule() -> None:
    with op.batch_alter_table("occurrence") as batch:
        batch.add_column(sa.Column("expired_at", UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("expired_reason", sa.Text(), nullable=True))
        batch.add_column(sa.Column("wanted_because", sa.Text(), nullable=True))
        batch.drop_constraint(op.f("uq_occurrence_control_id_origin"), type_="unique")
    # No verb has let an occurrence expire before this one; a row that did must say when and why.
    op.execute(
        "UPDATE occurrence SET expired_at = recorded_at, expired_reason = 'Utgick' "
        "WHERE state = 'expired'"
    )
    with op.batch_alter_table("occurrence") as batch:
        batch.create_check_constraint(
            op.f("ck_occurrence_expired_has_time"), "(state = 'expired') = (expired_at IS NOT NULL)"
        )
        batch.create_check_constraint(
            op.f("ck_occurrence_expired_has_reason"),
            "(expired_at IS NULL) = (expired_reason IS NULL)",
        )
        batch.create_check_constraint(
            op.f("ck_occurrence_demand_has_reason"),
            "(substr(origin, 1, 7) = 'demand:') = (wanted_because IS NOT NULL)",
        )
    _index("uq_occurrence_alive", "occurrence", ["control_id", "origin"], ALIVE)
    op.create_table(
        "occurrence_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("old_scheduled_on", sa.Date(), nullable=False),
        sa.Column("new_scheduled_on", sa.Date(), nullable=False),
        sa.Column("old_due_on", sa.Date(), nullable=False),
        sa.Column("new_due_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("moved_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_occurrence_move_reason")),
        sa.CheckConstraint(
            "old_scheduled_on <> new_scheduled_on OR old_due_on <> new_due_on",
            name=op.f("ck_occurrence_move_moved"),
        ),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrence.id"],
            name=op.f("fk_occurrence_move_occurrence_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["moved_by_id"],
            ["user_account.id"],
            name=op.f("fk_occurrence_move_moved_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occurrence_move")),
    )
    op.create_index(op.f("ix_occurrence_move_occurrence_id"), "occurrence_move", ["occurrence_id"])


def _upgrade_meetings() -> None:
    op.drop_index("uq_meeting_of_board", table_name="meeting")
    with op.batch_alter_table("meeting") as batch:
        batch.drop_constraint(
            op.f("uq_meeting_board_id_subcommittee_id_held_on_kind"), type_="unique"
        )
        batch.add_column(sa.Column("first_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("change_reason", sa.Text(), nullable=True))
        batch.add_column(sa.Column("row_version", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("meeting") as batch:
        batch.alter_column("row_version", server_default=None)
    _index(
        "uq_meeting_of_committee",
        "meeting",
        ["board_id", "subcommittee_id", "held_on", "kind"],
        HELD,
    )
    _index("uq_meeting_of_board", "meeting", ["board_id", "held_on", "kind"], BOARDS_OWN)


def upgrade() -> None:
    """Make the columns and tables."""
    _upgrade_plan()
    _upgrade_schedule()
    _upgrade_meetings()


def downgrade() -> None:
    """Take them away. Fails where the old tables cannot hold what the new ones do."""
    op.drop_index("uq_meeting_of_board", table_name="meeting")
    op.drop_index("uq_meeting_of_committee", table_name="meeting")
    with op.batch_alter_table("meeting") as batch:
        batch.drop_column("row_version")
        batch.drop_column("change_reason")
        batch.drop_column("first_on")
        batch.create_unique_constraint(
            op.f("uq_meeting_board_id_subcommittee_id_held_on_kind"),
            ["board_id", "subcommittee_id", "held_on", "kind"],
        )
    _index("uq_meeting_of_board", "meeting", ["board_id", "held_on", "kind"], BOARDS_OWN_BEFORE)

    op.drop_table("occurrence_move")
    op.drop_index("uq_occurrence_alive", table_name="occurrence")
    with op.batch_alter_table("occurrence") as batch:
        for name in ("expired_has_time", "expired_has_reason", "demand_has_reason"):
            batch.drop_constraint(op.f(f"ck_occurrence_{name}"), type_="check")
    with op.batch_alter_table("occurrence") as batch:
        batch.drop_column("wanted_because")
        batch.drop_column("expired_reason")
        batch.drop_column("expired_at")
        batch.create_unique_constraint(
            op.f("uq_occurrence_control_id_origin"), ["control_id", "origin"]
        )

    op.drop_table("plan_treatment")
    op.drop_index("uq_plan_standing", table_name="plan")
    op.drop_index("uq_plan_open", table_name="plan")
    with op.batch_alter_table("plan") as batch:
        batch.drop_constraint(op.f("ck_plan_proposal_is_hashed"), type_="check")
        batch.drop_constraint(op.f("ck_plan_revision_has_reason"), type_="check")
        batch.drop_constraint(op.f("fk_plan_replaces_id"), type_="foreignkey")
    with op.batch_alter_table("plan") as batch:
        for name in (
            "ended_periods",
            "attachment",
            "attachment_of",
            "revision_reason",
            "replaces_id",
            "prepared_at",
            "proposal_sha256",
            "proposal",
        ):
            batch.drop_column(name)
    _values("obligatory_control", "frequency", "frequency", OLD_FREQUENCIES)
    _values("control", "frequency", "frequency", OLD_FREQUENCIES)
    _values("plan", "planstate", "state", OLD_STATES)
