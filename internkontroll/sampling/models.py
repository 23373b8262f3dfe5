"""Population, dragning och dragna poster (IKS-1.1)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from internkontroll.core.base import Base, Money, Pk, Sha256
from internkontroll.sampling.rules.practice import Recurrence
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
    POPULATION_PURGED = "population:purged"
    CONTROL_SUMS_ANSWERED = "population:control-sums-answered"
    DRAW_COMMITTED = "draw:committed"
    DRAW_SEEDED = "draw:seeded"
    EXTENSION_COMMITTED = "draw:extension-committed"
    EXTENSION_SEEDED = "draw:extension-seeded"
    ITEM_REPLACED = "draw:item-replaced"
    ITEMS_CHOSEN = "draw:items-chosen"
    RECORD_EXPORTED = "draw:record-exported"
    DRAW_VERIFIED = "draw:verified"
    REFERENCES_READ = "sample:references-read"
    HOUSE_SIZES_CHANGED = "house-sizes:changed"


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
        sa.CheckConstraint("(purged_at IS NULL) = (purge_decision IS NULL)", name="purged_why"),
        sa.CheckConstraint("purged_at IS NULL OR state = 'frozen'", name="purged_frozen"),
        sa.Index(None, "board_id"),
        sa.Index(None, "occurrence_id"),
    )

    id: Mapped[Pk]
    board_id: Mapped[int] = mapped_column(sa.ForeignKey("board.id", ondelete="RESTRICT"))
    occurrence_id: Mapped[int] = mapped_column(sa.ForeignKey("occurrence.id", ondelete="RESTRICT"))
    state: Mapped[PopulationState] = mapped_column(default=PopulationState.LOADING)
    description: Mapped[str]
    source: Mapped[str]
    query: Mapped[str | None]
    """How it was taken out: search, selection and period, so that it can be taken out again."""
    taken_out_by: Mapped[str]
    taken_out_on: Mapped[date | None]
    reconciliation: Mapped[str | None]
    made_by_controlled: Mapped[bool] = mapped_column(default=False)
    is_secret: Mapped[bool] = mapped_column(default=True)
    known_departures: Mapped[bool] = mapped_column(default=False)
    """Whether it lists only what is known to depart: then no sample tells how common that is."""
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
    columns_remembered: Mapped[bool] = mapped_column(default=False)
    """Whether the columns are those that the same kontrollmoment used the last time."""
    filters: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    """What rows of the file must fulfil to be of the population, as ``rules.filters`` has it."""
    rows_in_file: Mapped[int | None]
    """Rows of the file before the filters."""
    sum_in_file: Mapped[Money | None]
    """Sum of all amounts of the file in öre, before the filters."""
    expected_rows: Mapped[int | None]
    """Kontrollsumma: the number of rows as the source system tells it."""
    expected_sum: Mapped[Money | None]
    """Kontrollsumma: the sum of all amounts, in öre, as the source system tells it."""
    difference_reason: Mapped[str | None]
    """Why the list differs from its control sums."""
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
    purged_at: Mapped[datetime | None]
    purged_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    purge_decision: Mapped[str | None]
    """The decision by which the references were destroyed."""

    occurrence: Mapped[Occurrence] = relationship()


class PopulationContent(Base):
    """Populationens rader: the canonical bytes of IKS-1.1, packed; P is SHA-256 of them unpacked.

    ``names`` are the folded references of a secret list, packed, for searching free texts. Gallring
    takes the row away; the figures of the population stay.
    """

    __tablename__ = "population_content"

    population_id: Mapped[int] = mapped_column(
        sa.ForeignKey("population.id", ondelete="RESTRICT"), primary_key=True, autoincrement=False
    )
    body: Mapped[bytes] = mapped_column(sa.LargeBinary)
    names: Mapped[bytes | None] = mapped_column(sa.LargeBinary)


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
    handled_rows: Mapped[list[Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    """Rows of the list whose cases the drawer has declared to have handled; empty: not asked."""
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
    strata: Mapped[list["DrawStratum"]] = relationship(order_by="DrawStratum.position")
    extensions: Mapped[list["DrawRound"]] = relationship(order_by="DrawRound.number")


class DrawStratum(Base):
    """Stratum: a part of the list that is drawn from by itself, as it was committed to."""

    __tablename__ = "draw_stratum"
    __table_args__ = (
        sa.PrimaryKeyConstraint("draw_id", "position"),
        sa.UniqueConstraint("draw_id", "name"),
        sa.CheckConstraint("n >= 0", name="n"),
    )

    draw_id: Mapped[int] = mapped_column(sa.ForeignKey("draw.id", ondelete="RESTRICT"))
    position: Mapped[int]
    name: Mapped[str]
    size: Mapped[int]
    """How many rows it has."""
    n: Mapped[int]
    """How many are drawn from it in the first round."""
    rows: Mapped[list[Any]] = mapped_column(sa.JSON(), deferred=True)
    """Its row numbers, and [first, last] of rows that follow each other; long in a long list."""


class DrawRound(Base):
    """Utökning: a later round of a draw, with a reason, a commitment and a seed of its own.

    The first round stands in the draw itself; these begin at number 2.
    """

    __tablename__ = "draw_round"
    __table_args__ = (
        sa.UniqueConstraint("draw_id", "number"),
        sa.CheckConstraint("number >= 2", name="number"),
        sa.CheckConstraint("n >= 1", name="n"),
        sa.CheckConstraint(
            "(drawn_at IS NULL) = (seed IS NULL) AND (seed IS NULL) = (seed_source IS NULL)",
            name="drawn_has_seed",
        ),
        sa.Index(
            "uq_draw_round_open",
            "draw_id",
            unique=True,
            sqlite_where=sa.text("drawn_at IS NULL"),
            postgresql_where=sa.text("drawn_at IS NULL"),
        ),
    )

    id: Mapped[Pk]
    draw_id: Mapped[int] = mapped_column(sa.ForeignKey("draw.id", ondelete="RESTRICT"))
    number: Mapped[int]
    n: Mapped[int]
    n_by_stratum: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """How many from each stratum by its name; empty where there are none."""
    reason: Mapped[str]
    committed_at: Mapped[datetime]
    committed_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    seed: Mapped[str | None]
    seed_source: Mapped[SeedSource | None]
    seed_reference: Mapped[str | None]
    drawn_at: Mapped[datetime | None]
    drawn_by_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="RESTRICT")
    )
    handled_rows: Mapped[list[Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    """As the draw's own, of the one who drew this round."""

    @property
    def is_drawn(self) -> bool:
        """Whether its seed is recorded and its rows stand among the items."""
        return self.drawn_at is not None


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
        sa.CheckConstraint("round >= 1", name="round"),
        sa.CheckConstraint("hits >= 1", name="hits"),
    )

    id: Mapped[Pk]
    draw_id: Mapped[int] = mapped_column(sa.ForeignKey("draw.id", ondelete="RESTRICT"))
    position: Mapped[int]
    row_number: Mapped[int]
    reference: Mapped[str | None]
    """Empty once the references of the list are destroyed (gallring)."""
    amount: Mapped[Money | None]
    replaces_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("sample_item.id", ondelete="RESTRICT")
    )
    replacement_reason: Mapped[str | None]
    chosen_reason: Mapped[str | None]
    """Why somebody chose it; only in a riktat urval."""
    round: Mapped[int] = mapped_column(default=1)
    """The round whose order it comes from; a replacement has that of the item it replaces."""
    hits: Mapped[int] = mapped_column(default=1)
    """How many monetary units hit it; it is examined once."""
    stratum: Mapped[str | None]

    draw: Mapped[Draw] = relationship(back_populates="items")


class HouseSize(Base):
    """Kommunens egna antal efter praxis, by how often a thing is done; else the program's own."""

    __tablename__ = "house_size"
    __table_args__ = (
        sa.CheckConstraint("least >= 1 AND most >= least AND most <= 250", name="numbers"),
    )

    recurrence: Mapped[Recurrence] = mapped_column(primary_key=True)
    least: Mapped[int]
    most: Mapped[int]
    row_version: Mapped[int] = mapped_column(default=1)
    """All rows are saved together and have the same version."""
