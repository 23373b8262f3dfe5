"""Plandokumentet: a plan's content as a reader meets it, from any frozen form, and as PDF."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from internkontroll.files.house import House
from internkontroll.files.pdf import render_pdf
from internkontroll.plan.models import Plan, PlanState
from internkontroll.plan.rules.vocabulary import (
    FREQUENCY_TERMS,
    KIND_TERMS,
    ControlKind,
    Frequency,
    SampleKind,
    Technique,
)
from internkontroll.plan.words import method_words, points_words

Content = Mapping[str, Any]


@dataclass(frozen=True)
class DecisionFacts:
    """Nämndens beslut as the document tells it."""

    body: str
    decided_on: date
    paragraph: str
    registry_number: str


@dataclass(frozen=True)
class DocumentSection:
    """Ett textavsnitt with its paragraphs; lines within a paragraph are kept."""

    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class DocumentRow:
    """Ett kontrollmoment as a row of the document's table."""

    number: int
    text: str
    risks: tuple[int, ...]
    kind: str | None
    method: str
    method_text: str
    frame_text: str | None
    frequency: str
    points: str
    responsible: str | None
    performed_by: str | None
    obligatory: bool
    not_applicable_reason: str | None
    criteria: tuple[str, ...]


@dataclass(frozen=True)
class DocumentArea:
    """Ett kontrollområde with its rows."""

    name: str
    rows: tuple[DocumentRow, ...]


@dataclass(frozen=True)
class DocumentRisk:
    """En risk bakom planen. ``score`` is in words: "12 (3 × 4)"."""

    number: int
    description: str
    cause: str | None
    consequence: str | None
    owner: str | None
    irregularities: bool
    score: str | None


@dataclass(frozen=True)
class PlanDocument:
    """Plandokumentet. ``standing`` says in words how far the plan has come."""

    title: str
    board_code: str
    board_name: str
    year: int
    version: int
    standing: str
    decided: bool
    decision: DecisionFacts | None
    sha256: str | None
    known_on: date
    sections: tuple[DocumentSection, ...]
    areas: tuple[DocumentArea, ...]
    risks: tuple[DocumentRisk, ...]

    @property
    def controls(self) -> int:
        """How many kontrollmoment the plan has."""
        return sum(len(area.rows) for area in self.areas)


_STANDING: Mapping[PlanState, str] = {
    PlanState.DRAFT: "Inte beslutat",
    PlanState.PREPARED: "Förslag till nämnden, inte beslutat",
    PlanState.AMENDING: "Nämndens ändringar skrivs in, inte beslutat",
    PlanState.DECIDED: "Beslutad",
    PlanState.REPLACED: "Beslutad, ersatt av en senare version",
    PlanState.CLOSED: "Beslutad, avslutad",
}


def plan_document(
    content: Content,
    *,
    state: PlanState,
    decision: DecisionFacts | None,
    sha256: str | None,
    known_on: date,
) -> PlanDocument:
    """The document of a plan's content, frozen in form 1 or 2, or as it stands today.

    What a form does not have is left out. ``known_on`` is the day the content is as of.
    """
    rows = [_row(control) for control in content["controls"]]
    of_area: dict[str, list[DocumentRow]] = {name: [] for name in content["areas"]}
    for control, row in zip(content["controls"], rows, strict=True):
        of_area.setdefault(control["area"], []).append(row)
    return PlanDocument(
        title=content["title"],
        board_code=content["board"]["code"],
        board_name=content["board"]["name"],
        year=content["year"],
        version=content["version"],
        standing=_STANDING[state],
        decided=decision is not None,
        decision=decision,
        sha256=sha256,
        known_on=known_on,
        sections=tuple(
            DocumentSection(section["title"], paragraphs)
            for section in content.get("texts", ())
            if (paragraphs := _paragraphs(section["text"]))
        ),
        areas=tuple(DocumentArea(name, tuple(found)) for name, found in of_area.items() if found),
        risks=tuple(_risk(risk) for risk in content["risks"]),
    )


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(part.strip("\n") for part in text.split("\n\n") if part.strip())


def _row(control: Content) -> DocumentRow:
    sample = control["sample"]
    kind = control.get("kind")
    texts = [row["text"] for row in control["criteria"]]
    return DocumentRow(
        number=control["number"],
        text=control["text"],
        risks=tuple(control["risks"]),
        kind=KIND_TERMS[ControlKind(kind)].capitalize() if kind else None,
        method=method_words(
            Technique(control["technique"]), SampleKind(sample["kind"]), sample["n"]
        ),
        method_text=control["method_text"],
        frame_text=control.get("frame_text"),
        frequency=FREQUENCY_TERMS[Frequency(control["frequency"])].capitalize(),
        points=points_words(control["points"]).capitalize(),
        responsible=control["responsible_text"],
        performed_by=control["performed_by"],
        obligatory=bool(control.get("obligatory")),
        not_applicable_reason=control.get("not_applicable_reason"),
        criteria=() if texts == [control["text"]] else tuple(texts),
    )


def _risk(risk: Content) -> DocumentRisk:
    assessment = risk["assessment"]
    score = None
    if assessment is not None:
        factors = (assessment["likelihood"], assessment["impact"])
        score = str(assessment["score"])
        if all(factors):
            score += f" ({factors[0]} × {factors[1]})"
    return DocumentRisk(
        number=risk["number"],
        description=risk["description"],
        cause=risk.get("cause"),
        consequence=risk.get("consequence"),
        owner=risk.get("owner"),
        irregularities=bool(risk.get("concerns_irregularities")),
        score=score,
    )


def document_of(plan: Plan, content: dict[str, Any], *, today: date) -> PlanDocument:
    """The document of a plan and its content; a decided one is as of the decision.

    ``content`` is the frozen one where the plan is decided. The plan's decision is loaded.
    """
    found = plan.decision
    decision = None
    if found is not None:
        decision = DecisionFacts(
            body=found.body,
            decided_on=found.decided_on,
            paragraph=found.paragraph,
            registry_number=found.registry_number,
        )
    return plan_document(
        content,
        state=plan.state,
        decision=decision,
        sha256=plan.content_sha256,
        known_on=decision.decided_on if decision else today,
    )


def file_name(document: PlanDocument) -> str:
    """Name of the file: internkontrollplan-scn-2020-version-1.pdf."""
    return (
        f"internkontrollplan-{document.board_code.lower()}-{document.year}"
        f"-version-{document.version}.pdf"
    )


def plan_pdf(document: PlanDocument, house: House | None = None) -> bytes:
    """The document as PDF/A-2a and PDF/UA-1. Raises DocumentNotMade."""
    return render_pdf("plan.typ", {"plan": asdict(document)}, house)
