"""Whatever is done to a chain is seen, given one head that was kept outside the program."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from internkontroll.core.errors import InvalidInput
from internkontroll.trail.rules import (
    GENESIS,
    ChainRow,
    OutsideHead,
    check_chain,
    payload_digest,
    read_heads,
    row_hash,
)

BEGUN = datetime(2020, 1, 1, tzinfo=UTC)
LENGTH = 12
TIMES = 2_000

Rows = list[ChainRow]


def sealed(row: ChainRow, previous: str) -> ChainRow:
    """The row with all that its columns imply, as somebody with the database would forge it."""
    digest = payload_digest(row.salt or "", row.body or {})
    columns = {
        "chain": row.chain,
        "seq": row.seq,
        "at": row.at,
        "event": row.event,
        "subject_kind": row.subject_kind,
        "subject_id": row.subject_id,
    }
    made = row_hash(**columns, digest=digest, previous=previous)  # type: ignore[arg-type]
    return replace(row, digest=digest, previous=previous, hash=made)


def chained(rows: Rows) -> Rows:
    """The rows numbered and hung together anew from the first."""
    made: Rows = []
    for seq, row in enumerate(rows, start=1):
        made.append(sealed(replace(row, seq=seq), made[-1].hash if made else GENESIS))
    return made


def chain() -> Rows:
    return chained(
        [
            ChainRow(
                chain="SCN",
                seq=0,
                at=BEGUN + timedelta(hours=number),
                event="thing:done",
                subject_kind="thing",
                subject_id=number,
                digest="",
                previous="",
                hash="",
                salt=f"{number:032x}",
                body={"actor": "Controller", "data": {"old": number, "new": number + 1}},
            )
            for number in range(LENGTH)
        ]
    )


WHOLE = chain()
HEAD = OutsideHead("SCN", LENGTH, WHOLE[-1].hash)


def changed(rows: Rows, dice: random.Random) -> tuple[Rows, int]:
    """One column or the payload of one row is changed."""
    place = dice.randrange(LENGTH)
    row = rows[place]
    changes: list[dict[str, object]] = [
        {"event": "thing:undone"},
        {"subject_id": row.subject_id + 100},
        {"subject_kind": "other"},
        {"at": row.at + timedelta(seconds=1)},
        {"body": {**(row.body or {}), "actor": "Direktör"}},
        {"salt": "f" * 32},
        {"hash": f"{dice.getrandbits(256):064x}"},
        {"digest": f"{dice.getrandbits(256):064x}"},
        {"body": None, "salt": None},
    ]
    rows[place] = replace(row, **dice.choice(changes))  # type: ignore[arg-type]
    return rows, place + 1


def deleted(rows: Rows, dice: random.Random) -> tuple[Rows, int]:
    """A row is taken away, or several that follow each other; also at the end."""
    place = dice.randrange(LENGTH)
    del rows[place : place + dice.randint(1, 4)]
    return rows, place + 1


def inserted(rows: Rows, dice: random.Random) -> tuple[Rows, int]:
    """A forged row is put in, rightly hung to the one before it."""
    place = dice.randrange(LENGTH)
    forged = replace(dice.choice(rows), seq=place + 1, event="thing:forged")
    rows.insert(place, sealed(forged, rows[place - 1].hash if place else GENESIS))
    # Put in before the last, it stands where the head's row stood: the head tells of itself.
    return rows, min(place + 2, LENGTH)


def swapped(rows: Rows, dice: random.Random) -> tuple[Rows, int]:
    """Two rows change places."""
    one, other = sorted(dice.sample(range(LENGTH), 2))
    rows[one], rows[other] = rows[other], rows[one]
    return rows, one + 1


def chained_anew(rows: Rows, dice: random.Random) -> tuple[Rows, int]:
    """Something is done, and the whole chain is hung together anew: only the head tells."""
    kind = dice.randrange(3)
    place = dice.randrange(LENGTH)
    if kind == 0:
        rows[place] = replace(rows[place], event="thing:forged")
        return chained(rows), LENGTH
    if kind == 1:
        del rows[place]
        return chained(rows), LENGTH
    rows.insert(place, replace(rows[place], event="thing:forged"))
    return chained(rows), LENGTH


WAYS: tuple[Callable[[Rows, random.Random], tuple[Rows, int]], ...] = (
    changed,
    deleted,
    inserted,
    swapped,
    chained_anew,
)


def test_two_thousand_tamperings_are_all_found_and_the_first_wrong_row_is_named() -> None:
    dice, missed = random.Random(20201122), []  # noqa: S311 -- a seeded test
    for number in range(TIMES):
        way = WAYS[number % len(WAYS)]
        rows, first = way(list(WHOLE), dice)
        verdict = check_chain("SCN", rows, [HEAD])
        if verdict.broken_at != first:
            missed.append((number, way.__name__, first, verdict))

    assert not missed, missed[:5]


def test_the_untouched_chain_is_whole_with_and_without_a_head() -> None:
    for outside in ([], [HEAD], [OutsideHead("SCN", 3, WHOLE[2].hash), HEAD]):
        assert check_chain("SCN", WHOLE, outside).whole


def test_without_a_head_a_cut_tail_and_a_chain_made_anew_look_whole() -> None:
    anew = chained([replace(row, event="thing:forged") for row in WHOLE])

    assert check_chain("SCN", WHOLE[:-3]).whole
    assert check_chain("SCN", anew).whole


def test_a_chain_that_has_grown_since_the_head_was_kept_is_whole() -> None:
    assert check_chain("SCN", WHOLE, [OutsideHead("SCN", 5, WHOLE[4].hash)]).whole


def test_a_chain_that_is_gone_is_broken_from_its_first_row() -> None:
    verdict = check_chain("SCN", [], [HEAD])

    assert verdict.broken_at == 1
    assert "1 till 12 saknas" in verdict.reason


def test_another_chains_head_is_not_asked() -> None:
    assert check_chain("SCN", WHOLE, [OutsideHead("AMN", 2, "0" * 64)]).whole


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        {},
        {"heads": []},
        {"heads": [{"chain": "SCN", "seq": 1}]},
        {"heads": [{"chain": "SCN", "seq": "x", "hash": "0" * 64}]},
        {"heads": [{"chain": "SCN", "seq": 1, "hash": "zz"}]},
        {"heads": [{"chain": "SCN", "seq": 0, "hash": "0" * 64}]},
        {"heads": 7},
    ],
)
def test_a_file_that_holds_no_heads_is_refused(content: object) -> None:
    with pytest.raises(InvalidInput, match="ingen fil med slutrader"):
        read_heads(content)
