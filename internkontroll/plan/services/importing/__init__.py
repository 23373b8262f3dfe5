"""Read a plan's file, keep it while questions are answered, make it a plan in one go, undo it."""

from internkontroll.plan.services.importing.making import (
    NO_AREA,
    compare_with_draft,
    import_plan,
    import_reading,
)
from internkontroll.plan.services.importing.taking_in import (
    arrangement_of,
    known_headings,
    read_file,
    read_stored,
    read_workbook,
    sheet_of,
    store_reading,
    stored_bytes,
    tell_headings,
)
from internkontroll.plan.services.importing.undoing import remove_expired_files, undo_import

__all__ = [
    "NO_AREA",
    "arrangement_of",
    "compare_with_draft",
    "import_plan",
    "import_reading",
    "known_headings",
    "read_file",
    "read_stored",
    "read_workbook",
    "remove_expired_files",
    "sheet_of",
    "store_reading",
    "stored_bytes",
    "tell_headings",
    "undo_import",
]
