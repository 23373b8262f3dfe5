"""Population, dragning och dragna poster (IKS-1.1)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internkontroll.core.base import Base, Money, Pk, Sha256
from internkontroll.core.text import folded_reference
from internkontroll.schedule.models import Occurrence


class SamplingEvent(StrEnum):
    """What the trail says happened to populations and draws."""

    POPULATION_RECEIVED = "population:received"
    COLUMNS_CHOSEN = "population:columns-chosen"
    POPULATION_LOADED = "population:loaded"
    POPULATION_FROZEN = "population:frozen"
    POPULATION_REFUSED = "population:refused"
    POPULATION_REPLACED = "population:replaced"
    POPULATION_EXPORTED = "population:exported"
    DRAW_COMMITTED = "draw:committed"
    DRAW_SEEDED = "draw:seeded"
    ITEM_REPLACED = "draw:item-replaced"
    ITEMS_CHOSEN = "draw:items-chosen"
    RECORD_EXPORTED = "draw:record-exported"
    REFERENCES_READ = "sample:references-read"


class PopulationState(StrEnum):
    """Populationens läge: waiting or being read, ready to look at, frozen, or refused as a whole.

    A list that is cancelled, or overtaken by a newer one before it was frozen, is refused too.
    """

    LOADING = "loading"
    LOADED = "loaded"
    FROZEN = "frozen"
    REFUSED = "refused"


class SelectionMethod(StrEnum):
    """Urvalsmetod by its name in IKS-1.1."""

    SRS_TICKET = "srs_ticket"
    SRS_COUNTER = "srs_counter"
    SYSTEMATIC = "systematic"
    MUS_INTERVAL = "mus_interval"
    MUS_CELL = "mus_cell"
    TARGETED = "targeted"
    """Riktat urval: chosen by somebody with a reason for each. Not of IKS-1.1, and never random."""


class SeedSource(StrEnum):
    """Frötalets ursprung."""

    DICE = "dice"
    PUBLIC = "public"
    SYSTEM = "system"


class DrawState(StrEnum):
    """Dragningens läge: committed before any seed exists, then drawn."""

    COMMITTED = "committed"
    DRAWN = "drawn"


class Population(Base):
    """Population: the list that is drawn from, frozen by its hash before anything is drawn.

    ``is_secret`` is true for cases: then nothing leaves from which a case number could be tried
    out. ``reconciliation`` is how N was compared with an independent count; empty: *ej avstämd*.
    While LOADING, ``id_column`` (or ``renumbered``) says that it is known how to read; ``claim``
    names the worker that reads, and the claim lapses when ``claimed_at`` grows old.
    """

    __tablename__ = "population"
    __table_args__ = (
        sa.CheckConstraint("(state = 'frozen') = (frozen_at IS NOT NULL)", name="frozen_at"),
        sa.CheckConstraint("(state = 'frozen') = (sha256 IS NOT NULL)", name="frozen_hash"),
        sa.CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refused_why"),
        sa.Index(None, "board_id"),
        sa.Index(None, "occurrence_id"),
    )

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey("occurrence.id", ondelete="RESTRICT"))
    state: Mapped[PopulationState] = mapped_column(default=PopulationState.LOADING)
    description: Mapped[str]
    source: Mapped[str]
    taken_out_by: Mapped[str]
    taken_out_on: Mapped[date | None]
    reconciliation: Mapped[str | None]
    made_by_controlled: Mapped[bool] = mapped_column(default=False)
    is_secret: Mapped[bool] = mapped_column(default=True)
    is_frame: Mapped[bool] = mapped_column(default=True)
    """Whether it is a list to draw from; false for items that were only named one by one."""
    file_name: Mapped[str]
    stored_name: Mapped[str | None] = mapped_column(sa.String(80))
    """Random name of the file; empty once the file is destroyed."""
    file_wanted: Mapped[bool] = mapped_column(default=True)
    """Whether the file may be read again; if not it is destroyed at the next chance."""
    header: Mapped[list[str]] = mapped_column(default=list)
    id_column: Mapped[str | None]
    amount_column: Mapped[str | None]
    renumbered: Mapped[bool] = mapped_column(default=False)
    """Whether running numbers 1..N stand for the references of the file."""
    claim: Mapped[str | None] = mapped_column(sa.String(32))
    claimed_at: Mapped[datetime | None]
    notice: Mapped[str | None]
    """Something to look at that is no reason to refuse, such as what resembles a personnummer."""
    rows_read: Mapped[int] = mapped_column(default=0)
    rows_total: Mapped[int | None]
    size: Mapped[int | None]
    """N."""
    positive_sum: Mapped[Money | None]
    """T: the sum of the positive amounts in öre."""
    negative_count: Mapped[int | None]
    negative_sum: Mapped[Money | None]
    zero_count: Mapped[int | None]
    sha256: Mapped[Sha256 | None]
    """P."""
    sorted_sha256: Mapped[Sha256 | None]
    """SHA-256 of the canonical lines in byte order: tells a moved row from a changed one."""
    seal_key: Mapped[str] = mapped_column(sa.String(64))
    """Key of the HMAC that binds P in the trail of a secret frame; never leaves the program."""
    refusal: Mapped[str | None]
    received_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    received_at: Mapped[datetime]
    frozen_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    frozen_at: Mapped[datetime | None]

    occurrence: Mapped[Occurrence] = relationship()


def _folded(context: Any) -> str:
    return folded_reference(context.get_current_parameters()["reference"])


class PopulationRow(Base):
    """Populationens rad: number in file order, the reference, and an amount in öre if there is."""

    __tablename__ = "population_row"
    __table_args__ = (sa.PrimaryKeyConstraint("population_id", "number"),)

    population_id: Mapped[int] = mapped_column(sa.ForeignKey("population.id", ondelete="RESTRICT"))
    number: Mapped[int]
    reference: Mapped[str]
    folded: Mapped[str] = mapped_column(default=_folded)
    """The reference as free texts are searched for it."""
    amount: Mapped[Money | None]


class Draw(Base):
    """Stickprov: one commitment and what came of it. A redraw is a new, reasoned, visible one.

    A riktat urval stands here too, without seed: its items were chosen, each with its reason.
    """

    __tablename__ = "draw"
    __table_args__ = (
        sa.CheckConstraint("n >= 1", name="n"),
        sa.CheckConstraint(
            "(state = 'drawn') = (drawn_at IS NOT NULL AND "
            "(seed IS NOT NULL OR method = 'targeted'))",
            name="drawn_has_seed",
        ),
        sa.CheckConstraint("method <> 'targeted' OR seed IS NULL", name="targeted_has_no_seed"),
        sa.CheckConstraint("(redraw_of_id IS NULL) = (redraw_reason IS NULL)", name="redraw_why"),
        sa.UniqueConstraint("redraw_of_id"),
        sa.Index(None, "board_id"),
        sa.Index(None, "population_id"),
    )

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    population_id: Mapped[int] = mapped_column(sa.ForeignKey("population.id", ondelete="RESTRICT"))
    state: Mapped[DrawState] = mapped_column(default=DrawState.COMMITTED)
    method: Mapped[SelectionMethod]
    n: Mapped[int]
    k: Mapped[int] = mapped_column(default=0)
    parameters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    committed_at: Mapped[datetime]
    committed_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    seed: Mapped[str | None]
    seed_source: Mapped[SeedSource | None]
    seed_reference: Mapped[str | None]
    """The witness's role (dice), the public source's reference; empty for the system's own."""
    drawn_at: Mapped[datetime | None]
    drawn_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    redraw_of_id: Mapped[int | None] = mapped_column(sa.ForeignKey("draw.id", ondelete="RESTRICT"))
    redraw_reason: Mapped[str | None]
    program: Mapped[str | None] = mapped_column(sa.String(80))
    """Name and version of the program that drew."""
    seal_key: Mapped[str] = mapped_column(sa.String(64))
    """Key of the sealed record's HMAC; never leaves the program."""

    population: Mapped[Population] = relationship()
    items: Mapped[list["SampleItem"]] = relationship(
        back_populates="draw", order_by="SampleItem.position"
    )


class DrawOccurrence(Base):
    """Vilka kontrolltillfällen en dragning tjänar."""

    __tablename__ = "draw_occurrence"
    __table_args__ = (
        sa.PrimaryKeyConstraint("draw_id", "occurrence_id"),
        sa.Index(None, "occurrence_id"),
    )

    draw_id: Mapped[int] = mapped_column(sa.ForeignKey("draw.id", ondelete="RESTRICT"))
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey("occurrence.id", ondelete="RESTRICT"))


class SampleItem(Base):
    """Dragen post: a row of the population in the order it was drawn."""

    __tablename__ = "sample_item"
    __table_args__ = (
        sa.UniqueConstraint("draw_id", "position"),
        sa.UniqueConstraint("draw_id", "row_number"),
        sa.UniqueConstraint("replaces_id"),
        sa.CheckConstraint(
            "(replaces_id IS NULL) = (replacement_reason IS NULL)", name="replacement_why"
        ),
    )

    id: Mapped[Pk]
    draw_id: Mapped[int] = mapped_column(sa.ForeignKey("draw.id", ondelete="RESTRICT"))
    position: Mapped[int]
    row_number: Mapped[int]
    reference: Mapped[str]
    amount: Mapped[Money | None]
    replaces_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("sample_item.id", ondelete="RESTRICT")
    )
    replacement_reason: Mapped[str | None]
    chosen_reason: Mapped[str | None]
    """Why somebody chose it; only in a riktat urval."""

    draw: Mapped[Draw] = relationship(back_populates="items")
