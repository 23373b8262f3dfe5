"""The plan as a document for the board to decide on."""

from flask import make_response
from flask.typing import ResponseReturnValue

from internkontroll.core.access import Permission
from internkontroll.organisation.models import Board
from internkontroll.organisation.queries import document_house
from internkontroll.plan.documents import PlanDocument, document_of, file_name, plan_pdf
from internkontroll.plan.queries import content_of, plan_select
from internkontroll.plan.views.blueprint import WORDS_OF_A_PLAN, bp
from internkontroll.web.access import load_or_404, requires, session, today
from internkontroll.web.submission import page


def _document(board: Board, plan_id: int) -> PlanDocument:
    plan = load_or_404(plan_select(board.id, plan_id))
    return document_of(plan, content_of(session(), plan), today=today())


@bp.get("/planer/<int:plan_id>/dokument")
@requires(Permission.PLAN_READ)
def document(board: Board, plan_id: int) -> ResponseReturnValue:
    """The plan document to read on the screen and to print."""
    return page(
        "plan/document.html",
        board=board,
        document=_document(board, plan_id),
        plan_id=plan_id,
        **WORDS_OF_A_PLAN,
    )


@bp.get("/planer/<int:plan_id>/pdf")
@requires(Permission.PLAN_READ)
def pdf(board: Board, plan_id: int) -> ResponseReturnValue:
    """The plan document as PDF."""
    found = _document(board, plan_id)
    answer = make_response(plan_pdf(found, document_house(session())))
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers.set("Content-Disposition", "attachment", filename=file_name(found))
    return answer
