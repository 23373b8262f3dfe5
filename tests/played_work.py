"""One kontrolltillfälle done as people do it: list, draw, answers, findings, conclusion, signature.

For tests that play more than one and want the program's own verbs on the way.
"""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role
from internkontroll.findings.models import Finding, Severity
from internkontroll.findings.services import record_finding
from internkontroll.organisation.models import Board, Subcommittee
from internkontroll.plan.models import Criterion
from internkontroll.plan.rules.vocabulary import SampleKind, Technique
from internkontroll.review.models import Answer
from internkontroll.review.services import (
    ResultFacts,
    judge_item,
    record_result,
    reopen_conclusion,
    sign_conclusion,
    write_conclusion,
)
from internkontroll.sampling.models import (
    DrawOccurrence,
    Population,
    PopulationState,
    SampleItem,
    SeedSource,
    SelectionMethod,
)
from internkontroll.sampling.rules import Item
from internkontroll.sampling.services import commit_draw, freeze_population, seed_draw, store_rows
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.queries import reviews_cases
from internkontroll.schedule.rules import case_kinds
from internkontroll.schedule.services import choose_kind, name_verifier, start_occurrence

SIZE_OF_CENSUS, SIZE_OF_OTHERS, SILENT = 2, 14, 2
"""Rows of a list that is gone through as a whole, of another, and how many the plan leaves open."""


@dataclass
class Work:
    """Does what is to be done, as the one whose task it is. ``people`` by role and place."""

    session: Session
    people: Mapping[tuple[Role, str], Actor]
    _named: set[int] = field(default_factory=set)

    def _where(self, occurrence: Occurrence) -> str:
        if occurrence.subcommittee_id is None:
            return self.session.get_one(Board, occurrence.board_id).code
        return self.session.get_one(Subcommittee, occurrence.subcommittee_id).code

    def tester(self, occurrence: Occurrence) -> Actor:
        """Who does it."""
        role = Role.RESPONSIBLE if occurrence.subcommittee_id is None else Role.MEMBER
        return self.people[role, self._where(occurrence)]

    def signer(self, occurrence: Occurrence) -> Actor:
        """Who signs it."""
        role = Role.REVIEWER if occurrence.subcommittee_id is None else Role.CHAIR
        return self.people[role, self._where(occurrence)]

    def begin(self, occurrence: Occurrence, at: datetime) -> None:
        """Begin, and no more."""
        start_occurrence(self.session, occurrence, actor=self.tester(occurrence), at=at)

    def perform(
        self, occurrence: Occurrence, at: datetime, wrong: Mapping[int, Severity]
    ) -> list[Finding]:
        """All of it in one day; ``wrong`` are the places of the items that deviate."""
        if occurrence.control.technique is Technique.SURVEY:
            self._survey(occurrence, at)
            findings = []
        else:
            self._draw(occurrence, at)
            findings = [
                finding
                for item in self.items(occurrence)
                if (finding := self._judge(occurrence, item, wrong, at))
            ]
        self._conclude(occurrence, at)
        return findings

    def items(self, occurrence: Occurrence) -> Collection[SampleItem]:
        """What was drawn."""
        return self.session.scalars(
            sa.select(SampleItem)
            .where(SampleItem.draw_id == _draw_of(occurrence))
            .order_by(SampleItem.position)
        ).all()

    def correct(self, occurrence: Occurrence, reopened: datetime, at: datetime) -> None:
        """The signed conclusion is opened, the last item turns out to deviate, and it is signed."""
        tester, signer = self.tester(occurrence), self.signer(occurrence)
        reopen_conclusion(
            self.session, occurrence, "Ett underlag var fel läst.", actor=signer, at=reopened
        )
        last = list(self.items(occurrence))[-1]
        judge_item(
            self.session,
            occurrence,
            last,
            self._answers(occurrence, Answer.NO),
            reason="Underlaget var fel läst.",
            actor=tester,
            at=at,
        )
        self._conclude(occurrence, at)

    def _conclude(self, occurrence: Occurrence, at: datetime) -> None:
        text = "Granskningen är gjord enligt planen."
        write_conclusion(self.session, occurrence, text, actor=self.tester(occurrence), at=at)
        sign_conclusion(self.session, occurrence, actor=self.signer(occurrence), at=at)

    def _survey(self, occurrence: Occurrence, at: datetime) -> None:
        record_result(
            self.session,
            occurrence,
            ResultFacts(
                technique=Technique.SURVEY,
                by_other=False,
                performed_by="Kommunens stab",
                performed_on=at.date(),
                what_was_done="En enkät gick till alla enheter.",
                outcome="De flesta följer rutinen.",
                size=40,
                reviewed=31,
                deviating=2,
            ),
            version=0,
            actor=self.tester(occurrence),
            at=at,
        )

    def _answers(self, occurrence: Occurrence, answer: Answer) -> dict[int, tuple[Answer, None]]:
        criteria = sa.select(Criterion.id).where(Criterion.control_id == occurrence.control_id)
        return dict.fromkeys(self.session.scalars(criteria), (answer, None))

    def _judge(
        self,
        occurrence: Occurrence,
        item: SampleItem,
        wrong: Mapping[int, Severity],
        at: datetime,
    ) -> Finding | None:
        severity, tester = wrong.get(item.position), self.tester(occurrence)
        answers = self._answers(occurrence, Answer.NO if severity else Answer.YES)
        judge_item(self.session, occurrence, item, answers, actor=tester, at=at)
        if severity is None:
            return None
        return record_finding(
            self.session,
            occurrence,
            item=item,
            severity=severity,
            description="Ett underlag saknas.",
            cause="Ny rutin.",
            actor=tester,
            at=at,
        )

    def _draw(self, occurrence: Occurrence, at: datetime) -> None:
        tester, control = self.tester(occurrence), occurrence.control
        census = control.sample_kind is SampleKind.CENSUS
        size = SIZE_OF_CENSUS if census else SIZE_OF_OTHERS + occurrence.id % 7
        self._prepare_the_meeting(occurrence, at)
        population = self._list(occurrence, size, tester, at)
        freeze_population(self.session, population, actor=tester, at=at)
        draw = commit_draw(
            self.session,
            population,
            [occurrence],
            method=SelectionMethod.SRS_TICKET,
            n=size if census else min(control.sample_n or SILENT, size),
            actor=tester,
            at=at,
        )
        seed_draw(
            self.session,
            draw,
            source=SeedSource.SYSTEM,
            handled_rows=[] if reviews_cases(occurrence) else None,
            actor=tester,
            at=at,
        )

    def _prepare_the_meeting(self, occurrence: Occurrence, at: datetime) -> None:
        """In an individutskott the chair says who is justerare and what kind of cases it is."""
        meeting, tester = occurrence.meeting, self.tester(occurrence)
        if not reviews_cases(occurrence) or meeting is None:
            return
        assert tester.user_id is not None
        chair = self.signer(occurrence)
        if meeting.id not in self._named:
            self._named.add(meeting.id)
            name_verifier(
                self.session,
                meeting,
                verifier_id=tester.user_id,
                substitute_id=None,
                row_version=0,
                actor=chair,
                at=at,
            )
        kinds = case_kinds(occurrence.control.text)
        choose_kind(
            self.session,
            occurrence,
            case_kind=kinds[occurrence.id % len(kinds)] if kinds else "",
            protected=0,
            row_version=0,
            actor=chair,
            at=at,
        )

    def _list(self, occurrence: Occurrence, size: int, tester: Actor, at: datetime) -> Population:
        start_occurrence(self.session, occurrence, actor=tester, at=at)
        population = Population(
            board_id=occurrence.board_id,
            occurrence_id=occurrence.id,
            state=PopulationState.LOADED,
            description="Beslut i perioden",
            source="Verksamhetssystemet",
            taken_out_by="Systemförvaltaren",
            is_secret=occurrence.subcommittee_id is not None,
            file_name="lista.csv",
            header=["Löpnummer"],
            id_column="Löpnummer",
            seal_key=secrets.token_hex(32),
            rows_read=size,
            rows_total=size,
            received_by_id=tester.user_id,
            received_at=at,
        )
        self.session.add(population)
        self.session.flush()
        rows: list[Item] = [(f"{occurrence.id:04}-{place:03}", None) for place in range(size)]
        store_rows(self.session, population, rows)
        return population


def _draw_of(occurrence: Occurrence) -> sa.ScalarSelect[int]:
    return (
        sa.select(DrawOccurrence.draw_id)
        .where(DrawOccurrence.occurrence_id == occurrence.id)
        .scalar_subquery()
    )
