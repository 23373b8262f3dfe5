"""Dragningsprotokollet på en sida: the record of a draw as a reader meets it, and as PDF."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from internkontroll.core.clock import STOCKHOLM, swedish_day
from internkontroll.core.dates import long_date
from internkontroll.files.house import House
from internkontroll.files.pdf import render_pdf
from internkontroll.sampling.models import SelectionMethod
from internkontroll.sampling.rules import Record
from internkontroll.sampling.rules.figures import grouped, kronor_exact
from internkontroll.sampling.rules.filters import Filter
from internkontroll.sampling.words import WORDS, seed_words, step_words

MOST_ROWS = 240
"""Most row numbers that the page lists; the JSON record has them all."""
MOST_REPLACEMENTS = 5
MOST_REASONS = 15


@dataclass(frozen=True)
class ProtocolStep:
    """Ett steg: what, when (Swedish time), by whom."""

    what: str
    when: str
    by: str


@dataclass(frozen=True)
class ProtocolRound:
    """En omgång: its title, where the digits came from, the digits, and the rows."""

    title: str
    source: str
    seed: str | None
    reason: str | None
    rows: str | None


@dataclass(frozen=True)
class Protocol:
    """Dragningsprotokollet. ``sealed``: without P, seeds and rows, for those outside the wall.

    ``sha256`` is that of the record's file. Pairs are term and value.
    """

    title: str
    board_name: str
    day: date
    sealed: bool
    random: bool
    controls: tuple[str, ...]
    outcome: str
    frame: tuple[tuple[str, str], ...]
    unreconciled: bool
    figures: tuple[tuple[str, str], ...]
    strata: tuple[tuple[str, str, str], ...]
    steps: tuple[ProtocolStep, ...]
    rounds: tuple[ProtocolRound, ...]
    notes: tuple[str, ...]
    redraw: str | None
    hashes: tuple[tuple[str, str], ...]
    sha256: str
    verify: str


def protocol_of(record: Record, content: bytes, *, board: str) -> Protocol:
    """The protocol of a record, full or sealed, of a draw or of a riktat urval.

    ``content`` is the exported file of the record, whose SHA-256 is printed.
    """
    sealed = record["kind"] == "sealed"
    random = record["method"] != SelectionMethod.TARGETED.value
    steps = tuple(_step(step) for step in record["steps"])
    frame = record["frame"]
    return Protocol(
        title="Dragningsprotokoll" if random else "Protokoll över riktat urval",
        board_name=board,
        day=swedish_day(datetime.fromisoformat(record["steps"][-1]["at"])),
        sealed=sealed,
        random=random,
        controls=tuple(
            f"{each['number']}. {each['text']} (plan {each['plan_version']})"
            for each in record["controls"]
        ),
        outcome=_outcome(record),
        frame=_frame(frame),
        unreconciled=not frame["reconciled"],
        figures=_figures(record),
        strata=tuple(
            (part["name"], grouped(part.get("size") or _count(part["rows"])), grouped(part["n"]))
            for part in record.get("parameters", {}).get("strata", ())
        ),
        steps=steps,
        rounds=_rounds(record, sealed=sealed),
        notes=_notes(record, sealed=sealed),
        redraw=record["redraw_reason"],
        hashes=_hashes(record),
        sha256=sha256(content).hexdigest(),
        verify=_verify(sealed=sealed, random=random, secret=bool(frame["secret"])),
    )


def protocol_pdf(
    record: Record, content: bytes, *, board: str, house: House | None = None
) -> bytes:
    """The protocol as PDF/A-2a and PDF/UA-1. Raises DocumentNotMade."""
    return render_pdf(
        "protocol.typ", {"protocol": asdict(protocol_of(record, content, board=board))}, house
    )


def _outcome(record: Record) -> str:
    """What was drawn from what, in one sentence."""
    size = record["N"]
    method = WORDS[SelectionMethod(record["method"])]
    if record["method"] == SelectionMethod.TARGETED.value:
        of = f" av {grouped(size)}" if size else ""
        return f"{grouped(record['n'])}{of} poster är valda, var och en med ett skäl."
    drawn = sum(entry["n"] for entry in record["rounds"])
    examined = len(set(record["rows"]))
    if examined == size:
        return f"Alla {grouped(size)} rader i listan granskas."
    if record["method"].startswith("mus_"):
        return (
            f"{grouped(drawn)} enheter drogs ur positiva belopp. De träffade "
            f"{grouped(examined)} av {grouped(size)} rader: {method}."
        )
    return f"{grouped(drawn)} av {grouped(size)} rader drogs: {method}."


def _frame(frame: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    taken = frame["taken_out_by"]
    if frame["taken_out_on"]:
        taken += f", {long_date(date.fromisoformat(frame['taken_out_on']))}"
    pairs = [("Lista", frame["description"]), ("Källa", frame["source"])]
    if frame.get("query"):
        pairs.append(("Sökning", frame["query"]))
    if frame.get("filters"):
        words = "; ".join(Filter.from_stored(each).sentence for each in frame["filters"])
        kept = f" (av {grouped(frame['rows_in_file'])} rader)" if frame.get("rows_in_file") else ""
        pairs.append(("Avgränsning", f"{words}{kept}"))
    pairs.append(("Uttagen av", taken))
    if frame["reconciled"]:
        pairs.append(("Avstämning", frame["reconciliation"]))
    else:
        why = ": den som kontrolleras har själv tagit fram listan"
        pairs.append(("Avstämning", f"Ej avstämd{why if frame['made_by_controlled'] else ''}"))
    if frame.get("difference_reason"):
        pairs.append(("Skillnad mot kontrollsumman", frame["difference_reason"]))
    if frame.get("known_departures"):
        pairs.append(
            ("Obs", "Listan har bara kända avvikelser och säger inget om hur vanliga de är")
        )
    return tuple((term, str(value)) for term, value in pairs)


def _figures(record: Record) -> tuple[tuple[str, str], ...]:
    pairs = [("Rader i listan (N)", grouped(record["N"]))] if record["N"] else []
    if record.get("T") is not None:
        outside = record["strata_outside"]
        negative = outside["negative"]
        pairs.append(("Positiva belopp (T)", kronor_exact(record["T"])))
        pairs.append(
            (
                "Utanför T",
                (
                    f"{grouped(negative['count'])} negativa, {kronor_exact(negative['sum'])}; "
                    f"{grouped(outside['zero']['count'])} nollbelopp"
                ),
            )
        )
    pairs.append(("Beslutat urval (n)", grouped(record["n"])))
    if record.get("k") is not None:
        pairs.append(("Får avvika (k)", grouped(record["k"])))
    return tuple(pairs)


def _step(step: Mapping[str, Any]) -> ProtocolStep:
    at = datetime.fromisoformat(step["at"]).astimezone(STOCKHOLM)
    return ProtocolStep(
        what=step_words(step["step"], step.get("round", 1)),
        when=f"{long_date(at.date())} kl. {at:%H.%M}",
        by=step["by"],
    )


def _rounds(record: Record, *, sealed: bool) -> tuple[ProtocolRound, ...]:
    if record["method"] == SelectionMethod.TARGETED.value:
        rows = None if sealed else _listed([each["row"] for each in record["choices"]])
        return (ProtocolRound("Valda rader", "", None, None, rows),)
    several = len(record["rounds"]) > 1
    # A sealed record tells of the first round's source beside the rounds.
    sources = [entry.get("seed_source", record["seed_source"]) for entry in record["rounds"]]
    return tuple(
        ProtocolRound(
            title=f"Omgång {entry['round']}: {grouped(entry['n'])} drogs"
            if several
            else "Dragning",
            source=seed_words(source["kind"], source.get("reference")),
            seed=entry.get("seed"),
            reason=entry.get("reason"),
            rows=None if sealed else _listed(entry["rows"]),
        )
        for entry, source in zip(record["rounds"], sources, strict=True)
    )


def _listed(rows: Sequence[int]) -> str:
    hits = Counter(rows)
    told = [
        grouped(row) if times == 1 else f"{grouped(row)} ({times} träffar)"
        for row, times in hits.items()
    ]
    if len(told) <= MOST_ROWS:
        return ", ".join(told)
    left = grouped(len(told) - MOST_ROWS)
    return f"{', '.join(told[:MOST_ROWS])} och {left} till, som står i protokollets JSON-fil"


def _notes(record: Record, *, sealed: bool) -> tuple[str, ...]:
    """What was replaced and why; of a riktat urval why each row was chosen."""
    if record["method"] == SelectionMethod.TARGETED.value and not sealed:
        told = [f"Rad {grouped(each['row'])}: {each['reason']}" for each in record["choices"]]
        left = len(told) - MOST_REASONS
        return (
            *told[:MOST_REASONS],
            *((f"{grouped(left)} till, se JSON-filen.",) if left > 0 else ()),
        )
    made = record.get("replacements", ())
    if sealed and made:
        words = "post är ersatt" if len(made) == 1 else "poster är ersatta"
        return (f"{grouped(len(made))} {words}.",)
    told = [
        f"Rad {grouped(each['row'])} ersattes av rad {grouped(each['replaced_by'])}. "
        f"Skäl: {each['reason']}"
        for each in made[:MOST_REPLACEMENTS]
    ]
    if len(made) > MOST_REPLACEMENTS:
        told.append(f"{grouped(len(made) - MOST_REPLACEMENTS)} ersättningar till, se JSON-filen.")
    return tuple(told)


def _hashes(record: Record) -> tuple[tuple[str, str], ...]:
    if record["kind"] == "full":
        return (("Listans SHA-256 (P)", record["P"]),)
    named = (
        ("hmac_population", "Listan, HMAC-SHA-256"),
        ("hmac_record", "Protokollet, HMAC-SHA-256"),
    )
    return tuple((words, record[name]) for name, words in named if name in record)


def _verify(*, sealed: bool, random: bool, secret: bool) -> str:
    if not random:
        return (
            "Posterna är valda, inte dragna. Urvalet kan inte göras om ur siffror, och det säger "
            "inget om andra poster än dem som granskades."
        )
    if sealed:
        why = (
            "listan är hemlig, och ur dess kontrollsumma och siffror kunde ett ärende gissas"
            if secret
            else "listans kontrollsumma och siffrorna är utelämnade"
        )
        return (
            f"Protokollet är förseglat: {why}. Inom nämnden verifieras dragningen i programmet. "
            "Den som lagligen har listan kan få det fullständiga protokollet."
        )
    return (
        "Spara protokollets JSON-fil, listan och verify_draw.py i samma mapp och kör: python -I "
        "verify_draw.py PROTOKOLL LISTA. Svaret är OK eller det första som skiljer. Samma lista "
        "och samma siffror ger samma rader, varje gång. Det visar inte att listan var fullständig."
    )


def _count(ranges: Sequence[Any]) -> int:
    return sum(part[1] - part[0] + 1 if isinstance(part, list | tuple) else 1 for part in ranges)
