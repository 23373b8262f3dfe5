"""The rows of a list lie in one packed content, not in a row each; its origin is told in full.

Rows that are there are packed as they stand, byte for byte what P was counted of. On the way down
they are unpacked again; a list whose references are destroyed gets its figures back and no rows.
"""

import unicodedata
import zlib

import sqlalchemy as sa
from alembic import op

from internkontroll.core.base import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SHORTEST = 5

NULLABLE = (
    ("query", sa.Text()),
    ("rows_in_file", sa.Integer()),
    ("sum_in_file", sa.BigInteger()),
    ("expected_rows", sa.Integer()),
    ("expected_sum", sa.BigInteger()),
    ("difference_reason", sa.Text()),
    ("purged_at", UtcDateTime()),
    ("purged_by_id", sa.Integer()),
    ("purge_decision", sa.Text()),
)

POPULATION = sa.table("population", sa.column("id"), sa.column("is_secret"))
ROW = sa.table(
    "population_row",
    sa.column("population_id"),
    sa.column("number"),
    sa.column("reference"),
    sa.column("folded"),
    sa.column("amount"),
)
CONTENT = sa.table(
    "population_content", sa.column("population_id"), sa.column("body"), sa.column("names")
)


def _line(reference: str, amount: int | None) -> bytes:
    text = "" if amount is None else str(amount)
    return f"{unicodedata.normalize('NFC', reference)}\t{text}\n".encode()


def _folded(reference: str) -> str:
    plain = unicodedata.normalize("NFKC", reference).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


def _pack() -> None:
    connection = op.get_bind()
    for number, is_secret in connection.execute(
        sa.select(POPULATION.c.id, POPULATION.c.is_secret).order_by(POPULATION.c.id)
    ).all():
        rows = connection.execute(
            sa.select(ROW.c.reference, ROW.c.folded, ROW.c.amount)
            .where(ROW.c.population_id == number)
            .order_by(ROW.c.number)
        ).all()
        if not rows:
            continue
        body = b"".join(_line(reference, amount) for reference, _, amount in rows)
        names = sorted({folded for _, folded, _ in rows if len(folded) >= SHORTEST}, key=len)
        connection.execute(
            sa.insert(CONTENT).values(
                population_id=number,
                body=zlib.compress(body, 1),
                names=zlib.compress("\n".join(names).encode(), 1) if is_secret else None,
            )
        )


def _unpack() -> None:
    connection = op.get_bind()
    for number in connection.scalars(sa.select(CONTENT.c.population_id)).all():
        body = connection.scalar(sa.select(CONTENT.c.body).where(CONTENT.c.population_id == number))
        lines = zlib.decompress(body).decode().split("\n")[:-1]
        parts = [line.rpartition("\t") for line in lines]
        connection.execute(
            sa.insert(ROW),
            [
                {
                    "population_id": number,
                    "number": place,
                    "reference": reference,
                    "folded": _folded(reference),
                    "amount": int(amount) if amount else None,
                }
                for place, (reference, _, amount) in enumerate(parts, start=1)
            ],
        )


def upgrade() -> None:
    """Make the table of contents, pack the rows into it, and add what is told of the origin."""
    op.create_table(
        "population_content",
        sa.Column("population_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("names", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["population_id"],
            ["population.id"],
            name=op.f("fk_population_content_population_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("population_id", name=op.f("pk_population_content")),
    )
    _pack()
    op.drop_table("population_row")
    with op.batch_alter_table("population") as batch:
        for name, kind in NULLABLE:
            batch.add_column(sa.Column(name, kind, nullable=True))
        batch.add_column(
            sa.Column("columns_remembered", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.add_column(sa.Column("filters", sa.JSON(), nullable=False, server_default="[]"))
        batch.create_foreign_key(
            op.f("fk_population_purged_by_id"),
            "user_account",
            ["purged_by_id"],
            ["id"],
            ondelete="RESTRICT",
        )
        batch.create_check_constraint(
            op.f("ck_population_purged_why"), "(purged_at IS NULL) = (purge_decision IS NULL)"
        )
        batch.create_check_constraint(
            op.f("ck_population_purged_frozen"), "purged_at IS NULL OR state = 'frozen'"
        )
    with op.batch_alter_table("population") as batch:
        batch.alter_column("columns_remembered", server_default=None)
        batch.alter_column("filters", server_default=None)
    with op.batch_alter_table("sample_item") as batch:
        batch.alter_column("reference", existing_type=sa.Text(), nullable=True)


def downgrade() -> None:
    """Unpack the rows; what was told of the origin goes, and a destroyed reference is empty."""
    op.execute("UPDATE sample_item SET reference = '' WHERE reference IS NULL")
    with op.batch_alter_table("sample_item") as batch:
        batch.alter_column("reference", existing_type=sa.Text(), nullable=False)
    with op.batch_alter_table("population") as batch:
        batch.drop_constraint(op.f("ck_population_purged_why"), type_="check")
        batch.drop_constraint(op.f("ck_population_purged_frozen"), type_="check")
        batch.drop_constraint(op.f("fk_population_purged_by_id"), type_="foreignkey")
    with op.batch_alter_table("population") as batch:
        batch.drop_column("filters")
        batch.drop_column("columns_remembered")
        for name, _ in NULLABLE:
            batch.drop_column(name)
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
    _unpack()
    op.drop_table("population_content")
