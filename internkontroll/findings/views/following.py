"""Vad som görs med en avvikelse: rättelse, åtgärd, omtest, avslut."""

from datetime import date
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.accounts.models import User
from internkontroll.core.access import Permission
from internkontroll.findings.forms import (
    ActionForm,
    CloseForm,
    CorrectionForm,
    ReasonForm,
    RetestForm,
)
from internkontroll.findings.models import ClosingOutcome, CorrectionOutcome, Finding
from internkontroll.findings.queries import latest_retest, retest_candidates
from internkontroll.findings.services import (
    add_action,
    choose_retest,
    close_finding,
    order_retest,
    record_correction,
    reopen_finding,
)
from internkontroll.findings.views.blueprint import (
    Asked,
    address_of,
    answer,
    ask,
    bp,
    crumbs_of,
    load_finding,
    people_choices,
)
from internkontroll.findings.views.writing import NO_NAMES
from internkontroll.findings.words import CLOSING_MEANS, STATES, WORDS
from internkontroll.organisation.models import Board
from internkontroll.schedule.models import Occurrence
from internkontroll.schedule.words import STATES as OCCURRENCE_STATES
from internkontroll.schedule.words import origin_words
from internkontroll.web.access import current_actor, now, requires, session
from internkontroll.web.filters import swedish_date
from internkontroll.web.forms import choices

HANDLE, CLOSE = Permission.FINDING_HANDLE, Permission.FINDING_CLOSE
OWN_RETEST = "eget"
A_FUNCTION = "Skriv organ, enhet eller funktion. Skriv inget namn."


def _asked(
    board: Board, finding: Finding, endpoint: str, title: str, button: str, lead: str = ""
) -> Asked:
    return Asked(
        title=title,
        button=button,
        lead=lead,
        action=url_for(endpoint, board_code=board.code.lower(), finding_id=finding.id),
        back=address_of(board, finding.id),
        crumbs=crumbs_of(board, finding),
        hints={
            "text": NO_NAMES,
            "done_on": "Fyll i om det är rättat. Skriv till exempel 12 mars eller 2020-03-12.",
            "done_by": f"Fyll i om det är rättat. {A_FUNCTION}",
            "amount": "Om pengar har betalats tillbaka eller krävts in.",
            "description": NO_NAMES,
            "due_on": "Skriv till exempel 30 april eller 2020-04-30.",
            "accepted_by": f"Fyll i om risken accepteras. {A_FUNCTION}",
            "reason": NO_NAMES,
        },
        means={"outcome": {kind.value: line for kind, line in CLOSING_MEANS.items()}},
        shown=[("Vad är fel?", finding.description)],
    )


def _correction(board: Board, finding: Finding) -> tuple[CorrectionForm, Asked]:
    form = CorrectionForm()
    form.outcome.choices = choices((kind.value, STATES[kind].word) for kind in CorrectionOutcome)
    return form, _asked(
        board,
        finding,
        "findings.save_correction",
        "Anteckna rättelsen",
        "Spara rättelsen",
        "Rättelsen gäller den enskilda posten. Det som görs åt orsaken är en åtgärd.",
    )


@bp.get("/avvikelser/<int:finding_id>/rattelse")
@requires(HANDLE)
def correct(board: Board, finding_id: int) -> ResponseReturnValue:
    """Ask how the single item was put right."""
    return ask(*_correction(board, load_finding(board, finding_id, HANDLE)))


@bp.post("/avvikelser/<int:finding_id>/rattelse")
@requires(HANDLE)
def save_correction(board: Board, finding_id: int) -> ResponseReturnValue:
    """Record how the single item was put right, or why it cannot be."""
    finding = load_finding(board, finding_id, HANDLE)
    form, asked = _correction(board, finding)

    def act(open_session: Session) -> str:
        record_correction(
            open_session,
            finding,
            outcome=CorrectionOutcome(form.outcome.data),
            text=form.text.data or "",
            done_on=form.done_on.data,
            done_by=form.done_by.data,
            amount=form.amount.data,
            actor=current_actor(),
            at=now(),
        )
        return asked.back

    return answer(form, asked, act, done="Rättelsen är antecknad.")


def _action(board: Board, finding: Finding) -> tuple[ActionForm, Asked]:
    form = ActionForm()
    form.responsible.choices = people_choices(finding)
    return form, _asked(
        board,
        finding,
        "findings.save_action",
        "Bestäm en åtgärd",
        "Spara åtgärden",
        "Åtgärden gäller orsaken, så att samma fel inte kommer igen.",
    )


@bp.get("/avvikelser/<int:finding_id>/atgard")
@requires(HANDLE)
def new_action(board: Board, finding_id: int) -> ResponseReturnValue:
    """Ask what is to be done against the cause."""
    return ask(*_action(board, load_finding(board, finding_id, HANDLE)))


@bp.post("/avvikelser/<int:finding_id>/atgard")
@requires(HANDLE)
def save_action(board: Board, finding_id: int) -> ResponseReturnValue:
    """Add an action."""
    finding = load_finding(board, finding_id, HANDLE)
    form, asked = _action(board, finding)

    def act(open_session: Session) -> str:
        add_action(
            open_session,
            finding,
            description=form.description.data or "",
            responsible=open_session.get_one(User, int(form.responsible.data)),
            due_on=form.due_on.data,
            actor=current_actor(),
            at=now(),
        )
        return asked.back

    return answer(form, asked, act, done="Åtgärden är sparad.")


def _occasion(occurrence: Occurrence) -> str:
    day: date = occurrence.scheduled_on
    state = OCCURRENCE_STATES[occurrence.state].word.lower()
    return f"{swedish_date(day)}, {origin_words(occurrence.origin)} ({state})"


def _retest(board: Board, finding: Finding) -> tuple[RetestForm, Asked]:
    known = latest_retest(session(), finding.id)
    form = RetestForm(occurrence=str(known.occurrence_id) if known else None)
    later = [(str(row.id), _occasion(row)) for row in retest_candidates(session(), finding)]
    form.occurrence.choices = choices([*later, (OWN_RETEST, "Ett eget omtest, för det här felet")])
    return form, _asked(
        board,
        finding,
        "findings.save_retest",
        "Välj omtest",
        "Spara omtestet",
        "Ett omtest är ett senare tillfälle av samma kontroll. Det visar om åtgärden hjälpte.",
    )


@bp.get("/avvikelser/<int:finding_id>/omtest")
@requires(HANDLE)
def retest(board: Board, finding_id: int) -> ResponseReturnValue:
    """Ask which later occurrence of the control is to show whether the action worked."""
    return ask(*_retest(board, load_finding(board, finding_id, HANDLE)))


@bp.post("/avvikelser/<int:finding_id>/omtest")
@requires(HANDLE)
def save_retest(board: Board, finding_id: int) -> ResponseReturnValue:
    """Choose the retest."""
    finding = load_finding(board, finding_id, HANDLE)
    form, asked = _retest(board, finding)

    def act(open_session: Session) -> str:
        who: dict[str, Any] = {"actor": current_actor(), "at": now()}
        if form.occurrence.data == OWN_RETEST:
            order_retest(open_session, finding, form.due_on.data, **who)
        else:
            chosen = open_session.get_one(Occurrence, int(form.occurrence.data))
            choose_retest(open_session, finding, chosen, **who)
        return asked.back

    return answer(form, asked, act, done="Omtestet är valt.")


def _closing(board: Board, finding: Finding) -> tuple[CloseForm, Asked]:
    form = CloseForm()
    form.outcome.choices = choices((kind.value, WORDS[kind]) for kind in ClosingOutcome)
    return form, _asked(
        board,
        finding,
        "findings.save_closing",
        "Avsluta avvikelsen",
        "Avsluta avvikelsen",
        "Den som är ansvarig för en åtgärd avslutar inte själv. Det går att öppna igen.",
    )


@bp.get("/avvikelser/<int:finding_id>/avsluta")
@requires(CLOSE)
def close(board: Board, finding_id: int) -> ResponseReturnValue:
    """Ask how the finding is to be ended."""
    return ask(*_closing(board, load_finding(board, finding_id, CLOSE)))


@bp.post("/avvikelser/<int:finding_id>/avsluta")
@requires(CLOSE)
def save_closing(board: Board, finding_id: int) -> ResponseReturnValue:
    """End the finding."""
    finding = load_finding(board, finding_id, CLOSE)
    form, asked = _closing(board, finding)

    def act(open_session: Session) -> str:
        close_finding(
            open_session,
            finding,
            ClosingOutcome(form.outcome.data),
            reason=form.reason.data,
            accepted_by=form.accepted_by.data,
            actor=current_actor(),
            at=now(),
        )
        return asked.back

    return answer(form, asked, act, done="Avvikelsen är avslutad.")


def _reopening(board: Board, finding: Finding) -> tuple[ReasonForm, Asked]:
    return ReasonForm(), _asked(
        board,
        finding,
        "findings.save_reopening",
        "Öppna avvikelsen igen",
        "Öppna avvikelsen igen",
        "Hur den avslutades står kvar i historiken.",
    )


@bp.get("/avvikelser/<int:finding_id>/oppna-igen")
@requires(CLOSE)
def reopen(board: Board, finding_id: int) -> ResponseReturnValue:
    """Ask why the finding is to be opened again."""
    return ask(*_reopening(board, load_finding(board, finding_id, CLOSE)))


@bp.post("/avvikelser/<int:finding_id>/oppna-igen")
@requires(CLOSE)
def save_reopening(board: Board, finding_id: int) -> ResponseReturnValue:
    """Open the finding again."""
    finding = load_finding(board, finding_id, CLOSE)
    form, asked = _reopening(board, finding)

    def act(open_session: Session) -> str:
        reopen_finding(
            open_session, finding, form.reason.data or "", actor=current_actor(), at=now()
        )
        return asked.back

    return answer(form, asked, act, done="Avvikelsen är öppen igen.")
