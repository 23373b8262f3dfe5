"""Pasted answers are read tolerantly, and every cell that cannot be read is told with its place."""

import pytest

from internkontroll.core.errors import InvalidInput
from internkontroll.review.models import Answer
from internkontroll.review.rules import answer_of, read_sheet

QUESTIONS = ("Skälen finns.", "I tid.")
POSITIONS = (1, 2, 3)


def faults(text: str) -> list[tuple[int, int, str]]:
    found = read_sheet(text, QUESTIONS, POSITIONS)
    return [(fault.line, fault.column, fault.sentence) for fault in found.faults]


def answers(text: str) -> dict[int, dict[int, Answer]]:
    found = read_sheet(text, QUESTIONS, POSITIONS)
    assert found.faults == ()
    return {row.position: dict(row.answers) for row in found.rows}


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("ja", Answer.YES),
        (" JA. ", Answer.YES),
        ("j", Answer.YES),
        ("Nej", Answer.NO),
        ("N", Answer.NO),
        ("Underlag saknas", Answer.EVIDENCE_MISSING),
        ("u", Answer.EVIDENCE_MISSING),
        ("Ej\u00a0tillämpligt", Answer.NOT_APPLICABLE),
        ("gäller inte här", Answer.NOT_APPLICABLE),
        ("e", Answer.NOT_APPLICABLE),
        ("kanske", None),
        ("1", None),
        ("", None),
    ],
)
def test_an_answer_is_a_word_or_its_letter(typed: str, answer: Answer | None) -> None:
    assert answer_of(typed) is answer


def test_rows_come_as_excel_gives_them_with_trailing_tabs_and_blank_lines() -> None:
    assert answers("1\tja\tnej\t\t\r\n\r\nÄrende 2\tj\r\n3.\t\tU\t\n") == {
        1: {0: Answer.YES, 1: Answer.NO},
        2: {0: Answer.YES},
        3: {1: Answer.EVIDENCE_MISSING},
    }


def test_semicolons_stand_in_where_there_are_no_tabs() -> None:
    assert answers("1;ja;nej") == {1: {0: Answer.YES, 1: Answer.NO}}


def test_headings_let_the_columns_stand_in_any_order_and_carry_comments() -> None:
    text = 'Nr\tI tid\tKommentar\tskälen finns.\n2\tnej\t"Tre dagar,\nför sent"\tja'
    sheet = read_sheet(text, QUESTIONS, POSITIONS)

    assert sheet.header
    assert sheet.faults == ()
    assert dict(sheet.rows[0].answers) == {1: Answer.NO, 0: Answer.YES}
    assert dict(sheet.rows[0].comments) == {1: "Tre dagar, för sent"}


def test_headings_that_name_no_question_are_passed_over_and_the_order_counts() -> None:
    assert answers("Nr\tA\tB\n1\tja\tnej") == {1: {0: Answer.YES, 1: Answer.NO}}


def test_a_heading_that_is_no_question_is_told_where_others_are() -> None:
    assert faults("Nr\tI tid\tBeteckning\n1\tja\tx")[0][:2] == (1, 3)


def test_the_same_question_in_two_columns_is_told() -> None:
    assert faults("Nr\tI tid\tI tid.\n1\tja\tnej") == [(1, 3, "Samma fråga står i två kolumner.")]


def test_two_hundred_columns_are_one_sentence_and_not_two_hundred() -> None:
    (fault,) = faults("1\t" + "\t".join(["ja"] * 199))
    assert fault[:2] == (0, 0)
    assert "200 kolumner" in fault[2]
    assert "2 frågor" in fault[2]


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("1\tja\n2\tkanske", 2, 2, "”kanske” är inget svar"),
        ("1\tja\n4\tja", 2, 1, "Nummer 4 finns inte"),
        ("1\tja\n0\tja", 2, 1, "Nummer 0 finns inte"),
        ("1\tja\n1\tnej", 2, 1, "Nummer 1 står redan på rad 1"),
        ("1\tja\nsumma\t3", 2, 1, "”summa” är inget löpnummer"),
        ("1\tja\n１\tja", 2, 1, "inget löpnummer"),
    ],
)
def test_a_cell_that_cannot_be_read_is_told_with_its_row_and_column(
    text: str, line: int, column: int, words: str
) -> None:
    (fault,) = faults(text)
    assert fault[:2] == (line, column)
    assert words in fault[2]


def test_every_fault_is_told_at_once() -> None:
    assert [fault[:2] for fault in faults("1\tx\ty\n9\tja\n2\tja\tz")] == [
        (1, 2),
        (1, 3),
        (2, 1),
        (3, 3),
    ]


@pytest.mark.parametrize("number", ["l", "12a", ""])
def test_a_mistyped_number_in_the_first_row_is_no_heading(number: str) -> None:
    assert [fault[:2] for fault in faults(f"{number}\tja\tnej\n2\tja\tja")] == [(1, 1)]


def test_a_quote_that_is_never_closed_does_not_swallow_the_rows_below() -> None:
    text = 'Nr\tSkälen finns.\tKommentar\n1\tnej\t"Saknas\n2\tja\t\n3\tja\t'
    with pytest.raises(InvalidInput, match="citattecken") as refused:
        read_sheet(text, QUESTIONS, POSITIONS)
    assert refused.value.field == "text"


def test_headings_alone_answer_nothing() -> None:
    assert "inga rader" in faults("Nr\tI tid")[0][2]


@pytest.mark.parametrize("text", ["", " \n\t\n"])
def test_nothing_pasted_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="Klistra in raderna"):
        read_sheet(text, QUESTIONS, POSITIONS)


def test_far_too_much_is_refused_before_it_is_read() -> None:
    with pytest.raises(InvalidInput, match="för mycket"):
        read_sheet("1\tja\n" * 30_000, QUESTIONS, POSITIONS)
