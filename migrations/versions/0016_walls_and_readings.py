"""Roles that two persons give, a revisor's terms, and the index of who read which secret items.

A revisor who is let in already keeps what they could read; no decision stands with it. Readings
from before stand in the trail, where they were recorded, but not in the index.
"""

import sqlalchemy as sa
from alembic import op

from internkontroll.core.base import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ROLES = (
    "administrator",
    "controller",
    "responsible",
    "reviewer",
    "unit_manager",
    "member",
    "chair",
    "secretary",
    "director",
    "oversight_controller",
    "auditor",
    "data_protection_officer",
    "reader",
)

SQLITE_TRIGGERS = """
CREATE TRIGGER reading_keeps BEFORE UPDATE ON reading
BEGIN SELECT RAISE(ABORT, 'the trail is not changed'); END;

CREATE TRIGGER reading_stays BEFORE DELETE ON reading
WHEN NOT EXISTS (SELECT 1 FROM trail_disposal WHERE row_id = OLD.row_id)
BEGIN SELECT RAISE(ABORT, 'the trail is not changed'); END;
"""

POSTGRESQL_TRIGGERS = """
CREATE TRIGGER reading_keeps BEFORE UPDATE OR DELETE ON reading
FOR EACH ROW EXECUTE FUNCTION trail_payload_refuse();

CREATE TRIGGER reading_whole BEFORE TRUNCATE ON reading
FOR EACH STATEMENT EXECUTE FUNCTION trail_refuse();
"""


def _execute(script: str) -> None:
    for statement in script.strip().split("\n\n"):
        op.execute(statement)


def _words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _parent(table: str, column: str, target: str, key: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.{key}"], name=op.f(f"fk_{table}_{column}"), ondelete="RESTRICT"
    )


def _add_terms() -> None:
    with op.batch_alter_table("role_grant") as batch:
        for name in ("reads_undecided", "reads_secret"):
            batch.add_column(
                sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
            )
        batch.add_column(sa.Column("decision", sa.Text(), nullable=True))
    op.execute(
        "UPDATE role_grant SET reads_undecided = true, reads_secret = true WHERE role = 'auditor'"
    )
    with op.batch_alter_table("role_grant") as batch:
        for name in ("reads_undecided", "reads_secret"):
            batch.alter_column(name, server_default=None, existing_type=sa.Boolean())
        batch.create_check_constraint(
            op.f("ck_role_grant_auditors_alone"),
            "role = 'auditor' OR (NOT reads_undecided AND NOT reads_secret)",
        )


def _make_proposals() -> None:
    op.create_table(
        "role_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", _words("role", *ROLES), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=True),
        sa.Column("subcommittee_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("reads_undecided", sa.Boolean(), nullable=False),
        sa.Column("reads_secret", sa.Boolean(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column(
            "state", _words("proposalstate", "proposed", "confirmed", "refused"), nullable=False
        ),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_role_proposal_dates")
        ),
        sa.CheckConstraint(
            "(state = 'proposed') = (settled_at IS NULL)", name=op.f("ck_role_proposal_settled")
        ),
        sa.CheckConstraint(
            "(state = 'refused') = (reason IS NOT NULL)", name=op.f("ck_role_proposal_refused_why")
        ),
        sa.CheckConstraint(
            "settled_by_id IS NULL OR (settled_by_id <> user_id AND "
            "(state <> 'confirmed' OR settled_by_id <> proposed_by_id))",
            name=op.f("ck_role_proposal_two_persons"),
        ),
        _parent("role_proposal", "user_id", "user_account"),
        _parent("role_proposal", "board_id", "board"),
        _parent("role_proposal", "subcommittee_id", "subcommittee"),
        _parent("role_proposal", "unit_id", "unit"),
        _parent("role_proposal", "proposed_by_id", "user_account"),
        _parent("role_proposal", "settled_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_proposal")),
    )
    op.create_index(op.f("ix_role_proposal_state_board_id"), "role_proposal", ["state", "board_id"])
    op.create_index(op.f("ix_role_proposal_user_id"), "role_proposal", ["user_id"])


def _make_readings() -> None:
    op.create_table(
        "reading",
        sa.Column("row_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chain", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("by_auditor", sa.Boolean(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        _parent("reading", "row_id", "trail_row"),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_reading")),
    )
    op.create_index(op.f("ix_reading_list_id_at"), "reading", ["list_id", "at"])
    op.create_index(op.f("ix_reading_chain_at"), "reading", ["chain", "at"])
    sqlite = op.get_bind().dialect.name == "sqlite"
    _execute(SQLITE_TRIGGERS if sqlite else POSTGRESQL_TRIGGERS)


def _make_follow_ups() -> None:
    op.create_table(
        "log_follow_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("frame_sha256", sa.String(length=64), nullable=False),
        sa.Column("drawn_at", UtcDateTime(), nullable=False),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.Column("signed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(signed_at IS NULL) = (signed_by_id IS NULL)", name=op.f("ck_log_follow_up_signed")
        ),
        sa.CheckConstraint("n >= 1 AND n <= size", name=op.f("ck_log_follow_up_n")),
        _parent("log_follow_up", "board_id", "board"),
        _parent("log_follow_up", "unit_id", "unit"),
        _parent("log_follow_up", "signed_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_follow_up")),
    )
    for name, columns, where in (
        ("unit", ["board_id", "unit_id", "period_start"], "unit_id IS NOT NULL"),
        ("board", ["board_id", "period_start"], "unit_id IS NULL"),
    ):
        op.create_index(
            f"uq_log_follow_up_of_{name}",
            "log_follow_up",
            columns,
            unique=True,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
    op.create_table(
        "log_follow_up_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("reading_id", sa.Integer(), nullable=True),
        sa.Column("outcome", _words("lookoutcome", "in_order", "to_be_examined"), nullable=True),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome <> 'to_be_examined' OR remark IS NOT NULL",
            name=op.f("ck_log_follow_up_item_examined_why"),
        ),
        _parent("log_follow_up_item", "follow_up_id", "log_follow_up"),
        sa.ForeignKeyConstraint(
            ["reading_id"],
            ["reading.row_id"],
            name=op.f("fk_log_follow_up_item_reading_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_follow_up_item")),
        sa.UniqueConstraint(
            "follow_up_id", "position", name=op.f("uq_log_follow_up_item_follow_up_id_position")
        ),
    )


def upgrade() -> None:
    """Make the tables, and guard the readings as the trail is guarded."""
    _add_terms()
    _make_proposals()
    _make_readings()
    _make_follow_ups()


def downgrade() -> None:
    """Take them away; what was read still stands in the trail."""
    op.drop_table("log_follow_up_item")
    op.drop_table("log_follow_up")
    op.drop_table("reading")
    op.drop_table("role_proposal")
    with op.batch_alter_table("role_grant") as batch:
        batch.drop_constraint(op.f("ck_role_grant_auditors_alone"), type_="check")
        for name in ("decision", "reads_secret", "reads_undecided"):
            batch.drop_column(name)
