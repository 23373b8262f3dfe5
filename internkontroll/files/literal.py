"""Text i XML: what no XML may hold is told by its number, so that nothing is lost in silence."""

import re

_NOT_OF_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def literal(text: str, *, tab: str = " ") -> str:
    """The text with signs that no XML may hold told as "[U+0001]", line ends as one sign.

    ``tab`` is what stands for a tab.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", tab)
    return _NOT_OF_XML.sub(lambda found: f"[U+{ord(found.group()):04X}]", lines)
