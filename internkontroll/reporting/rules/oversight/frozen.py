"""Samlade bilden som ren data, and back: what kommunstyrelsen decided is read from its snapshot."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from internkontroll.core.canonical import plain
from internkontroll.findings.models import Severity
from internkontroll.reporting.models import Assessment, OverallAssessment
from internkontroll.reporting.rules.oversight.overview import OversightReport
from internkontroll.reporting.rules.reading_back import dataclass_from

_KINDS: Mapping[str, type[Severity | Assessment | OverallAssessment]] = {
    "severities": Severity,
    "assessments": Assessment,
    "overall": OverallAssessment,
}


@dataclass(frozen=True)
class ShownOversight:
    """Samlade bilden som den visas: a decided one carries its snapshot and the hash of it."""

    report: OversightReport
    sha256: str | None = None
    snapshot: str | None = None


def oversight_to_plain(report: OversightReport) -> dict[str, Any]:
    """The picture as plain data: pairs of a kind and a number become mappings."""
    made: dict[str, Any] = plain(_named(asdict(report)))
    return made


_PAIRED = {"severities", "assessments"}


def _named(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: dict(item)
            if (key in _PAIRED or (key == "overall" and isinstance(item, tuple))) and item
            else _named(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_named(item) for item in value]
    return value


def _paired(value: Any) -> Any:
    """The mappings as pairs again, in the order of their kind."""
    if isinstance(value, dict):
        return {
            key: [(kind.value, item[kind.value]) for kind in _KINDS[key] if kind.value in item]
            if key in _KINDS and isinstance(item, dict)
            else _paired(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_paired(item) for item in value]
    return value


def oversight_from_plain(data: dict[str, Any]) -> OversightReport:
    """Read a picture back. Raises ValueError where something is missing, CountDoesNotClose."""
    return dataclass_from(OversightReport, _paired(data))
