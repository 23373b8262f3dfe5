"""A tjänsteskrivelse for each version of a report, and requests for its public version."""

import sqlalchemy as sa
from alembic import op

from internkontroll.core.base import UtcDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_OF_REVISION = "uq_cover_memo_report_id_revision"
GROUNDS = ("small_frame", "free_text", "committee_cases", "sum_tells", "resembles_person")
_OF_VERSION = "uq_cover_memo_report_id_version_revision"


def upgrade() -> None:
    """What was written until now belongs to the version that stands, as it was shown."""
    _give_memos_versions()
    _make_public_versions()


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _parent(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"), ondelete="RESTRICT"
    )


def _make_public_versions() -> None:
    op.create_table(
        "public_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("board_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("report_sha256", sa.String(length=64), nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("state", _choice("publicstate", "asked_for", "answered"), nullable=False),
        sa.Column("provision", sa.Text(), nullable=False),
        sa.Column(
            "outcome",
            _choice("publicoutcome", "given_whole", "given_part", "not_given"),
            nullable=True,
        ),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("content_sha256", sa.String(length=64), nullable=True),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'answered') = (outcome IS NOT NULL AND decided_on IS NOT NULL\n"
            "AND decided_at IS NOT NULL)",
            name=op.f("ck_public_version_decided"),
        ),
        sa.CheckConstraint(
            "(content IS NOT NULL) = (outcome IS NOT NULL AND outcome <> 'not_given')",
            name=op.f("ck_public_version_given_out"),
        ),
        sa.CheckConstraint(
            "(content IS NULL) = (content_sha256 IS NULL)", name=op.f("ck_public_version_hash")
        ),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome = 'given_whole' OR length(ground) > 0",
            name=op.f("ck_public_version_ground"),
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_public_version_version")),
        _parent("public_version", "board_id", "board"),
        _parent("public_version", "report_id", "follow_up_report"),
        _parent("public_version", "decided_by_id", "user_account"),
        _parent("public_version", "created_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_version")),
    )
    op.create_index(op.f("ix_public_version_report_id"), "public_version", ["report_id"])
    op.create_table(
        "public_masking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_version_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("proposed", _choice("maskground", *GROUNDS), nullable=True),
        sa.Column("masked", sa.Boolean(), nullable=True),
        sa.Column("provision", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("judged_by_id", sa.Integer(), nullable=True),
        sa.Column("judged_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "proposed IS NOT NULL OR masked IS NOT NULL", name=op.f("ck_public_masking_added")
        ),
        sa.CheckConstraint(
            "(masked IS NULL) = (judged_at IS NULL)", name=op.f("ck_public_masking_judged")
        ),
        _parent("public_masking", "public_version_id", "public_version"),
        _parent("public_masking", "judged_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_masking")),
        sa.UniqueConstraint(
            "public_version_id", "place", name=op.f("uq_public_masking_public_version_id_place")
        ),
    )


def _give_memos_versions() -> None:
    with op.batch_alter_table("cover_memo") as batch:
        batch.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.execute(
        "UPDATE cover_memo SET version = "
        "(SELECT r.version FROM follow_up_report r WHERE r.id = cover_memo.report_id)"
    )
    with op.batch_alter_table("cover_memo") as batch:
        batch.alter_column("version", server_default=None, existing_type=sa.Integer())
        batch.drop_constraint(op.f(_OF_REVISION), type_="unique")
        batch.create_unique_constraint(op.f(_OF_VERSION), ["report_id", "version", "revision"])
        batch.create_check_constraint(op.f("ck_cover_memo_version"), "version >= 1")


def downgrade() -> None:
    """Keep the memo of each report's latest version."""
    op.drop_table("public_masking")
    op.drop_table("public_version")
    op.execute(
        "DELETE FROM cover_memo WHERE version < "
        "(SELECT max(m.version) FROM cover_memo m WHERE m.report_id = cover_memo.report_id)"
    )
    with op.batch_alter_table("cover_memo") as batch:
        batch.drop_constraint(op.f("ck_cover_memo_version"), type_="check")
        batch.drop_constraint(op.f(_OF_VERSION), type_="unique")
        batch.create_unique_constraint(op.f(_OF_REVISION), ["report_id", "revision"])
        batch.drop_column("version")
