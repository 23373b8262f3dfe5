"""Planens slutna listor: what happens to a plan, its states, kinds of marks and readings."""

from enum import StrEnum


class PlanEvent(StrEnum):
    """What the trail says happened to a plan."""

    READ = "plan:read"
    IMPORTED = "plan:imported"
    UPDATED = "plan:updated-from-file"
    IMPORT_UNDONE = "plan:import-undone"
    HEADINGS_TOLD = "plan:headings-told"
    CHANGED = "control:changed"
    PREPARED = "plan:prepared"
    DECIDED = "plan:decided"
    APPOINTED = "control:appointed"
    MARK_SETTLED = "control:mark-settled"
    RETURNED = "plan:returned"
    REFERRED_BACK = "plan:referred-back"
    TABLED = "plan:tabled"
    AMENDED = "plan:amended"
    VERIFIED = "plan:verified"
    REVISED = "plan:revised"
    REVISION_DROPPED = "plan:revision-dropped"
    REPLACED = "plan:replaced"
    CLOSED = "plan:closed"
    CREATED = "plan:created"
    TEXT_CHANGED = "plan:text-changed"
    AREAS_CHANGED = "plan:areas-changed"
    CONTROL_ADDED = "control:added"
    CONTROL_MOVED = "control:moved"
    CONTROL_REMOVED = "control:removed"
    CRITERIA_CHANGED = "control:criteria-changed"
    APPLICABILITY_CHANGED = "control:applicability-changed"
    OBLIGATORY_ADDED = "plan:obligatory-added"
    OBLIGATORY_WRITTEN = "obligatory-control:written"
    OBLIGATORY_CHANGED = "obligatory-control:changed"
    OBLIGATORY_WITHDRAWN = "obligatory-control:withdrawn"


class ChecklistEvent(StrEnum):
    """What the trail says happened to a checklist of the library, or to a control by one."""

    CREATED = "checklist:created"
    PROPOSED = "checklist:proposed"
    CHANGED = "checklist:changed"
    VERSION_BEGUN = "checklist:version-begun"
    PUBLISHED = "checklist:published"
    DRAFT_REMOVED = "checklist:draft-removed"
    TAKEN_OVER = "control:checklist-taken-over"


class PlanKind(StrEnum):
    """Slag av plan: a board may have another one, for what private providers do."""

    INTERNAL_CONTROL = "internal_control"
    PRIVATE_PROVIDERS = "private_providers"


class PlanState(StrEnum):
    """Planens läge."""

    DRAFT = "draft"
    PREPARED = "prepared"
    AMENDING = "amending"
    """The board has changed the proposal; what it changed is being written in."""
    DECIDED = "decided"
    REPLACED = "replaced"
    CLOSED = "closed"


class ReadingSource(StrEnum):
    """Hur planen kom in: a file, or cells pasted into the page."""

    FILE = "file"
    PASTED = "pasted"


class MarkKind(StrEnum):
    """Slag av märke på ett kontrollmoment: an open question, or something pointed out."""

    QUESTION = "question"
    NOTE = "note"
