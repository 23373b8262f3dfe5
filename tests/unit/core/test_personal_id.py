import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from internkontroll.core.personal_id import find_personal_ids, passes_luhn

# The example in Skatteverket's description of how the check digit is reckoned.
KNOWN = "640823-3234"

SPELLINGS = (
    "{yyyy}{mm}{dd}-{tail}",
    "{yyyy}{mm}{dd}{tail}",
    "{yy}{mm}{dd}-{tail}",
    "{yy}{mm}{dd}{tail}",
    "{yy}{mm}{dd}+{tail}",
    "{yyyy}{mm}{dd} {tail}",
    "{yy}{mm}{dd} {tail}",
    "{yyyy}{mm}{dd}–{tail}",
    "{yy}{mm}{dd} − {tail}",
    "{yyyy}-{mm}-{dd}-{tail}",
    "{yyyy}-{mm}-{dd} {tail}",
    "{yy}{mm}{dd}\u00a0-\u200b{tail}",
)
AROUND = ("{}", "Gäller {} enligt akt.", "pnr:{}", "({})", "Barnet\t{}\nbor", "{}, {}")


def _check_digit(nine: str) -> str:
    return next(str(d) for d in range(10) if passes_luhn(nine + str(d)))


def _born(rng: random.Random) -> date:
    return date(1920, 1, 1) + timedelta(days=rng.randrange(0, 105 * 365))


def _synthetic(rng: random.Random, spelling: str) -> str:
    born = _born(rng)
    day = born.day + (60 if rng.random() < 0.2 else 0)
    parts = {"yyyy": born.year, "yy": f"{born.year % 100:02d}", "mm": f"{born.month:02d}"}
    nine = f"{parts['yy']}{parts['mm']}{day:02d}{rng.randrange(1000):03d}"
    return spelling.format(**parts, dd=f"{day:02d}", tail=nine[6:] + _check_digit(nine))


def test_a_known_number_is_found_where_it_stands_and_is_certain():
    text = f"Beslut för {KNOWN} och ett till."
    start = text.index(KNOWN)
    assert find_personal_ids(text) == [(start, start + len(KNOWN), True)]


def test_a_wrong_check_digit_is_found_but_not_certain():
    assert [found[2] for found in find_personal_ids("640823-3235")] == [False]


@pytest.mark.parametrize("text", ["640231-3234", "641323-3234", "649923-3234", "640800-3234"])
def test_a_date_that_does_not_exist_is_no_personnummer(text):
    assert find_personal_ids(text) == []


def test_the_position_is_that_of_the_text_with_its_invisible_characters():
    text = "å\u200b: 6408\u200b23\u20113234!"
    ((start, end, certain),) = find_personal_ids(text)
    assert text[start:end] == "6408\u200b23\u20113234"
    assert certain


def test_at_least_99_percent_of_1000_synthetic_numbers_in_12_spellings_are_found():
    rng = random.Random(20200312)  # noqa: S311 - test data
    missed = []
    for number in range(1000):
        written = _synthetic(rng, SPELLINGS[number % len(SPELLINGS)])
        text = AROUND[number % len(AROUND)].format(written, written)
        spans = [text[start:end] for start, end, _ in find_personal_ids(text)]
        if spans.count(written) != text.count(written):
            missed.append(text)
    assert len(missed) <= 10, missed


@pytest.mark.parametrize("join", [".", "_", ":", " . "])
def test_a_seldom_seen_sign_before_the_last_four_needs_the_right_check_digit(join):
    assert [found[2] for found in find_personal_ids(f"640823{join}3234")] == [True]
    assert find_personal_ids(f"640823{join}3235") == []


def test_a_day_beyond_the_month_is_never_taken_for_a_date_with_a_time():
    nine = "450261133"
    number = f"1945-02-61 133{_check_digit(nine)}"
    assert [found[2] for found in find_personal_ids(number)] == [True]


def _harmless(rng: random.Random) -> str:
    n = rng.randrange
    born = date(1990, 1, 1) + timedelta(days=n(0, 15000))
    kinds = (
        lambda: f"{rng.choice(('SCN', 'AMN', 'KSN', 'OSN'))}-{n(2010, 2027)}-{n(0, 99999):05d}",
        lambda: f"SCN-{n(2010, 2027)}-{n(0, 9999):04d}",
        lambda: f"8.5-{n(1000, 99999)}/{n(2010, 2027)}",
        lambda: f"dnr {n(2010, 2027)}/{n(1, 9999):04d}",
        lambda: f"KS {n(2010, 2027)}.{n(1, 9999):04d}",
        lambda: f"{n(20, 99):02d}{n(20, 100):02d}{n(0, 100):02d}-{n(0, 10000):04d}",
        lambda: f"{rng.choice(('21', '55', '80'))}{n(2000, 9999)}{n(1000, 9999)}",
        lambda: f"16{n(20, 99):02d}{n(20, 100):02d}{n(0, 100):02d}-{n(0, 10000):04d}",
        lambda: f"018-{n(100, 999)} {n(0, 100):02d} {n(0, 100):02d}",
        lambda: f"018-{n(100000, 9999999)}",
        lambda: f"070-{n(100, 999)} {n(0, 100):02d} {n(0, 100):02d}",
        lambda: f"07{rng.choice('02369')}{n(0, 10000000):07d}",
        lambda: f"tel 070{n(0, 10000000):07d}",
        lambda: f"+467{n(0, 100000000):08d}",
        lambda: f"08{n(10000000, 100000000)}",
        lambda: born.isoformat(),
        lambda: born.strftime("%Y%m%d"),
        lambda: f"{born.day} {rng.choice(('mars', 'april'))} {born.year}",
        lambda: f"{born.isoformat()} {n(0, 24):02d}{rng.choice(('00', '15', '30', '45'))}",
        lambda: f"{born.isoformat()}--{(born + timedelta(days=30)).isoformat()}",
        lambda: f"{born:%Y%m%d}-{born + timedelta(days=30):%Y%m%d}",
        lambda: f"{born:%y%m%d}",
    )
    return rng.choice(kinds)()


def test_at_most_half_a_percent_of_10000_other_numbers_is_taken_for_a_person():
    rng = random.Random(20191218)  # noqa: S311 - test data
    texts = [_harmless(rng) for _ in range(10_000)]
    alarms = [text for text in texts if find_personal_ids(text)]
    assert len(alarms) <= 50, alarms[:20]


@pytest.mark.parametrize(
    "text",
    [
        "SCN-2019-0598",
        "AMN-2024-00170",
        "8.5-29206/2014",
        "212000-3005",
        "162120003005",
        "2019-12-18",
        "20191218",
        "018-727 00 00",
        "070-123 45 67",
        "SCN-Ä-2020000501",
        "2020-01-01 1300",
        "20200101-20200331",
        "5050-1055",
        "00000001",
    ],
)
def test_numbers_of_other_kinds_are_left_alone(text):
    assert find_personal_ids(text) == []


def test_ten_digits_of_a_mobile_telephone_are_never_certain():
    assert all(
        not certain
        for number in range(0, 10_000_000, 997)
        for _, _, certain in find_personal_ids(f"070{number:07d}")
    )


@given(st.text(max_size=200))
def test_every_span_lies_in_the_text_and_holds_digits(text):
    for start, end, _ in find_personal_ids(text):
        assert 0 <= start < end <= len(text)
        assert sum(character.isdecimal() for character in text[start:end]) in (10, 12)


def test_a_long_text_of_digits_takes_no_long_time():
    assert find_personal_ids("1" * 200_000) == []
