"""All that can be read out of a file: what a PDF says, and every part of an archive within it."""

import io
import zipfile

from tests.pdf_text import pdf_text

PDF, ZIP = b"%PDF-", b"PK\x03\x04"


def text_of(body: bytes) -> str:
    """What a reader, or somebody who takes the file apart, finds in it.

    A Word file or a PDF in an archive is packed once more and is opened too.
    """
    if body.startswith(PDF):
        return pdf_text(body) + body.decode("latin-1")
    if body.startswith(ZIP):
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            return "\n".join(
                f"{entry.filename} {entry.comment.decode('utf-8', 'replace')}\n"
                f"{text_of(parts.read(entry))}"
                for entry in parts.infolist()
            )
    return body.decode("utf-8", "replace")
