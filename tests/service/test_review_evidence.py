"""Evidence is kept with its hash, behind its wall, never beside a secret list, and goes visibly."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.core.transaction import transaction
from internkontroll.plan.rules.vocabulary import SampleKind, Technique
from internkontroll.review.models import Attachment
from internkontroll.review.queries import attachments_of
from internkontroll.review.services import (
    add_attachment,
    changed_files,
    destroy_orphans,
    read_attachment,
    remove_attachment,
    stored_names,
)
from internkontroll.sampling.models import SelectionMethod
from internkontroll.sampling.queries import frozen_population
from internkontroll.sampling.services import commit_draw, receive_population, store_upload
from internkontroll.schedule.models import Occurrence, OccurrenceState
from internkontroll.trail.models import TrailPayload
from tests.factories import (
    actor_of,
    make_board,
    make_control,
    make_drawn_sample,
    make_meeting,
    make_occurrence,
    make_plan,
    make_points,
    make_subcommittee,
    make_user,
)

AT = datetime(2020, 4, 20, 9, tzinfo=UTC)
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< >>\n%%EOF\n"


@dataclass
class Archive:
    """An occurrence of the board's own, the attachments' folder, and those who work with it."""

    session: Session
    folder: Path
    occurrence: Occurrence
    other: Occurrence
    tester: Actor

    def add(
        self, data: bytes = PDF, name: str = "protokoll.pdf", *, confirmed: bool = False
    ) -> Attachment:
        with store_upload(BytesIO(data), self.folder) as upload, transaction(self.session):
            return add_attachment(
                self.session,
                self.occurrence,
                upload=upload,
                file_name=name,
                personal_confirmed=confirmed,
                actor=self.tester,
                at=AT,
            )

    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture
def archive(session: Session, tmp_path: Path) -> Archive:
    board = make_board(session)
    point = make_points(session, board)[0]
    plan = make_plan(session, board, decided=True)
    control = make_control(
        session,
        plan,
        technique=Technique.DOCUMENT_REVIEW,
        sample_kind=SampleKind.NONE,
        sample_n=None,
    )
    other = make_control(session, plan)
    folder = tmp_path / "attachments"
    folder.mkdir()
    tester = actor_of(make_user(session, Role.RESPONSIBLE, board))
    archive = Archive(
        session,
        folder,
        make_occurrence(session, control, point=point),
        make_occurrence(session, other, point=point),
        tester,
    )
    session.commit()
    return archive


def test_an_attachment_is_kept_under_a_random_name_with_its_hash(archive: Archive) -> None:
    added = archive.add()

    assert archive.files() == [added.stored_name]
    assert added.stored_name != added.file_name
    assert len(added.stored_name) == 32
    assert archive.occurrence.attachments == 1
    assert archive.occurrence.state is OccurrenceState.STARTED
    data = read_attachment(
        archive.occurrence, added, folder=archive.folder, actor=archive.tester, at=AT
    )
    assert data == PDF


def test_a_refused_file_leaves_nothing_behind(archive: Archive) -> None:
    with pytest.raises(InvalidInput, match=r"packat arkiv|skadad"):
        archive.add(b"PK\x03\x04 inte en zip", "a.docx")
    assert archive.files() == []
    assert archive.occurrence.attachments == 0


def test_a_file_goes_if_the_transaction_fails(archive: Archive) -> None:
    def add_and_fail() -> None:
        with store_upload(BytesIO(PDF), archive.folder) as upload, transaction(archive.session):
            add_attachment(
                archive.session,
                archive.occurrence,
                upload=upload,
                file_name="a.pdf",
                actor=archive.tester,
                at=AT,
            )
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        add_and_fail()
    assert archive.files() == []
    assert attachments_of(archive.session, archive.occurrence.id) == []


def test_a_file_that_has_changed_on_disk_is_not_handed_out(archive: Archive) -> None:
    added = archive.add()
    path = archive.folder / added.stored_name
    data = bytearray(path.read_bytes())
    data[20] ^= 1
    path.write_bytes(bytes(data))

    with pytest.raises(Conflict, match="inte densamma som när den lades till"):
        read_attachment(
            archive.occurrence, added, folder=archive.folder, actor=archive.tester, at=AT
        )
    assert changed_files(archive.session, archive.folder) == [added.id]
    path.unlink()
    with pytest.raises(Conflict, match="finns inte kvar"):
        read_attachment(
            archive.occurrence, added, folder=archive.folder, actor=archive.tester, at=AT
        )
    assert changed_files(archive.session, archive.folder) == [added.id]


def test_what_is_taken_away_leaves_its_row_its_hash_and_the_reason(archive: Archive) -> None:
    added = archive.add()
    with transaction(archive.session) as session:
        remove_attachment(
            session,
            archive.occurrence,
            added,
            "Fel dokument.",
            folder=archive.folder,
            actor=archive.tester,
            at=AT,
        )
    row = attachments_of(archive.session, archive.occurrence.id)[0]
    assert archive.files() == []
    assert (row.removal_reason, row.removed_at, len(row.sha256)) == ("Fel dokument.", AT, 64)
    assert archive.occurrence.attachments == 0
    with pytest.raises(Conflict, match="hann ta bort"), transaction(archive.session) as session:
        remove_attachment(
            session,
            archive.occurrence,
            added,
            "En gång till.",
            folder=archive.folder,
            actor=archive.tester,
            at=AT,
        )


def test_a_removal_that_fails_keeps_the_file(archive: Archive) -> None:
    added = archive.add()

    def remove_and_fail() -> None:
        with transaction(archive.session) as session:
            remove_attachment(
                session,
                archive.occurrence,
                added,
                "Fel.",
                folder=archive.folder,
                actor=archive.tester,
                at=AT,
            )
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        remove_and_fail()
    assert archive.files() == [added.stored_name]


def test_the_trail_tells_of_the_file_but_not_its_name(archive: Archive) -> None:
    added = archive.add(name="möte med gruppen.pdf")
    bodies = [row.body for row in archive.session.query(TrailPayload)]
    told = next(body for body in bodies if "attachment" in str(body))
    assert added.sha256 in str(told)
    assert "gruppen" not in str(bodies)


def test_no_evidence_beside_a_secret_list(archive: Archive) -> None:
    make_drawn_sample(archive.session, archive.occurrence)
    with pytest.raises(InvalidTransition, match="Listan är hemlig"):
        archive.add()
    assert archive.files() == []


def test_evidence_beside_an_open_list_is_let_in(archive: Archive) -> None:
    make_drawn_sample(archive.session, archive.occurrence, secret=False)
    assert archive.add().id


def test_no_evidence_where_a_shared_list_is_secret(archive: Archive) -> None:
    make_drawn_sample(archive.session, archive.other, archive.occurrence)
    with pytest.raises(InvalidTransition, match="Listan är hemlig"):
        archive.add()


@pytest.fixture
def receive(archive: Archive) -> Callable[..., object]:
    def act(*, is_secret: bool = True, confirmed: bool = False) -> object:
        with store_upload(BytesIO(b"Nr;Ort\nA1;x\nA2;y\n"), archive.folder) as upload:
            return receive_population(
                archive.session,
                archive.occurrence,
                upload=upload,
                file_name="lista.csv",
                description="Beslut",
                source="Systemet",
                taken_out_by="Systemförvaltaren",
                taken_out_on=date(2020, 4, 1),
                reconciliation=None,
                made_by_controlled=False,
                is_secret=is_secret,
                attachments_confirmed=confirmed,
                actor=archive.tester,
                at=AT,
            )

    return act


def test_a_secret_list_does_not_come_to_stand_beside_evidence_unawares(
    archive: Archive, receive: Callable[..., object]
) -> None:
    archive.add()
    with pytest.raises(InvalidInput, match="har 1 bilaga, och listan är hemlig") as refused:
        receive()
    assert refused.value.field == "attachments_confirmed"
    assert receive(is_secret=False)
    assert receive(confirmed=True)


def test_a_secret_draw_is_not_shared_with_a_control_that_has_evidence(archive: Archive) -> None:
    archive.add()
    drawn = make_drawn_sample(archive.session, archive.other)
    population = frozen_population(archive.session, archive.other.id)
    assert population is not None
    with pytest.raises(InvalidInput, match="har bilagor, och listan är hemlig") as refused:
        commit_draw(
            archive.session,
            population,
            [archive.other, archive.occurrence],
            method=SelectionMethod.SRS_TICKET,
            n=5,
            redraw_of=drawn,
            reason="Fler kontroller.",
            actor=archive.tester,
            at=AT,
        )
    assert refused.value.field == "also"


def test_a_text_with_what_looks_personal_waits_for_a_confirmation(archive: Archive) -> None:
    text = b"Anteckning\n191212121212\n"
    with pytest.raises(InvalidInput, match="personnummer på rad 2"):
        archive.add(text, "a.txt")
    added = archive.add(text, "a.txt", confirmed=True)
    assert "rad 2" in (added.notice or "")


def test_nothing_is_added_after_the_signature_and_never_more_than_fifty(archive: Archive) -> None:
    archive.occurrence.attachments = 50
    archive.session.commit()
    with pytest.raises(InvalidTransition, match="redan 50 bilagor"):
        archive.add()
    archive.occurrence.state = OccurrenceState.APPROVED
    archive.session.commit()
    with pytest.raises(InvalidTransition, match="underskriven"):
        archive.add()


def test_another_committees_evidence_is_not_read(archive: Archive) -> None:
    session = archive.session
    board = make_board(session, "OSN", "Omsorgsnämnden")
    first = make_subcommittee(session, board)
    second = make_subcommittee(session, board, "IU2", "Individutskott 2")
    control = make_control(session, make_plan(session, board, decided=True))
    meeting = make_meeting(session, board, first)
    archive.occurrence = make_occurrence(session, control, meeting=meeting)
    archive.tester = actor_of(make_user(session, Role.MEMBER, board, first))
    session.commit()
    added = archive.add()
    stranger = actor_of(make_user(session, Role.MEMBER, board, second))
    with pytest.raises(NotAllowed):
        read_attachment(archive.occurrence, added, folder=archive.folder, actor=stranger, at=AT)


def test_files_that_no_row_names_go_after_a_day(archive: Archive) -> None:
    added = archive.add()
    for name, age in (("a" * 32, 3), ("b" * 32, 0)):
        path = archive.folder / name
        path.write_bytes(b"x")
        stamp = AT.timestamp() - age * 86_400
        os.utime(path, (stamp, stamp))
    os.utime(archive.folder / added.stored_name, (0, 0))

    assert destroy_orphans(archive.folder, stored_names(archive.session), AT) == 1
    assert set(archive.files()) == {added.stored_name, "b" * 32}
    assert destroy_orphans(archive.folder / "saknas", frozenset(), AT) == 0


def test_a_large_upload_is_stopped_while_it_is_written(archive: Archive) -> None:
    with pytest.raises(InvalidInput, match=r"större än 1 MB\. Dela upp den\."):
        store_upload(
            BytesIO(bytes(1_048_577)), archive.folder, limit=1_048_576, smaller="Dela upp den."
        )
    assert archive.files() == []


def test_the_same_file_stands_once(archive: Archive) -> None:
    archive.add()
    with pytest.raises(InvalidInput, match="redan tillagd"):
        archive.add(name="kopia.pdf")
    assert len(archive.files()) == 1
