"""The look of every document: the municipality's logotype and colour."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role
from internkontroll.core.errors import Conflict, InvalidInput, NotAllowed
from internkontroll.files.attachments import AttachmentKind
from internkontroll.files.house import DEFAULT_COLOUR, LOGO_MAX, contrast_to_white
from internkontroll.organisation.models import DocumentLook, Municipality, OrganisationEvent
from internkontroll.organisation.queries import document_house
from internkontroll.organisation.services import change_look
from internkontroll.trail.models import MUNICIPALITY_CHAIN
from internkontroll.trail.queries import history_of
from tests.factories import make_actor
from tests.pictures import png

AT = datetime(2020, 5, 28, 7, tzinfo=UTC)


@pytest.fixture
def administrator(session: Session) -> Actor:
    session.add(Municipality(id=1, name="Exempelkommunen"))
    session.flush()
    return make_actor(session, Role.ADMINISTRATOR, None)


def change(session: Session, actor: Actor, **given: Any) -> DocumentLook:
    given = {"colour": "#7a1f2b", "row_version": 0, "at": AT, **given}
    return change_look(session, actor=actor, **given)


def test_documents_have_the_programs_look_and_the_municipalitys_name_at_first(
    session: Session, administrator: Actor
) -> None:
    house = document_house(session)

    assert (house.name, house.colour, house.logo) == ("Exempelkommunen", DEFAULT_COLOUR, None)


def test_logotype_and_colour_are_kept_and_the_trail_has_a_sum_of_the_file(
    session: Session, administrator: Actor
) -> None:
    look = change(session, administrator, colour=" 7A1F2B ", logo=(png(), "vapen.png"))

    house = document_house(session)
    assert (house.colour, house.logo, house.kind) == ("#7a1f2b", png(), AttachmentKind.PNG)
    (row,) = history_of(session, MUNICIPALITY_CHAIN, "municipality", 1)
    assert row.event == OrganisationEvent.LOOK_CHANGED
    assert look.logo_sha256 in str(row.data)


def test_the_logotype_stays_when_the_colour_alone_is_changed_and_goes_when_asked(
    session: Session, administrator: Actor
) -> None:
    change(session, administrator, logo=(png(), "vapen.png"))
    change(session, administrator, colour="#123456", row_version=1)
    assert document_house(session).logo == png()
    change(session, administrator, colour="#123456", row_version=2, remove_logo=True)
    assert document_house(session).logo is None
    assert len(history_of(session, MUNICIPALITY_CHAIN, "municipality", 1)) == 3


def test_the_slower_of_two_is_refused(session: Session, administrator: Actor) -> None:
    change(session, administrator)
    with pytest.raises(Conflict):
        change(session, administrator, colour="#123456")


def test_only_an_administrator_changes_the_look(session: Session, administrator: Actor) -> None:
    with pytest.raises(NotAllowed):
        change(session, make_actor(session, Role.READER, None))


@pytest.mark.parametrize(
    ("logo", "said"),
    [
        ((b"", "vapen.png"), "tom"),
        ((b"<svg xmlns='http://www.w3.org/2000/svg'/>", "vapen.png"), "något annat"),
        ((b"%PDF-1.7\n%%EOF", "vapen.pdf"), "ska vara en bild"),
        ((png() + b"<script>", "vapen.png"), "något mer efter bilden"),
        ((png() + bytes(LOGO_MAX), "vapen.png"), "större än 200 kB"),
        ((png()[:8] + png()[8:33] + png()[-12:], "vapen.png"), "går inte att trycka"),
    ],
    ids=["empty", "svg", "pdf", "more-after-it", "too-large", "no-pixels"],
)
def test_what_no_document_can_be_made_with_is_refused(
    session: Session, administrator: Actor, logo: tuple[bytes, str], said: str
) -> None:
    with pytest.raises(InvalidInput, match=said) as caught:
        change(session, administrator, logo=logo)
    assert caught.value.field == "file"
    assert document_house(session).logo is None


@pytest.mark.parametrize("colour", ["", "röd", "#12345", "#1234567", "#ffff00", "#8a8a8a"])
def test_a_colour_that_is_none_or_cannot_be_read_on_paper_is_refused(
    session: Session, administrator: Actor, colour: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        change(session, administrator, colour=colour)
    assert caught.value.field == "colour"


def test_contrast_is_counted_as_wcag_counts_it() -> None:
    assert contrast_to_white("#ffffff") == pytest.approx(1)
    assert contrast_to_white("#000000") == pytest.approx(21)
    assert contrast_to_white("#767676") == pytest.approx(4.54, abs=0.01)
