"""Recorded results, evidence, riktat urval and a shared draw, as the screen does them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from internkontroll.core.access import Role
from internkontroll.core.database import db, intent_to_write
from internkontroll.monitoring.jobs import run_jobs
from internkontroll.organisation.models import Board
from internkontroll.plan.rules.vocabulary import SampleKind, Technique
from internkontroll.review.models import Answer, Attachment, Conclusion, ItemResult, RecordedResult
from internkontroll.sampling.models import Draw, DrawOccurrence, Population, SampleItem
from internkontroll.schedule.models import Occurrence, OccurrenceState
from tests.client import PageClient
from tests.factories import (
    Town,
    make_control,
    make_drawn_sample,
    make_occurrence,
    make_plan,
    make_points,
)

ClientOf = Callable[..., PageClient]
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< >>\n%%EOF\n"


@dataclass
class Seeded:
    """An enkät, and two controls of the same invoices, as ids."""

    survey: int
    first: int
    second: int

    def page(self, occurrence_id: int, rest: str = "") -> str:
        return f"/namnd/scn/granskning/{occurrence_id}/{rest}"

    def result(self) -> str:
        return self.page(self.survey, "resultat")

    def evidence(self) -> str:
        return self.page(self.survey, "bilagor")


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


def read(app: Flask, ask: Callable[[Session], Any]) -> Any:
    with app.app_context():
        answer = ask(db.session())
        db.session.remove()
    return answer


def change(app: Flask, act: Callable[[Session], Any]) -> None:
    with app.app_context(), intent_to_write():
        act(db.session())
        db.session.commit()
        db.session.remove()


@pytest.fixture
def seeded(app: Flask, town: Town) -> Seeded:
    with app.app_context(), intent_to_write():
        session = db.session()
        board = session.get_one(Board, town.boards["SCN"])
        point = make_points(session, board)[0]
        plan = make_plan(session, board, decided=True)
        survey = make_control(
            session,
            plan,
            text="Chefer känner till reglerna",
            technique=Technique.SURVEY,
            sample_kind=SampleKind.CENSUS,
            sample_n=None,
        )
        pair = [
            make_control(session, plan, text=text, sample_kind=SampleKind.AT_LEAST, sample_n=2)
            for text in ("Fakturan stämmer", "Fakturan är attesterad")
        ]
        made = Seeded(
            make_occurrence(session, survey, point=point).id,
            *(make_occurrence(session, control, point=point).id for control in pair),
        )
        session.commit()
        db.session.remove()
    return made


@pytest.fixture
def shared(app: Flask, seeded: Seeded) -> int:
    """The id of a drawn sample of three that serves both controls."""

    def draw(session: Session) -> None:
        both = [session.get_one(Occurrence, each) for each in (seeded.first, seeded.second)]
        make_drawn_sample(session, *both, secret=False)
        for occurrence in both:
            occurrence.state = OccurrenceState.STARTED

    change(app, draw)
    return int(read(app, lambda session: session.scalar(sa.select(Draw.id))))


def criteria(app: Flask, occurrence_id: int) -> list[int]:
    statement = sa.text(
        "SELECT c.id FROM criterion c JOIN occurrence o ON o.control_id = c.control_id "
        "WHERE o.id = :id ORDER BY c.position"
    )
    return list(read(app, lambda s: s.scalars(statement, {"id": occurrence_id}).all()))


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


# Riktat urval


def test_items_are_chosen_with_reasons_and_the_pages_say_riktat(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    client = client_of(Role.RESPONSIBLE)
    address = f"/namnd/scn/kontroller/{seeded.first}/riktat-urval"
    client.get(address)
    fields = {
        "description": "Stora fakturor",
        "source": "Ekonomisystemet",
        "items-0-reference": "F-1001",
        "items-0-reason": "Största beloppet.",
        "items-3-reference": "F-1002",
    }
    page = client.submit("/riktat-urval", 422, **fields)
    assert "Skriv varför posten valdes." in page.text
    assert re.search(r'id="items-3-reason-error"', page.html)
    assert 'value="F-1001"' in page.html
    page = client.submit("/riktat-urval", **{"items-3-reason": "Ny leverantör."})
    assert page.h1 == "Riktat urval"
    assert "Ny leverantör." in page.text
    assert "Verifiera dragningen" not in page.text
    number = read(app, lambda s: s.scalar(sa.select(Draw.id)))
    client.get(f"/namnd/scn/dragning/{number}/kontroll", 404)
    full = client.raw(f"/namnd/scn/dragning/{number}/protokoll.json")
    assert full.json["says"].startswith("Riktat urval")
    page = client.get(seeded.page(seeded.first, "post/1"))
    assert "är vald riktat. Skäl: Största beloppet." in page.text
    page = client.get(seeded.page(seeded.first, "slutsats"))
    assert "Riktat urval" in page.text


def test_more_lines_keep_what_was_typed_and_save_nothing(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    client = client_of(Role.RESPONSIBLE)
    form = client.get(f"/namnd/scn/kontroller/{seeded.first}/riktat-urval").form("/riktat-urval")
    page = client.post(
        form.action, {**dict(form.fields), "items-0-reference": "F-1", "after": "more"}
    )
    assert "Post 10" in page.text
    assert 'value="F-1"' in page.html
    assert read(app, lambda s: s.scalar(sa.select(sa.func.count(Draw.id)))) == 0


# A shared draw


def test_one_draw_is_decided_for_two_controls(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    def frozen(session: Session) -> None:
        draw = make_drawn_sample(session, session.get_one(Occurrence, seeded.first), secret=False)
        session.execute(sa.delete(DrawOccurrence))
        session.execute(sa.delete(SampleItem))
        session.delete(draw)

    change(app, frozen)
    client = client_of(Role.RESPONSIBLE)
    page = client.get(f"/namnd/scn/kontroller/{seeded.first}/urval")
    assert "Fakturan är attesterad" in page.text
    assert "Chefer känner till reglerna" not in page.text
    page = client.submit("/urval", also=str(seeded.second), n="3")
    assert "Kontrollmoment som delar stickprovet" in page.text
    served = read(app, lambda s: set(s.scalars(sa.select(DrawOccurrence.occurrence_id))))
    assert served == {seeded.first, seeded.second}


def test_an_item_is_judged_for_all_controls_at_once(
    app: Flask, client_of: ClientOf, seeded: Seeded, shared: int
) -> None:
    client = client_of(Role.RESPONSIBLE)
    page = client.get(seeded.page(seeded.second, "gemensamt/1"))
    assert page.h1 == "Post 1 av 3, alla kontrollmoment"
    (one,), (two,) = criteria(app, seeded.first), criteria(app, seeded.second)
    answers = {f"answer_{one}": "yes", f"answer_{two}": "no", f"comment_{two}": "Saknas."}
    page = client.submit("/gemensamt/1", **answers)
    assert page.h1 == "Post 2 av 3, alla kontrollmoment"
    rows = read(
        app,
        lambda s: s.execute(
            sa.select(ItemResult.occurrence_id, ItemResult.answer).order_by(
                ItemResult.occurrence_id
            )
        ).all(),
    )
    assert rows == [(seeded.first, Answer.YES), (seeded.second, Answer.NO)]
    page = client.get(seeded.page(seeded.first, "gemensamt"))
    assert "1 av 3" in page.text
    assert "Till slutsatsen" in page.text


def test_two_who_judge_the_same_item_see_both_answers(
    app: Flask, client_of: ClientOf, seeded: Seeded, shared: int
) -> None:
    first, second = client_of(Role.RESPONSIBLE), client_of(Role.CONTROLLER)
    address = seeded.page(seeded.first, "gemensamt/1")
    (one,), (two,) = criteria(app, seeded.first), criteria(app, seeded.second)
    first.get(address)
    second.get(address)
    first.submit("/gemensamt/1", **{f"answer_{one}": "no", f"comment_{one}": "Fel pris."})
    page = second.submit("/gemensamt/1", 409, **{f"answer_{one}": "yes", f"answer_{two}": "yes"})
    assert "Fel pris." in page.text
    count = read(app, lambda s: s.scalar(sa.select(sa.func.count(ItemResult.id))))
    assert count == 1
    second.submit("/gemensamt/1")
    assert read(app, lambda s: s.scalar(sa.select(sa.func.count(ItemResult.id)))) == 3


def test_a_control_that_is_handed_over_is_shown_and_not_changed(
    app: Flask, client_of: ClientOf, seeded: Seeded, shared: int
) -> None:
    client = client_of(Role.RESPONSIBLE)
    old = client.get(seeded.page(seeded.first, "gemensamt/1")).form("/gemensamt/1")

    def close(session: Session) -> None:
        session.get_one(Occurrence, seeded.second).state = OccurrenceState.PERFORMED

    change(app, close)
    (one,), (two,) = criteria(app, seeded.first), criteria(app, seeded.second)
    sent = {**dict(old.fields), f"answer_{one}": "yes", f"answer_{two}": "yes"}
    page = client.post(old.action, sent, 409)
    assert "väntar på underskrift" in page.text
    assert read(app, lambda s: s.scalar(sa.select(sa.func.count(ItemResult.id)))) == 0
    page = client.submit("/gemensamt/1", **{f"answer_{one}": "yes"})
    assert page.h1 == "Post 2 av 3, alla kontrollmoment"


def test_the_shared_pages_ask_the_same_number_of_times_however_many_items(
    app: Flask, client_of: ClientOf, seeded: Seeded, shared: int, count_queries: Any
) -> None:
    client = client_of(Role.RESPONSIBLE)
    client.get(seeded.page(seeded.first, "gemensamt"))
    with count_queries() as counted:
        client.get(seeded.page(seeded.first, "gemensamt"))
    assert int(counted) <= 12


def test_an_occurrence_without_a_shared_draw_has_no_shared_page(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    change(app, lambda s: make_drawn_sample(s, s.get_one(Occurrence, seeded.first)))
    client_of(Role.RESPONSIBLE).get(seeded.page(seeded.first, "gemensamt/1"), 404)


def test_a_list_shows_its_sums_before_it_is_frozen(
    app: Flask, client_of: ClientOf, seeded: Seeded
) -> None:
    client = client_of(Role.RESPONSIBLE)
    client.get(f"/namnd/scn/kontroller/{seeded.first}/lista")
    page = client.submit(
        "/lista",
        200,
        {"file": (BytesIO(b"Nr;Belopp\nA1001;100,00\nA1002;-25,50\nA1003;0\n"), "f.csv")},
        description="Fakturor",
        source="Systemet",
        taken_out_by="Systemförvaltaren",
        taken_out_on="2020-01-10",
    )
    run_jobs(app, app.extensions["clock"])
    number = read(app, lambda s: s.scalar(sa.select(Population.id)))
    page = client.get(f"/namnd/scn/lista/{number}")
    assert "Summa av positiva belopp 100 kr" in page.text or "100,00" in page.text
    assert "1 st" in page.text
