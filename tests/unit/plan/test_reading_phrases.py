"""How the words of a method, a frequency and a reporting text are read, and when it is asked."""

import pytest

from internkontroll.plan.rules.frequency import read_frequency
from internkontroll.plan.rules.phrases import (
    drawn_only_at_interim,
    find_vague,
    log_frame_differs,
    read_performer,
    read_technique,
)
from internkontroll.plan.rules.reporting import interpret_reporting
from internkontroll.plan.rules.sample_size import read_sample
from internkontroll.plan.rules.scores import possible_products, read_score
from internkontroll.plan.rules.vocabulary import Technique
from tests.unit.plan.plan_files import one_row

ALL = ("april", "augusti", "årsbokslut")


@pytest.mark.parametrize(
    ("control", "method", "technique"),
    [
        ("", "Stickprov på fem avtal", "sample"),
        ("", "Slumpmässigt urval av akter", "sample"),
        ("Att samtliga beslut verkställs", "Kontroll av underlag", "census"),
        ("", "Totalkontroll", "census"),
        ("", "100 % av fakturorna granskas", "census"),
        ("Alla avtal är tecknade", "", "census"),
        ("Att alla har behörighet", "Stickprov av fem", "sample"),
        ("", "Enkät till chefer", "survey"),
        ("", "Intervju med enhetschefer", "interview"),
        ("", "Självdeklaration", "interview"),
        ("Loggningskontroll av användare", "Stickprov", "log_review"),
        ("", "Logguppföljning varje månad", "log_review"),
        ("", "Systemuttag ur lönesystemet", "register_analysis"),
        ("", "Avstämning mot bolagsregister", "register_analysis"),
        ("", "Aktgranskning", "document_review"),
        ("", "Granskning av avtal", "document_review"),
        ("", "Platsbesök på lagret", "observation"),
        ("", "Kontroll av 12 fakturor", "sample"),
    ],
)
def test_the_technique_is_told_by_the_most_telling_word(control, method, technique):
    reading = read_technique(control, method, "")
    assert (str(reading.technique), reading.asked) == (technique, False)


@pytest.mark.parametrize("method", ["", "Kontroll", "Granskning enligt 11 kap. 5 §"])
def test_a_method_that_says_nothing_is_asked_about(method):
    assert read_technique("Att lagen följs", method, "").asked


@pytest.mark.parametrize(
    ("method", "kind", "n"),
    [
        ("Ett stickprov om minst tre ärenden", "at_least", 3),
        ("Stickprov, minst 12 akter", "at_least", 12),
        ("Stickprov på fem avtal", "exact", 5),
        ("Stickprov på 10 gällande beslut", "exact", 10),
        ("Stickprov om tjugofem fakturor", "exact", 25),
        ("Stickprov av 1 000 poster", "exact", 1000),
        ("Stickprov av fler än 7 poster", "at_least", 8),
        ("Stickprov av 7 eller fler poster", "at_least", 7),
        ("Stickprov 2 ggr/år om fem akter", "exact", 5),
        ("Stickprov 30 april 2020 om sju fakturor över 100 000 kr", "exact", 7),
        ("Stickprov enligt 11 kap. 5 § om sex akter", "exact", 6),
        ("Stickprov, 100 %", "census", None),
    ],
)
def test_the_size_of_a_sample_is_read_from_words_and_digits(method, kind, n):
    reading = read_sample(method, "", "", Technique.SAMPLE)
    assert (str(reading.kind), reading.n, reading.reason) == (kind, n, None)


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        ("Två stickprov kontrolleras", "sample_count"),
        ("Tre stickprov om fem akter", "sample_count"),
        ("Ett stickprov av ärenden", "size_unstated"),
        ("Stickprov om vissa brev", "size_unstated"),
        ("Stickprov, 10 % av ärendena", "share"),
        ("Stickprov på 5-10 fakturor", "size_range"),
        ("Stickprov på fem till tio fakturor", "size_range"),
        ("Stickprov på högst 10 fakturor", "size_range"),
        ("Stickprov på ca 25 fakturor", "size_approximate"),
        ("Stickprov på fem akter och tio fakturor", "many_numbers"),
    ],
)
def test_a_size_that_is_not_plainly_said_is_asked_about_and_never_a_number(method, reason):
    reading = read_sample(method, "", "", Technique.SAMPLE)
    assert (str(reading.kind), reading.n, reading.reason) == ("unstated", None, reason)


def test_a_number_per_unit_is_read_and_asked_about():
    reading = read_sample("Stickprov på fem akter per enhet", "", "", Technique.SAMPLE)
    assert (str(reading.kind), reading.n, reading.reason) == ("exact", 5, "size_per_group")


@pytest.mark.parametrize(
    ("column", "kind", "n"),
    [
        ("5 st", "exact", 5),
        ("n=25", "exact", 25),
        ("Samtliga", "census", None),
        ("Minst 3", "at_least", 3),
    ],
)
def test_the_column_for_urval_goes_before_the_method(column, kind, n):
    reading = read_sample("Stickprov på 99 akter", column, "", Technique.SAMPLE)
    assert (str(reading.kind), reading.n) == (kind, n)


def test_a_sample_told_in_the_control_itself_is_read_where_there_is_no_method():
    reading = read_sample("", "", "Stickprov av sex kvitton", Technique.SAMPLE)
    assert (str(reading.kind), reading.n) == ("exact", 6)
    both = read_sample("Stickprov av två kvitton", "", "Stickprov av sex", Technique.SAMPLE)
    assert both.n == 2


@pytest.mark.parametrize(
    ("column", "frequency"),
    [
        ("Månadsvis", "month"),
        ("12 ggr/år", "month"),
        ("varje månad", "month"),
        ("Kvartal", "quarter"),
        ("4 ggr/år", "quarter"),
        ("Tertial", "tertial"),
        ("T1, T2, T3", "tertial"),
        ("3 gånger per år", "tertial"),
        ("Halvår", "half_year"),
        ("2 ggr/år", "half_year"),
        ("Första/andra halvåret", "half_year"),
        ("Årligen", "year"),
        ("1 gång/år", "year"),
        ("En gång per år", "year"),
        ("Helår", "year"),
        ("Vid behov", "on_demand"),
        ("Händelsestyrd", "on_demand"),
        ("Inför varje individutskott", "per_meeting"),
        ("Vid varje sammanträde", "per_meeting"),
        ("Delårsbokslut", "reporting_point"),
    ],
)
def test_a_frequency_column_is_read(column, frequency):
    reading = read_frequency(column, "")
    assert (str(reading.frequency), reading.reason) == (frequency, None)


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        ("Löpande", "continuous"),
        ("Dagligen", "continuous"),
        ("Varannan fullmåne", "frequency_unknown"),
        ("2 gånger per termin", "frequency_unknown"),
        ("Månadsvis och vid behov", "many_frequencies"),
    ],
)
def test_a_frequency_that_is_not_known_is_asked_about(column, reason):
    assert read_frequency(column, "").reason == reason


def test_before_every_meeting_wins_over_how_often_it_is_told_in_minutes():
    reading = read_frequency(
        "",
        "Inför varje ordinarie utskott dras ett stickprov. Det redovisas månadsvis i protokollet.",
    )
    assert (str(reading.frequency), reading.reason, reading.reported) == (
        "per_meeting",
        None,
        "månadsvis",
    )


def test_no_frequency_means_each_reporting_point():
    assert str(read_frequency("", "Stickprov på fem").frequency) == "reporting_point"


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("Årsbokslut", ("årsbokslut",)),
        ("ÅRSBOKSLUT.", ("årsbokslut",)),
        ("Helår", ("årsbokslut",)),
        ("December", ("årsbokslut",)),
        ("Årsredovisning", ("årsbokslut",)),
        ("Bokslut per april", ("april",)),
        ("per april", ("april",)),
        ("mars/april", ("april",)),
        ("T1", ("april",)),
        ("Bokslut per augusti", ("augusti",)),
        ("31 augusti", ("augusti",)),
        ("2020-08-31", ("augusti",)),
        ("Tertial 2", ("augusti",)),
        ("Tertialrapport 1", ("april",)),
        ("Bokslut per april och årsbokslut", ("april", "årsbokslut")),
        ("Delårsbokslut per augusti och årsbokslut", ("augusti", "årsbokslut")),
        ("T1, T2, T3", ALL),
        ("T1–T3", ALL),
        ("Tertialvis", ALL),
        ("3 ggr/år", ALL),
        ("april, augusti, december", ALL),
        ("30/4, 31/8 och 31/12", ALL),
    ],
)
def test_a_reporting_text_with_one_meaning_is_read(text, points):
    reading = interpret_reporting(text)
    assert (reading.points, reading.asked, reading.interim) == (points, False, False)


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("Delårs- och årsbokslut", ALL),
        ("Delår och helår", ALL),
        ("Delår", ("april", "augusti")),
        ("Delårsbokslut", ("april", "augusti")),
    ],
)
def test_interim_without_a_month_is_read_as_both_and_marked_as_an_interpretation(text, points):
    reading = interpret_reporting(text)
    assert (reading.points, reading.interim) == (points, True)


@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        ("Halvår", ("augusti", "årsbokslut")),
        ("Kvartalsvis", ALL),
        ("Löpande", ALL),
        ("Juni", ("augusti",)),
        ("per mars", ("april",)),
        ("Vid fullmåne", ()),
        ("april och fullmåne", ("april",)),
        ("2020-05-31", ()),
        ("", ()),
    ],
)
def test_a_reporting_text_that_is_not_wholly_understood_gives_no_points(text, proposed):
    reading = interpret_reporting(text)
    assert (reading.points, reading.asked, reading.proposed) == ((), True, proposed)


def test_the_possible_products_of_four_by_four_leave_out_5_7_and_10():
    assert possible_products(4) == (1, 2, 3, 4, 6, 8, 9, 12, 16)
    assert possible_products(5) == (1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 20, 25)


@pytest.mark.parametrize(
    ("cells", "score"),
    [
        (("3", "4", "12"), 12),
        (("3", "4", ""), 12),
        (("", "", "12 (röd)"), 12),
        (("", "", "3x4"), 12),
        (("", "", "3 × 4 = 12"), 12),
        (("3,0", "4,0", "12,0"), 12),
        (("", "", ""), None),
    ],
)
def test_risk_values_are_read(cells, score):
    reading = read_score(*cells)
    assert (reading.score, reading.problem) == (score, None)


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (("", "", "7"), "7 kan inte bli"),
        (("", "", "10"), "10 kan inte bli"),
        (("3", "4", "16"), "16 är inte 3 × 4"),
        (("6", "1", ""), "finns inte på en skala 1–4"),
    ],
)
def test_risk_values_that_cannot_be_are_asked_about(cells, says):
    reading = read_score(*cells)
    assert reading.score is None
    assert says in reading.problem


def test_a_scale_of_five_is_told_by_its_values():
    reading = one_row(S="5", K="2", Riskvärde="10")
    assert (reading.rows[0].score, reading.questions) == (10, ())
    (question,) = one_row(Riskvärde="10").questions
    assert (question.code, "9" in [c.value for c in question.choices]) == ("score_impossible", True)


def test_a_risk_value_in_words_is_kept_and_pointed_out():
    (row,) = one_row(Riskvärde="Hög").rows
    assert (row.score, row.score_text) == (None, "Hög")
    assert "score_unread" in [note.code for note in row.notes]


@pytest.mark.parametrize(
    ("method", "who"),
    [
        ("Enkät. Hanteras kommunövergripande.", "kommunövergripande"),
        ("Utförs av kommunledningskontoret", "kommunledningskontoret"),
        ("Följer kommunövergripande riktlinjer", None),
        ("Utförs av enhetschef", None),
    ],
)
def test_another_body_that_performs_the_control_is_seen(method, who):
    assert read_performer("Att regler är kända", method) == who


@pytest.mark.parametrize(
    ("text", "vague"),
    [
        ("Anmäls inom skälig tid.", "inom skälig tid"),
        ("Stickprov om viss post", "viss post"),
        ("Svar ges skyndsamt", "skyndsamt"),
        ("Anmäls inom 14 dagar", None),
        ("Förvissa sig om", None),
    ],
)
def test_a_limit_that_nobody_can_measure_is_pointed_out(text, vague):
    assert find_vague(text) == vague


def test_a_log_control_whose_method_draws_from_another_frame_is_pointed_out():
    assert log_frame_differs("Loggkontroll av användare", "Stickprov av ärenden")
    assert log_frame_differs("Loggkontroll av ärenden", "Stickprov av användare")
    assert not log_frame_differs("Loggkontroll av ärenden", "Stickprov av ärenden")
    assert not log_frame_differs("Kontroll av användare", "Stickprov av ärenden")


def test_a_method_at_interim_accounts_only_is_pointed_out_but_changes_no_points():
    assert drawn_only_at_interim("Stickprov i samband med delårsbokslut.")
    assert not drawn_only_at_interim("Stickprov vid delårs- och årsbokslut.")
    (row,) = one_row(
        method="Stickprov på fem vid delårsbokslut", reporting="Delårs- och årsbokslut"
    ).rows
    assert row.points == ALL
    assert "interim_only_method" in [note.code for note in row.notes]
