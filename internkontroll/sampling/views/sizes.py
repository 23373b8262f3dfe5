"""Hur många behövs: plan a size, and see what a size proves. Nothing here changes anything."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from internkontroll.core.access import Permission
from internkontroll.core.errors import InvalidInput
from internkontroll.organisation.models import Board
from internkontroll.sampling.forms import AmountSizeForm, ProofForm, SizeForm
from internkontroll.sampling.models import Population
from internkontroll.sampling.queries import (
    current_draw,
    frozen_population,
    house_sizes,
)
from internkontroll.sampling.rules import (
    Proved,
    SampleSize,
    mus_formula_size,
    mus_sample_size,
    practice_rows,
    proof_sentence,
    proofs_of_size,
    sample_size,
    size_sentence,
    typed_share,
)
from internkontroll.sampling.rules.figures import Rate, kronor_near, percent, percent_up
from internkontroll.sampling.services import size_limits
from internkontroll.sampling.views.walls import bp, load_occurrence
from internkontroll.schedule.models import Occurrence
from internkontroll.web.access import may, requires, session
from internkontroll.web.forms import BaseForm
from internkontroll.web.submission import page

MORE_DEVIATIONS = 3
"""How many deviations beyond the planned ones the table of a planned size goes on to."""


@dataclass(frozen=True)
class Wanted:
    """The kontrolltillfälle that a number is wanted for, and its frozen list; or nothing."""

    occurrence: Occurrence | None
    population: Population | None

    @property
    def size(self) -> int | None:
        """N of the frozen list."""
        return self.population.size if self.population else None


def _wanted(board: Board) -> Wanted:
    text = request.args.get("occurrence", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        return Wanted(None, None)
    occurrence = load_occurrence(board, int(text))
    found = frozen_population(session(), occurrence.id)
    if found is None and (draw := current_draw(session(), occurrence.id)) is not None:
        found = draw.population if draw.population.is_frame else None
    return Wanted(occurrence, found)


def _sent(name: str) -> Any:
    """What was sent in the address, if the form was; None lets the form stand with defaults."""
    return request.args if name in request.args else None


def _show(
    template: str, board: Board, wanted: Wanted, form: BaseForm | None, **more: Any
) -> ResponseReturnValue:
    return page(
        template,
        form,
        board=board,
        occurrence=wanted.occurrence,
        chosen={"occurrence": wanted.occurrence.id} if wanted.occurrence else {},
        percent=percent,
        percent_up=percent_up,
        kronor_near=kronor_near,
        **more,
    )


@dataclass(frozen=True)
class Planned:
    """Svaret: the size with its k, the sentence, what it proves, and whether the plan allows it."""

    size: SampleSize
    sentence: str
    proofs: list[Proved]
    without_list: SampleSize | None
    plan_says: str | None
    may_take: bool


def _planned(form: SizeForm, wanted: Wanted) -> Planned:
    """Compute; raises InvalidInput at the field."""
    tolerable = typed_share(form.tolerable.data or "", "Andelen som kan godtas", field="tolerable")
    expected = typed_share(form.expected.data or "0", "Väntad andel", field="expected")
    risk = typed_share(form.risk.data or "", "Risken", field="risk")
    rows = form.size.data
    try:
        size = sample_size(tolerable, risk, expected=expected, population=rows)
    except InvalidInput as error:
        field = "risk" if not 0 < risk < 1 else "tolerable" if not 0 < tolerable < 1 else "expected"
        raise InvalidInput(error.sentence, field=field) from error
    plan_says, allowed = None, wanted.occurrence is not None
    if wanted.occurrence is not None and wanted.size is not None:
        control = wanted.occurrence.control
        limits = size_limits([(control.sample_kind, control.sample_n)], wanted.size)
        plan_says, allowed = limits.words, limits.low <= size.n <= limits.high
    return Planned(
        size=size,
        sentence=size_sentence(size, tolerable, risk, rows),
        proofs=proofs_of_size(size.n, 1 - risk, population=rows, most=size.k + MORE_DEVIATIONS),
        without_list=_without_list(tolerable, risk, expected) if rows else None,
        plan_says=plan_says,
        may_take=allowed
        and wanted.occurrence is not None
        and may(Permission.SAMPLE_DRAW, wanted.occurrence.subcommittee_id),
    )


def _without_list(tolerable: Rate, risk: Rate, expected: Rate) -> SampleSize | None:
    """The size for a very large list; None where no number is enough there."""
    try:
        return sample_size(tolerable, risk, expected=expected)
    except InvalidInput:
        return None


@bp.get("/stickprovsstorlek")
@requires(Permission.BOARD_READ)
def size(board: Board) -> ResponseReturnValue:
    """How many are needed, by the rate that can be tolerated."""
    wanted, sent = _wanted(board), _sent("tolerable")
    form = SizeForm(sent) if sent is not None else SizeForm(None, size=wanted.size)
    result = None
    if sent is not None and form.validate():
        try:
            result = _planned(form, wanted)
        except InvalidInput as error:
            form.refuse(error)
    return _show("sampling/size.html", board, wanted, form, result=result)


@dataclass(frozen=True)
class PlannedAmount:
    """Svaret i kronor: exact, and by the formula where it has a printed factor."""

    exact: int
    formula: int | None
    interval: Fraction
    formula_interval: Fraction | None
    formula_refused: str | None
    risk: Fraction


def _planned_amount(form: AmountSizeForm) -> PlannedAmount:
    """Compute; raises InvalidInput at the field."""
    total, tolerable = form.total.data, form.tolerable.data
    expected = form.expected.data or 0
    risk = typed_share(form.risk.data or "", "Risken", field="risk")
    if total <= 0:
        raise InvalidInput("Summan måste vara större än 0.", field="total")
    if not 0 < tolerable < total:
        raise InvalidInput(
            "Felet som kan godtas måste vara större än 0 och mindre än summan.", field="tolerable"
        )
    if not 0 <= expected < tolerable:
        raise InvalidInput(
            "Det väntade felet måste vara mindre än felet som kan godtas, och minst 0.",
            field="expected",
        )
    if not 0 < risk < 1:
        raise InvalidInput("Risken måste vara större än 0 % och mindre än 100 %.", field="risk")
    share, ratio = Fraction(tolerable, total), Fraction(expected, tolerable)
    try:
        exact = mus_sample_size(share, risk, expected_ratio=ratio)
    except InvalidInput as error:
        raise InvalidInput(error.sentence, field="expected") from error
    try:
        formula = mus_formula_size(total, tolerable, risk, expected=expected)
    except InvalidInput as error:
        return PlannedAmount(exact, None, Fraction(total, exact), None, error.sentence, risk)
    interval = Fraction(total, exact)
    return PlannedAmount(exact, formula.n, interval, formula.interval, None, risk)


@bp.get("/stickprovsstorlek/belopp")
@requires(Permission.BOARD_READ)
def size_by_amount(board: Board) -> ResponseReturnValue:
    """How many kronor are needed in a beloppsviktat urval."""
    wanted, sent = _wanted(board), _sent("tolerable")
    total = wanted.population.positive_sum if wanted.population else None
    form = AmountSizeForm(sent) if sent is not None else AmountSizeForm(None, total=total)
    result = None
    if sent is not None and form.validate():
        try:
            result = _planned_amount(form)
        except InvalidInput as error:
            form.refuse(error)
    takes = wanted.occurrence is not None and may(
        Permission.SAMPLE_DRAW, wanted.occurrence.subcommittee_id
    )
    return _show("sampling/size_amount.html", board, wanted, form, result=result, may_take=takes)


@bp.get("/stickprovsstorlek/bevis")
@requires(Permission.BOARD_READ)
def size_proof(board: Board) -> ResponseReturnValue:
    """What a given number proves with 0, 1, 2 ... deviations."""
    wanted, sent = _wanted(board), _sent("n")
    form = ProofForm(sent) if sent is not None else ProofForm(None, size=wanted.size)
    rows: list[Proved] = []
    sentence, risk = None, None
    if sent is not None and form.validate():
        try:
            risk = typed_share(form.risk.data or "", "Risken", field="risk")
            if not 0 < risk < 1:
                raise InvalidInput("Risken måste vara större än 0 %.", field="risk")
            if form.size.data and form.n.data > form.size.data:
                raise InvalidInput(
                    "Fler granskas än listan har rader. Skriv ett lägre antal.", field="n"
                )
            rows = proofs_of_size(form.n.data, 1 - risk, population=form.size.data)
            if form.size.data:
                sentence = proof_sentence(form.n.data, 0, form.size.data, 1 - risk)
        except InvalidInput as error:
            form.refuse(error)
    return _show(
        "sampling/size_proof.html", board, wanted, form, rows=rows, sentence=sentence, risk=risk
    )


@bp.get("/stickprovsstorlek/praxis")
@requires(Permission.BOARD_READ)
def practice(board: Board) -> ResponseReturnValue:
    """How many are commonly examined, and what that proves."""
    own = house_sizes(session())
    return _show(
        "sampling/size_practice.html",
        board,
        _wanted(board),
        None,
        rows=practice_rows(own),
        is_own=bool(own),
    )
