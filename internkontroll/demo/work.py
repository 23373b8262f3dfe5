"""Demonstrationens arbete: lists, draws, answers and conclusions, done by its accounts."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor
from internkontroll.demo.accounts import Organisation, suffix_of
from internkontroll.findings.models import Severity
from internkontroll.findings.services import record_finding
from internkontroll.plan.models import Criterion
from internkontroll.plan.rules.vocabulary import SampleKind
from internkontroll.review.models import Answer
from internkontroll.review.services import judge_item, sign_conclusion, write_conclusion
from internkontroll.sampling.models import (
    Draw,
    Population,
    PopulationState,
    SampleItem,
    SeedSource,
    SelectionMethod,
)
from internkontroll.sampling.rules import Item
from internkontroll.sampling.services import (
    commit_draw,
    freeze_population,
    seed_draw,
    store_rows,
)
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.queries import reviews_cases
from internkontroll.schedule.services import name_verifier, start_occurrence

SIZES = {1: 21, 4: 18, 7: 412, 8: 412, 10: 96, 11: 14}
"""Rows in the invented list of each control; others have 120."""

WHAT_WAS_FOUND = {
    ("SCN", 1): (
        Severity.MINOR,
        "Utredningen säger inte vad beslutet bygger på.",
        None,
    ),
    ("SCN", 5): (
        Severity.MATERIAL,
        "Beslutet är fattat av en handläggare som inte hade rätten den dagen.",
        "Delegationsordningen ändrades i februari och spreds inte till alla.",
    ),
    ("SCN", 7): (
        Severity.MINOR,
        "Följesedel saknas till fakturan.",
        "Leveransen togs emot utan att någon skrev under.",
    ),
    ("AMN", 3): (
        Severity.MINOR,
        "Ett underlag ligger i en annan akt.",
        "Akterna slogs ihop under våren.",
    ),
}
"""Severity, description and cause of the findings, by board and control number."""


@dataclass(frozen=True)
class Work:
    """Does controls as the people of the demonstration would."""

    session: Session
    town: Organisation
    code: str = "SCN"

    def _tester(self, occurrence: Occurrence) -> Actor:
        if occurrence.subcommittee_id is None:
            return self.town.actors[f"kontrollansvarig{suffix_of(self.code)}"]
        code = self._committee(occurrence)
        return self.town.actors[f"justerare-{code.lower()}"]

    def _signer(self, occurrence: Occurrence) -> Actor:
        if occurrence.subcommittee_id is None:
            return self.town.actors[f"granskare{suffix_of(self.code)}"]
        return self.town.actors[f"ordforande-{self._committee(occurrence).lower()}"]

    def _committee(self, occurrence: Occurrence) -> str:
        return next(
            code
            for code, committee in self.town.subcommittees.items()
            if committee.id == occurrence.subcommittee_id
        )

    def is_first(self, occurrence: Occurrence) -> bool:
        """Whether the occurrence is the first individutskott's."""
        return occurrence.subcommittee_id == self.town.subcommittees["IU1"].id

    def begin(self, occurrence: Occurrence, *, at: datetime) -> None:
        """Begin, and no more."""
        start_occurrence(self.session, occurrence, actor=self._tester(occurrence), at=at)

    def perform(self, occurrence: Occurrence, *, at: datetime, deviating: int = 0) -> None:
        """Do the whole control: list, draw, answers, conclusion, signature, findings."""
        tester = self._tester(occurrence)
        draw = self.drawn([occurrence], tester, at)
        items = self.session.scalars(
            sa.select(SampleItem).where(SampleItem.draw_id == draw.id).order_by(SampleItem.position)
        ).all()
        criteria = self.session.scalars(
            sa.select(Criterion).where(Criterion.control_id == occurrence.control_id)
        ).all()
        for item in items:
            wrong = item.position <= deviating
            answers = {
                criterion.id: (Answer.NO if wrong else Answer.YES, None) for criterion in criteria
            }
            judge_item(self.session, occurrence, item, answers, actor=tester, at=at)
            if wrong:
                severity, description, cause = WHAT_WAS_FOUND[self.code, occurrence.control.number]
                record_finding(
                    self.session,
                    occurrence,
                    item=item,
                    severity=severity,
                    description=description,
                    cause=cause,
                    actor=tester,
                    at=at,
                )
        text = (
            f"{deviating} av {len(items)} granskade avviker. Bristen har tagits upp med enheten."
            if deviating
            else "Inget att anmärka på."
        )
        write_conclusion(self.session, occurrence, text, actor=tester, at=at)
        sign_conclusion(
            self.session, occurrence, actor=self._signer(occurrence), at=at + timedelta(days=1)
        )

    def drawn(self, occurrences: Sequence[Occurrence], tester: Actor, at: datetime) -> Draw:
        """A list of the first one's, frozen and drawn from, that serves all of them."""
        occurrence = occurrences[0]
        control = occurrence.control
        size = SIZES.get(control.number, 120)
        self._name_verifier(occurrence, tester, at)
        population = self._population(occurrence, size, tester, at)
        freeze_population(self.session, population, actor=tester, at=at)
        n = {SampleKind.CENSUS: size, SampleKind.UNSTATED: 5}.get(
            control.sample_kind, control.sample_n or 5
        )
        draw = commit_draw(
            self.session,
            population,
            occurrences,
            method=SelectionMethod.SRS_TICKET,
            n=min(n, size),
            actor=tester,
            at=at,
        )
        return seed_draw(
            self.session,
            draw,
            source=SeedSource.SYSTEM,
            handled_rows=[] if reviews_cases(occurrence) else None,
            actor=tester,
            at=at,
        )

    def _name_verifier(self, occurrence: Occurrence, tester: Actor, at: datetime) -> None:
        """In an individutskott the chair says who is justerare before anything is drawn."""
        if not reviews_cases(occurrence) or occurrence.meeting is None or not tester.user_id:
            return
        name_verifier(
            self.session,
            occurrence.meeting,
            verifier_id=tester.user_id,
            substitute_id=None,
            row_version=0,
            actor=self._signer(occurrence),
            at=at,
        )

    def _population(
        self, occurrence: Occurrence, size: int, tester: Actor, at: datetime
    ) -> Population:
        start_occurrence(self.session, occurrence, actor=tester, at=at)
        population = Population(
            board_id=occurrence.board_id,
            occurrence_id=occurrence.id,
            state=PopulationState.LOADED,
            description="Poster i perioden enligt verksamhetssystemet",
            source="Verksamhetssystemets lista",
            taken_out_by="Systemförvaltningen",
            is_secret=occurrence.subcommittee_id is not None,
            file_name="lista.csv",
            stored_name=None,
            header=["Löpnr"],
            id_column="Löpnr",
            seal_key=secrets.token_hex(32),
            rows_read=size,
            rows_total=size,
            received_by_id=tester.user_id,
            received_at=at,
        )
        self.session.add(population)
        self.session.flush()
        rows: list[Item] = [
            (f"{occurrence.id:04d}-{number:05d}", None) for number in range(1, size + 1)
        ]
        store_rows(self.session, population, rows)
        return population
