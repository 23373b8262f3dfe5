"""Registret över personuppgifter: what is held, why, who sees it and for how long (GDPR art. 30).

The one list of every column that holds, or may come to hold, something of a person. A test compares
it with the models: a column of text stands here or in :data:`NOT_PERSONAL`, never in neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from internkontroll.archive.models import RecordKind

TASK = "Uppgift av allmänt intresse (artikel 6.1 e) enligt kommunallagen 6 kap. 6 §"
DUTY = "Rättslig förpliktelse (artikel 6.1 c) enligt artikel 32, om säkerhet"
ARCHIVE = "Rättslig förpliktelse (artikel 6.1 c) enligt arkivlagen"


@dataclass(frozen=True)
class HeldData:
    """Behandling: one kind of personal data, as the register tells it.

    ``frist`` is the kind of records whose retention rule holds, or a sentence where the program
    itself destroys it or the archive keeps it. ``columns`` are by table; ``accounts`` marks the
    entry of every column that names an account.
    """

    name: str
    purpose: str
    ground: str
    seen_by: str
    frist: RecordKind | str
    columns: Mapping[str, tuple[str, ...]]
    accounts: bool = False

    @property
    def tables(self) -> int:
        """In how many places it is kept."""
        return len(self.columns)


PRESERVED = "Bevaras med nämndens handlingar. Texten kontrolleras mot personnummer när den skrivs."

REGISTER: tuple[HeldData, ...] = (
    HeldData(
        "Konton",
        "Veta vem som får göra vad, och låta var och en logga in.",
        DUTY,
        "Administratören. Benämningen syns för nämndens roller där personen har gjort något.",
        RecordKind.ACCOUNTS,
        {"user_account": ("username", "title", "password_hash")},
    ),
    HeldData(
        "Vem som gjorde vad",
        "Visa vem som har svarat, beslutat, dragit och skrivit under.",
        TASK,
        "Nämndens roller, revisorn.",
        "Kontots namn gallras med stängda konton. Numret står kvar.",
        {},
        accounts=True,
    ),
    HeldData(
        "Inloggningar",
        "Skydda konton och visa var och en sina egna inloggningar.",
        DUTY,
        "Kontots egen person.",
        "30 dagar, misslyckade försök ett dygn. Programmet tar bort dem",
        {
            "login_session": ("digest", "device"),
            "pending_login": ("digest",),
            "login_failure": ("digest",),
            "submission": ("key", "location"),
        },
    ),
    HeldData(
        "Koder och kommunens egen inloggning",
        "Veta att det är rätt person som loggar in.",
        DUTY,
        "Ingen. Hemligheten är förseglad, reservkoderna är bara avtryck.",
        RecordKind.ACCOUNTS,
        {
            "second_factor": ("sealed_secret", "coming_secret"),
            "recovery_code": ("digest",),
            "external_identity": ("issuer", "subject"),
        },
    ),
    HeldData(
        "Text som väntar på en ny inloggning",
        "Inget som skrivits går förlorat när inloggningen går ut.",
        DUTY,
        "Kontots egen person.",
        "Ett dygn, programmet tar bort den",
        {"form_draft": ("path", "page", "fields")},
    ),
    HeldData(
        "Beteckningar på granskade ärenden",
        "Dra stickprov som går att göra om, och hitta ärendet.",
        TASK,
        "Kontrolltillfällets egna roller. Varje läsning antecknas.",
        RecordKind.ITEM_REFERENCES,
        {
            "sample_item": ("reference",),
            "population_content": ("body", "names"),
            "population": ("file_name", "notice", "seal_key"),
            "draw": ("seal_key",),
        },
    ),
    HeldData(
        "Bilagor",
        "Underlag för det som en kontroll visade.",
        TASK,
        "Kontrolltillfällets egna roller.",
        RecordKind.ATTACHMENTS,
        {"attachment": ("file_name", "stored_name", "notice", "removal_reason")},
    ),
    HeldData(
        "Kommentarer till granskade poster",
        "Säga varför en post avviker.",
        TASK,
        "Kontrolltillfällets egna roller.",
        RecordKind.NOTES,
        {"item_result": ("comment",), "second_answer": ("comment",)},
    ),
    HeldData(
        "Anteckningar om ärenden",
        "Stöd när enhetschefen föredrar ett ärende, bara där nämnden har beslutat det.",
        TASK,
        "Sammanträdets egna roller.",
        "När sammanträdets protokoll är justerat förstör programmet dem",
        {"case_note": ("text",)},
    ),
    HeldData(
        "Jäv och överlämningar",
        "Visa vem som steg åt sidan, och vart det som inte kunde vänta lämnades.",
        TASK,
        "Nämndens roller, revisorn. Funktioner skrivs, inte namn.",
        PRESERVED,
        {
            "conflict_of_interest": ("member",),
            "urgent_handover": ("handed_to",),
            "draw": ("handled_rows",),
            "draw_round": ("handled_rows",),
        },
    ),
    HeldData(
        "Vem som har läst vad",
        "Följa upp att bara den som behöver läser det som är hemligt.",
        DUTY,
        "Controllern, dataskyddsombudet, enhetschefen för de läsningar som lottades.",
        RecordKind.READING_TRAIL,
        {"reading": ("actor", "rows"), "log_follow_up_item": ("remark",)},
    ),
    HeldData(
        "Spårets innehåll",
        "Visa i efterhand vem som gjorde och läste vad, och varför.",
        DUTY,
        "Controllern, nämndsekreteraren, förvaltningsdirektören, revisorn och dataskyddsombudet.",
        RecordKind.TRAIL,
        {"trail_payload": ("body",)},
    ),
    HeldData(
        "Kommunens spår",
        "Visa i efterhand vem som gav konton och roller, och vem som loggade in.",
        DUTY,
        "Administratören på kontots sida, dataskyddsombudet.",
        RecordKind.MUNICIPALITY_TRAIL,
        {},
    ),
    HeldData(
        "Revisorernas spår",
        "Visa revisorerna själva vad de har läst. Nämnden ser det inte.",
        DUTY,
        "Ingen i nämnden. Den som driver programmet prövar att kedjan är hel.",
        RecordKind.AUDIT_TRAIL,
        {},
    ),
    HeldData(
        "Funktioner och källor i kontroller",
        "Visa vem som tog ut, gjorde eller svarar för något. Funktioner skrivs, inte namn.",
        TASK,
        "Nämndens roller, revisorn.",
        PRESERVED,
        {
            "control": ("performed_by", "responsible_text"),
            "correction": ("done_by",),
            "closing": ("accepted_by",),
            "recorded_result": ("performed_by", "source"),
            "population": ("source", "taken_out_by", "query"),
            "draw": ("seed_reference",),
            "draw_round": ("seed_reference",),
            "risk": ("owner",),
            "audit_closing": ("told_by",),
            "decision": ("body",),
            "retention_rule": ("body",),
        },
    ),
    HeldData(
        "Skäl, texter och slutsatser som skrivs fritt",
        "Förklara kontroller, avvikelser, åtgärder och beslut.",
        TASK,
        "Nämndens roller, revisorn. Det som beslutas är allmän handling.",
        PRESERVED,
        {
            "action": ("description", "outcome"),
            "action_move": ("reason",),
            "closing": ("reason", "reopen_reason"),
            "committee_review": ("statement",),
            "conclusion": ("text", "proof", "return_reason"),
            "conclusion_reopening": ("reason",),
            "control": ("extra", "not_applicable_reason"),
            "control_mark": ("text", "asked", "settled_answer"),
            "correction": ("text",),
            "draw": ("redraw_reason",),
            "draw_round": ("reason",),
            "finding": ("description", "cause"),
            "finding_revision": ("description", "cause", "reason"),
            "item_result": ("reason",),
            "meeting": ("change_reason",),
            "non_performance": ("reason",),
            "occurrence": ("expired_reason", "wanted_because"),
            "occurrence_move": ("reason",),
            "plan": ("revision_reason", "attachment_of", "source_name", "source_title"),
            "plan_text": ("text",),
            "plan_treatment": ("reason",),
            "population": ("description", "reconciliation", "difference_reason"),
            "recorded_result": ("what_was_done", "outcome", "reason"),
            "risk": ("description", "cause", "consequence"),
            "report_treatment": ("reason", "xray"),
            "report_version": ("reason",),
            "assignment_move": ("reason",),
            "board_assignment": ("text", "report_back"),
            "role_proposal": ("reason",),
            "sample_item": ("replacement_reason", "chosen_reason"),
            "second_answer": ("settle_reason",),
            "second_reading": ("cancel_reason",),
        },
    ),
    HeldData(
        "Lydelser i uppföljningar",
        "Visa vad som stod innan nämnden beslutade.",
        TASK,
        "Nämndens roller, revisorn.",
        RecordKind.REPORT_DRAFTS,
        {
            "report_remark": ("comment", "assessment_reason"),
            "cover_memo": ("texts", "memo_author", "registry_number"),
            "follow_up_report": ("overall_grounds", "corrected_because", "correction_reason"),
        },
    ),
    HeldData(
        "Beslutade planer och uppföljningar",
        "Bevara det som nämnden beslutade, oförändrat.",
        ARCHIVE,
        "Nämndens roller, kommunstyrelsen när det är beslutat, revisorn.",
        "Bevaras",
        {
            "plan": ("content", "proposal", "attachment"),
            "plan_treatment": ("proposal",),
            "follow_up_report": ("snapshot", "proposal"),
            "oversight_summary": ("grounds", "proposals"),
            "oversight_decision": ("reason", "snapshot"),
            "public_version": ("ground", "content"),
            "public_masking": ("reason",),
            "report_treatment": ("proposal",),
            "report_version": ("snapshot",),
        },
    ),
    HeldData(
        "Paket av lämnade uppföljningar",
        "Låta kommunstyrelsen hämta alla nämnders dokument på en gång.",
        TASK,
        "Kommunstyrelsens controller.",
        "14 dagar",
        {"report_package": ("content",)},
    ),
    HeldData(
        "Planfiler som läses in",
        "Läsa om filen medan planen skrivs.",
        TASK,
        "Controllern.",
        "30 dagar för den som ingen läste in, 90 dagar för innehållet i den som blev en plan",
        {"plan_reading": ("file_name", "file_data", "layout", "made")},
    ),
)
"""Every kind of personal data that is held, in the order in which the page tells of it."""

NOT_PERSONAL: Mapping[str, tuple[str, ...]] = {
    "attachment": ("sha256",),
    "board": ("code", "name"),
    "case_note_rule": ("body", "paragraph"),
    "checklist": ("name", "name_key"),
    "checklist_criterion": ("text", "help_text"),
    "checklist_version": ("note",),
    "committee_review": ("case_kind", "proposed_kind"),
    "control": ("lineage", "text", "method_text", "reporting_text", "frame_text", "points"),
    "control_area": ("name",),
    "control_mark": ("code", "field"),
    "criterion": ("text", "help_text"),
    "decision": ("paragraph", "registry_number"),
    "default_point": ("name",),
    "disposal": ("decision", "selection", "head_before", "head_after"),
    "draw": ("parameters", "seed", "program"),
    "draw_round": ("n_by_stratum", "seed"),
    "draw_stratum": ("name", "rows"),
    "follow_up_report": ("snapshot_sha256", "proposal_sha256"),
    "job_run": ("job", "period", "summary"),
    "log_follow_up": ("frame_sha256", "seed"),
    "document_look": ("colour", "logo", "logo_sha256"),
    "memo_template": ("parts",),
    "municipality": ("name",),
    "obligatory_control": (
        "lineage",
        "area_name",
        "risk_text",
        "text",
        "method_text",
        "points",
        "criteria",
    ),
    "occurrence": ("origin",),
    "oversight_decision": ("point", "body", "paragraph", "registry_number", "snapshot_sha256"),
    "oversight_summary": ("point",),
    "public_masking": ("place", "provision"),
    "public_version": ("report_sha256", "provision", "content_sha256"),
    "plan": ("content_sha256", "proposal_sha256", "source_sha256"),
    "plan_heading": ("heading_key", "heading"),
    "plan_reading": ("file_sha256",),
    "plan_treatment": ("proposal_sha256",),
    "population": (
        "stored_name",
        "header",
        "id_column",
        "amount_column",
        "filters",
        "claim",
        "sha256",
        "sorted_sha256",
        "refusal",
        "purge_decision",
    ),
    "provider_grant": ("issuer",),
    "reading": ("chain", "kind"),
    "report_package": ("failure", "report_sha256", "sha256"),
    "report_remark": ("figures",),
    "report_treatment": ("proposal_sha256",),
    "report_version": ("snapshot_sha256",),
    "reporting_point": ("name",),
    "retention_rule": ("reference",),
    "risk": ("category",),
    "risk_assessment": ("scale",),
    "role_grant": ("decision",),
    "role_proposal": ("decision",),
    "sample_item": ("stratum",),
    "second_reading": ("seed",),
    "subcommittee": ("code", "name"),
    "trail_disposal": ("decision",),
    "trail_payload": ("salt",),
    "trail_row": ("chain", "event", "subject_kind", "digest", "previous", "hash"),
    "unit": ("name",),
    "unit_period": ("name",),
}
"""Columns of text that hold nothing of a person: codes, sums, seeds, what controls are about."""
