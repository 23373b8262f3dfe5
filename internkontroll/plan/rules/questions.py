"""Frågor: what a reading leaves open, asked once per thing, with what may be answered."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from internkontroll.core.text import shown, text_key
from internkontroll.plan.rules.criteria import CRITERIA, SPLIT, WHOLE, CriteriaProposal
from internkontroll.plan.rules.frequency import FrequencyReading
from internkontroll.plan.rules.headers import Field
from internkontroll.plan.rules.limits import LIMIT
from internkontroll.plan.rules.reporting import INTERIM_DEFAULT, ReportingReading
from internkontroll.plan.rules.sample_size import SampleReading
from internkontroll.plan.rules.scores import Score
from internkontroll.plan.rules.vocabulary import (
    APRIL,
    AUGUST,
    FREQUENCY_TERMS,
    POINT_CODES,
    TECHNIQUE_TERMS,
    YEAR_END,
    Frequency,
    Technique,
)


@dataclass(frozen=True)
class Choice:
    """Svarsalternativ: the value that is handed back, and the words on the screen."""

    value: str
    label: str


@dataclass(frozen=True)
class Mark:
    """Märke: a question left open or a note, as it stays on a kontrollmoment after the import.

    ``kind`` is ``question`` or ``note``. ``asked`` is what may be answered to a question later.
    """

    kind: str
    code: str
    text: str
    field: str
    choices: tuple[Choice, ...] = ()
    asked: "Question | None" = None

    def to_json(self) -> dict[str, object]:
        """The mark as plain data."""
        return {
            "kind": self.kind,
            "code": self.code,
            "text": self.text,
            "field": self.field,
            "choices": [{"value": c.value, "label": c.label} for c in self.choices],
        }


@dataclass(frozen=True)
class Question:
    """Fråga: what must be said of one or several kontrollmoment.

    ``id`` is the same each time the same file is read. ``rows`` are running numbers; ``proposed``
    is the likely answer or empty. ``free`` says that other answers than the choices are taken: a
    number of items, a combination of reporting points, the name of a kontrollområde, a limit.
    ``items`` are what the answer is about: the criteria proposed, the words of a vague limit.
    """

    id: str
    code: str
    field: str
    text: str
    rows: tuple[int, ...]
    file_row: int | None = None
    proposed: str = ""
    choices: tuple[Choice, ...] = ()
    free: bool = False
    items: tuple[str, ...] = ()

    @property
    def row(self) -> int | None:
        """The kontrollmoment's running number, None if it is asked of several."""
        return self.rows[0] if len(self.rows) == 1 else None

    def to_json(self) -> dict[str, object]:
        """The question as plain data."""
        return {
            "id": self.id,
            "row": self.row,
            "rows": list(self.rows),
            "file_row": self.file_row,
            "field": self.field,
            "code": self.code,
            "text": self.text,
            "proposed": self.proposed,
            "choices": [{"value": c.value, "label": c.label} for c in self.choices],
        }


def points_value(points: tuple[str, ...]) -> str:
    """Reporting points as an answer is written: ``april,augusti``."""
    return ",".join(points)


_TECHNIQUES = tuple(Choice(t.value, TECHNIQUE_TERMS[t].capitalize()) for t in Technique)
_FREQUENCIES = tuple(Choice(f.value, FREQUENCY_TERMS[f].capitalize()) for f in Frequency)
_POINTS = (
    Choice(APRIL, "April"),
    Choice(AUGUST, "Augusti"),
    Choice(YEAR_END, "Årsbokslut"),
    Choice(points_value((APRIL, YEAR_END)), "April och årsbokslut"),
    Choice(points_value((AUGUST, YEAR_END)), "Augusti och årsbokslut"),
    Choice(points_value(POINT_CODES), "April, augusti och årsbokslut"),
)
_INTERIM = (
    Choice(points_value(INTERIM_DEFAULT), "Både april och augusti"),
    Choice(APRIL, "Bara april"),
    Choice(AUGUST, "Bara augusti"),
)
_SAMPLES = (
    Choice("exact:5", "Precis fem"),
    Choice("exact:10", "Precis tio"),
    Choice("at_least:5", "Minst fem"),
    Choice("census", "Samtliga: totalkontroll"),
)
_SAMPLE_REASONS: Mapping[str, str] = {
    "size_unstated": "Hur många ska granskas? Planen säger inte hur stort stickprovet är",
    "sample_count": "Hur många ska granskas sammanlagt? Planen säger hur många stickprov som tas, "
    "inte hur stora de är",
    "share": "Hur många ska granskas? Planen säger en andel, inte ett antal",
    "many_numbers": "Hur många ska granskas? Planen nämner flera tal",
    "size_range": "Hur många ska granskas? Planen säger ett spann eller ett tak",
    "size_approximate": "Hur många ska granskas? Planen säger ungefär",
    "size_per_group": "Gäller antalet varje grupp för sig? Här läses det som antalet sammanlagt",
}
_FREQUENCY_REASONS: Mapping[str, str] = {
    "continuous": "Hur ofta ska kontrollen göras? Planen säger löpande, och då finns inga "
    "tillfällen att följa upp",
    "many_frequencies": "Hur ofta ska kontrollen göras? Planen säger flera saker",
    "frequency_unknown": "Hur ofta ska kontrollen göras? Texten kändes inte igen",
}


ABOVE = "above"
"""The answer that an empty kontrollområde is the one of the nearest row above."""


def later_question(code: str, name: str, text: str) -> Question | None:
    """The question behind a mark that kept none of it, told by its code; None for a note."""
    known: Mapping[str, tuple[tuple[Choice, ...], bool]] = {
        "technique_unclear": (_TECHNIQUES, False),
        "interim_meaning": (_INTERIM, False),
        "reporting_missing": (_POINTS, True),
        "reporting_unclear": (_POINTS, True),
        "reporting_unknown": (_POINTS, True),
        **dict.fromkeys(_SAMPLE_REASONS, (_SAMPLES, True)),
        **dict.fromkeys(_FREQUENCY_REASONS, (_FREQUENCIES, False)),
    }
    if code not in known:
        return None
    choices, free = known[code]
    return Question("answer", code, name, text, (1,), choices=choices, free=free)


@dataclass
class Asker:
    """Gathers the questions of a reading; the same question of many rows is asked once."""

    _asked: dict[str, Question] = field(default_factory=dict)

    def _ask(self, question: Question) -> None:
        earlier = self._asked.get(question.id)
        if earlier is None:
            self._asked[question.id] = question
        else:
            rows = (*earlier.rows, *question.rows)
            self._asked[question.id] = replace(earlier, rows=rows, file_row=None)

    def questions(self, *, areas: tuple[str, ...]) -> tuple[Question, ...]:
        """All questions: those of the whole file first, then row by row."""
        choices = tuple(Choice(area, area) for area in areas)
        above = (Choice(ABOVE, "Ja, området ovanför gäller"),)
        asked = [
            replace(question, choices=(above if question.code == "area_above" else ()) + choices)
            if question.field == Field.AREA
            else question
            for question in self._asked.values()
        ]
        return tuple(sorted(asked, key=lambda question: len(question.rows) == 1))

    def area(self, row: int, file_row: int, *, in_file: bool, above: str) -> None:
        """Ask for the kontrollområde: of all rows at once if the file has no such column.

        ``above`` is the area of the nearest row above: asked once if it is meant, never assumed.
        """
        if in_file and above:
            text = (
                "Rutan för kontrollområde är tom på en eller flera rader. "
                "Gäller området närmast ovanför?"
            )
            self._ask(
                Question("area:above", "area_above", Field.AREA, text, (row,), file_row, ABOVE)
            )
            return
        if in_file:
            text = f"Rad {file_row} saknar kontrollområde. Vilket kontrollområde hör den till?"
            key = f"area:{row}"
        else:
            text = "Planen har ingen kolumn för kontrollområde. Vilket kontrollområde gäller?"
            key = "area"
        self._ask(Question(key, "area_missing", Field.AREA, text, (row,), file_row, free=True))

    def technique(self, row: int, file_row: int, method: str) -> None:
        """Ask how the control is performed; until then it counts as dokumentgranskning."""
        said = f" Metoden säger: ”{shown(method)}”." if method else " Planen säger ingen metod."
        self._ask(
            Question(
                f"technique:{row}",
                "technique_unclear",
                Field.METHOD,
                f"Hur görs kontrollen på rad {file_row}?{said}",
                (row,),
                file_row,
                Technique.DOCUMENT_REVIEW.value,
                _TECHNIQUES,
            )
        )

    def sample(self, row: int, file_row: int, sample: SampleReading, text: str) -> None:
        """Ask how many items are to be reviewed."""
        said = f": ”{shown(text)}”." if text else "."
        asked = _SAMPLE_REASONS[sample.reason or "size_unstated"]
        self._ask(
            Question(
                f"sample:{row}",
                sample.reason or "size_unstated",
                Field.SAMPLE,
                f"Rad {file_row}. {asked}{said}",
                (row,),
                file_row,
                sample.proposed,
                _SAMPLES,
                free=True,
            )
        )

    def frequency(self, row: int, file_row: int, frequency: FrequencyReading, text: str) -> None:
        """Ask how often the control is done."""
        proposed = frequency.proposed.value if frequency.proposed else ""
        asked = _FREQUENCY_REASONS[frequency.reason or "frequency_unknown"]
        self._ask(
            Question(
                f"frequency:{row}",
                frequency.reason or "frequency_unknown",
                Field.FREQUENCY,
                f"Rad {file_row}. {asked}: ”{shown(text)}”.",
                (row,),
                file_row,
                proposed,
                _FREQUENCIES,
            )
        )

    def reporting(self, row: int, file_row: int, reading: ReportingReading, text: str) -> None:
        """Ask once per wording what a text on reporting means."""
        if text:
            sentence = (
                f"Vid vilka tidpunkter rapporteras kontrollmoment med texten ”{shown(text)}”?"
            )
            code = f"reporting_{reading.reason}"
        else:
            sentence = "När rapporteras kontrollmomenten? Planen säger det inte för dem."
            code = "reporting_missing"
        self._ask(
            Question(
                f"reporting:{text_digest(text)}",
                code,
                Field.REPORTING,
                sentence,
                (row,),
                file_row,
                points_value(reading.proposed),
                _POINTS,
                free=True,
            )
        )

    def interim(self, row: int, text: str) -> None:
        """Ask once for the whole file which delårsbokslut "delår" stands for."""
        self._ask(
            Question(
                "interim",
                "interim_meaning",
                Field.REPORTING,
                f"”{shown(text)}” nämner delår utan månad. Vilka delårsbokslut menas? "
                "Svaret gäller alla kontrollmoment med den texten.",
                (row,),
                None,
                points_value(INTERIM_DEFAULT),
                _INTERIM,
            )
        )

    def criteria(self, row: int, file_row: int, proposal: CriteriaProposal) -> None:
        """Ask if a text that says several things is to be judged thing by thing."""
        listed = " ".join(f"{n}) {item}" for n, item in enumerate(proposal.items, start=1))
        if proposal.either:
            text = (
                f"Rad {file_row}. Kontrollmomentet räknar upp alternativ: det räcker att ett "
                "stämmer. Ska posterna bedömas mot ett kriterium med alternativen?"
            )
            split = f"Ja, ett kriterium: {proposal.items[0]}"
        else:
            text = (
                f"Rad {file_row}. Kontrollmomentet säger {len(proposal.items)} saker. "
                "Ska varje sak bedömas för sig?"
            )
            split = f"Ja, {len(proposal.items)} kriterier: {listed}"
        self._ask(
            Question(
                f"criteria:{row}",
                "criteria_either" if proposal.either else "criteria_proposed",
                CRITERIA,
                text,
                (row,),
                file_row,
                SPLIT,
                (Choice(SPLIT, split), Choice(WHOLE, "Nej, hela texten är ett kriterium")),
                items=proposal.items,
            )
        )

    def limit(self, row: int, file_row: int, phrase: str, name: str) -> None:
        """Ask for a vague limit as a figure."""
        self._ask(
            Question(
                f"limit:{row}:{name}",
                "vague_limit",
                LIMIT,
                f"Rad {file_row}. ”{shown(phrase)}” går inte att mäta mot. Vilken gräns gäller?",
                (row,),
                file_row,
                free=True,
                items=(phrase,),
            )
        )

    def score(self, row: int, file_row: int, score: Score) -> None:
        """Ask for a riskvärde that cannot be right."""
        self._ask(
            Question(
                f"score:{row}",
                "score_impossible",
                Field.SCORE,
                f"Rad {file_row}. {score.problem} Vilket riskvärde ska det vara?",
                (row,),
                file_row,
                str(score.proposed) if score.proposed is not None else "",
                tuple(Choice(str(value), str(value)) for value in score.choices),
            )
        )


def text_digest(text: str) -> str:
    """A short key of a text, the same from one reading to the next."""
    return hashlib.sha256(text_key(text).encode()).hexdigest()[:10]
