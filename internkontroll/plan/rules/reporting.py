"""Rapporteringstidpunkt: from the plan's own words to april, augusti and årsbokslut.

The verbatim text is always kept beside the parse. "Delårs-" without a month is an interpretation
(both April and August) that is asked about once per file.
"""

import re
from dataclasses import dataclass

from internkontroll.core.text import clean_line, fold_dashes
from internkontroll.plan.rules.vocabulary import APRIL, AUGUST, POINT_CODES, YEAR_END

INTERIM_DEFAULT = (APRIL, AUGUST)


@dataclass(frozen=True)
class ReportingReading:
    """How a text on reporting was read.

    ``points`` is empty when it must be asked about; ``proposed`` is then the likely answer, if
    there is one. ``interim`` says that the text names delår without a month.
    """

    points: tuple[str, ...]
    interim: bool = False
    proposed: tuple[str, ...] = ()
    reason: str | None = None

    @property
    def asked(self) -> bool:
        """True if a person must say what the text means."""
        return self.reason is not None


_MONTH_POINT = {
    "april": APRIL,
    "apr": APRIL,
    "augusti": AUGUST,
    "aug": AUGUST,
    "december": YEAR_END,
    "dec": YEAR_END,
}
_OTHER_MONTHS = {
    "januari": (YEAR_END,),
    "jan": (YEAR_END,),
    "februari": (YEAR_END,),
    "feb": (YEAR_END,),
    "mars": (APRIL,),
    "mar": (APRIL,),
    "maj": (APRIL,),
    "juni": (AUGUST,),
    "jun": (AUGUST,),
    "juli": (AUGUST,),
    "jul": (AUGUST,),
    "september": (AUGUST,),
    "sep": (AUGUST,),
    "sept": (AUGUST,),
    "oktober": (YEAR_END,),
    "okt": (YEAR_END,),
    "november": (YEAR_END,),
    "nov": (YEAR_END,),
}
_YEAR_WORDS = re.compile(
    r"(?:årsbokslut(?:et)?|helår(?:et|s\w*)?|års(?:redovisning\w*|rapport\w*|"
    r"uppföljning\w*|berättelse\w*|vis|skifte\w*|slut\w*)?|år|årligen|"
    r"verksamhetsberättelse\w*|arsbokslut)$"
)
_INTERIM_WORDS = re.compile(r"(?:delår\w*|delarsbokslut|delbokslut\w*)$")
_ALL_WORDS = re.compile(r"(?:tertial(?:vis|en|er|rapport\w*|uppföljning\w*|bokslut\w*)?)$")
_UNCLEAR: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"halvår\w*$"), (AUGUST, YEAR_END)),
    (re.compile(r"kvartal\w*$"), POINT_CODES),
    (re.compile(r"månad\w*$"), POINT_CODES),
    (re.compile(r"(?:löpande|kontinuerligt|fortlöpande|dagligen)$"), POINT_CODES),
)
_NUMBERED = re.compile(
    r"\b(?:t|tertial\w*|delår\w*)\s*([123])\b|"
    r"\b(?:(första|1:a)|(andra|2:a)|(tredje|3:e)) (?:tertialet|tertial|delåret|delårs\w*)\b"
)
_FILLER = re.compile(
    r"(?:per|och|samt|i|vid|till|efter|inför|under|senast|för|på|det|den|av|med|en|ett|om|varje|"
    r"\w*nämnd(?:en|ens|er)?|kommunstyrelsen|ks|gång|uppföljning(?:en|ar)?|rapport(?:en|er)?|"
    r"rapporteras|(?:åter)?rapportering|återrapporteras|redovisas|redovisning(?:en)?|"
    r"sammanställs|internkontrollplan(?:en)?|intern|internkontroll|kontroll|plan(?:en)?|samband|"
    r"utgången|slutet|ske|sker)$"
)


def interpret_reporting(
    text: str, *, interim: tuple[str, ...] = INTERIM_DEFAULT
) -> ReportingReading:
    """Read the verbatim text. ``interim`` are the points that "delår" without a month stands for.

    Never guesses: a text that is not wholly understood gives no points, a reason, and what was
    recognised in it as a proposal.
    """
    line = fold_dashes(clean_line(text)).casefold()
    if not line:
        return ReportingReading((), reason="empty")
    points, words, dated = _take_dates(line)
    named, words = _take_numbered(words)
    points |= named
    return _read_words(points, re.findall(r"[a-zåäö0-9]+-?", words), interim, dated=dated)


def _take_dates(line: str) -> tuple[set[str], str, bool]:
    """Period ends written as dates (``2020-08-31``, ``31/8``, ``30 april``) as points."""
    points: set[str] = set()
    strange = False
    ends = {(4, 30): APRIL, (8, 31): AUGUST, (12, 31): YEAR_END}

    def iso(match: re.Match[str]) -> str:
        nonlocal strange
        point = ends.get((int(match["month"]), int(match["day"])))
        strange = strange or point is None
        points.update({point} if point else ())
        return " "

    line = re.sub(r"\b\d{4}-(?P<month>\d\d)-(?P<day>\d\d)\b", iso, line)
    line = re.sub(r"\b(?P<day>\d{1,2})/(?P<month>\d{1,2})(?:[- /]\d{4})?\b", iso, line)
    line = re.sub(r"\b(?:30|31|siste|den sista) (?=april|augusti|december)", "", line)
    line = re.sub(r"\b(?:19|20)\d\d\b", " ", line)
    return points, line, strange


def _take_numbered(line: str) -> tuple[set[str], str]:
    """``T1, T2``, ``tertial 3``, ``första delåret``."""
    points: set[str] = set()

    def numbered(match: re.Match[str]) -> str:
        number = int(match[1]) if match[1] else 1 if match[2] else 2 if match[3] else 3
        points.add(POINT_CODES[number - 1])
        return " "

    line = re.sub(r"\b(t|tertial)\s*1\s*-\s*(?:t\s*)?3\b", r"\1 1 \1 2 \1 3", line)
    line, thrice = re.subn(r"\b(?:3|tre) (?:ggr|gånger)(?: ?/ ?| per | om )(?:året|år)", " ", line)
    if thrice:
        points.update(POINT_CODES)
    return points, _NUMBERED.sub(numbered, line)


def _read_words(
    points: set[str], words: list[str], interim: tuple[str, ...], *, dated: bool
) -> ReportingReading:
    months: set[str] = set()
    hinted: set[str] = set()
    year = delar = unknown = False
    for position, written in enumerate(words):
        word = written.removesuffix("-")
        if word in _MONTH_POINT:
            months.add(_MONTH_POINT[word])
        elif word in _OTHER_MONTHS:
            if not (word in ("mars", "mar") and words[position + 1 : position + 2] == ["april"]):
                hinted.update(_OTHER_MONTHS[word])
        elif _INTERIM_WORDS.match(word):
            delar = True
        elif _ALL_WORDS.match(word):
            points.update(POINT_CODES)
        elif word.startswith("bokslut"):
            year = year or not _names_its_period(words, position)
        elif _YEAR_WORDS.match(word):
            year = True
        else:
            hint = next((h for pattern, h in _UNCLEAR if pattern.match(word)), None)
            hinted.update(hint or ())
            unknown = unknown or (hint is None and not _FILLER.match(word))
    points |= months | ({YEAR_END} if year else set())
    open_interim = delar and not (months & {APRIL, AUGUST})
    if open_interim:
        points |= set(interim)
    found = tuple(code for code in POINT_CODES if code in points | hinted)
    if hinted or unknown or dated or not found:
        return ReportingReading((), proposed=found, reason="unclear" if hinted else "unknown")
    return ReportingReading(found, interim=open_interim)


def _names_its_period(words: list[str], position: int) -> bool:
    """``bokslut per april``: the word takes its period from the month that follows."""
    following = [word for word in words[position + 1 :] if word not in ("per", "i", "för", "den")]
    return bool(following) and following[0] in _MONTH_POINT
