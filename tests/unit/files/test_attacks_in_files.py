"""Formulas in tables that leave the program, and names of files that would steer something."""

import csv
import io
from decimal import Decimal

import pytest
from werkzeug.datastructures import Headers
from werkzeug.http import parse_options_header

from internkontroll.core.errors import InvalidInput
from internkontroll.files.attachments import NAME_MAX, attachment_name
from internkontroll.files.csv_out import csv_bytes

FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(1)",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example","klicka")',
    '=IMPORTXML("http://evil.example","//a")',
    '=DDE("cmd";"/C calc";"x")',
    '-2+3+cmd|"/C calc"!A0',
    "@A1;=1+1",
    '=1+1";=2+2',
    "+46 18 727 00 00",
)
STARTS = tuple("=+-@\t\r\n＝＋－＠")


def test_nineteen_formulas_leave_as_text_and_numbers_as_numbers() -> None:
    assert len(set(FORMULAS)) == 19
    rows = [(text, -5, Decimal("-12.50")) for text in FORMULAS]
    read = csv_bytes(FORMULAS[:3], rows).decode("utf-8-sig")

    cells = list(csv.reader(io.StringIO(read, newline=""), delimiter=";"))

    assert [row[0] for row in cells[1:]] == [f"'{text}" for text in FORMULAS]
    assert not [cell for row in cells[:1] for cell in row if cell.startswith(STARTS)]
    assert {(row[1], row[2]) for row in cells[1:]} == {("-5", "-12,50")}


_STEMS = (
    "../../etc/passwd",
    "..\\..\\windows\\system32\\x",
    "C:\\Mina filer\\x",
    "/etc/shadow",
    "~/.ssh/id_rsa",
    "CON",
    "nul",
    "COM1.protokoll",
    "LPT9",
    ".htaccess",
    "...",
    " x ",
    "x\x00y",
    "x\r\nSet-Cookie: y=1",
    "x\N{RIGHT-TO-LEFT OVERRIDE}fdp",
    "x\N{ZERO WIDTH JOINER}y",
    'x"; filename="y',
    "x;y%2f..%2fz",
    "å" * 300,
    "a\N{COMBINING RING ABOVE}rsredovisning",
    "x|y<z>?*:",
    "$(reboot)",
    "`id`",
    "-rf x",
    "protokoll för åtta möten",
)
NAMES = [
    f"{stem}{ending}" for stem in _STEMS for ending in (".pdf", ".PDF", ".pdf.csv", ".exe.txt")
]
DEVICES = {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9"}


@pytest.mark.parametrize("given", NAMES)
def test_of_a_hundred_names_each_is_refused_or_names_one_file_in_no_folder(given: str) -> None:
    try:
        name = attachment_name(given)
    except InvalidInput:
        return
    headers = Headers()
    headers.set("Content-Disposition", "attachment", filename=name)
    told = str(headers["Content-Disposition"])

    assert len(name) <= NAME_MAX
    assert name.isprintable()
    assert not set('/\\:*?"<>|;%') & set(name)
    assert not name.startswith(".")
    assert name.partition(".")[0].strip().upper() not in DEVICES
    assert "\r" not in told
    assert "\n" not in told
    assert parse_options_header(told)[1]["filename"] == name, "readable, with its å, ä and ö"


def test_there_are_a_hundred_of_them_and_the_ordinary_one_is_kept() -> None:
    assert len(NAMES) == 100
    assert attachment_name("protokoll för åtta möten.PDF") == "protokoll för åtta möten.pdf"
