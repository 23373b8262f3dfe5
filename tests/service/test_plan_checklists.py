"""The municipality's checklists: versions stand once published, and controls copy them."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from internkontroll.core.access import Actor, Role
from internkontroll.core.errors import Conflict, InvalidInput, InvalidTransition, NotAllowed
from internkontroll.organisation.models import Board
from internkontroll.plan.models import (
    Checklist,
    ChecklistCriterion,
    ChecklistVersion,
    Control,
    PlanState,
)
from internkontroll.plan.queries import controls_of
from internkontroll.plan.queries.checklists import (
    checklist_lines,
    holding_versions,
    newer_version,
    source_of,
    uses_of,
)
from internkontroll.plan.rules.checklists import CriterionContent, contents_of
from internkontroll.plan.rules.content import plan_content
from internkontroll.plan.services.checklists import (
    begin_version,
    change_draft,
    create_checklist,
    publish_version,
    remove_draft,
)
from internkontroll.plan.services.control_checklist import save_as_checklist, take_over_checklist
from internkontroll.trail.models import MUNICIPALITY_CHAIN, TrailRow
from internkontroll.trail.queries import verify_trail
from tests.factories import AT, make_actor, make_board, make_control, make_plan

FIRST = [
    CriterionContent("Skälen finns.", help_text="I beslutet."),
    CriterionContent("Beslutet är i tid."),
    CriterionContent("Dnr finns.", counts=False),
]


@pytest.fixture
def board(session: Session) -> Board:
    return make_board(session)


@pytest.fixture
def editor(session: Session) -> Actor:
    return make_actor(session, Role.ADMINISTRATOR, None)


@pytest.fixture
def controller(session: Session, board: Board) -> Actor:
    return make_actor(session, Role.CONTROLLER, board)


@pytest.fixture
def control(session: Session, board: Board) -> Control:
    return make_control(session, make_plan(session, board))


def draft_of(checklist: Checklist) -> ChecklistVersion:
    return checklist.versions[-1]


def published(session: Session, editor: Actor, name: str = "Beslut") -> ChecklistVersion:
    checklist = create_checklist(session, name, FIRST, actor=editor, at=AT)
    return publish_version(session, draft_of(checklist), row_version=1, actor=editor, at=AT)


def next_version(
    session: Session, version: ChecklistVersion, editor: Actor, *more: CriterionContent
) -> ChecklistVersion:
    draft = begin_version(session, version.checklist, actor=editor, at=AT)
    draft = change_draft(
        session,
        draft,
        name=version.checklist.name,
        note="Delegat är tillagd.",
        criteria=[*FIRST, *more],
        row_version=draft.row_version,
        actor=editor,
        at=AT,
    )
    return publish_version(session, draft, row_version=draft.row_version, actor=editor, at=AT)


def events(session: Session, chain: str) -> list[str]:
    return list(
        session.scalars(
            sa.select(TrailRow.event).where(TrailRow.chain == chain).order_by(TrailRow.seq)
        )
    )


def take(session: Session, control: Control, version: ChecklistVersion, actor: Actor) -> Control:
    return take_over_checklist(
        session, control, version, row_version=control.row_version, actor=actor, at=AT
    )


def test_a_checklist_is_a_draft_until_it_is_published(session: Session, editor: Actor) -> None:
    checklist = create_checklist(session, " Beslut ", FIRST, actor=editor, at=AT)

    assert checklist.name == "Beslut"
    assert list(holding_versions(session)) == []
    assert contents_of(draft_of(checklist).criteria) == FIRST

    version = publish_version(session, draft_of(checklist), row_version=1, actor=editor, at=AT)

    assert list(holding_versions(session)) == [version]
    assert events(session, MUNICIPALITY_CHAIN) == ["checklist:created", "checklist:published"]
    assert all(verdict.broken_at is None for verdict in verify_trail(session))


def test_a_published_version_never_changes(session: Session, editor: Actor) -> None:
    version = published(session, editor)
    with pytest.raises(InvalidTransition, match="Påbörja nästa version"):
        change_draft(
            session,
            version,
            name="Beslut",
            note=None,
            criteria=FIRST[:1],
            row_version=version.row_version,
            actor=editor,
            at=AT,
        )
    with pytest.raises(InvalidTransition):
        publish_version(session, version, row_version=version.row_version, actor=editor, at=AT)
    with pytest.raises(InvalidTransition):
        remove_draft(session, version, row_version=version.row_version, actor=editor, at=AT)
    assert contents_of(version.criteria) == FIRST


def test_a_change_is_the_next_version_with_a_note_and_the_older_stays(
    session: Session, editor: Actor
) -> None:
    first = published(session, editor)
    draft = begin_version(session, first.checklist, actor=editor, at=AT)
    assert contents_of(draft.criteria) == FIRST
    with pytest.raises(InvalidInput, match="vad som är nytt"):
        publish_version(session, draft, row_version=1, actor=editor, at=AT)
    with pytest.raises(InvalidTransition, match="redan ett utkast"):
        begin_version(session, first.checklist, actor=editor, at=AT)

    draft = change_draft(
        session,
        draft,
        name="Beslut",
        note="Inget nytt.",
        criteria=FIRST,
        row_version=1,
        actor=editor,
        at=AT,
    )
    with pytest.raises(InvalidInput, match="likadan som den förra"):
        publish_version(session, draft, row_version=2, actor=editor, at=AT)
    reordered = [FIRST[1], FIRST[0], FIRST[2]]
    draft = change_draft(
        session,
        draft,
        name="Beslut i ärenden",
        note="Ny ordning.",
        criteria=reordered,
        row_version=2,
        actor=editor,
        at=AT,
    )
    second = publish_version(session, draft, row_version=3, actor=editor, at=AT)

    assert contents_of(second.criteria) == reordered
    assert contents_of(first.criteria) == FIRST
    assert [line.number for line in checklist_lines(session)] == [2]


def test_who_read_an_older_draft_is_told_and_changes_nothing(
    session: Session, editor: Actor
) -> None:
    draft = draft_of(create_checklist(session, "Beslut", FIRST, actor=editor, at=AT))
    common = {"name": "Beslut", "note": None, "row_version": 1, "actor": editor, "at": AT}
    change_draft(session, draft, criteria=FIRST[:2], **common)
    with pytest.raises(Conflict, match="Någon annan har ändrat"):
        change_draft(session, draft, criteria=FIRST[:1], **common)
    with pytest.raises(Conflict):
        publish_version(session, draft, row_version=1, actor=editor, at=AT)
    assert len(draft.criteria) == 2


@pytest.mark.parametrize(
    ("criteria", "field"),
    [
        ([], "text_0"),
        ([CriterionContent("Ett."), CriterionContent(" ett")], "text_1"),
        ([CriterionContent("Ett.", counts=False)], "counts_0"),
        ([CriterionContent("Ett."), CriterionContent("Rör 19121212-1212")], "text_1"),
        ([CriterionContent("Ett.", help_text="x" * 3_000)], "help_text_0"),
        ([CriterionContent(f"Nummer {n}") for n in range(61)], None),
    ],
)
def test_a_list_that_cannot_be_is_refused_at_its_row(
    session: Session, editor: Actor, criteria: list[CriterionContent], field: str | None
) -> None:
    with pytest.raises(InvalidInput) as refused:
        create_checklist(session, "Beslut", criteria, actor=editor, at=AT)
    assert refused.value.field == field


def test_two_checklists_never_have_one_name(session: Session, editor: Actor) -> None:
    create_checklist(session, "Beslut", FIRST, actor=editor, at=AT)
    with pytest.raises(InvalidInput, match="redan en checklista") as refused:
        create_checklist(session, "BESLUT.", FIRST, actor=editor, at=AT)
    assert refused.value.field == "name"
    session.add(Checklist(name="beslut", name_key="beslut", created_at=AT))
    with pytest.raises(IntegrityError):
        session.flush()


def test_only_the_library_s_keepers_write_it(
    session: Session, board: Board, editor: Actor, controller: Actor
) -> None:
    oversight = make_actor(session, Role.OVERSIGHT_CONTROLLER, None)
    create_checklist(session, "Ett", FIRST, actor=oversight, at=AT)
    own = make_actor(session, Role.ADMINISTRATOR, board)
    for actor in (controller, own):
        with pytest.raises(NotAllowed):
            create_checklist(session, "Två", FIRST, actor=actor, at=AT)
    version = published(session, editor, "Tre")
    with pytest.raises(NotAllowed):
        begin_version(session, version.checklist, actor=controller, at=AT)


def test_a_removed_first_draft_takes_the_checklist_with_it_and_a_later_one_does_not(
    session: Session, editor: Actor
) -> None:
    alone = create_checklist(session, "Ett", FIRST, actor=editor, at=AT)
    with pytest.raises(Conflict):
        remove_draft(session, draft_of(alone), row_version=9, actor=editor, at=AT)
    assert remove_draft(session, draft_of(alone), row_version=1, actor=editor, at=AT) is None
    version = published(session, editor, "Två")
    begin_version(session, version.checklist, actor=editor, at=AT)
    remove_draft(session, draft_of(version.checklist), row_version=1, actor=editor, at=AT)

    assert [line.name for line in checklist_lines(session)] == ["Två"]
    counted = sa.select(sa.func.count()).select_from(ChecklistCriterion)
    assert session.scalar(counted) == len(FIRST)


def test_a_control_in_a_draft_copies_a_version_and_says_which(
    session: Session, editor: Actor, controller: Actor, control: Control, board: Board
) -> None:
    version = published(session, editor)
    take(session, control, version, controller)

    assert contents_of(control.criteria) == FIRST
    assert [row.position for row in control.criteria] == [1, 2, 3]
    assert source_of(session, control) is version
    content = plan_content(
        control.plan,
        controls_of(session, control.plan_id),
        board_code=board.code,
        board_name=board.name,
    )
    assert content["controls"][0]["checklist"] == {"name": "Beslut", "version": 1}
    assert [row["text"] for row in content["controls"][0]["criteria"]] == [
        row.text for row in FIRST
    ]
    assert "control:checklist-taken-over" in events(session, board.code)


def test_a_newer_version_is_told_and_changes_nothing_until_it_is_taken_over(
    session: Session, editor: Actor, controller: Actor, control: Control
) -> None:
    first = published(session, editor)
    take(session, control, first, controller)
    second = next_version(session, first, editor, CriterionContent("Delegaten är rätt."))

    assert newer_version(session, first) is second
    assert newer_version(session, second) is None
    assert contents_of(control.criteria) == FIRST

    take(session, control, second, controller)
    assert control.criteria[-1].text == "Delegaten är rätt."
    assert control.checklist_version_id == second.id


def test_a_decided_plan_keeps_its_criteria(
    session: Session, editor: Actor, controller: Actor, board: Board
) -> None:
    control = make_control(session, make_plan(session, board, decided=True))
    with pytest.raises(InvalidTransition):
        take(session, control, published(session, editor), controller)
    assert [row.text for row in control.criteria] == ["Underlaget finns."]


def test_only_a_published_version_is_taken_over(
    session: Session, editor: Actor, controller: Actor, control: Control
) -> None:
    draft = draft_of(create_checklist(session, "Beslut", FIRST, actor=editor, at=AT))
    with pytest.raises(InvalidTransition, match="inte publicerad"):
        take(session, control, draft, controller)


def test_who_saw_an_older_control_does_not_replace_its_criteria(
    session: Session, editor: Actor, controller: Actor, control: Control
) -> None:
    version = published(session, editor)
    seen = control.row_version
    take(session, control, version, controller)
    with pytest.raises(Conflict):
        take_over_checklist(session, control, version, row_version=seen, actor=controller, at=AT)


def test_a_control_s_criteria_become_a_proposal_that_the_library_publishes(
    session: Session, editor: Actor, controller: Actor, control: Control, board: Board
) -> None:
    proposal = save_as_checklist(session, control, "Underlag", actor=controller, at=AT)

    assert proposal.proposed_by_board_id == board.id
    assert draft_of(proposal).published_at is None
    assert [row.text for row in draft_of(proposal).criteria] == ["Underlaget finns."]
    with pytest.raises(NotAllowed):
        publish_version(session, draft_of(proposal), row_version=1, actor=controller, at=AT)
    publish_version(session, draft_of(proposal), row_version=1, actor=editor, at=AT)
    with pytest.raises(NotAllowed):
        save_as_checklist(session, control, "Annat", actor=editor, at=AT)


def test_who_uses_it_is_told_of_decided_plans_and_of_one_s_own_drafts(
    session: Session, editor: Actor, controller: Actor, control: Control, board: Board
) -> None:
    version = published(session, editor)
    take(session, control, version, controller)
    checklist_id = version.checklist_id

    assert uses_of(session, checklist_id, {board.id})[0][0].control_id == control.id
    assert uses_of(session, checklist_id, ()) == ([], 1)
    assert [line.controls for line in checklist_lines(session)] == [0]

    decided = make_plan(session, make_board(session, "AMN", "Arbetsmarknad"), decided=True)
    make_control(session, decided).checklist_version_id = version.id
    session.flush()
    assert decided.state is PlanState.DECIDED
    told, others = uses_of(session, checklist_id, ())
    assert [(use.board_name, use.version) for use in told] == [("Arbetsmarknad", 1)]
    assert others == 1
    assert [line.controls for line in checklist_lines(session)] == [1]
