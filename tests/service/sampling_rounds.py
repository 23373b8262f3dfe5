"""A table where samples grow by rounds and are verified by others."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config import ROOT
from internkontroll.core.transaction import transaction
from internkontroll.plan.rules.vocabulary import SampleKind
from internkontroll.sampling.models import Draw, DrawRound, SampleItem, SeedSource
from internkontroll.sampling.queries import items_select
from internkontroll.sampling.rules import Allocation, Stratification
from internkontroll.sampling.services import (
    commit_extension,
    export_population,
    export_record,
    replace_item,
    seed_extension,
    verify_handed_in,
)
from tests.service.sampling_table import LATER, Table

SECOND, THIRD = "98765432109876543210", "55555555550000000000"
MUCH_LATER = datetime(2020, 3, 4, 8, tzinfo=UTC)
AMOUNTS = "Verifikat;Belopp\n" + "".join(
    f"V-{number:03d};{amount}\n"
    for number, amount in enumerate(
        ["-250,00", "0", "0,00", *(f"{kronor},50" for kronor in range(100, 5100, 140)), "90000"], 1
    )
)
"""Forty rows: one negative, two zeros, and one that is larger than any interval."""
PARTED = Stratification((100_000, 300_000), Allocation.PROPORTIONAL)


class Rounds(Table):
    """A table where samples grow."""

    def free(self) -> None:
        """Let the plan leave the number open."""
        self.rule(SampleKind.UNSTATED, None)

    def extend(self, draw: Draw, n: int = 3, **given: Any) -> DrawRound:
        """Commit to n more."""
        values: dict[str, Any] = {
            "reason": "Fler avvikelser än väntat.",
            "actor": self.actor,
            "at": LATER,
            **given,
        }
        with transaction(self.session):
            return commit_extension(self.session, draw, n=n, **values)

    def seed_more(self, draw: Draw, digits: str | None = SECOND, **given: Any) -> DrawRound:
        """Draw the extension."""
        values: dict[str, Any] = {
            "source": SeedSource.DICE,
            "digits": digits,
            "reference": "ordförande",
            "actor": self.actor,
            "at": MUCH_LATER,
            **given,
        }
        with transaction(self.session):
            return seed_extension(self.session, draw, **values)

    def replace(self, draw: Draw, position: int) -> SampleItem:
        """Replace the item with that running number."""
        item = next(each for each in self.items(draw) if each.position == position)
        with transaction(self.session):
            return replace_item(
                self.session, draw, item, reason="Gäller inte.", actor=self.actor, at=MUCH_LATER
            )

    def items(self, draw: Draw) -> list[SampleItem]:
        """The items as they stand in the database."""
        return list(self.session.scalars(items_select(draw.id)))

    def handed_out(self, draw: Draw, folder: Path) -> tuple[Path, Path]:
        """The full record and the canonical list, handed out into a folder of their own."""
        folder.mkdir()
        with transaction(self.session):
            record = export_record(self.session, draw, actor=self.actor, at=MUCH_LATER)
            population = export_population(self.session, draw, actor=self.actor, at=MUCH_LATER)
        (folder / "protokoll.json").write_bytes(record)
        (folder / "lista.txt").write_bytes(population)
        return folder / "protokoll.json", folder / "lista.txt"

    def verify(self, draw: Draw, **given: Any) -> None:
        """Verify what is handed in."""
        values: dict[str, Any] = {
            "record": None,
            "population": None,
            "actor": self.actor,
            "at": MUCH_LATER,
            **given,
        }
        with transaction(self.session):
            verify_handed_in(self.session, draw, **values)


def script(record: Path, population: Path) -> tuple[int, str]:
    """What the published script answers, run by itself in the folder of the files."""
    done = subprocess.run(
        [sys.executable, "-I", str(ROOT / "docs" / "verify_draw.py"), record.name, population.name],
        cwd=record.parent,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert not done.stderr
    return done.returncode, done.stdout
