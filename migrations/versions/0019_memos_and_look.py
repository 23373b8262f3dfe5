"""The tjänsteskrivelse, the municipality's template for it, and the look of every document."""

import sqlalchemy as sa
from alembic import op

from internkontroll.core.base import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

KINDS = ("pdf", "docx", "xlsx", "png", "jpeg", "text", "csv")


def _parent(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="RESTRICT"
    )


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "document_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("colour", sa.String(length=7), nullable=False),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column(
            "logo_kind",
            sa.Enum(
                *KINDS,
                name="attachmentkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("logo_sha256", sa.String(length=64), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_document_look_single")),
        sa.CheckConstraint(
            "(logo IS NULL) = (logo_kind IS NULL)", name=op.f("ck_document_look_logo_has_kind")
        ),
        sa.CheckConstraint(
            "logo_kind IS NULL OR logo_kind IN ('png', 'jpeg')",
            name=op.f("ck_document_look_logo_image"),
        ),
        sa.CheckConstraint(
            "(logo IS NULL) = (logo_sha256 IS NULL)", name=op.f("ck_document_look_logo_has_sum")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_look")),
    )
    op.create_table(
        "memo_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_memo_template_revision")),
        _parent("memo_template", "recorded_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memo_template")),
        sa.UniqueConstraint("revision", name=op.f("uq_memo_template_revision")),
    )
    op.create_table(
        "cover_memo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("memo_author", sa.Text(), nullable=False),
        sa.Column("registry_number", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_cover_memo_revision")),
        _parent("cover_memo", "report_id", "follow_up_report"),
        _parent("cover_memo", "recorded_by_id", "user_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cover_memo")),
        sa.UniqueConstraint("report_id", "revision", name=op.f("uq_cover_memo_report_id_revision")),
    )


def downgrade() -> None:
    """Take the three tables away."""
    for name in ("cover_memo", "memo_template", "document_look"):
        op.drop_table(name)
