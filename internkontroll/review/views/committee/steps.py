"""Sammanträdets nästa steg: what comes next in a review, and who may do it."""

from typing import Any

from flask import url_for

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.review.queries import SittingReview
from internkontroll.review.views.committee.blueprint import address
from internkontroll.schedule.models import OccurrenceState
from internkontroll.schedule.rules import SKIPPABLE_STATES
from internkontroll.web.access import may


def opens_cases(committee: int | None, *, draws: bool) -> bool:
    """Whether the reader takes part in the review, and so is led to the cases."""
    return may(Permission.COMMITTEE_REVIEW, committee) and (
        draws or not may(Permission.COMMITTEE_CONFIRM, committee)
    )


def next_step(
    board: Board,
    row: SittingReview,
    *,
    seated: bool,
    kind_is_chosen: bool,
    chooses: bool,
    draws: bool,
    confirms: bool,
) -> tuple[str, str, str | None, str | None]:
    """What comes next: a sentence, the button, where it leads if the reader may, and who may."""
    occurrence, sampling, items = row.occurrence, row.sampling, row.items
    code = board.code.lower()
    here: dict[str, Any] = {"board_code": code, "occurrence_id": occurrence.id}
    committee = occurrence.subcommittee_id
    waiting = [item.position for item in items if item.stands and not item.judged]
    if occurrence.state is OccurrenceState.APPROVED:
        return (
            "Utskottets utfall är bekräftat.",
            "Läs utfallet",
            url_for("review.conclusion", **here),
            None,
        )
    if occurrence.state is OccurrenceState.PERFORMED:
        return (
            "Justeraren har lämnat sitt förslag. Ordföranden bekräftar utskottets utfall.",
            "Bekräfta utskottets utfall",
            address("outcome", board, occurrence_id=occurrence.id) if confirms else None,
            "Ordföranden gör det vid sammanträdet, inte den som har dragit eller granskat.",
        )
    if occurrence.state not in SKIPPABLE_STATES:
        return "", "", None, None
    if not seated:
        return (
            "Ingen justerare är utsedd.",
            "Utse justerare",
            "#justerare" if may(Permission.COMMITTEE_PREPARE, committee) else None,
            "Ordföranden utser justeraren.",
        )
    if not kind_is_chosen:
        return (
            "Slaget av ärenden är inte valt.",
            "Välj slag av ärenden",
            address("kind", board, occurrence_id=occurrence.id) if chooses else None,
            "Justeraren eller ordföranden väljer slag av ärenden.",
        )
    if not sampling.is_frozen and sampling.draw is None:
        return (
            "Listan att dra ur är inte klar.",
            "Läs in listan" if sampling.population is None else "Fortsätt med listan",
            (
                url_for("sampling.population_new", **here)
                if sampling.population is None
                else url_for(
                    "sampling.population", board_code=code, population_id=sampling.population.id
                )
            )
            if may(Permission.POPULATION_LOAD, committee)
            else None,
            "Den som är ansvarig för kontrollen läser in listan.",
        )
    if sampling.draw is None or not sampling.is_drawn:
        return (
            "Listan är fryst. Stickprovet är inte draget.",
            "Dra stickprovet",
            (
                url_for("sampling.draw_new", **here)
                if sampling.draw is None
                else url_for("sampling.draw", board_code=code, draw_id=sampling.draw.id)
            )
            if draws
            else None,
            "Sammanträdets justerare, eller den som ersätter, drar.",
        )
    if waiting:
        return (
            f"{len(waiting)} ärenden återstår." if len(waiting) > 1 else "1 ärende återstår.",
            f"Granska ärende {waiting[0]}",
            address("case", board, occurrence_id=occurrence.id, position=waiting[0])
            if opens_cases(committee, draws=draws)
            else None,
            "Utskottets ledamöter granskar. Den som granskar bekräftar inte utfallet.",
        )
    return (
        "Alla ärenden är granskade. Justerarens förslag är inte lämnat.",
        "Lämna förslaget",
        url_for("review.conclusion", **here)
        if may(Permission.OCCURRENCE_PERFORM, committee)
        else None,
        "Justeraren lämnar förslaget.",
    )
