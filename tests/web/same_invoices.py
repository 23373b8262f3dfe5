"""An enkät, and two kontrollmoment of the same invoices, for the pages."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask

from internkontroll.core.database import db, intent_to_write
from internkontroll.organisation.models import Board
from internkontroll.plan.rules.vocabulary import SampleKind, Technique
from tests.client import PageClient
from tests.factories import Town, make_control, make_occurrence, make_plan, make_points

ClientOf = Callable[..., PageClient]


@dataclass
class Seeded:
    """An enkät, and two controls of the same invoices, as ids."""

    survey: int
    first: int
    second: int

    def page(self, occurrence_id: int, rest: str = "") -> str:
        return f"/namnd/scn/granskning/{occurrence_id}/{rest}"

    def result(self) -> str:
        return self.page(self.survey, "resultat")

    def evidence(self) -> str:
        return self.page(self.survey, "bilagor")


def make_seeded(app: Flask, town: Town) -> Seeded:
    with app.app_context(), intent_to_write():
        session = db.session()
        board = session.get_one(Board, town.boards["SCN"])
        point = make_points(session, board)[0]
        plan = make_plan(session, board, decided=True)
        survey = make_control(
            session,
            plan,
            text="Chefer känner till reglerna",
            technique=Technique.SURVEY,
            sample_kind=SampleKind.CENSUS,
            sample_n=None,
        )
        pair = [
            make_control(session, plan, text=text, sample_kind=SampleKind.AT_LEAST, sample_n=2)
            for text in ("Fakturan stämmer", "Fakturan är attesterad")
        ]
        made = Seeded(
            make_occurrence(session, survey, point=point).id,
            *(make_occurrence(session, control, point=point).id for control in pair),
        )
        session.commit()
        db.session.remove()
    return made
