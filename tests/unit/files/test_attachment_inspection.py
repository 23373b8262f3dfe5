"""Evidence is told by its content; what can run something, or hides another file, is refused."""

import io
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pytest
from docx import Document

from internkontroll.core.errors import InvalidInput
from internkontroll.files.attachments import (
    ATTACHMENT_MAX,
    AttachmentKind,
    attachment_name,
    inspect_attachment,
)


def docx() -> bytes:
    document, stream = Document(), io.BytesIO()
    document.add_paragraph("Protokoll från genomgången.")
    document.save(stream)
    return stream.getvalue()


def xlsx() -> bytes:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    book.active["A1"] = "Antal"
    book.save(stream)
    return stream.getvalue()


def chunk(name: bytes, content: bytes = b"") -> bytes:
    body = name + content
    return len(content).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")


PNG = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13)) + chunk(b"IDAT", b"x") + chunk(b"IEND")
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(40) + b"\xff\xd9"
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< >>\n%%EOF\n"


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """A package with one more part, or another in its place."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return stream.getvalue()


def zipped(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("protokoll.pdf", PDF, AttachmentKind.PDF),
        ("Protokoll.DOCX", docx(), AttachmentKind.DOCX),
        ("summor.xlsx", xlsx(), AttachmentKind.XLSX),
        ("skarmbild.png", PNG, AttachmentKind.PNG),
        ("foto.jpg", JPEG, AttachmentKind.JPEG),
        ("foto.jpeg", JPEG, AttachmentKind.JPEG),
        ("anteckning.txt", "Möte med gruppen, åtta närvarande.".encode(), AttachmentKind.TEXT),
        ("svar.csv", "fråga;svar\r\n1;ja\r\n".encode("cp1252"), AttachmentKind.CSV),
    ],
)
def test_what_is_on_the_list_is_let_in(name: str, data: bytes, kind: AttachmentKind) -> None:
    assert inspect_attachment(data, name).kind is kind


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("bild.pdf", PNG, "ändelsen .pdf men innehållet är något annat"),
        ("protokoll.png", PDF, "ändelsen .png men innehållet är något annat"),
        ("tabell.csv", xlsx(), "ändelsen .csv men innehållet är något annat"),
        ("program.exe", b"MZ" + bytes(200), "ingen ändelse som går att ta emot"),
        ("program.pdf", b"MZ" + bytes(200), "slag som inte tas emot"),
        ("sida.html", b"<html>", "ingen ändelse"),
        ("sida.txt", b"<!DOCTYPE html><html></html>", "webbsida eller ett skript"),
        ("bild.txt", b'<svg xmlns="x"><script>1</script></svg>', "webbsida eller ett skript"),
        ("kod.txt", b"#!/bin/sh\necho\n", "webbsida eller ett skript"),
        ("kod.csv", b"a;b\n1;<script>alert(1)</script>\n", "webbsida eller ett skript"),
        ("bin.txt", b"abc\x01\x02\x03", "ingen textfil"),
        ("arkiv.docx", zipped("x.txt", b"x"), "packat arkiv"),
        ("skript.pdf", PDF.replace(b"/Catalog", b"/Catalog /JavaScript 2 0 R"), "skript"),
        ("dolt.pdf", PDF.replace(b"/Catalog", b"/Catalog /J#61vaScript 2 0 R"), "skript"),
        ("start.pdf", PDF.replace(b"/Catalog", b"/Catalog /Launch"), "skript"),
        ("fil.pdf", PDF.replace(b"/Catalog", b"/Catalog /EmbeddedFiles"), "inbäddade"),
        ("last.pdf", PDF.replace(b"<< >>", b"<< /Encrypt 3 0 R >>"), "skyddad med lösenord"),
        ("halv.pdf", PDF[:30], "skadad eller inte hel"),
        ("dubbel.pdf", PDF + zipped("a.txt", b"a"), "annan fil gömd"),
        ("dubbel.png", PNG + b"<html>", "något mer efter bilden"),
        ("dubbel.jpg", JPEG + b"<script>", "något mer efter bilden"),
        ("dubbel2.png", PNG + zipped("a.txt", b"a"), "annan fil gömd"),
        ("halv.png", PNG[:40], "skadad eller inte hel"),
        ("makro.docx", with_part(docx(), "word/vbaProject.bin", b"x"), "makron"),
        ("inbaddad.docx", with_part(docx(), "word/embeddings/a.bin", b"x"), "inbäddad"),
        (
            "doctype.docx",
            with_part(docx(), "word/a.xml", b"<!DOCTYPE x [<!ENTITY y 'z'>]><x/>"),
            "doctype",
        ),
        (
            "mall.docx",
            with_part(
                docx(),
                "word/_rels/settings.xml.rels",
                b'<Relationships><Relationship Type="x/attachedTemplate" TargetMode="External" '
                b'Target="http://x/y.dotm"/></Relationships>',
            ),
            "mall utifrån",
        ),
        (
            "mall-i-koder.docx",
            with_part(
                docx(),
                "word/_rels/settings.xml.rels",
                b'<Relationships><Relationship Type="x/&#97;ttachedTemplate" '
                b'TargetMode="Externa&#108;" Target="http://x/y.dotm"/></Relationships>',
            ),
            "mall utifrån",
        ),
        (
            "objekt.docx",
            with_part(
                docx(),
                "word/_rels/document.xml.rels",
                b'<Relationships><Relationship Type="x/oleObject" TargetMode="External" '
                b'Target="http://x/y.html!"/></Relationships>',
            ),
            "annan fil utifrån",
        ),
        (
            "omdopt-makro.xlsx",
            with_part(
                xlsx(),
                "xl/_rels/workbook.xml.rels",
                b'<Relationships><Relationship Type="x/vbaProject" Target="a.bin"/>'
                b"</Relationships>",
            ),
            "makron",
        ),
        ("skadad.xlsx", xlsx()[:-40], "skadad"),
        ("tom.pdf", b"", "tom"),
    ],
)
def test_what_is_something_else_or_can_run_is_refused(name: str, data: bytes, says: str) -> None:
    with pytest.raises(InvalidInput, match=says) as refused:
        inspect_attachment(data, name)
    assert refused.value.field == "file"


@pytest.mark.parametrize("kind", [b"/ObjStm", b"/#4fbjStm", b"/ObjStm" + b" " * 1000])
def test_a_script_in_a_packed_object_stream_is_found(kind: bytes) -> None:
    packed = zlib.compress(b"5 0 << /S /JavaScript /JS (app.alert) >>")
    stream = b"4 0 obj\n<< /Type %b /Filter /FlateDecode /Length %d >>\nstream\n" % (
        kind,
        len(packed),
    )
    data = PDF.replace(b"trailer", stream + packed + b"\nendstream\nendobj\ntrailer")
    with pytest.raises(InvalidInput, match="skript"):
        inspect_attachment(data, "dold.pdf")


def test_the_bytes_of_a_picture_that_spell_a_short_name_are_no_script() -> None:
    picture = b"4 0 obj\n<< /Length 9 >>\nstream\n\x80\x01/JS\xff\x02/JS\nendstream\nendobj\n"
    data = PDF.replace(b"trailer", picture + b"trailer")

    assert inspect_attachment(data, "inskannad.pdf").kind is AttachmentKind.PDF


@pytest.mark.parametrize("script", [b"/JS (app.alert)", b"/JS\n<61>", b"/J#53 12 0 R"])
def test_a_script_without_its_long_name_is_found(script: bytes) -> None:
    with pytest.raises(InvalidInput, match="skript"):
        inspect_attachment(PDF.replace(b"/Catalog", b"/Catalog " + script), "dold.pdf")


def test_a_real_pdf_is_let_in(real_pdf: Path) -> None:
    assert inspect_attachment(real_pdf.read_bytes(), "rapport.pdf").kind is AttachmentKind.PDF


@pytest.fixture
def real_pdf(tmp_path: Path) -> Path:
    """A PDF with compressed streams, made by the library that the tests read PDFs with."""
    import pikepdf

    path = tmp_path / "a.pdf"
    with pikepdf.new() as made:
        made.add_blank_page()
        made.save(path, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return path


def test_a_file_above_the_limit_is_refused() -> None:
    with pytest.raises(InvalidInput, match="större än 20 MB"):
        inspect_attachment(bytes(ATTACHMENT_MAX + 1), "stor.txt")


def test_a_personnummer_in_the_name_is_refused() -> None:
    with pytest.raises(InvalidInput, match="namn innehåller ett personnummer"):
        attachment_name("19121212-1212 beslut.pdf")


def test_the_rows_of_a_text_that_look_personal_are_told() -> None:
    found = inspect_attachment(b"rad ett\n191212121212\nrad tre", "lista.txt")
    assert found.personal_rows == (2,)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Mina filer\\Protokoll mars.pdf", "Protokoll mars.pdf"),
        ("../../etc/lösen.txt", "lösen.txt"),
        ('a<b>"c;d%.csv', "a_b__c_d_.csv"),
        ("namn\r\nSet-Cookie: x.pdf", "Set-Cookie_ x.pdf"),
        ("Ä" * 300 + ".PDF", ""),
    ],
)
def test_a_name_is_cleaned_before_it_is_kept(given: str, kept: str) -> None:
    name = attachment_name(given)
    assert len(name) <= 100
    assert not set('<>:"/\\|?*;%\r\n') & set(name)
    assert name.endswith(kept.rpartition(".")[2])
