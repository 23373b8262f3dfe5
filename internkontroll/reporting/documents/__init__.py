"""Uppföljningens dokument, all of them from the one report object.

- files: HTML, PDF and JSON
- blocks: DOCX
- sheets: XLSX and CSV
- following: uppdrag, rättelser, åtgärder and comparisons in them
- sources: what the report rests on, and the bilaga
- findings_list: avvikelser och åtgärder
- memo: tjänsteskrivelsen
- catalogue: all of them and their forms, the one list
- public: what is given out at a request
- package: all of them in one ZIP with a manifest
- telling: how figures and states are told in them
"""

from internkontroll.reporting.documents.blocks import report_document, report_docx
from internkontroll.reporting.documents.catalogue import (
    DocumentEntry,
    FileForm,
    catalogue,
    find_form,
)
from internkontroll.reporting.documents.files import (
    document_data,
    report_html,
    report_json,
    report_pdf,
    write_report_files,
)
from internkontroll.reporting.documents.findings_list import findings_document
from internkontroll.reporting.documents.memo import memo_document
from internkontroll.reporting.documents.package import (
    manifest_of,
    package_files,
    package_of,
    zip_of,
)
from internkontroll.reporting.documents.public import public_document, refusal_document
from internkontroll.reporting.documents.sheets import (
    report_csv,
    report_sheets,
    report_xlsx,
    table_names,
)
from internkontroll.reporting.documents.telling import file_name, name_of, safe_name

__all__ = [
    "DocumentEntry",
    "FileForm",
    "catalogue",
    "document_data",
    "file_name",
    "find_form",
    "findings_document",
    "manifest_of",
    "memo_document",
    "name_of",
    "package_files",
    "package_of",
    "public_document",
    "refusal_document",
    "report_csv",
    "report_document",
    "report_docx",
    "report_html",
    "report_json",
    "report_pdf",
    "report_sheets",
    "report_xlsx",
    "safe_name",
    "table_names",
    "write_report_files",
    "zip_of",
]
