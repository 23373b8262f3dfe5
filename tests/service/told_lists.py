"""A list whose columns are chosen, whose sums are answered, and which is drawn from."""

from internkontroll.core.transaction import transaction
from internkontroll.sampling.models import Draw, Population, SeedSource, SelectionMethod
from internkontroll.sampling.services import choose_columns, commit_draw, seed_draw
from tests.service.sampling_desk import AT, CASES, Desk

SRS = SelectionMethod.SRS_TICKET
TWO = "Fakturanr;Verifikation;Belopp\nF1;V1;5,00\nF2;V2;6,00\n"
MIXED = (
    "Ärende;Enhet;Dag;Belopp\nA-1;Barn;2020-03-01;100,00\nA-2;Vuxen;2020-03-02;−20,00\n"
    "A-3;Barn;2020-03-03;0\nA-4;Barn;2020-04-01;7,50\n"
)


def choose(desk: Desk, population: Population, **given: object) -> None:
    values = {"id_column": "Verifikation", "amount_column": "Belopp", **given}
    with transaction(desk.session):
        choose_columns(desk.session, population, **values, actor=desk.actor, at=AT)  # type: ignore[arg-type]
    desk.read()


def drawn_of(desk: Desk, text: str = CASES, n: int = 5, **given: object) -> Draw:
    population = desk.frozen(text, **given)
    with transaction(desk.session):
        draw = commit_draw(
            desk.session,
            population,
            occurrences=[desk.occurrence],
            n=n,
            method=SRS,
            actor=desk.actor,
            at=AT,
        )
    with transaction(desk.session):
        seed_draw(desk.session, draw, source=SeedSource.SYSTEM, actor=desk.actor, at=AT)
    return draw
