"""The first tables: organisation, accounts, plan, schedule, sampling, review, report, trail."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQLITE_TRIGGERS = """
CREATE TRIGGER trail_row_keeps BEFORE UPDATE ON trail_row
BEGIN SELECT RAISE(ABORT, 'the trail is not changed'); END;

CREATE TRIGGER trail_row_stays BEFORE DELETE ON trail_row
BEGIN SELECT RAISE(ABORT, 'the trail is not changed'); END;

CREATE TRIGGER trail_payload_keeps BEFORE UPDATE ON trail_payload
BEGIN SELECT RAISE(ABORT, 'the trail is not changed'); END;

CREATE TRIGGER trail_payload_stays BEFORE DELETE ON trail_payload
WHEN NOT EXISTS (SELECT 1 FROM trail_disposal WHERE row_id = OLD.row_id)
BEGIN SELECT RAISE(ABORT, 'the trail is not changed'); END;

CREATE TRIGGER trail_disposal_keeps BEFORE UPDATE ON trail_disposal
BEGIN SELECT RAISE(ABORT, 'the trail is not changed'); END;

CREATE TRIGGER trail_disposal_stays BEFORE DELETE ON trail_disposal
BEGIN SELECT RAISE(ABORT, 'the trail is not changed'); END;
"""

POSTGRESQL_TRIGGERS = """
CREATE FUNCTION trail_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the trail is not changed'; END $$;

CREATE FUNCTION trail_payload_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM trail_disposal WHERE row_id = OLD.row_id)
THEN RETURN OLD; END IF;
RAISE EXCEPTION 'the trail is not changed';
END $$;

CREATE TRIGGER trail_row_keeps BEFORE UPDATE OR DELETE ON trail_row
FOR EACH ROW EXECUTE FUNCTION trail_refuse();

CREATE TRIGGER trail_payload_keeps BEFORE UPDATE OR DELETE ON trail_payload
FOR EACH ROW EXECUTE FUNCTION trail_payload_refuse();

CREATE TRIGGER trail_disposal_keeps BEFORE UPDATE OR DELETE ON trail_disposal
FOR EACH ROW EXECUTE FUNCTION trail_refuse();

CREATE TRIGGER trail_row_whole BEFORE TRUNCATE ON trail_row
FOR EACH STATEMENT EXECUTE FUNCTION trail_refuse();

CREATE TRIGGER trail_payload_whole BEFORE TRUNCATE ON trail_payload
FOR EACH STATEMENT EXECUTE FUNCTION trail_refuse();

CREATE TRIGGER trail_disposal_whole BEFORE TRUNCATE ON trail_disposal
FOR EACH STATEMENT EXECUTE FUNCTION trail_refuse();
"""


def _execute(script: str) -> None:
    for statement in script.strip().split("\n\n"):
        op.execute(statement)


def upgrade() -> None:
    """Make the tables and guard the trail."""
    op.create_table(
        "board",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "board",
                "executive",
                "company",
                name="boardkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("oversight", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "code = upper(code) AND length(code) BETWEEN 2 AND 12", name=op.f("ck_board_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board")),
        sa.UniqueConstraint("code", name=op.f("uq_board_code")),
    )
    op.create_table(
        "job_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job", sa.String(length=60), nullable=False),
        sa.Column("period", sa.String(length=40), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "running",
                "done",
                "failed",
                name="joboutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(outcome = 'running') = (ended_at IS NULL)", name=op.f("ck_job_run_ended")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
        sa.UniqueConstraint("job", "period", name=op.f("uq_job_run_job_period")),
    )
    op.create_table(
        "login_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name_digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_failure")),
    )
    op.create_index(
        op.f("ix_login_failure_name_digest_at"),
        "login_failure",
        ["name_digest", "at"],
        unique=False,
    )
    op.create_table(
        "municipality",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_municipality_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_municipality")),
    )
    op.create_table(
        "trail_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chain", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("seq >= 1", name=op.f("ck_trail_row_seq_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail_row")),
        sa.UniqueConstraint("chain", "seq", name=op.f("uq_trail_row_chain_seq")),
    )
    op.create_index(
        op.f("ix_trail_row_chain_subject_kind_subject_id"),
        "trail_row",
        ["chain", "subject_kind", "subject_id"],
        unique=False,
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=80), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "username = lower(username)", name=op.f("ck_user_account_username_lower")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("username", name=op.f("uq_user_account_username")),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("paragraph", sa.String(length=20), nullable=False),
        sa.Column("registry_number", sa.String(length=60), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "approved",
                "amended",
                "referred_back",
                "tabled",
                name="decisionoutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("verified_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(paragraph) > 0", name=op.f("ck_decision_paragraph")),
        sa.CheckConstraint("length(registry_number) > 0", name=op.f("ck_decision_registry_number")),
        sa.CheckConstraint(
            "verified_on IS NULL OR verified_on >= decided_on", name=op.f("ck_decision_verified")
        ),
        sa.ForeignKeyConstraint(
            ["board_id"], ["board.id"], name=op.f("fk_decision_board_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_table(
        "login_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_login_session_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("digest", name=op.f("uq_login_session_digest")),
    )
    op.create_index(op.f("ix_login_session_user_id"), "login_session", ["user_id"], unique=False)
    op.create_table(
        "reporting_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("cut_off", sa.Date(), nullable=False),
        sa.Column("board_on", sa.Date(), nullable=True),
        sa.Column("executive_on", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "board_on IS NULL OR board_on >= period_end",
            name=op.f("ck_reporting_point_board_after_period"),
        ),
        sa.CheckConstraint(
            "cut_off >= period_end", name=op.f("ck_reporting_point_cut_off_after_period")
        ),
        sa.ForeignKeyConstraint(
            ["board_id"],
            ["board.id"],
            name=op.f("fk_reporting_point_board_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reporting_point")),
        sa.UniqueConstraint(
            "board_id", "year", "name", name=op.f("uq_reporting_point_board_id_year_name")
        ),
    )
    op.create_table(
        "risk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("consequence", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("concerns_irregularities", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(description) > 0", name=op.f("ck_risk_description")),
        sa.ForeignKeyConstraint(
            ["board_id"], ["board.id"], name=op.f("fk_risk_board_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk")),
        sa.UniqueConstraint("board_id", "number", name=op.f("uq_risk_board_id_number")),
    )
    op.create_table(
        "subcommittee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("reviews_cases", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["board_id"], ["board.id"], name=op.f("fk_subcommittee_board_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subcommittee")),
        sa.UniqueConstraint("board_id", "code", name=op.f("uq_subcommittee_board_id_code")),
    )
    op.create_table(
        "submission",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_submission_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("pk_submission")),
    )
    op.create_table(
        "trail_disposal",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["row_id"], ["trail_row.id"], name=op.f("fk_trail_disposal_row_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_trail_disposal")),
    )
    op.create_table(
        "trail_payload",
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["row_id"], ["trail_row.id"], name=op.f("fk_trail_payload_row_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_trail_payload")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("parent_id IS NULL OR parent_id <> id", name=op.f("ck_unit_parent")),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_unit_dates")
        ),
        sa.ForeignKeyConstraint(
            ["board_id"], ["board.id"], name=op.f("fk_unit_board_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("board_id", "name", name=op.f("uq_unit_board_id_name")),
    )
    op.create_table(
        "follow_up_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("reporting_point_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "live",
                "decided",
                name="reportstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "overall",
            sa.Enum(
                "sufficient",
                "partly",
                "insufficient",
                name="overallassessment",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("overall_grounds", sa.Text(), nullable=True),
        sa.Column("overall_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("cut_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("snapshot", sa.Text(), nullable=True),
        sa.Column("snapshot_sha256", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'decided') = (decision_id IS NOT NULL AND snapshot IS NOT NULL\nAND snapshot_sha256 IS NOT NULL AND cut_off_at IS NOT NULL)",
            name=op.f("ck_follow_up_report_decided_is_frozen"),
        ),
        sa.CheckConstraint(
            "(overall IS NULL) = (overall_at IS NULL)",
            name=op.f("ck_follow_up_report_overall_has_time"),
        ),
        sa.CheckConstraint(
            "(overall IS NULL) = (overall_grounds IS NULL)",
            name=op.f("ck_follow_up_report_overall_has_grounds"),
        ),
        sa.ForeignKeyConstraint(
            ["board_id"],
            ["board.id"],
            name=op.f("fk_follow_up_report_board_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decision.id"],
            name=op.f("fk_follow_up_report_decision_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["reporting_point_id"],
            ["reporting_point.id"],
            name=op.f("fk_follow_up_report_reporting_point_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_report")),
        sa.UniqueConstraint(
            "reporting_point_id", name=op.f("uq_follow_up_report_reporting_point_id")
        ),
    )
    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("subcommittee_id", sa.Integer(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "ordinary",
                "extra",
                name="meetingkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "cancelled",
                name="meetingstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["board_id"], ["board.id"], name=op.f("fk_meeting_board_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["subcommittee_id"],
            ["subcommittee.id"],
            name=op.f("fk_meeting_subcommittee_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint(
            "board_id",
            "subcommittee_id",
            "held_on",
            "kind",
            name=op.f("uq_meeting_board_id_subcommittee_id_held_on_kind"),
        ),
    )
    op.create_index(
        op.f("ix_meeting_board_id_held_on"), "meeting", ["board_id", "held_on"], unique=False
    )
    op.create_index(
        "uq_meeting_of_board",
        "meeting",
        ["board_id", "held_on", "kind"],
        unique=True,
        sqlite_where=sa.text("subcommittee_id IS NULL"),
        postgresql_where=sa.text("subcommittee_id IS NULL"),
    )
    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "internal_control",
                "private_providers",
                name="plankind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "prepared",
                "decided",
                "replaced",
                "closed",
                name="planstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("content_sha256", sa.String(length=64), nullable=True),
        sa.Column("source_name", sa.Text(), nullable=True),
        sa.Column("source_sha256", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('decided','replaced','closed')) = (decision_id IS NOT NULL)",
            name=op.f("ck_plan_decided_has_decision"),
        ),
        sa.CheckConstraint(
            "(decision_id IS NULL) = (content_sha256 IS NULL)",
            name=op.f("ck_plan_decided_is_frozen"),
        ),
        sa.ForeignKeyConstraint(
            ["board_id"], ["board.id"], name=op.f("fk_plan_board_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_plan_decision_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint(
            "board_id", "year", "kind", "version", name=op.f("uq_plan_board_id_year_kind_version")
        ),
    )
    op.create_table(
        "risk_assessment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("risk_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "inherent",
                "current",
                "residual",
                name="assessmentkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("likelihood", sa.Integer(), nullable=True),
        sa.Column("impact", sa.Integer(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("scale", sa.JSON(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("impact IS NULL OR impact >= 1", name=op.f("ck_risk_assessment_impact")),
        sa.CheckConstraint(
            "likelihood IS NULL OR likelihood >= 1", name=op.f("ck_risk_assessment_likelihood")
        ),
        sa.CheckConstraint("score >= 1", name=op.f("ck_risk_assessment_score")),
        sa.ForeignKeyConstraint(
            ["risk_id"], ["risk.id"], name=op.f("fk_risk_assessment_risk_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_assessment")),
    )
    op.create_index(
        op.f("ix_risk_assessment_risk_id"), "risk_assessment", ["risk_id"], unique=False
    )
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
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
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("board_id", sa.Integer(), nullable=True),
        sa.Column("subcommittee_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(subcommittee_id IS NULL AND unit_id IS NULL) OR board_id IS NOT NULL",
            name=op.f("ck_role_grant_inside_a_board"),
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_role_grant_dates")
        ),
        sa.ForeignKeyConstraint(
            ["board_id"], ["board.id"], name=op.f("fk_role_grant_board_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["subcommittee_id"],
            ["subcommittee.id"],
            name=op.f("fk_role_grant_subcommittee_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_role_grant_unit_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_role_grant_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    op.create_index(op.f("ix_role_grant_user_id"), "role_grant", ["user_id"], unique=False)
    op.create_table(
        "control_area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk_control_area_plan_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control_area")),
        sa.UniqueConstraint("plan_id", "name", name=op.f("uq_control_area_plan_id_name")),
        sa.UniqueConstraint("plan_id", "position", name=op.f("uq_control_area_plan_id_position")),
    )
    op.create_table(
        "plan_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("file_data", sa.LargeBinary(), nullable=False),
        sa.Column("read_by_id", sa.Integer(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(imported_at IS NULL) = (plan_id IS NULL)",
            name=op.f("ck_plan_reading_imported_made_a_plan"),
        ),
        sa.ForeignKeyConstraint(
            ["board_id"], ["board.id"], name=op.f("fk_plan_reading_board_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk_plan_reading_plan_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["read_by_id"],
            ["user_account.id"],
            name=op.f("fk_plan_reading_read_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_reading")),
    )
    op.create_index(op.f("ix_plan_reading_board_id"), "plan_reading", ["board_id"], unique=False)
    op.create_table(
        "control",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("lineage", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("method_text", sa.Text(), nullable=False),
        sa.Column("reporting_text", sa.Text(), nullable=False),
        sa.Column(
            "technique",
            sa.Enum(
                "sample",
                "census",
                "survey",
                "interview",
                "log_review",
                "register_analysis",
                "document_review",
                "observation",
                name="technique",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "sample_kind",
            sa.Enum(
                "at_least",
                "exact",
                "census",
                "unstated",
                "none",
                name="samplekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("sample_n", sa.Integer(), nullable=True),
        sa.Column(
            "frequency",
            sa.Enum(
                "per_meeting",
                "month",
                "quarter",
                "tertial",
                "half_year",
                "reporting_point",
                "year",
                "on_demand",
                name="frequency",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("performed_by", sa.Text(), nullable=True),
        sa.Column("responsible_text", sa.Text(), nullable=True),
        sa.Column("responsible_id", sa.Integer(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(sample_kind IN ('at_least','exact')) = (sample_n IS NOT NULL)",
            name=op.f("ck_control_sample_n"),
        ),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_control_text")),
        sa.CheckConstraint(
            "sample_n IS NULL OR sample_n >= 1", name=op.f("ck_control_sample_positive")
        ),
        sa.ForeignKeyConstraint(
            ["area_id"], ["control_area.id"], name=op.f("fk_control_area_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk_control_plan_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["responsible_id"],
            ["user_account.id"],
            name=op.f("fk_control_responsible_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_control_plan_id_number")),
    )
    op.create_index(op.f("ix_control_lineage"), "control", ["lineage"], unique=False)
    op.create_index(op.f("ix_control_responsible_id"), "control", ["responsible_id"], unique=False)
    op.create_table(
        "control_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("control_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "question",
                "note",
                name="markkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_answer", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled_by_id IS NULL)",
            name=op.f("ck_control_mark_settled_by_someone"),
        ),
        sa.ForeignKeyConstraint(
            ["control_id"],
            ["control.id"],
            name=op.f("fk_control_mark_control_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"],
            ["user_account.id"],
            name=op.f("fk_control_mark_settled_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control_mark")),
    )
    op.create_index(
        op.f("ix_control_mark_control_id"), "control_mark", ["control_id"], unique=False
    )
    op.create_table(
        "control_risk",
        sa.Column("control_id", sa.Integer(), nullable=False),
        sa.Column("risk_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["control_id"],
            ["control.id"],
            name=op.f("fk_control_risk_control_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["risk_id"], ["risk.id"], name=op.f("fk_control_risk_risk_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("control_id", "risk_id", name=op.f("pk_control_risk")),
    )
    op.create_table(
        "criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("control_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["control_id"],
            ["control.id"],
            name=op.f("fk_criterion_control_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion")),
        sa.UniqueConstraint(
            "control_id", "position", name=op.f("uq_criterion_control_id_position")
        ),
    )
    op.create_table(
        "occurrence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("control_id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=60), nullable=False),
        sa.Column("subcommittee_id", sa.Integer(), nullable=True),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("reporting_point_id", sa.Integer(), nullable=True),
        sa.Column("scheduled_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "started",
                "performed",
                "approved",
                "not_performed",
                "expired",
                name="occurrencestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(substr(origin, 1, 6) = 'point:') = (reporting_point_id IS NOT NULL)",
            name=op.f("ck_occurrence_point_origin"),
        ),
        sa.CheckConstraint(
            "(substr(origin, 1, 8) = 'meeting:') = (meeting_id IS NOT NULL)",
            name=op.f("ck_occurrence_meeting_origin"),
        ),
        sa.CheckConstraint("length(origin) > 0", name=op.f("ck_occurrence_origin")),
        sa.ForeignKeyConstraint(
            ["board_id"], ["board.id"], name=op.f("fk_occurrence_board_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["control_id"],
            ["control.id"],
            name=op.f("fk_occurrence_control_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meeting.id"],
            name=op.f("fk_occurrence_meeting_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["reporting_point_id"],
            ["reporting_point.id"],
            name=op.f("fk_occurrence_reporting_point_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["subcommittee_id"],
            ["subcommittee.id"],
            name=op.f("fk_occurrence_subcommittee_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occurrence")),
        sa.UniqueConstraint("control_id", "origin", name=op.f("uq_occurrence_control_id_origin")),
    )
    op.create_index(
        op.f("ix_occurrence_board_id_scheduled_on"),
        "occurrence",
        ["board_id", "scheduled_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_occurrence_board_id_state_due_on"),
        "occurrence",
        ["board_id", "state", "due_on"],
        unique=False,
    )
    op.create_table(
        "report_remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("control_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column(
            "assessment",
            sa.Enum(
                "without_deviation",
                "minor",
                "material",
                "serious",
                "not_performed",
                name="assessment",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("assessment_reason", sa.Text(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "assessment IS NULL OR assessment_reason IS NOT NULL",
            name=op.f("ck_report_remark_assessment_why"),
        ),
        sa.ForeignKeyConstraint(
            ["control_id"],
            ["control.id"],
            name=op.f("fk_report_remark_control_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["user_account.id"],
            name=op.f("fk_report_remark_recorded_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["follow_up_report.id"],
            name=op.f("fk_report_remark_report_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_remark")),
        sa.UniqueConstraint(
            "report_id",
            "control_id",
            "revision",
            name=op.f("uq_report_remark_report_id_control_id_revision"),
        ),
    )
    op.create_table(
        "conclusion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reviewed", sa.Integer(), nullable=False),
        sa.Column("population_size", sa.Integer(), nullable=False),
        sa.Column("deviating", sa.Integer(), nullable=False),
        sa.Column("not_applicable", sa.Integer(), nullable=False),
        sa.Column("is_random", sa.Boolean(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by_id", sa.Integer(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("return_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(returned_at IS NULL) = (return_reason IS NULL)",
            name=op.f("ck_conclusion_returned_why"),
        ),
        sa.CheckConstraint(
            "(signed_at IS NULL) = (signed_by_id IS NULL)", name=op.f("ck_conclusion_signed_by")
        ),
        sa.CheckConstraint(
            "deviating >= 0 AND not_applicable >= 0 AND deviating + not_applicable <= reviewed",
            name=op.f("ck_conclusion_deviating"),
        ),
        sa.CheckConstraint("reviewed <= population_size", name=op.f("ck_conclusion_reviewed")),
        sa.CheckConstraint(
            "signed_at IS NULL OR returned_at IS NULL", name=op.f("ck_conclusion_one_outcome")
        ),
        sa.CheckConstraint(
            "signed_by_id IS NULL OR signed_by_id <> written_by_id", name=op.f("ck_conclusion_two")
        ),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrence.id"],
            name=op.f("fk_conclusion_occurrence_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["signed_by_id"],
            ["user_account.id"],
            name=op.f("fk_conclusion_signed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["written_by_id"],
            ["user_account.id"],
            name=op.f("fk_conclusion_written_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conclusion")),
    )
    op.create_index(
        op.f("ix_conclusion_occurrence_id"), "conclusion", ["occurrence_id"], unique=False
    )
    op.create_index(
        "uq_conclusion_standing",
        "conclusion",
        ["occurrence_id"],
        unique=True,
        sqlite_where=sa.text("returned_at IS NULL"),
        postgresql_where=sa.text("returned_at IS NULL"),
    )
    op.create_table(
        "non_performance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "previous_state",
            sa.Enum(
                "planned",
                "started",
                "performed",
                "approved",
                "not_performed",
                "expired",
                name="occurrencestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "previous_state IN ('planned', 'started')", name=op.f("ck_non_performance_previous")
        ),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_non_performance_reason")),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR withdrawn_at >= recorded_at",
            name=op.f("ck_non_performance_withdrawn_after"),
        ),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrence.id"],
            name=op.f("fk_non_performance_occurrence_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["user_account.id"],
            name=op.f("fk_non_performance_recorded_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_non_performance")),
    )
    op.create_index(
        op.f("ix_non_performance_occurrence_id"), "non_performance", ["occurrence_id"], unique=False
    )
    op.create_index(
        "uq_non_performance_standing",
        "non_performance",
        ["occurrence_id"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "population",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "loading",
                "loaded",
                "frozen",
                "refused",
                name="populationstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("taken_out_by", sa.Text(), nullable=False),
        sa.Column("taken_out_on", sa.Date(), nullable=True),
        sa.Column("reconciliation", sa.Text(), nullable=True),
        sa.Column("made_by_controlled", sa.Boolean(), nullable=False),
        sa.Column("is_secret", sa.Boolean(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("stored_name", sa.String(length=80), nullable=True),
        sa.Column("file_wanted", sa.Boolean(), nullable=False),
        sa.Column("header", sa.JSON(), nullable=False),
        sa.Column("id_column", sa.Text(), nullable=True),
        sa.Column("amount_column", sa.Text(), nullable=True),
        sa.Column("renumbered", sa.Boolean(), nullable=False),
        sa.Column("claim", sa.String(length=32), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("notice", sa.Text(), nullable=True),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("positive_sum", sa.BigInteger(), nullable=True),
        sa.Column("negative_count", sa.Integer(), nullable=True),
        sa.Column("negative_sum", sa.BigInteger(), nullable=True),
        sa.Column("zero_count", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("sorted_sha256", sa.String(length=64), nullable=True),
        sa.Column("seal_key", sa.String(length=64), nullable=False),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("received_by_id", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_by_id", sa.Integer(), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'frozen') = (frozen_at IS NOT NULL)", name=op.f("ck_population_frozen_at")
        ),
        sa.CheckConstraint(
            "(state = 'frozen') = (sha256 IS NOT NULL)", name=op.f("ck_population_frozen_hash")
        ),
        sa.CheckConstraint(
            "(state = 'refused') = (refusal IS NOT NULL)", name=op.f("ck_population_refused_why")
        ),
        sa.ForeignKeyConstraint(
            ["board_id"], ["board.id"], name=op.f("fk_population_board_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["frozen_by_id"],
            ["user_account.id"],
            name=op.f("fk_population_frozen_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrence.id"],
            name=op.f("fk_population_occurrence_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["received_by_id"],
            ["user_account.id"],
            name=op.f("fk_population_received_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_population")),
    )
    op.create_index(op.f("ix_population_board_id"), "population", ["board_id"], unique=False)
    op.create_index(
        op.f("ix_population_occurrence_id"), "population", ["occurrence_id"], unique=False
    )
    op.create_table(
        "draw",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("population_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "committed",
                "drawn",
                name="drawstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "method",
            sa.Enum(
                "srs_ticket",
                "srs_counter",
                "systematic",
                "mus_interval",
                "mus_cell",
                name="selectionmethod",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("k", sa.Integer(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("committed_by_id", sa.Integer(), nullable=True),
        sa.Column("seed", sa.Text(), nullable=True),
        sa.Column(
            "seed_source",
            sa.Enum(
                "dice",
                "public",
                "system",
                name="seedsource",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("seed_reference", sa.Text(), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drawn_by_id", sa.Integer(), nullable=True),
        sa.Column("redraw_of_id", sa.Integer(), nullable=True),
        sa.Column("redraw_reason", sa.Text(), nullable=True),
        sa.Column("program", sa.String(length=80), nullable=True),
        sa.Column("seal_key", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "(state = 'drawn') = (seed IS NOT NULL AND drawn_at IS NOT NULL)",
            name=op.f("ck_draw_drawn_has_seed"),
        ),
        sa.CheckConstraint(
            "(redraw_of_id IS NULL) = (redraw_reason IS NULL)", name=op.f("ck_draw_redraw_why")
        ),
        sa.CheckConstraint("n >= 1", name=op.f("ck_draw_n")),
        sa.ForeignKeyConstraint(
            ["board_id"], ["board.id"], name=op.f("fk_draw_board_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["committed_by_id"],
            ["user_account.id"],
            name=op.f("fk_draw_committed_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["drawn_by_id"],
            ["user_account.id"],
            name=op.f("fk_draw_drawn_by_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["population_id"],
            ["population.id"],
            name=op.f("fk_draw_population_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["redraw_of_id"], ["draw.id"], name=op.f("fk_draw_redraw_of_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw")),
        sa.UniqueConstraint("redraw_of_id", name=op.f("uq_draw_redraw_of_id")),
    )
    op.create_index(op.f("ix_draw_board_id"), "draw", ["board_id"], unique=False)
    op.create_index(op.f("ix_draw_population_id"), "draw", ["population_id"], unique=False)
    op.create_table(
        "population_row",
        sa.Column("population_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["population_id"],
            ["population.id"],
            name=op.f("fk_population_row_population_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("population_id", "number", name=op.f("pk_population_row")),
    )
    op.create_table(
        "draw_occurrence",
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["draw_id"], ["draw.id"], name=op.f("fk_draw_occurrence_draw_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrence.id"],
            name=op.f("fk_draw_occurrence_occurrence_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("draw_id", "occurrence_id", name=op.f("pk_draw_occurrence")),
    )
    op.create_index(
        op.f("ix_draw_occurrence_occurrence_id"), "draw_occurrence", ["occurrence_id"], unique=False
    )
    op.create_table(
        "sample_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draw_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("replacement_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(replaces_id IS NULL) = (replacement_reason IS NULL)",
            name=op.f("ck_sample_item_replacement_why"),
        ),
        sa.ForeignKeyConstraint(
            ["draw_id"], ["draw.id"], name=op.f("fk_sample_item_draw_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"],
            ["sample_item.id"],
            name=op.f("fk_sample_item_replaces_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_item")),
        sa.UniqueConstraint("draw_id", "position", name=op.f("uq_sample_item_draw_id_position")),
        sa.UniqueConstraint(
            "draw_id", "row_number", name=op.f("uq_sample_item_draw_id_row_number")
        ),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_sample_item_replaces_id")),
    )
    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column(
            "severity",
            sa.Enum(
                "minor",
                "material",
                "serious",
                name="severity",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(description) > 0", name=op.f("ck_finding_description")),
        sa.ForeignKeyConstraint(
            ["board_id"], ["board.id"], name=op.f("fk_finding_board_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["sample_item.id"], name=op.f("fk_finding_item_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrence.id"],
            name=op.f("fk_finding_occurrence_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["user_account.id"],
            name=op.f("fk_finding_recorded_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint(
            "board_id", "year", "number", name=op.f("uq_finding_board_id_year_number")
        ),
        sa.UniqueConstraint(
            "occurrence_id", "item_id", name=op.f("uq_finding_occurrence_id_item_id")
        ),
    )
    op.create_index(op.f("ix_finding_occurrence_id"), "finding", ["occurrence_id"], unique=False)
    op.create_table(
        "item_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "yes",
                "no",
                "not_applicable",
                "evidence_missing",
                name="answer",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["criterion_id"],
            ["criterion.id"],
            name=op.f("fk_item_result_criterion_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["sample_item.id"],
            name=op.f("fk_item_result_item_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrence.id"],
            name=op.f("fk_item_result_occurrence_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"],
            ["user_account.id"],
            name=op.f("fk_item_result_recorded_by_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_result")),
        sa.UniqueConstraint(
            "occurrence_id",
            "item_id",
            "criterion_id",
            "revision",
            name=op.f("uq_item_result_occurrence_id_item_id_criterion_id_revision"),
        ),
    )
    op.create_index(op.f("ix_item_result_item_id"), "item_result", ["item_id"], unique=False)
    # ### end Alembic commands ###
    if op.get_bind().dialect.name == "sqlite":
        _execute(SQLITE_TRIGGERS)
    else:
        _execute(POSTGRESQL_TRIGGERS)


def downgrade() -> None:
    """Take everything away."""
    if op.get_bind().dialect.name == "postgresql":
        for table in ("trail_row", "trail_payload", "trail_disposal"):
            op.execute(f"DROP TRIGGER {table}_keeps ON {table}")
            op.execute(f"DROP TRIGGER {table}_whole ON {table}")
        op.execute("DROP FUNCTION trail_refuse()")
        op.execute("DROP FUNCTION trail_payload_refuse()")
    op.drop_index(op.f("ix_item_result_item_id"), table_name="item_result")
    op.drop_table("item_result")
    op.drop_index(op.f("ix_finding_occurrence_id"), table_name="finding")
    op.drop_table("finding")
    op.drop_table("sample_item")
    op.drop_index(op.f("ix_draw_occurrence_occurrence_id"), table_name="draw_occurrence")
    op.drop_table("draw_occurrence")
    op.drop_table("population_row")
    op.drop_index(op.f("ix_draw_population_id"), table_name="draw")
    op.drop_index(op.f("ix_draw_board_id"), table_name="draw")
    op.drop_table("draw")
    op.drop_index(op.f("ix_population_occurrence_id"), table_name="population")
    op.drop_index(op.f("ix_population_board_id"), table_name="population")
    op.drop_table("population")
    op.drop_index(
        "uq_non_performance_standing",
        table_name="non_performance",
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.drop_index(op.f("ix_non_performance_occurrence_id"), table_name="non_performance")
    op.drop_table("non_performance")
    op.drop_index(
        "uq_conclusion_standing",
        table_name="conclusion",
        sqlite_where=sa.text("returned_at IS NULL"),
        postgresql_where=sa.text("returned_at IS NULL"),
    )
    op.drop_index(op.f("ix_conclusion_occurrence_id"), table_name="conclusion")
    op.drop_table("conclusion")
    op.drop_table("report_remark")
    op.drop_index(op.f("ix_occurrence_board_id_state_due_on"), table_name="occurrence")
    op.drop_index(op.f("ix_occurrence_board_id_scheduled_on"), table_name="occurrence")
    op.drop_table("occurrence")
    op.drop_table("criterion")
    op.drop_table("control_risk")
    op.drop_index(op.f("ix_control_mark_control_id"), table_name="control_mark")
    op.drop_table("control_mark")
    op.drop_index(op.f("ix_control_responsible_id"), table_name="control")
    op.drop_index(op.f("ix_control_lineage"), table_name="control")
    op.drop_table("control")
    op.drop_index(op.f("ix_plan_reading_board_id"), table_name="plan_reading")
    op.drop_table("plan_reading")
    op.drop_table("control_area")
    op.drop_index(op.f("ix_role_grant_user_id"), table_name="role_grant")
    op.drop_table("role_grant")
    op.drop_index(op.f("ix_risk_assessment_risk_id"), table_name="risk_assessment")
    op.drop_table("risk_assessment")
    op.drop_table("plan")
    op.drop_index(
        "uq_meeting_of_board",
        table_name="meeting",
        sqlite_where=sa.text("subcommittee_id IS NULL"),
        postgresql_where=sa.text("subcommittee_id IS NULL"),
    )
    op.drop_index(op.f("ix_meeting_board_id_held_on"), table_name="meeting")
    op.drop_table("meeting")
    op.drop_table("follow_up_report")
    op.drop_table("unit")
    op.drop_table("trail_payload")
    op.drop_table("trail_disposal")
    op.drop_table("submission")
    op.drop_table("subcommittee")
    op.drop_table("risk")
    op.drop_table("reporting_point")
    op.drop_index(op.f("ix_login_session_user_id"), table_name="login_session")
    op.drop_table("login_session")
    op.drop_table("decision")
    op.drop_table("user_account")
    op.drop_index(op.f("ix_trail_row_chain_subject_kind_subject_id"), table_name="trail_row")
    op.drop_table("trail_row")
    op.drop_table("municipality")
    op.drop_index(op.f("ix_login_failure_name_digest_at"), table_name="login_failure")
    op.drop_table("login_failure")
    op.drop_table("job_run")
    op.drop_table("board")
    # ### end Alembic commands ###
