"""Read a plan's file, keep it while questions are answered, make it a plan in one go, undo it."""

from internkontroll.plan.services.importing.making import import_plan, import_reading
from internkontroll.plan.services.importing.parts import NO_AREA
from internkontroll.plan.services.importing.taking_in import (
    arrangement_of,
    known_headings,
    read_file,
    read_stored,
    read_workbook,
    store_reading,
    stored_bytes,
    tell_headings,
)
from internkontroll.plan.services.importing.undoing import (
    IMPORTED_DAYS,
    import_facts,
    remove_expired_files,
    undo_import,
)
from internkontroll.plan.services.importing.updating import compare_with_draft

__all__ = [
    "IMPORTED_DAYS",
    "NO_AREA",
    "arrangement_of",
    "compare_with_draft",
    "import_facts",
    "import_plan",
    "import_reading",
    "known_headings",
    "read_file",
    "read_stored",
    "read_workbook",
    "remove_expired_files",
    "store_reading",
    "stored_bytes",
    "tell_headings",
    "undo_import",
]
