"""Pröva en dragning: redraw a recorded sample from its population file and tell the difference.

    python -I verify_draw.py PROTOKOLL POPULATION

PROTOKOLL is the full draw record (JSON) and POPULATION the canonical population file (for each row
the id, TAB, the amount in öre or nothing, LF; UTF-8), both as the program exported them. One file,
the standard library of Python 3.11 or later, nothing of the program: anyone can read it and run it.

Answers "OK" (exit 0), the first difference (exit 1), or why nothing could be tried (exit 2).
The rules are those of IKS-1.1; ids are never printed.
"""

import hashlib
import io
import json
import re
import sys
import unicodedata
from bisect import bisect_right
from datetime import datetime
from itertools import accumulate
from pathlib import Path

VERSION = "IKS-1.1"
STEPS = ("frozen", "committed", "seeded", "drawn", "recorded")
METHODS = ("srs_counter", "srs_ticket", "systematic", "mus_interval", "mus_cell")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
AMOUNT = re.compile(rb"0|-?[1-9][0-9]{0,29}")
HALF_CHARACTER = re.compile("[\ud800-\udfff]")
LARGEST_FILE = 400_000_000

USAGE = (
    "Ange två filer: dragningsprotokollet och populationsfilen.\n"
    "  python -I verify_draw.py PROTOKOLL POPULATION"
)
SEALED = (
    "Protokollet är förseglat och kan inte prövas utanför nämnden. Populationens hash och fröet\n"
    "är utelämnade, eftersom de kunde användas för att gissa vilka ärenden som ingick.\n"
    "Nämnden kan pröva dragningen i programmet. Den som lagligen har populationsfilen kan av\n"
    "nämnden få det fullständiga protokollet och pröva med det."
)


class Unreadable(Exception):
    """Nothing can be tried; the text says why."""


class Difference(Exception):
    """The draw does not verify; the text says what differs first."""


def main(arguments: list[str]) -> int:
    """Run the check and print its answer; return the exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        if len(arguments) != 2:
            raise Unreadable(USAGE)
        record = Record(read_json(arguments[0]))
        content = read_bytes(arguments[1], "populationsfilen")
        population = check_population(record, content)
        check_figures(record, population)
        check_steps(record)
        check_rounds(record, population)
    except Unreadable as reason:
        print(reason)
        return 2
    except Difference as difference:
        print(f"STÄMMER INTE. {difference}")
        return 1
    except (RecursionError, MemoryError):
        print("Filerna är för stora eller för djupt uppbyggda för att kunna prövas.")
        return 2
    except KeyboardInterrupt:
        print("Prövningen avbröts.")
        return 2
    print(
        f"OK. Dragningen stämmer: {len(record.rows)} rader ur {len(population.ids)} med "
        f"{record.method}, P = {record.text('P')}."
    )
    return 0


# Reading


def read_bytes(path: str, what: str) -> bytes:
    """Return the content of a file, or raise Unreadable."""
    try:
        if Path(path).stat().st_size > LARGEST_FILE:
            raise Unreadable(f"{what.capitalize()} är större än 400 MB.")
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise Unreadable(f"{what.capitalize()} finns inte: {path}") from None
    except (OSError, ValueError):
        raise Unreadable(f"{what.capitalize()} går inte att läsa: {path}") from None


def read_json(path: str) -> dict[str, object]:
    """Return the record as a mapping, or raise Unreadable."""
    content = read_bytes(path, "protokollet")
    try:
        record = json.loads(content.decode("utf-8-sig"), object_pairs_hook=without_doubles)
    except ValueError:
        raise Unreadable("Protokollet är inte en hel och läsbar JSON-fil i UTF-8.") from None
    if not isinstance(record, dict):
        raise Unreadable("Protokollet är inte ett dragningsprotokoll.")
    return record


def without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return the pairs as a mapping; a key given twice reads differently in different programs."""
    record = dict(pairs)
    if len(record) != len(pairs):
        raise Unreadable("Protokollet anger samma uppgift två gånger.")
    return record


class Part:
    """A mapping of the record whose parts are read by their expected kind."""

    def __init__(self, content: object, where: str) -> None:
        if not isinstance(content, dict):
            raise Unreadable(f"Protokollet är felskrivet vid ”{where}”.")
        self.content: dict[str, object] = content
        self.where = where

    def has(self, name: str) -> bool:
        """Return whether the part is there and is not null."""
        return self.content.get(name) is not None

    def text(self, name: str) -> str:
        """Return a text, or raise Unreadable."""
        value = self.content.get(name)
        if not isinstance(value, str) or HALF_CHARACTER.search(value):
            raise self._missing(name)
        return value

    def number(self, name: str) -> int:
        """Return a whole number, or raise Unreadable."""
        value = self.content.get(name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self._missing(name)
        return value

    def items(self, name: str) -> list[object]:
        """Return a list, or raise Unreadable."""
        value = self.content.get(name)
        if not isinstance(value, list):
            raise self._missing(name)
        return value

    def part(self, name: str) -> "Part":
        """Return a mapping within this one."""
        return Part(self.content.get(name), name)

    def parts(self, name: str) -> list["Part"]:
        """Return a list of mappings."""
        return [Part(entry, name) for entry in self.items(name)]

    def numbers(self, name: str) -> list[int]:
        """Return a list of whole numbers."""
        numbers = []
        for value in self.items(name):
            if isinstance(value, bool) or not isinstance(value, int):
                raise self._missing(name)
            numbers.append(value)
        return numbers

    def _missing(self, name: str) -> Unreadable:
        return Unreadable(f"Protokollet saknar uppgiften ”{name}” vid ”{self.where}”.")


class Record(Part):
    """The full record."""

    def __init__(self, content: dict[str, object]) -> None:
        super().__init__(content, "protokollet")
        if content.get("version") != VERSION:
            raise Unreadable(f"Protokollet följer inte {VERSION}, som är det som prövas här.")
        if content.get("kind") == "sealed":
            raise Unreadable(SEALED)
        if content.get("kind") != "full":
            raise Unreadable("Protokollet är varken fullständigt eller förseglat.")
        self.method = self.text("method")
        self.rows = self.numbers("rows")
        self.rounds = self.parts("rounds")
        self.replacements = self.parts("replacements")
        self.strata = self.part("parameters")


# The population


class Population:
    """The rows of the population file: ids and amounts (None where there is none)."""

    def __init__(self, content: bytes) -> None:
        if not content:
            raise Difference("Populationsfilen är tom.")
        if content.startswith(BYTE_ORDER_MARK):
            raise Difference(
                "Populationsfilen börjar med en BOM: den är sparad i ett annat program."
            )
        if b"\r" in content:
            raise Difference(
                "Populationsfilen har radslut från Windows: den är sparad i ett annat program."
            )
        self.ids: list[str] = []
        self.amounts: list[int | None] = []
        if not content.endswith(b"\n"):
            raise Difference("Populationsfilen är avhuggen: den sista raden saknar radslut.")
        for row, line in enumerate(content[:-1].split(b"\n"), start=1):
            self._add(row, line)

    def _add(self, row: int, line: bytes) -> None:
        identity, tab, amount = line.partition(b"\t")
        if not tab or b"\0" in identity or (amount and not AMOUNT.fullmatch(amount)):
            raise Difference(
                f"Rad {row} i populationsfilen har inte formen beteckning, tabb, belopp i öre."
            )
        try:
            self.ids.append(identity.decode("utf-8"))
        except UnicodeDecodeError:
            raise Difference(f"Rad {row} i populationsfilen är inte UTF-8.") from None
        self.amounts.append(int(amount) if amount else None)

    @property
    def total(self) -> int | None:
        """T: the sum of the positive amounts, None if no row has an amount."""
        known = [amount for amount in self.amounts if amount is not None]
        return sum(amount for amount in known if amount > 0) if known else None

    def normalised(self) -> bytes:
        """Return the canonical bytes, ids in NFC."""
        lines = [
            f"{unicodedata.normalize('NFC', identity)}\t{'' if amount is None else amount}\n"
            for identity, amount in zip(self.ids, self.amounts, strict=True)
        ]
        return "".join(lines).encode("utf-8")


def check_population(record: Record, content: bytes) -> Population:
    """Return the population if its bytes have the recorded hash; else tell what differs."""
    if sha256(content) == record.text("P"):
        return Population(content)
    population = Population(content)
    rows, recorded = len(population.ids), record.number("N")
    if rows < recorded:
        raise Difference(
            f"Populationsfilen har {rows} rader men protokollet säger {recorded}: "
            f"{recorded - rows} rader saknas."
        )
    if rows > recorded:
        raise Difference(
            f"Populationsfilen har {rows} rader men protokollet säger {recorded}: "
            f"{rows - recorded} rader har kommit till."
        )
    total = record.number("T") if record.has("T") else None
    if population.total != total:
        raise Difference(
            f"De positiva beloppen är {ore(population.total)} men protokollet säger "
            f"{ore(total)}: ett belopp är ändrat."
        )
    if record.has("P_sorted") and record.text("P_sorted") == sorted_hash(content):
        raise Difference("Populationsfilen har samma rader som vid dragningen, i annan ordning.")
    if sha256(population.normalised()) == record.text("P"):
        raise Difference(
            "Populationsfilens bokstäver är lagrade i en annan Unicodeform än vid dragningen."
        )
    if record.has("P_sorted"):
        raise Difference(
            "Antalet rader och summan stämmer, men innehållet i en rad är ändrat "
            "(hashen P är en annan)."
        )
    raise Difference(
        "Antalet rader och summan stämmer, men en rad är ändrad eller flyttad "
        "(hashen P är en annan)."
    )


def check_figures(record: Record, population: Population) -> None:
    """Compare N, T, the strata outside and the method with the population."""
    amounts = [amount for amount in population.amounts if amount is not None]
    negative = [amount for amount in amounts if amount < 0]
    outside = record.part("strata_outside")
    total = record.number("T") if record.has("T") else None
    pairs = [
        ("N", record.number("N"), len(population.ids)),
        ("T", total, population.total),
        ("antal negativa belopp", outside.part("negative").number("count"), len(negative)),
        ("summa negativa belopp", outside.part("negative").number("sum"), sum(negative)),
        ("antal nollbelopp", outside.part("zero").number("count"), amounts.count(0)),
    ]
    for name, written, counted in pairs:
        if written != counted:
            raise Difference(f"Protokollet anger {name} = {written}, populationen ger {counted}.")
    if record.method not in METHODS:
        raise Difference(f"Protokollets urvalssätt ”{record.method}” finns inte i {VERSION}.")


def check_steps(record: Record) -> None:
    """Check that the five steps are there, in order, at times that do not go backwards."""
    steps = record.parts("steps")
    names = [step.text("step") for step in steps]
    for name in STEPS:
        if name not in names:
            raise Difference(f"Protokollet saknar steget ”{name}”.")
    rounds: dict[int, list[int]] = {}
    for step, name in zip(steps, names, strict=True):
        if name not in STEPS:
            raise Difference("Protokollet har ett steg som inte finns i en dragning.")
        number = step.number("round") if step.has("round") else 1
        rounds.setdefault(number, []).append(STEPS.index(name))
    if any(places != sorted(places) for places in rounds.values()):
        raise Difference("Stegen står i fel ordning: fröet får inte finnas före beslutet.")
    try:
        times = [datetime.fromisoformat(step.text("at")) for step in steps]
        backwards = times != sorted(times)
    except (ValueError, TypeError):
        raise Difference("En tid i protokollets steg går inte att läsa.") from None
    if backwards:
        raise Difference("Tiderna för stegen går inte framåt.")


# The draw


def check_rounds(record: Record, population: Population) -> None:
    """Redraw round by round and compare rows and replacements."""
    check_outline(record)
    strata = read_strata(record, len(population.ids))
    origin: dict[int, int] = {}
    for number, entry in enumerate(record.rounds, start=1):
        if number > 1 and not record.method.startswith("srs_"):
            raise Difference(f"En utökning finns inte för urvalssättet {record.method}.")
        drawn: list[int] = []
        counts = [stratum.size(entry) for stratum in strata]
        if sum(counts) != entry.number("n") or min(counts, default=0) < 0:
            raise Difference(f"Omgång {number}: stratas antal ger inte omgångens n.")
        for stratum, count in zip(strata, counts, strict=True):
            if count:
                seed = effective_seed(record, number) + stratum.suffix
                drawn += draw(record.method, population, stratum.rows, count, seed, origin)
        compare_rows(number, entry.numbers("rows"), drawn)
        origin |= dict.fromkeys(drawn, number)
        for replacement in record.replacements:
            after = len(record.rounds)
            if replacement.has("after_round"):
                after = replacement.number("after_round")
            if after == number:
                check_replacement(record, population, strata, replacement, origin)


def check_outline(record: Record) -> None:
    """Check that rounds, n, seed and rows of the record agree with each other."""
    rounds = record.rounds
    if not rounds or [entry.number("round") for entry in rounds] != [*range(1, len(rounds) + 1)]:
        raise Difference("Omgångarna är inte numrerade 1, 2, 3 och så vidare.")
    if rounds[0].number("n") != record.number("n"):
        raise Difference(
            f"Protokollet anger n = {record.number('n')}, första omgången {rounds[0].number('n')}."
        )
    if rounds[0].text("seed") != record.text("seed"):
        raise Difference("Protokollets frö är ett annat än den första omgångens.")
    if record.rows != [row for entry in rounds for row in entry.numbers("rows")]:
        raise Difference("Protokollets rader är inte omgångarnas rader i följd.")
    for entry in rounds:
        if not entry.text("seed").strip():
            raise Difference(f"Omgång {entry.number('round')} saknar frö.")
        if entry.number("n") != len(entry.numbers("rows")):
            raise Difference(
                f"Omgång {entry.number('round')} skulle ha {entry.number('n')} rader "
                f"men har {len(entry.numbers('rows'))}."
            )
    for replacement in record.replacements:
        if replacement.has("after_round") and not (
            1 <= replacement.number("after_round") <= len(rounds)
        ):
            raise Difference("En ersättning hör till en omgång som inte finns.")


class Stratum:
    """A part of the population: its rows in file order, and what it adds to the seed."""

    def __init__(self, name: str | None, rows: list[int], n: int | None) -> None:
        self.name = name
        self.rows = rows
        self.n = n
        self.suffix = "" if name is None else f"|{name}"

    def size(self, entry: Part) -> int:
        """Return how many the round takes from this stratum."""
        if self.name is None or self.n is None:
            return entry.number("n")
        if entry.has("n_by_stratum"):
            return entry.part("n_by_stratum").number(self.name)
        return self.n


def read_strata(record: Record, count: int) -> list[Stratum]:
    """Return the strata committed, or the whole population as the only one."""
    if not record.strata.has("strata"):
        return [Stratum(None, list(range(1, count + 1)), None)]
    strata = []
    seen: set[int] = set()
    for part in record.strata.parts("strata"):
        rows: list[int] = []
        for entry in part.items("rows"):
            first, last = entry if isinstance(entry, list) and len(entry) == 2 else (entry, entry)
            if not (isinstance(first, int) and isinstance(last, int) and 1 <= first <= last):
                raise Unreadable("Protokollet är felskrivet vid ”strata”.")
            if last > count:
                raise Difference(f"Ett stratum har rad {last}, men populationen har {count} rader.")
            rows.extend(range(first, last + 1))
        if seen.intersection(rows) or len(set(rows)) != len(rows):
            raise Difference("En rad hör till två strata.")
        seen.update(rows)
        strata.append(Stratum(part.text("name"), sorted(rows), part.number("n")))
    if len({stratum.name for stratum in strata}) != len(strata):
        raise Difference("Två strata har samma namn.")
    return strata


def effective_seed(record: Record, number: int) -> str:
    """Return E of a round: S|P, and S|P|r from round 2 on."""
    seed = f"{record.rounds[number - 1].text('seed')}|{record.text('P')}"
    return seed if number == 1 else f"{seed}|{number}"


def draw(
    method: str,
    population: Population,
    rows: list[int],
    n: int,
    seed: str,
    taken: dict[int, int],
) -> list[int]:
    """Return the n rows that the seed selects among `rows`, in order."""
    if n < 1:
        raise Difference("Antalet rader att dra är mindre än 1.")
    if method.startswith("mus_"):
        return draw_by_amount(method, population, rows, n, seed)
    if n > len(rows) - len(taken.keys() & set(rows)):
        raise Difference(f"{n} rader kan inte dras: så många fanns inte kvar.")
    if method == "systematic":
        start = number_of(f"{seed},1") % len(rows)
        return [rows[(start + j * len(rows)) // n] for j in range(n)]
    if method == "srs_ticket":
        return by_ticket(population, rows, seed, taken)[:n]
    return by_counter(rows, n, seed, taken)


def by_counter(rows: list[int], n: int, seed: str, taken: dict[int, int]) -> list[int]:
    """Count on, skipping rows already taken, until n rows are found."""
    found: list[int] = []
    seen = set(taken)
    i = 0
    while len(found) < n:
        i += 1
        row = rows[number_of(f"{seed},{i}") % len(rows)]
        if row not in seen:
            seen.add(row)
            found.append(row)
    return found


def by_ticket(
    population: Population, rows: list[int], seed: str, taken: dict[int, int]
) -> list[int]:
    """Return the rows not taken by ascending ticket."""
    names = [unicodedata.normalize("NFC", identity) for identity in population.ids]
    if len(set(names)) != len(names):
        raise Difference("Populationen har samma beteckning två gånger, så lotterna är inte unika.")
    left = [row for row in rows if row not in taken]
    return sorted(left, key=lambda row: sha256(f"{seed},{names[row - 1]}".encode()))


def draw_by_amount(
    method: str, population: Population, rows: list[int], n: int, seed: str
) -> list[int]:
    """Return the row that each of n monetary units hits."""
    amounts = [population.amounts[row - 1] for row in rows]
    positive = [max(amount, 0) for amount in amounts if amount is not None]
    if len(positive) != len(rows):
        raise Difference("Urvalet är beloppsviktat, men en rad saknar belopp.")
    cumulative = list(accumulate(positive))
    total = cumulative[-1] if cumulative else 0
    if n > total:
        raise Difference(f"{n} enheter kan inte dras ur positiva belopp på {total} öre.")
    if method == "mus_interval":
        start = number_of(f"{seed},1") % total
        positions = [(start + j * total) // n for j in range(n)]
    else:
        edges = [j * total // n for j in range(n + 1)]
        positions = [
            edges[j] + number_of(f"{seed},{j + 1}") % (edges[j + 1] - edges[j]) for j in range(n)
        ]
    return [rows[bisect_right(cumulative, position)] for position in positions]


def compare_rows(number: int, written: list[int], drawn: list[int]) -> None:
    """Tell the first place where the recorded rows are not the drawn ones."""
    for place, (recorded, expected) in enumerate(zip(written, drawn, strict=False), start=1):
        if recorded != expected:
            raise Difference(
                f"Omgång {number}, plats {place}: protokollet har rad {recorded} men "
                f"dragningen ger rad {expected}."
            )
    if len(written) != len(drawn):
        raise Difference(
            f"Omgång {number}: protokollet har {len(written)} rader, dragningen ger {len(drawn)}."
        )


def check_replacement(
    record: Record,
    population: Population,
    strata: list[Stratum],
    replacement: Part,
    origin: dict[int, int],
) -> None:
    """Check that a row was replaced by the next row of the same order, and count it as taken."""
    row = replacement.number("row")
    written = replacement.number("replaced_by") if replacement.has("replaced_by") else None
    if not record.method.startswith("srs_"):
        raise Difference(f"En ersättning finns inte för urvalssättet {record.method}.")
    if row not in origin:
        raise Difference(f"Rad {row} ersattes, men den är inte dragen.")
    stratum = next(part for part in strata if row in part.rows)
    seed = effective_seed(record, origin[row]) + stratum.suffix
    if origin.keys() >= set(stratum.rows):
        expected = None
    else:
        expected = draw(record.method, population, stratum.rows, 1, seed, origin)[0]
    if written != expected:
        raise Difference(
            f"Rad {row} ersattes av {named(written)}, men nästa i ordningen är {named(expected)}."
        )
    if expected is not None:
        origin[expected] = origin[row]


# Small things


def named(row: int | None) -> str:
    """Return the row as it is written in an answer."""
    return "ingen rad" if row is None else f"rad {row}"


def ore(amount: int | None) -> str:
    """Return an amount as it is written in an answer."""
    return "inga belopp" if amount is None else f"{amount} öre"


def sha256(content: bytes) -> str:
    """Return SHA-256 in lower-case hex."""
    return hashlib.sha256(content).hexdigest()


def sorted_hash(content: bytes) -> str:
    """Return SHA-256 of the lines in byte order."""
    return sha256(b"".join(sorted(content.splitlines(keepends=True))))


def number_of(text: str) -> int:
    """Return H: SHA-256 of the UTF-8 text as a whole number."""
    return int(sha256(text.encode("utf-8")), 16)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
