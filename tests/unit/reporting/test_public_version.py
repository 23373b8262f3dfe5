"""What is proposed to be masked in a report that somebody asks for, and what is given out."""

from dataclasses import replace
from datetime import date
from time import process_time

import pytest

from internkontroll.core.canonical import canonical_json
from internkontroll.core.errors import InvalidInput
from internkontroll.files.plain_document import Heading, Paragraph, Table, Typed
from internkontroll.reporting.documents import public_document
from internkontroll.reporting.models import Assessment, MaskGround, PublicOutcome
from internkontroll.reporting.rules import CommitteeLine, Report, build_report
from internkontroll.reporting.rules.lines import Statement, StatementKind
from internkontroll.reporting.rules.provisions import provision_words
from internkontroll.reporting.rules.public import (
    PublicReport,
    pieces_of,
    proposed_maskings,
    public_from_plain,
    public_report,
    public_to_plain,
)
from internkontroll.reporting.rules.told_anyway import told_anyway
from tests.report_facts import CUT_OFF, sample_facts

SECRET = "Handläggaren på Storgatan glömde beslutet."
HASH = "a" * 64


@pytest.fixture
def report() -> Report:
    """The sample with one secret text about kontroll 3, and a committee."""
    made = build_report(sample_facts(), cut_off_at=CUT_OFF, until=CUT_OFF)
    rows = tuple(
        replace(row, comment=SECRET, population=3, reviewed=3, bounds=())
        if row.number == 3
        else row
        for row in made.rows
    )
    line = CommitteeLine("Individutskott öst", made.total, 4, 9, 1)
    return replace(made, rows=rows, committees=(line,), reviewed=40, deviating=3)


def given(report: Report, masked: dict[str, str], ground: str = "Sekretess.") -> PublicReport:
    return public_report(
        report,
        masked,
        report_sha256=HASH,
        requested_on=date(2020, 5, 30),
        decided_on=date(2020, 6, 1),
        ground=ground,
    )


def ways(report: Report, masked: set[str]) -> dict[str, tuple[str, ...]]:
    """What is masked and told anyway, by the place that tells it."""
    return {way.by: way.masked for way in told_anyway(report, masked)}


def findings_of(report: Report, number: int) -> list[str]:
    return [
        piece.place
        for piece in pieces_of(report)
        if piece.controls == (number,) and "Avvikelse" in piece.place
    ]


def test_a_frame_of_three_in_a_secret_list_goes_with_the_sums_it_is_part_of(report: Report) -> None:
    found = proposed_maskings(report, frozenset({3}))
    assert found["row.3.figures"] is MaskGround.SMALL_FRAME
    assert found["totals"] is MaskGround.TOTAL
    assert "row.2.figures" not in found


def test_a_frame_of_three_that_is_no_secret_is_told(report: Report) -> None:
    found = proposed_maskings(report, frozenset())
    assert {"row.3.figures", "totals"}.isdisjoint(found)


@pytest.mark.parametrize(("population", "proposed"), [(4, True), (5, False)])
def test_fewer_than_five_is_few(report: Report, population: int, proposed: bool) -> None:
    rows = tuple(
        replace(row, population=population) if row.number == 3 else row for row in report.rows
    )
    found = proposed_maskings(replace(report, rows=rows), frozenset({3}))
    assert ("row.3.figures" in found) is proposed


@pytest.mark.parametrize(("reviewed", "proposed"), [(2, True), (5, False), (0, False)])
def test_a_frame_that_nobody_knows_is_what_was_reviewed_of_it(
    report: Report, reviewed: int, proposed: bool
) -> None:
    rows = tuple(
        replace(row, population=0, reviewed=reviewed) if row.number == 3 else row
        for row in report.rows
    )
    found = proposed_maskings(replace(report, rows=rows), frozenset({3}))
    assert ("row.3.figures" in found) is proposed


def test_a_sentence_on_the_outcome_of_a_small_frame_goes_with_its_figures(report: Report) -> None:
    sentences = [
        Statement(kind, f"Om kontroll {number}.", (), (number,))
        for kind in (StatementKind.WITHOUT_DEVIATION, StatementKind.KNOWN_RISKS)
        for number in (2, 3)
    ]
    found = proposed_maskings(replace(report, statements=tuple(sentences)), frozenset({3}))
    told = {place: ground for place, ground in found.items() if place.startswith("statement.")}
    assert told == {"statement.1": MaskGround.TOTAL}


@pytest.mark.parametrize(
    "grounds", ["Kontroll 3 är osäker.", "Kontrollerna 1, 2 och 3.", "Se kontrollmoment 3."]
)
def test_a_text_of_no_control_is_proposed_where_it_speaks_of_a_secret_one(
    report: Report, grounds: str
) -> None:
    told = replace(report, grounds=grounds)
    assert proposed_maskings(told, frozenset({3}))["overall"] is MaskGround.FREE_TEXT
    assert "overall" not in proposed_maskings(told, frozenset({13}))


def test_a_sum_that_gives_masked_figures_away_is_found(report: Report) -> None:
    masked = {"row.3.figures", "row.3.outcome", "matter.0"}
    assert ways(report, masked) == {
        "totals": ("row.3.figures",),
        "committee.0": ("row.3.figures",),
    }
    assert all("räkna ut" in way.sentence for way in told_anyway(report, masked))
    assert ways(report, masked | {"totals"}) == {"committee.0": ("row.3.figures",)}
    assert ways(report, masked | {"totals", "committee.0"}) == {}
    assert ways(report, {"committee.0"}) == {}


def test_what_says_that_something_deviated_is_found_beside_masked_figures(report: Report) -> None:
    figures, outcome, *findings = "row.4.figures", "row.4.outcome", *findings_of(report, 4)
    rest = {"totals", "committee.0", "matter.2", *findings}
    assert len(findings) == 1
    assert ways(report, {figures, *rest}) == {outcome: (figures,)}
    assert ways(report, {outcome, *rest}) == {figures: (outcome,)}
    for one, told_of in (("matter.2", (figures,)), (findings[0], (figures, outcome))):
        assert ways(report, {figures, outcome, *rest} - {one}) == {one: told_of}
    clean = Statement(StatementKind.WITHOUT_DEVIATION, "Utan avvikelse i fyra år.", (), (2, 4))
    other = Statement(StatementKind.CONCENTRATION, "Flera gäller samma risk.", (), (4,))
    told = replace(report, statements=(clean, other))
    assert ways(told, {figures, outcome, *rest}) == {"statement.0": (figures, outcome)}


def test_masked_figures_that_a_text_repeats_are_found(report: Report) -> None:
    masked = {"row.3.figures", "row.3.outcome", "matter.0", "totals", "committee.0"}
    told = replace(report, grounds="I kontroll 3 granskades 3 av 3 ärenden.")
    assert ways(told, masked) == {"overall": ("row.3.figures",)}
    assert ways(replace(report, grounds="Av dem är 13 av 3 nya."), masked) == {}
    actions = Statement(StatementKind.EARLIER_ACTIONS, "3 av 3 åtgärder är klara.", ())
    assert ways(replace(report, statements=(actions,)), masked) == {}


def test_what_the_rule_itself_proposes_tells_nothing_anyway(report: Report) -> None:
    for secret in (frozenset({3}), frozenset(row.number for row in report.rows)):
        assert ways(report, set(proposed_maskings(report, secret))) == {}


def test_words_that_are_masked_in_one_place_and_told_in_another_are_found(report: Report) -> None:
    told = replace(report, grounds=f"Viktigast: {SECRET}")
    [found] = told_anyway(told, {"row.3.comment"})
    assert "Kontroll 3: kommentar" in found.sentence
    assert "Vad den samlade bedömningen bygger på" in found.sentence
    assert ways(told, {"row.3.comment", "overall"}) == {}
    rows = tuple(replace(row, comment=SECRET) if row.number == 2 else row for row in report.rows)
    assert ways(replace(report, rows=rows), {"row.3.comment"}) == {}


def test_how_many_findings_a_masked_frame_has_is_not_told_by_their_headings(
    report: Report,
) -> None:
    known = next(row.findings[0] for row in report.rows if row.findings)
    findings = tuple(
        replace(known, label=f"Avvikelse 2020:{number} (SCN)", actions=()) for number in (71, 72)
    )
    rows = tuple(replace(row, findings=findings) if row.number == 3 else row for row in report.rows)
    secret = replace(report, rows=rows)
    masked = dict.fromkeys(proposed_maskings(secret, frozenset({3})), "26 kap. 1 §")
    made = given(secret, masked)
    content = canonical_json(public_to_plain(made))
    assert "2020:71" not in content
    assert "2020:72" not in content
    assert [one.where for one in made.pieces].count("Kontroll 3: eventuella avvikelser") == 1
    assert made.masked == sum(one.text is None for one in made.pieces)
    told_one = {place: by for place, by in masked.items() if "2020:71" not in place}
    parts = [one.where for one in given(secret, told_one).pieces]
    assert "Kontroll 3: Avvikelse 2020:71 (SCN)" in parts
    assert "Kontroll 3: eventuella avvikelser" in parts
    del masked["row.3.figures"]
    assert "2020:72" in canonical_json(public_to_plain(given(secret, masked)))


def test_the_assessment_of_a_small_frame_goes_with_its_figures(report: Report) -> None:
    rows = tuple(
        replace(row, assessment=Assessment.WITHOUT_DEVIATION, findings=())
        if row.number == 3
        else row
        for row in report.rows
    )
    clean = replace(report, rows=rows)
    found = proposed_maskings(clean, frozenset({3}))
    assert found["row.3.outcome"] is MaskGround.SMALL_FRAME
    assert "row.2.outcome" not in found
    made = given(clean, dict.fromkeys(found, "26 kap. 1 §"))
    assert {row.number: (row.assessment, row.masked) for row in made.rows}[3] == (None, True)
    assert "Kontroll 3: eventuella avvikelser" in [one.where for one in made.pieces]
    table = next(one for one in public_document(made, HASH).blocks if isinstance(one, Table))
    assert [row[4] for row in table.rows if row[0] == "3"] == ["Maskerat"]
    assert public_from_plain(public_to_plain(made)) == made
    whole = given(clean, {}, "")
    assert [row.assessment for row in whole.rows] == [row.assessment for row in rows]
    assert not any(one.place.endswith(".outcome") for one in whole.pieces)


def test_the_sums_of_a_committee_are_proposed_with_its_rows_and_not_without(
    report: Report,
) -> None:
    rows = tuple(replace(row, population=21, reviewed=3, bounds=()) for row in report.rows)
    numbers = frozenset(row.number for row in rows)
    assert "committee.0" in proposed_maskings(report, numbers)
    assert "committee.0" not in proposed_maskings(replace(report, rows=rows), numbers)


def test_findings_of_two_rows_with_one_number_are_a_part_for_each(report: Report) -> None:
    known = next(row.findings[0] for row in report.rows if row.findings)
    gone = replace(report.rows[2], removed=True, findings=(replace(known, label="Avvikelse 9"),))
    standing = replace(report.rows[2], findings=(replace(known, label="Avvikelse 8"),))
    both = replace(report, rows=(*report.rows[:2], standing, *report.rows[3:], gone))
    masked = dict.fromkeys(proposed_maskings(both, frozenset({3})), "26 kap. 1 §")
    found = [one for one in given(both, masked).pieces if one.place.endswith(".findings")]
    assert [(one.place, one.where) for one in found] == [
        ("row.3.findings", "Kontroll 3: eventuella avvikelser"),
        ("row.3-2.findings", "Kontroll 3, borttagen ur planen: eventuella avvikelser"),
    ]


def test_every_free_text_about_secret_cases_is_proposed(report: Report) -> None:
    numbers = frozenset(row.number for row in report.rows)
    found = proposed_maskings(report, numbers)
    texts = [
        piece
        for piece in pieces_of(report)
        if piece.place.startswith(("row.", "other.", "matter."))
        and not piece.place.endswith((".figures", ".outcome"))
    ]
    assert len(texts) > 3
    assert {found.get(piece.place) for piece in texts if set(piece.controls) <= numbers} == {
        MaskGround.FREE_TEXT
    }
    assert found["committee.0"] is MaskGround.COMMITTEE


@pytest.mark.parametrize(
    "text",
    [
        "Ring 018-727 00 00.",
        "Ring 0701740605.",
        "Ring +46 70-174 06 05.",
        "Skriv till a.b@exempel.se.",
        "Gäller 640823-3234.",
    ],
)
def test_what_resembles_a_person_is_proposed_wherever_it_stands(report: Report, text: str) -> None:
    found = proposed_maskings(replace(report, grounds=text), frozenset())
    assert found["overall"] is MaskGround.RESEMBLES_PERSON
    for harmless in ("Allt.", "Dnr SCN-2026-0211, 2026-04-30 2026 och 10 000 000 000 kronor."):
        told = replace(report, grounds=harmless)
        assert "overall" not in proposed_maskings(told, frozenset())


@pytest.mark.parametrize("sign", ["a@", "a", "0", "0701 ", "kontroll", "kontroll 1,", "+460"])
def test_a_long_hostile_text_is_proposed_or_not_at_once(report: Report, sign: str) -> None:
    text = (sign * 8000)[:8000]
    begun = process_time()
    proposed_maskings(replace(report, grounds=text), frozenset({3}))
    assert process_time() - begun < 1


def test_what_is_masked_is_nowhere_in_what_is_given_out(report: Report) -> None:
    whole = canonical_json(public_to_plain(given(report, {}, "")))
    assert SECRET in whole
    masked = dict.fromkeys(proposed_maskings(report, frozenset({3})), "26 kap. 1 §")
    made = given(report, masked)
    content = public_to_plain(made)
    assert SECRET not in canonical_json(content)
    assert (made.outcome, made.masked) == (PublicOutcome.PART, len(masked) + 1)
    assert public_from_plain(content) == made
    told = [block.text for block in public_document(made, HASH).blocks if hasattr(block, "text")]
    assert SECRET not in "\n".join(told)
    assert "Maskerat (26 kap. 1 § offentlighets- och sekretesslagen)" in told
    assert any("kammarrätten" in text for text in told)


def test_nothing_masked_is_given_out_whole_and_says_what_it_is_made_of(report: Report) -> None:
    made = given(report, {}, "")
    assert made.outcome is PublicOutcome.WHOLE
    blocks = public_document(made, "b" * 64).blocks
    first = blocks[0]
    assert isinstance(first, Paragraph)
    assert first.text.startswith("Det här är en offentlig version av version 1")
    assert HASH in repr(blocks)
    assert "kammarrätten" not in repr(blocks)


def test_a_place_that_is_not_there_is_never_passed_over(report: Report) -> None:
    with pytest.raises(ValueError, match="no such place"):
        given(report, {"row.99.comment": "26 kap. 1 §"})


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("26 kap. 1 §", "26 kap. 1 §"),
        ("26:1", "26 kap. 1 §"),
        ("OSL 25 kap 1 § ", "25 kap. 1 §"),
        ("21 kap. 3 a §", "21 kap. 3 a §"),
        ("", ""),
    ],
)
def test_a_provision_is_read_as_people_type_it(typed: str, read: str) -> None:
    assert provision_words(typed) == read


@pytest.mark.parametrize("typed", ["sekretess", "26", "kap. 1 §"])
def test_a_provision_that_cannot_be_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput, match="kapitel och paragraf"):
        provision_words(typed)


def test_a_heading_in_a_text_stands_below_the_heading_of_the_part(report: Report) -> None:
    rows = tuple(
        replace(row, comment="# Vad vi såg\n\nInget.") if row.number == 3 else row
        for row in report.rows
    )
    document = public_document(given(replace(report, rows=rows), {}), HASH)
    before = next(
        at
        for at, block in enumerate(document.blocks)
        if isinstance(block, Heading) and block.text == "Kontroll 3: kommentar"
    )
    heading, text = document.blocks[before : before + 2]
    assert isinstance(heading, Heading)
    assert isinstance(text, Typed)
    assert text.levels == (heading.level + 1,)


def test_a_row_that_a_revision_took_away_has_parts_of_its_own(report: Report) -> None:
    gone = replace(report.rows[2], removed=True, comment="Om den som togs bort.")
    both = replace(report, rows=(*report.rows, gone))
    pieces = {piece.place: piece for piece in pieces_of(both)}
    assert len(pieces) == len(pieces_of(both))
    assert pieces["row.3.comment"].text == SECRET
    assert pieces["row.3-2.comment"].text == "Om den som togs bort."
    assert pieces["row.3-2.comment"].where == "Kontroll 3, borttagen ur planen: kommentar"
    made = given(both, {"row.3-2.comment": "26 kap. 1 §"})
    texts = {piece.place: piece.text for piece in made.pieces}
    assert (texts["row.3.comment"], texts["row.3-2.comment"]) == (SECRET, None)
