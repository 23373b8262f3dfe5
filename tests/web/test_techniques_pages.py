"""Recorded results and evidence, as the screen does them."""

from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.review.models import Attachment, Conclusion, RecordedResult
from internkontroll.schedule.models import Occurrence, OccurrenceState
from tests.client import PageClient
from tests.factories import Town, make_drawn_sample
from tests.web.beside import change, read
from tests.web.same_invoices import ClientOf, Seeded, make_seeded

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< >>\n%%EOF\n"
FILLED = {
    "technique": "survey",
    "performed_by": "HR-enheten",
    "performed_on": "2020-01-10",
    "what_was_done": "Enkäten gick till alla chefer.",
    "size": "40",
    "reviewed": "31",
    "deviating": "2",
    "outcome": "Två visste inte.",
}


@pytest.fixture
def seeded(app: Flask, town: Town) -> Seeded:
    return make_seeded(app, town)


# Recorded results


def test_a_survey_is_recorded_concluded_and_signed_on_the_screen(
    client_of: ClientOf, seeded: Seeded
) -> None:
    client = client_of(Role.RESPONSIBLE)
    page = client.get(f"/namnd/scn/kontroller/{seeded.survey}")
    assert "Registrera resultatet" in page.text
    assert "Läs in listan" not in page.text
    client.get(seeded.result())
    page = client.submit("/resultat", **FILLED)
    assert page.h1 == "Slutsats"
    assert "31 av 40" in page.text
    client.submit("/slutsats", text="Två av 31 visste inte.")

    signer = client_of(Role.REVIEWER)
    signer.get(seeded.page(seeded.survey, "slutsats"))
    page = signer.submit("/underskrift")
    assert "Underskriven" in page.text
    assert "säkerhet" not in page.text
    page = client.get(f"/namnd/scn/kontroller/{seeded.survey}")
    assert "Registrerat resultat" in page.text


def test_wrong_figures_keep_everything_that_was_typed(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    client = client_of(Role.RESPONSIBLE)
    client.get(seeded.result())
    page = client.submit("/resultat", 422, **{**FILLED, "deviating": "32"})
    assert "kan inte vara fler än de 31" in page.text
    assert 'value="32"' in page.html
    assert "Enkäten gick till alla chefer." in page.html
    assert read(app, lambda s: s.scalar(sa.select(sa.func.count(RecordedResult.id)))) == 0


def test_the_loser_of_two_edits_sees_both_texts(client_of: ClientOf, seeded: Seeded) -> None:
    first, second = client_of(Role.RESPONSIBLE), client_of(Role.CONTROLLER)
    first.get(seeded.result())
    first.submit("/resultat", **FILLED)
    first.get(seeded.result())
    second.get(seeded.result())
    first.submit("/resultat", outcome="Tre visste inte.", reason="Ett sent svar.")

    page = second.submit("/resultat", 409, outcome="Fyra visste inte.", reason="Räknat om.")
    assert "Tre visste inte." in page.text
    assert "Fyra visste inte." in page.text
    page = second.submit("/resultat")
    assert page.h1 == "Slutsats"
    assert "Fyra visste inte." in page.text


def test_the_old_form_after_the_signature_changes_nothing(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    client, signer = client_of(Role.RESPONSIBLE), client_of(Role.REVIEWER)
    client.get(seeded.result())
    client.submit("/resultat", **FILLED)
    edit = client.get(seeded.result()).form("/resultat")
    conclude = client.get(seeded.page(seeded.survey, "slutsats")).form("/slutsats")
    client.submit("/slutsats", text="Klart.")
    signer.get(seeded.page(seeded.survey, "slutsats"))
    signer.submit("/underskrift")

    page = client.post(edit.action, {**dict(edit.fields), "outcome": "Ändrat.", "reason": "x"}, 422)
    assert "Ändrat." in page.html
    fields = {**dict(conclude.fields), "key": "k" * 20, "text": "En gång till."}
    page = client.post(conclude.action, fields, 409)
    assert "underskriven" in page.text

    def stored(session: Session) -> tuple[int, int, str]:
        return (
            session.scalars(sa.select(sa.func.count(RecordedResult.id))).one(),
            session.scalars(sa.select(sa.func.count(Conclusion.id))).one(),
            session.scalars(sa.select(Conclusion.text)).one(),
        )

    assert read(app, stored) == (1, 1, "Klart.")


def test_a_signed_result_is_corrected_and_signed_again(client_of: ClientOf, seeded: Seeded) -> None:
    client, signer = client_of(Role.RESPONSIBLE), client_of(Role.REVIEWER)
    client.get(seeded.result())
    client.submit("/resultat", **FILLED)
    client.submit("/slutsats", text="Två visste inte.")
    signer.get(seeded.page(seeded.survey, "slutsats"))
    signer.submit("/underskrift")

    page = client.get(seeded.result())
    assert page.h1 == "Rätta resultatet"
    page = client.submit(
        "/resultat", deviating="3", reason="Ett sent svar.", text="Tre visste inte."
    )
    assert "Rättad slutsats" in page.text
    assert "Den slutsats som rättas" in page.text
    signer.get(seeded.page(seeded.survey, "slutsats"))
    page = signer.submit("/underskrift")
    assert "3 av 31" in page.text
    assert "2 av 31" in page.text


def test_posted_foreign_columns_change_nothing(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    client = client_of(Role.RESPONSIBLE)
    form = client.get(seeded.result()).form("/resultat")
    foreign = {
        "id": "77",
        "occurrence_id": str(seeded.first),
        "revision": "9",
        "recorded_by_id": "1",
        "recorded_at": "2001-01-01",
        "state": "approved",
    }
    client.post(form.action, {**dict(form.fields), **FILLED, **foreign})
    row = read(app, lambda session: session.scalars(sa.select(RecordedResult)).one())
    assert (row.id, row.occurrence_id, row.revision) == (1, seeded.survey, 1)
    assert row.recorded_at.year == 2020
    state = read(app, lambda s: s.get(Occurrence, seeded.survey).state)
    assert state is OccurrenceState.STARTED


# Evidence


def attach(
    client: PageClient, seeded: Seeded, data: bytes, name: str, status: int = 200, **more: str
) -> Any:
    client.get(seeded.evidence())
    return client.submit("/bilagor", status, {"file": (BytesIO(data), name)}, **more)


def test_an_attachment_is_a_download_in_a_sandbox(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    client = client_of(Role.RESPONSIBLE)
    page = attach(client, seeded, PDF, "Protokoll åtta.pdf")
    assert "Protokoll åtta.pdf" in page.text
    answer = client.raw(f"{seeded.evidence()}/1")
    assert answer.data == PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].endswith("sandbox")
    assert answer.headers["Cache-Control"] == "no-store"
    assert client_of(Role.READER).raw(f"{seeded.evidence()}/1").status_code == 200
    assert client_of(Role.CONTROLLER, "AMN").raw(f"{seeded.evidence()}/1").status_code == 404


def test_a_changed_file_is_refused_with_a_sentence(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    client = client_of(Role.RESPONSIBLE)
    attach(client, seeded, PDF, "a.pdf")
    (path,) = (app.config["INSTANCE_DIR"] / "attachments").iterdir()
    path.write_bytes(PDF + b" ")
    page = client.get(f"{seeded.evidence()}/1", 409)
    assert "inte densamma som när den lades till" in page.text


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"<html><script>1</script></html>", "sida.txt", "webbsida eller ett skript"),
        (b"MZ" + bytes(100), "program.exe", "ingen ändelse"),
        (PDF, "19121212-1212.pdf", "personnummer"),
        (b"", "tom.pdf", "tom"),
    ],
    ids=["html", "exe", "name", "empty"],
)
def test_a_file_that_is_not_evidence_is_refused_and_nothing_is_saved(
    app: Flask, client_of: ClientOf, seeded: Seeded, data: bytes, name: str, says: str
) -> None:
    page = attach(client_of(Role.RESPONSIBLE), seeded, data, name, 422)
    assert says in page.text
    assert read(app, lambda s: s.scalar(sa.select(sa.func.count(Attachment.id)))) == 0
    assert not list((app.config["INSTANCE_DIR"] / "attachments").iterdir())


def test_a_text_that_looks_personal_is_confirmed_first(client_of: ClientOf, seeded: Seeded) -> None:
    client = client_of(Role.RESPONSIBLE)
    page = attach(client, seeded, b"191212121212", "a.txt", 422)
    assert "personnummer på rad 1" in page.text
    page = client.submit(
        "/bilagor", 200, {"file": (BytesIO(b"191212121212"), "a.txt")}, personal_confirmed="y"
    )
    assert "Liknar personnummer på rad 1" in page.text


def test_an_attachment_is_taken_away_with_a_reason(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    client = client_of(Role.RESPONSIBLE)
    attach(client, seeded, PDF, "a.pdf")
    client.get(f"{seeded.evidence()}/1/ta-bort")
    assert "Skriv varför" in client.submit("/ta-bort", 422).text
    page = client.submit("/ta-bort", reason="Fel dokument.")
    assert "Fel dokument." in page.text
    client.get(f"{seeded.evidence()}/1", 404)
    assert not list((app.config["INSTANCE_DIR"] / "attachments").iterdir())


def test_a_secret_list_shuts_the_attachments_and_says_why(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    change(app, lambda s: make_drawn_sample(s, s.get_one(Occurrence, seeded.survey)))
    page = client_of(Role.RESPONSIBLE).get(seeded.evidence())
    assert "Listan är hemlig" in page.text
    assert 'type="file"' not in page.html
