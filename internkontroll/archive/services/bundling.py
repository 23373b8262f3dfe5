"""Samla ett års handlingar för revisorerna: one archive, whose making is a row of the trail."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from itertools import chain, count
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from internkontroll.archive.bundle import Bundle, DrawsTold
from internkontroll.archive.models import ArchiveEvent
from internkontroll.archive.policy import PERMISSIONS
from internkontroll.archive.queries.bundle import (
    decided_pictures,
    decided_plans,
    decided_reports,
    decision_line,
    draws_of_year,
    picture_line,
    plan_decisions,
    replaced_versions,
    report_decisions,
    request_line,
    requests_of_year,
    trail_span,
)
from internkontroll.core.access import Actor, Permission, Scope, can, ensure
from internkontroll.core.canonical import canonical_json
from internkontroll.core.clock import swedish_day
from internkontroll.core.errors import InvalidTransition
from internkontroll.files.house import House
from internkontroll.files.pdf import ROOT
from internkontroll.organisation.models import Board
from internkontroll.organisation.queries import document_house
from internkontroll.plan.documents import PlanDocument, document_of, file_name, plan_pdf
from internkontroll.plan.models import Plan
from internkontroll.reporting import documents as report_documents
from internkontroll.reporting.models import FollowUpReport, OversightDecision, ReportVersion
from internkontroll.reporting.oversight_document import file_name as picture_name
from internkontroll.reporting.oversight_document import oversight_pdf
from internkontroll.reporting.queries import decided_report
from internkontroll.reporting.queries.treating import read_report
from internkontroll.reporting.rules import ShownReport
from internkontroll.reporting.rules.oversight import OversightReport, oversight_from_plain
from internkontroll.sampling.models import Draw, SelectionMethod
from internkontroll.sampling.policy import PERMISSIONS as SAMPLING
from internkontroll.sampling.queries import occurrences_of_draw, record_for_outside
from internkontroll.sampling.rules import record_bytes
from internkontroll.sampling.services import export_population, export_record
from internkontroll.trail.queries import chain_rows, day_heads, heads_file
from internkontroll.trail.services import chain_of_reader, reads_as_auditor, record

VERIFIER = ROOT / "docs" / "verify_draw.py"


Typeset = Mapping[tuple[str, int, str | None], bytes]
"""PDFs made beforehand: by what it is of, its id, and the SHA-256 of what was decided."""


def typeset_year(
    session: Session, board: Board, year: int, *, actor: Actor, at: datetime
) -> Typeset:
    """Sätt årets PDF:er, before the transaction that collects and records: nobody waits for them.

    Raises NotAllowed.
    """
    ensure(actor, Permission.BUNDLE_MAKE, Scope(board.id), swedish_day(at), PERMISSIONS)
    house = document_house(session)
    made = {
        _key_of_plan(plan): plan_pdf(_document(plan, at), house)
        for plan in decided_plans(session, board.id, year)
    }
    for report in decided_reports(session, board.id, year):
        made[_key_of_report(report)] = report_documents.report_pdf(decided_report(report), house)
    for version, _ in replaced_versions(session, board.id, year):
        made[_key_of_version(version)] = report_documents.report_pdf(_as_it_was(version), house)
    for picture in decided_pictures(session, year):
        made[_key_of_picture(picture)] = _picture_pdf(picture, house)
    return made


def _key_of_plan(plan: Plan) -> tuple[str, int, str | None]:
    return "plan", plan.id, plan.content_sha256


def _key_of_report(report: FollowUpReport) -> tuple[str, int, str | None]:
    return "report", report.id, report.snapshot_sha256


def _key_of_version(version: ReportVersion) -> tuple[str, int, str | None]:
    return "version", version.id, version.snapshot_sha256


def _key_of_picture(picture: OversightDecision) -> tuple[str, int, str | None]:
    return "picture", picture.id, picture.snapshot_sha256


def _as_it_was(version: ReportVersion) -> ShownReport:
    return ShownReport(read_report(version.snapshot), version.snapshot_sha256, version.snapshot)


def _picture_pdf(picture: OversightDecision, house: House) -> bytes:
    report = oversight_from_plain(json.loads(picture.snapshot))
    return oversight_pdf(report, house, picture.snapshot_sha256)


def _document(plan: Plan, at: datetime) -> PlanDocument:
    return document_of(plan, json.loads(plan.content or ""), today=swedish_day(at))


def make_bundle(
    session: Session,
    board: Board,
    year: int,
    out: BinaryIO,
    *,
    typeset: Typeset | None = None,
    actor: Actor,
    at: datetime,
) -> dict[str, Any]:
    """Samla årets beslutade handlingar in one ZIP; recorded, with the SHA-256 of its manifest.

    Kommunstyrelsens decided samlade bilder of the year go with them: they are public. Of requests
    for the follow-ups go who decided, when and with what outcome, and no text of a follow-up.
    The full record of a draw and its list go in where nothing of the list is secret and the reader
    may see samples: each is a reading of its own. All others go in sealed. An auditor's making
    stands in the auditors' own chain. What ``typeset`` lacks, decided since, is made here. Raises
    NotAllowed, InvalidTransition where no plan of the
    year is decided.
    """
    ensure(actor, Permission.BUNDLE_MAKE, Scope(board.id), swedish_day(at), PERMISSIONS)
    plans = decided_plans(session, board.id, year)
    if not plans:
        raise InvalidTransition(
            f"Nämnden har inte beslutat någon plan för {year}. Välj ett år som har en."
        )
    reports = decided_reports(session, board.id, year)
    bundle = Bundle(out)
    house = document_house(session)
    for plan in plans:
        _add_plan(bundle, plan, house, at, typeset or {})
    for report in reports:
        _add_report(bundle, report, house, typeset or {})
    versions = replaced_versions(session, board.id, year)
    for version, _ in versions:
        _add_version(bundle, version, house, typeset or {})
    pictures = decided_pictures(session, year)
    stems: dict[str, str] = {}
    for picture in pictures:
        _add_picture(bundle, picture, stems, house, typeset or {})
    decisions = _decisions(session, board.id, year, pictures)
    bundle.add("beslut.json", "Nämndens och kommunstyrelsens beslut", decisions)
    requests = requests_of_year(session, board.id, year)
    told_requests = canonical_json([request_line(*one) for one in requests])
    bundle.add("begaran.json", "Begäran om uppföljningarna", told_requests.encode("utf-8"))
    # The trail is read before this making adds to it.
    _add_trail(session, bundle, board, [plan.id for plan in plans], year, at)
    draws = _add_draws(session, bundle, draws_of_year(session, board.id, year), actor, at)
    sha256 = bundle.close(
        {
            "board": board.code,
            "board_name": board.name,
            "year": year,
            "made_at": at,
            "draws": {
                "total": draws.total,
                "full": draws.full,
                "sealed": draws.sealed,
                "purged": draws.purged,
            },
            "plans": len(plans),
            "reports": len(reports),
            "replaced_reports": len(versions),
            "pictures": len(pictures),
            "requests": len(requests),
        }
    )
    told = {
        "year": year,
        "manifest_sha256": sha256,
        "files": len(bundle.files),
        "draws": draws.total,
        "sealed": draws.sealed,
    }
    record(
        session,
        chain=chain_of_reader(actor, at, board.code),
        actor=actor,
        at=at,
        event=ArchiveEvent.BUNDLE_MADE,
        subject=("board", board.id),
        data={**told, **({"board": board.code} if reads_as_auditor(actor, at) else {})},
    )
    return told


def _add_plan(bundle: Bundle, plan: Plan, house: House, at: datetime, typeset: Typeset) -> None:
    document = _document(plan, at)
    name = f"plan/{file_name(document).removesuffix('.pdf')}-{plan.id}"
    bundle.add(
        f"{name}.json", f"{document.title}, beslutat innehåll", (plan.content or "").encode()
    )
    made = typeset.get(_key_of_plan(plan)) or plan_pdf(document, house)
    bundle.add(f"{name}.pdf", document.title, made)


def _add_report(bundle: Bundle, report: FollowUpReport, house: House, typeset: Typeset) -> None:
    shown = decided_report(report)
    made = typeset.get(_key_of_report(report)) or report_documents.report_pdf(shown, house)
    for kind, content in (("json", report_documents.report_json(shown)), ("pdf", made)):
        name = report_documents.file_name(shown.report, kind)
        bundle.add(f"uppfoljning/{name}", shown.report.title, content)


def _add_version(bundle: Bundle, version: ReportVersion, house: House, typeset: Typeset) -> None:
    shown = _as_it_was(version)
    made = typeset.get(_key_of_version(version)) or report_documents.report_pdf(shown, house)
    for kind, content in (("json", report_documents.report_json(shown)), ("pdf", made)):
        stem = report_documents.file_name(shown.report, kind).removesuffix(f".{kind}")
        name = f"uppfoljning/{stem}-version-{version.version}.{kind}"
        bundle.add(name, f"{shown.report.title}, version {version.version}, ersatt", content)


def _picture_stem(report: OversightReport, stems: dict[str, str]) -> str:
    """What the files of a point's pictures are called, noted by point in ``stems``.

    Two points may be called almost the same: the later one has a running number.
    """
    if report.point not in stems:
        plain = picture_name(report, "pdf").removesuffix(".pdf")
        numbered = (f"{plain}-{number}" for number in count(2))
        taken = stems.values()
        stems[report.point] = next(one for one in chain([plain], numbered) if one not in taken)
    return stems[report.point]


def _add_picture(
    bundle: Bundle,
    picture: OversightDecision,
    stems: dict[str, str],
    house: House,
    typeset: Typeset,
) -> None:
    report = oversight_from_plain(json.loads(picture.snapshot))
    made = typeset.get(_key_of_picture(picture)) or _picture_pdf(picture, house)
    for kind, content in (("json", picture.snapshot.encode("utf-8")), ("pdf", made)):
        name = f"samlad-bild/{_picture_stem(report, stems)}-version-{picture.version}.{kind}"
        bundle.add(name, f"{report.title}, version {picture.version}", content)


def _decisions(
    session: Session, board_id: int, year: int, pictures: Sequence[OversightDecision]
) -> bytes:
    lines = [
        decision_line(f"Internkontrollplan {year}", decision)
        for decision in plan_decisions(session, board_id, year)
    ]
    lines += [
        decision_line(f"Uppföljning per {point} {year}", decision)
        for point, decision in report_decisions(session, board_id, year)
    ]
    lines += [picture_line(one) for one in pictures]
    return canonical_json(lines).encode("utf-8")


def _add_trail(
    session: Session, bundle: Bundle, board: Board, plan_ids: list[int], year: int, at: datetime
) -> None:
    first, last = trail_span(session, board.code, plan_ids, year)

    def lines() -> Iterator[bytes]:
        with closing(chain_rows(session, board.code, first, last)) as rows:
            for row in rows:
                yield (
                    json.dumps(
                        {
                            "chain": row.chain,
                            "seq": row.seq,
                            "at": row.at.isoformat(),
                            "event": row.event,
                            "subject_kind": row.subject_kind,
                            "subject_id": row.subject_id,
                            "digest": row.digest,
                            "previous": row.previous,
                            "hash": row.hash,
                            "salt": row.salt,
                            "body": row.body,
                            "disposed": row.disposed,
                        },
                        ensure_ascii=False,
                        sort_keys=True,
                    ).encode("utf-8")
                    + b"\n"
                )

    bundle.add_parts("spar/spar.jsonl", f"Nämndens spår, rad {first} till {last}", lines())
    heads = day_heads(session, swedish_day(at).replace(month=1, day=1), board.code)
    content = json.dumps(heads_file(heads, at), ensure_ascii=False, indent=2)
    bundle.add("spar/slutrader.json", "Spårets slutrader", content.encode("utf-8"))


def _add_draws(
    session: Session, bundle: Bundle, draws: Any, actor: Actor, at: datetime
) -> DrawsTold:
    full = sealed = purged = 0
    for draw in draws:
        name = f"dragningar/dragning-{draw.id}"
        if draw.population.purged_at is not None:
            purged += 1
        elif _may_be_whole(session, draw, actor, at):
            full += 1
            content = export_record(session, draw, actor=actor, at=at)
            bundle.add(f"{name}.json", "Fullständigt protokoll", content)
            if draw.method is not SelectionMethod.TARGETED:
                rows = export_population(session, draw, actor=actor, at=at)
                bundle.add(f"dragningar/lista-{draw.id}.txt", "Listan som drogs ur", rows)
        else:
            sealed += 1
            content = record_bytes(record_for_outside(session, draw))
            bundle.add(f"{name}-forseglad.json", "Förseglat protokoll", content)
    bundle.add("dragningar/verify_draw.py", "Kontroll av en dragning", VERIFIER.read_bytes())
    return DrawsTold(len(draws), full, sealed, purged)


def _may_be_whole(session: Session, draw: Draw, actor: Actor, at: datetime) -> bool:
    """Whether nothing of the list is secret, and the reader may see every sample it serves."""
    if draw.population.is_secret:
        return False
    on = swedish_day(at)
    return all(
        can(
            actor,
            Permission.SAMPLE_READ,
            Scope(one.board_id, one.subcommittee_id),
            on,
            SAMPLING,
        )
        for one in occurrences_of_draw(session, draw.id)
    )
