"""Individutskottets sammanträden: justerare, kind of cases, jäv, notes, and what cannot wait.

New: committee_meeting, committee_review, conflict_of_interest, protected_item, case_note_rule,
case_note, urgent_handover; draw.handled_rows, draw_round.handled_rows, item_result.by_committee.
Rows that were there are nobody's declaration and no committee's own outcome.
"""

import sqlalchemy as sa
from alembic import op

from internkontroll.core.base import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KINDS = (
    "lex_sarah",
    "concern_report",
    "unlawful_access",
    "personal_data_breach",
    "suspected_crime",
)
NEW = (
    "urgent_handover",
    "case_note",
    "case_note_rule",
    "protected_item",
    "conflict_of_interest",
    "committee_review",
    "committee_meeting",
)


def parent(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """The row that this one belongs to."""
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="RESTRICT"
    )


def person(table: str, column: str) -> sa.ForeignKeyConstraint:
    """An account that acted."""
    return parent(table, column, "user_account")


def upgrade() -> None:
    """Make the tables and the columns."""
    _make_meetings()
    _make_conflicts()
    _make_notes()
    _make_handovers()
    op.add_column("draw", sa.Column("handled_rows", sa.JSON(), nullable=True))
    op.add_column("draw_round", sa.Column("handled_rows", sa.JSON(), nullable=True))
    op.add_column(
        "item_result",
        sa.Column("by_committee", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def _make_meetings() -> None:
    op.create_table(
        "committee_meeting",
        sa.Column("meeting_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("verifier_id", sa.Integer(), nullable=False),
        sa.Column("substitute_id", sa.Integer(), nullable=True),
        sa.Column("minutes_verified_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "substitute_id IS NULL OR substitute_id <> verifier_id",
            name=op.f("ck_committee_meeting_two"),
        ),
        parent("committee_meeting", "meeting_id", "meeting"),
        person("committee_meeting", "verifier_id"),
        person("committee_meeting", "substitute_id"),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_committee_meeting")),
    )
    op.create_table(
        "committee_review",
        sa.Column("occurrence_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_kind", sa.Text(), nullable=False),
        sa.Column("proposed_kind", sa.Text(), nullable=True),
        sa.Column("protected", sa.Integer(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=True),
        sa.Column("chosen_by_id", sa.Integer(), nullable=True),
        sa.Column("chosen_at", UtcDateTime(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(case_kind) > 0", name=op.f("ck_committee_review_case_kind")),
        sa.CheckConstraint("protected >= 0", name=op.f("ck_committee_review_protected")),
        parent("committee_review", "occurrence_id", "occurrence"),
        person("committee_review", "chosen_by_id"),
        sa.PrimaryKeyConstraint("occurrence_id", name=op.f("pk_committee_review")),
    )


def _make_conflicts() -> None:
    op.create_table(
        "conflict_of_interest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("member", sa.String(length=60), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(user_id IS NULL) <> (member IS NULL)", name=op.f("ck_conflict_of_interest_who")
        ),
        sa.CheckConstraint(
            "position IS NULL OR position >= 1", name=op.f("ck_conflict_of_interest_position")
        ),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR withdrawn_at >= recorded_at",
            name=op.f("ck_conflict_of_interest_withdrawn_after"),
        ),
        parent("conflict_of_interest", "occurrence_id", "occurrence"),
        person("conflict_of_interest", "user_id"),
        person("conflict_of_interest", "recorded_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict_of_interest")),
    )
    op.create_index(
        op.f("ix_conflict_of_interest_occurrence_id"), "conflict_of_interest", ["occurrence_id"]
    )
    op.create_table(
        "protected_item",
        sa.Column("item_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("marked_by_id", sa.Integer(), nullable=True),
        sa.Column("marked_at", UtcDateTime(), nullable=False),
        parent("protected_item", "item_id", "sample_item"),
        person("protected_item", "marked_by_id"),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_protected_item")),
    )


def _make_notes() -> None:
    op.create_table(
        "case_note_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("paragraph", sa.String(length=20), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "length(body) > 0 AND length(paragraph) > 0", name=op.f("ck_case_note_rule_decision")
        ),
        sa.CheckConstraint(
            "ended_at IS NULL OR ended_at >= recorded_at",
            name=op.f("ck_case_note_rule_ended_after"),
        ),
        parent("case_note_rule", "board_id", "board"),
        person("case_note_rule", "recorded_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_note_rule")),
    )
    op.create_index(
        "uq_case_note_rule_standing",
        "case_note_rule",
        ["board_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "case_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("purged_at", UtcDateTime(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(text IS NULL) = (purged_at IS NOT NULL)", name=op.f("ck_case_note_purged")
        ),
        parent("case_note", "occurrence_id", "occurrence"),
        parent("case_note", "item_id", "sample_item"),
        parent("case_note", "rule_id", "case_note_rule"),
        person("case_note", "written_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_note")),
        sa.UniqueConstraint("item_id", name=op.f("uq_case_note_item_id")),
    )
    op.create_index(op.f("ix_case_note_occurrence_id"), "case_note", ["occurrence_id"])


def _make_handovers() -> None:
    op.create_table(
        "urgent_handover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                *KINDS, name="urgentkind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("handed_to", sa.String(length=60), nullable=False),
        sa.Column("handed_on", sa.Date(), nullable=False),
        sa.Column("noticed_at", UtcDateTime(), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("length(handed_to) > 0", name=op.f("ck_urgent_handover_handed_to")),
        sa.CheckConstraint(
            "(kind = 'personal_data_breach') = (noticed_at IS NOT NULL)",
            name=op.f("ck_urgent_handover_noticed"),
        ),
        parent("urgent_handover", "occurrence_id", "occurrence"),
        person("urgent_handover", "recorded_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_urgent_handover")),
    )
    op.create_index(op.f("ix_urgent_handover_occurrence_id"), "urgent_handover", ["occurrence_id"])


def downgrade() -> None:
    """Take them away. Who was justerare, and what was noted, is then told by the minutes alone."""
    op.drop_column("item_result", "by_committee")
    op.drop_column("draw_round", "handled_rows")
    op.drop_column("draw", "handled_rows")
    for table in NEW:
        op.drop_table(table)
