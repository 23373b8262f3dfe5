"""Sättaren: the process of its own in which Typst makes documents, and which then ends.

Typst keeps what it has made of the latest documents, tens of megabytes of each, and does so for as
long as the process lives. Here that ends with the orders, and a document that makes Typst fall
takes no worker with it. Run by its path and with nothing but Typst at hand: it knows neither the
program's settings nor its database.

On stdin comes one JSON list of orders, each what ``compile_with_warnings`` takes. On stdout goes
one line of JSON, a list with ``sizes``, ``warnings`` and ``refused`` of each order, and after it
the files in the same order, one directly after the other. An order of PNG gives a file of each
page.
"""

import json
import sys
from typing import Any


def typeset(order: dict[str, Any]) -> tuple[list[bytes], list[str], str | None]:
    """The files, what Typst warned of, and why it refused (None when it did not)."""
    import typst

    try:
        made, warnings = typst.compile_with_warnings(**order)
    except typst.TypstError as error:
        return [], [], str(error)
    return made if isinstance(made, list) else [made], [str(warning) for warning in warnings], None


def main() -> None:
    """Answer the orders on stdin."""
    done = [typeset(order) for order in json.load(sys.stdin.buffer)]
    told = [
        {"sizes": [len(file) for file in made], "warnings": warnings, "refused": refused}
        for made, warnings, refused in done
    ]
    out = sys.stdout.buffer
    out.write(json.dumps(told).encode() + b"\n")
    out.writelines(file for made, _, _ in done for file in made)
    out.flush()


if __name__ == "__main__":
    main()
