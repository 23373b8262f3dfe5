"""150 texts that somebody could type or paste, each meant to be read as something else."""

import re
import unicodedata
from dataclasses import replace
from datetime import date

from internkontroll.files.literal import literal
from internkontroll.findings.models import Severity
from internkontroll.reporting.rules import FindingLine, Report, ShownReport
from tests.report_facts import many_facts
from tests.report_made import live

_MARKUP = (
    "<script>alert(1)</script>",
    "<b>fet</b>",
    "</td></tr></table>",
    "<!-- bort -->",
    "<![CDATA[x]]>",
    "]]> slut",
    "&lt;redan&gt;",
    "&amp;amp;",
    "&#65;",
    "&#x41;",
    "&nbsp;",
    "<w:p/>",
    "</w:t></w:r>",
    "<img src=x onerror=alert(1)>",
    "<style>*{display:none}</style>",
    "<?xml version='1.0'?>",
    "<!DOCTYPE html>",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "{# bort #}",
    "${7*7}",
    "<%= 7 %>",
    "#{7*7}",
    '" onmouseover="alert(1)',
    "' or '1'='1",
    "'); DROP TABLE plan; --",
    "javascript:alert(1)",
)
_TYPST = (
    "#panic()",
    '#read("/etc/passwd")',
    "#let x = 1",
    "*fet*",
    "_kursiv_",
    "`kod`",
    "$x^2$",
    "<etikett>",
    "@referens",
    "= Rubrik",
    "== Rubrik två",
    "- punkt",
    "+ punkt",
    "/ Term: sak",
    "// bort",
    "/* bort */",
    "\\ radbyte",
    "~",
    "--",
    "---",
    "...",
    "https://exempel.invalid/a_b",
    "#[",
    "]",
    "[",
    "}",
    "{",
    "\\u{41}",
)
_FORMULAS = (
    "=1+1",
    "=SUMMA(A1:A9)",
    '=HYPERLINK("http://exempel.invalid")',
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1-1",
    "-",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "'=1+1",
    "''",
    "1e5",
    "007",
    "1/2",
    "12-03",
    "2020-03-12",
    "1,5",
    "1.5",
    "TRUE",
    "SANT",
    "#N/A",
    "#REF!",
    "{=1}",
    "=",
    "+",
    "@",
    "9999999999999999999",
    "0x1F",
    "1 000",
    "50 %",
)
_CONTROLS = (
    *(
        f"före{chr(code)}efter"
        for code in (1, 2, 7, 8, 9, 11, 12, 13, 14, 27, 31, 127, 0x85, 0x9F, 0xAD, 0x2028, 0x2029)
    ),
    "a\r\nb",
    "a\nb",
    "a\n\nb",
    "_x0041_",
    "_x005F_x0041_",
    "_x005F_x005F_x0041_",
    "<r><t>text</t></r>",
    "<r></r>",
    "_x000D_",
    "\ufeffbom",
    "a\ufffeb",
    "\x1b[31m",
)
_DIRECTIONS = (
    "\u202eomvänd\u202c",
    "\u202bhöger",
    "\u202avänster",
    "\u200fmärke",
    "\u200emärke",
    "\u2066isolerad\u2069",
    "שלום עולם",
    "مرحبا",
    "abc שלום def",
    "١٢٣",
    "\u061cmärke",
)
_SIGNS = (
    "\U0001f600",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "Пример",
    "例え",
    "e\u0301",
    "\u00e9",
    "å ä ö Å Ä Ö",
    "”citat”",
    "‘citat’",
    "–",
    "—",
    "…",
    "½",
    "€",
    "§ 12",
    "1\u00a0000",
    "a\u200bb",
    "a\u200db",
    "ﬁ",
    "Ω",
    "ß",
    "x" * 200,
    "ord " * 60,
    " börjar med blanksteg",
    "slutar med blanksteg ",
    "\u0130stanbul",
    "null",
    "None",
    "undefined",
    "NaN",
    "../../etc/passwd",
    "%00",
    "%s%n",
    "\\\\server\\del",
    "C:\\",
)

HOSTILE_TEXTS = (*_MARKUP, *_TYPST, *_FORMULAS, *_CONTROLS, *_DIRECTIONS, *_SIGNS)


def marked(number: int, text: str) -> str:
    """The text between two marks, so that it is found again in a running document."""
    return f"a{number:03d}:{text}:z{number:03d}"


def misread(whole: str) -> list[tuple[str, str]]:
    """The marked texts that a document's words tell otherwise than they were typed, and how.

    Where lines are broken does not count: a document breaks them where it must.
    """
    words, wrong = _bare(whole), []
    for number, text in enumerate(HOSTILE_TEXTS, start=1):
        places = re.findall(rf"a{number:03d}:(.*?):z{number:03d}", words)
        wrong += [(text, found) for found in places or ["saknas"] if not _same(text, found)]
    return wrong


def _same(text: str, told: str) -> bool:
    found = unicodedata.normalize("NFC", told)
    wanted = _bare(unicodedata.normalize("NFC", _named(literal(text), found)))
    if any(unicodedata.bidirectional(sign) in {"R", "AL", "AN"} for sign in text):
        # Text from the right stands in a file in the order in which it is painted.
        return sorted(found) == sorted(wanted)
    return found == wanted


def _bare(text: str) -> str:
    return re.sub(r"[\s\u00ad\u200b]", "", text)


def _named(text: str, told: str) -> str:
    """The text with each sign that the document tells by its number told so."""
    return "".join(
        name if (name := f"[U+{ord(sign):04X}]") in told and sign not in told else sign
        for sign in text
    )


def hostile_report() -> ShownReport:
    """A report with a kontrollmoment for each text, which is its comment and its finding."""
    made = live(many_facts(len(HOSTILE_TEXTS), 1))
    rows = tuple(
        replace(
            row,
            comment=marked(row.number, HOSTILE_TEXTS[row.number - 1]),
            findings=(
                FindingLine(
                    f"Avvikelse 2020:{row.number} (SCN)",
                    Severity.MINOR,
                    HOSTILE_TEXTS[row.number - 1],
                    date(2020, 5, 4),
                ),
            ),
        )
        for row in made.report.rows
    )
    report: Report = replace(made.report, rows=rows)
    return ShownReport(report)
