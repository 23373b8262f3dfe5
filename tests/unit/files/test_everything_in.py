"""What the tests of secrets look through: nothing hides in a file that is packed twice."""

import io
import zipfile

from tests.everything_in import text_of


def archive(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return made.getvalue()


def test_a_word_in_an_archive_in_an_archive_is_found() -> None:
    inner = archive(document=b"hemlig " * 40)
    packed = archive(first=b"annat", second=inner)

    assert b"hemlig" not in packed
    assert "hemlig" in text_of(packed)
    assert "second" in text_of(packed)
