"""Spårkedjans räkning: what is hashed, in which order."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from internkontroll.core.canonical import canonical_json, sha256_of
from internkontroll.core.errors import InvalidInput

GENESIS = "0" * 64
"""What stands before the first row of a chain."""


@dataclass(frozen=True)
class ChainRow:
    """One row of a chain as plain data, with its payload if that still exists."""

    chain: str
    seq: int
    at: datetime
    event: str
    subject_kind: str
    subject_id: int
    digest: str
    previous: str
    hash: str
    salt: str | None = None
    body: dict[str, Any] | None = None
    disposed: bool = False


@dataclass(frozen=True)
class OutsideHead:
    """Slutrad som sparats utanför programmet: the hash that a row of a chain had."""

    chain: str
    seq: int
    hash: str


def read_heads(content: Any) -> list[OutsideHead]:
    """The heads of an exported file. Raises InvalidInput for anything else."""
    rows = content.get("heads") if isinstance(content, Mapping) else None
    try:
        heads = [OutsideHead(str(row["chain"]), int(row["seq"]), row["hash"]) for row in rows or ()]
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(_NO_HEADS) from error
    if not heads or any(not _is_hash(head.hash) or head.seq < 1 for head in heads):
        raise InvalidInput(_NO_HEADS)
    return heads


_NO_HEADS = (
    "Filen är ingen fil med slutrader. Välj en fil som chain-heads eller sidan Nämndens spår gav."
)


def _is_hash(text: object) -> bool:
    return isinstance(text, str) and len(text) == 64 and set(text) <= set("0123456789abcdef")


@dataclass(frozen=True)
class ChainVerdict:
    """What a check of one chain said. ``broken_at`` is the seq of the first row that is wrong."""

    chain: str
    rows: int
    head: str
    broken_at: int | None = None
    reason: str = ""

    @property
    def whole(self) -> bool:
        """Whether every row stood the check."""
        return self.broken_at is None


def payload_digest(salt: str, body: dict[str, Any]) -> str:
    """Salted SHA-256 of a payload: SHA-256(salt | canonical JSON)."""
    return hashlib.sha256(f"{salt}|{canonical_json(body)}".encode()).hexdigest()


def row_hash(
    *,
    chain: str,
    seq: int,
    at: datetime,
    event: str,
    subject_kind: str,
    subject_id: int,
    digest: str,
    previous: str,
) -> str:
    """SHA-256 over the row's columns and the hash of the row before it."""
    return sha256_of(
        {
            "chain": chain,
            "seq": seq,
            "at": at,
            "event": event,
            "subject_kind": subject_kind,
            "subject_id": subject_id,
            "digest": digest,
            "previous": previous,
        }
    )


def _fault(row: ChainRow, seq: int, previous: str) -> str:
    if row.seq != seq:
        return f"rad {seq} saknas"
    if row.previous != previous:
        return "raden hänger inte ihop med raden före"
    expected = row_hash(
        chain=row.chain,
        seq=row.seq,
        at=row.at,
        event=row.event,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        digest=row.digest,
        previous=row.previous,
    )
    if expected != row.hash:
        return "raden är ändrad"
    if row.body is None or row.salt is None:
        return "" if row.disposed else "innehållet saknas utan att vara gallrat"
    if payload_digest(row.salt, row.body) != row.digest:
        return "innehållet är ändrat"
    return ""


def check_chain(
    chain: str, rows: Iterable[ChainRow], outside: Collection[OutsideHead] = ()
) -> ChainVerdict:
    """Walk one chain from its first row and stop at the first that is wrong.

    A chain that is cut at its end, or written anew from some row on, looks whole: only a head kept
    outside the program can show that. ``outside`` are such heads; those of other chains are not
    asked.
    """
    kept: dict[int, set[str]] = {}
    for head in outside:
        if head.chain == chain:
            kept.setdefault(head.seq, set()).add(head.hash)
    previous, count = GENESIS, 0
    for seq, row in enumerate(rows, start=1):
        fault = _fault(row, seq, previous)
        if not fault and seq in kept and kept[seq] != {row.hash}:
            fault = "raden är inte den som har sparats utanför: kedjan är omskriven hit"
        if fault:
            return ChainVerdict(chain, count, previous, broken_at=seq, reason=fault)
        previous, count = row.hash, seq
    last = max(kept, default=0)
    if last > count:
        reason = f"slutet är borttaget: raderna {count + 1} till {last} saknas"
        return ChainVerdict(chain, count, previous, broken_at=count + 1, reason=reason)
    return ChainVerdict(chain, count, previous)
