"""A responsible person's desk, where lists are handed in, read and frozen."""

import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from internkontroll.core.access import Role
from internkontroll.core.transaction import transaction
from internkontroll.sampling.models import Population, PopulationContent
from internkontroll.sampling.queries import rows_of
from internkontroll.sampling.services import (
    freeze_population,
    load_waiting,
    receive_population,
    store_upload,
)
from internkontroll.schedule.models import Occurrence
from tests.factories import (
    make_actor,
    make_board,
    make_control,
    make_occurrence,
    make_plan,
    make_points,
)

AT = datetime(2020, 3, 2, 9, tzinfo=UTC)
CASES = "Ärendenummer;Enhet\n" + "".join(f"SCN-Ä-{n:04d};Barn\n" for n in range(1, 13))
INVOICES = "Verifikation;Belopp\n0001;8 055,67\n0002;−5\n0003;0\n0004;100,00\n"


class Desk:
    """A responsible person's desk: a kontrolltillfälle, and lists that are handed in to it."""

    def __init__(self, session: Session, folder: Path) -> None:
        self.session, self.folder = session, folder
        self.board = make_board(session)
        plan = make_plan(session, self.board, decided=True)
        self.control = make_control(session, plan)
        self.point = make_points(session, self.board)[0]
        self.occurrence = make_occurrence(session, self.control, self.point)
        self.actor = make_actor(session, Role.RESPONSIBLE, self.board)
        session.commit()
        self.sessions: sessionmaker[Session] = sessionmaker(session.get_bind())
        self.at = AT

    def hand_in(
        self, text: str | bytes, occurrence: Occurrence | None = None, **given: Any
    ) -> Population:
        """Receive a list and commit."""
        data = text if isinstance(text, bytes) else text.encode()
        values: dict[str, Any] = {
            "file_name": "lista.csv",
            "description": "Beslut i ärenden januari–februari",
            "source": "Verksamhetssystemet, alla beslut",
            "taken_out_by": "systemförvaltaren",
            "taken_out_on": date(2020, 3, 1),
            "reconciliation": "Jämfört med statistiken: samma antal.",
            "made_by_controlled": False,
            "is_secret": True,
            "actor": self.actor,
            "at": self.at,
            **given,
        }
        with store_upload(io.BytesIO(data), self.folder) as upload, transaction(self.session):
            return receive_population(
                self.session, occurrence or self.occurrence, upload=upload, **values
            )

    def read(self) -> int:
        """Let the worker read what waits."""
        self.session.rollback()
        taken = load_waiting(self.sessions, lambda: self.at, self.folder)
        self.session.expire_all()
        return taken

    def loaded(self, text: str | bytes = CASES, **given: Any) -> Population:
        """A list that is read in."""
        population = self.hand_in(text, **given)
        self.read()
        return population

    def frozen(self, text: str | bytes = CASES, **given: Any) -> Population:
        """A list that is frozen."""
        population = self.loaded(text, **given)
        with transaction(self.session):
            freeze_population(self.session, population, actor=self.actor, at=self.at)
        return population

    def files(self) -> list[str]:
        """What lies in the uploads folder."""
        return sorted(path.name for path in self.folder.glob("*"))

    def rows(self) -> int:
        """All rows of all lists."""
        kept = self.session.scalars(sa.select(PopulationContent.population_id)).all()
        return sum(len(rows_of(self.session, number)) for number in kept)
