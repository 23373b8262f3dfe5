"""Gallringsregler: what the board has decided, and what the program proposes."""

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from internkontroll.accounts.services.drafts import DRAFT_LASTS
from internkontroll.archive.forms import RuleForm
from internkontroll.archive.queries import RuleEntry, rule_of, rules_of
from internkontroll.archive.queries.reading import kinds_of
from internkontroll.archive.services import decide_rule
from internkontroll.archive.views.blueprint import address, bp, kind_or_404
from internkontroll.core.access import Permission
from internkontroll.monitoring.services import FAILURES_KEPT, KEEP_DAYS
from internkontroll.organisation.models import Board
from internkontroll.plan.services.importing.undoing import IMPORTED_DAYS, WAITING_DAYS
from internkontroll.web.access import current_actor, may, now, requires, session
from internkontroll.web.submission import page, submit

AUTOMATIC: tuple[tuple[str, int], ...] = (
    ("Text som skickades när inloggningen hade gått ut", DRAFT_LASTS.days),
    ("Inloggningar och formulärens nycklar", KEEP_DAYS),
    ("Misslyckade inloggningar", FAILURES_KEPT.days),
    ("Planfiler som ingen läste in", WAITING_DAYS),
    ("Innehållet i planfiler som blev en plan", IMPORTED_DAYS),
)
"""What the program destroys by itself, with the number of days: it is of passing importance."""


@bp.get("/regler")
@requires(Permission.DISPOSAL_READ)
def rules(board: Board) -> ResponseReturnValue:
    """Every kind of records with its frist, and by which decision."""
    kinds = kinds_of(board)
    return page(
        "archive/rules.html",
        board=board,
        entries=[entry for entry in rules_of(session(), board.id) if entry.kind in kinds],
        automatic=AUTOMATIC,
        may_decide=may(Permission.RETENTION_DECIDE),
    )


def _filled_in(entry: RuleEntry) -> RuleForm:
    rule = entry.rule
    return RuleForm(
        formdata=None,
        months=entry.frist.months,
        counted_from=entry.frist.counted_from.value,
        body=rule.body if rule else "",
        decided_on=rule.decided_on if rule else None,
        reference=rule.reference if rule else "",
        row_version=str(entry.version),
    )


def _rule_page(board: Board, entry: RuleEntry, form: RuleForm) -> ResponseReturnValue:
    return page("archive/rule.html", form=form, board=board, entry=entry)


@bp.get("/regler/<slug>")
@requires(Permission.RETENTION_DECIDE)
def rule(board: Board, slug: str) -> ResponseReturnValue:
    """The rule of one kind, or the proposal to decide on."""
    entry = rule_of(session(), board.id, kind_or_404(board, slug))
    return _rule_page(board, entry, _filled_in(entry))


@bp.post("/regler/<slug>")
@requires(Permission.RETENTION_DECIDE)
def save_rule(board: Board, slug: str) -> ResponseReturnValue:
    """Record the board's decision on one kind."""
    kind = kind_or_404(board, slug)
    form = RuleForm()

    def act(open_session: Session) -> str:
        decide_rule(
            open_session,
            board,
            kind,
            months=form.months.data,
            counted_from=form.start,
            body=form.body.data or "",
            decided_on=form.decided_on.data,
            reference=form.reference.data or "",
            row_version=form.seen_version,
            actor=current_actor(),
            at=now(),
        )
        return address("archive.rules", board)

    if form.validate() and (answer := submit(form, act, done="Regeln är sparad.")):
        return answer
    entry = rule_of(session(), board.id, kind)
    if form.refused_with == 409 and form.seen_version != entry.version:
        form.set_beside(_filled_in(entry))
    return _rule_page(board, entry, form)
