"""Svar: a reading with its questions answered; what is left open stays as marks."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from internkontroll.core.errors import InvalidInput
from internkontroll.core.text import clean_line, fold_dashes, parse_number_word, shown, text_key
from internkontroll.plan.rules.criteria import CRITERIA, SPLIT
from internkontroll.plan.rules.headers import Field
from internkontroll.plan.rules.limits import LIMIT, require_limit
from internkontroll.plan.rules.questions import ABOVE, Question
from internkontroll.plan.rules.reading import PlanReading, PlanRow
from internkontroll.plan.rules.reporting import interpret_reporting
from internkontroll.plan.rules.vocabulary import (
    POINT_CODES,
    Frequency,
    SampleKind,
    Technique,
)

_Change = Callable[[PlanRow], PlanRow]

LARGEST_SAMPLE = 1_000_000
LONGEST_AREA = 200


def apply_answers(reading: PlanReading, answers: Mapping[str, str]) -> PlanReading:
    """The reading with ``answers`` (question id -> value) applied; an empty answer leaves it open.

    Values are those of the question's choices. Besides: a number of items may be written ``5``,
    ``minst 5``, ``fem`` or ``samtliga``; reporting points in any combination, ``april, augusti``; a
    kontrollområde as any text. Raises InvalidInput for an unknown question or a value that is none.
    """
    questions = {question.id: question for question in reading.questions}
    for identity in answers:
        if identity not in questions:
            raise InvalidInput(
                "En av frågorna finns inte längre. Läs in filen på nytt och svara igen.",
                field=identity,
            )
    rows = {row.row: row for row in reading.rows}
    answered = list(reading.answered)
    for question in reading.questions:
        value = clean_line(answers.get(question.id, ""))
        if not value:
            continue
        change = reading_change(question, value)
        for number in question.rows:
            rows[number] = change(rows[number])
        answered.append((question, value))
    done = {question.id for question, _ in answered}
    return replace(
        reading,
        rows=tuple(rows.values()),
        questions=tuple(q for q in reading.questions if q.id not in done),
        answered=tuple(answered),
    )


def reading_change(question: Question, value: str) -> _Change:
    """What the answer does to each kontrollmoment that it is about."""
    if question.code == "interim_meaning":
        interim = _points(question, value)
        if not interim or "årsbokslut" in interim:
            raise _bad(question, value)
        return lambda row: replace(
            row, points=interpret_reporting(row.reporting_text, interim=interim).points
        )
    changes: dict[str, Callable[[Question, str], _Change]] = {
        CRITERIA: _criteria,
        LIMIT: _limit,
        Field.AREA: _area,
        Field.METHOD: _technique,
        Field.SAMPLE: _sample,
        Field.FREQUENCY: _frequency,
        Field.REPORTING: _reporting,
        Field.SCORE: _score,
    }
    return changes[question.field](question, value)


def _bad(question: Question, value: str) -> InvalidInput:
    allowed = ", ".join(choice.label for choice in question.choices)
    return InvalidInput(
        f"”{shown(value)}” är inget svar på frågan. Välj ett av: {allowed}.", field=question.id
    )


def _area(question: Question, value: str) -> _Change:
    if len(value) > LONGEST_AREA:
        raise InvalidInput(
            f"Kontrollområdets namn får vara högst {LONGEST_AREA} tecken.", field=question.id
        )
    if question.code == "area_above":
        if value not in {choice.value for choice in question.choices}:
            raise _bad(question, value)
        if value == ABOVE:
            return lambda row: replace(row, area=row.area_above)
    known = {text_key(choice.value): choice.value for choice in question.choices}
    area = known.get(text_key(value), value)
    return lambda row: replace(row, area=area)


def _criteria(question: Question, value: str) -> _Change:
    if value not in {choice.value for choice in question.choices}:
        raise _bad(question, value)
    items = question.items if value == SPLIT else ()
    return lambda row: replace(row, criteria=items)


def _limit(question: Question, value: str) -> _Change:
    limit = require_limit(value, field=question.id)
    return lambda row: replace(
        row, limits=(*row.limits, *((phrase, limit) for phrase in question.items))
    )


def _technique(question: Question, value: str) -> _Change:
    if value not in list(Technique):
        raise _bad(question, value)
    technique = Technique(value)
    if technique is Technique.CENSUS:
        return lambda row: replace(row, technique=technique, sample_kind=SampleKind.CENSUS, n=None)
    if technique is Technique.SAMPLE:
        # A sample without a size is not "no sample": the x-ray of the draft asks for the size.
        return lambda row: replace(
            row,
            technique=technique,
            sample_kind=(
                SampleKind.UNSTATED if row.sample_kind is SampleKind.NONE else row.sample_kind
            ),
        )
    return lambda row: replace(row, technique=technique)


_SIZE = re.compile(r"(?P<kind>minst|at_least:|exact:|precis|exakt)? ?(?P<number>\w+)(?: st)?$")


def _sample(question: Question, value: str) -> _Change:
    folded = value.casefold()
    if folded in ("census", "samtliga", "alla", "totalkontroll"):
        return lambda row: replace(
            row,
            sample_kind=SampleKind.CENSUS,
            n=None,
            technique=Technique.CENSUS if row.technique is Technique.SAMPLE else row.technique,
        )
    match = _SIZE.match(folded)
    number = _whole_number(match["number"]) if match else None
    if match is None or number is None or not 1 <= number <= LARGEST_SAMPLE:
        raise InvalidInput(
            f"”{shown(value)}” är inget antal. Skriv till exempel 5, minst 5 eller samtliga.",
            field=question.id,
        )
    floor = match["kind"] in ("minst", "at_least:")
    kind = SampleKind.AT_LEAST if floor else SampleKind.EXACT
    return lambda row: replace(row, sample_kind=kind, n=number)


def _whole_number(text: str) -> int | None:
    if re.fullmatch(r"[0-9]{1,7}", text):
        return int(text)
    return parse_number_word(text)


def _frequency(question: Question, value: str) -> _Change:
    if value not in list(Frequency):
        raise _bad(question, value)
    return lambda row: replace(row, frequency=Frequency(value))


def _points(question: Question, value: str) -> tuple[str, ...]:
    words = [w for w in re.split(r"[,;]|\boch\b", fold_dashes(value).casefold()) if w.strip()]
    named = {word.strip() for word in words}
    if not named or not named <= set(POINT_CODES):
        raise _bad(question, value)
    return tuple(code for code in POINT_CODES if code in named)


def _reporting(question: Question, value: str) -> _Change:
    points = _points(question, value)
    return lambda row: replace(row, points=points, interim=False)


def _score(question: Question, value: str) -> _Change:
    if value not in {choice.value for choice in question.choices}:
        raise _bad(question, value)
    return lambda row: replace(row, score=int(value))
