"""Åtgärder och rättelser i uppföljningen: how they stood, and how it went with the earlier ones."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from internkontroll.core.counting import and_list, in_words, ordinal, sentence
from internkontroll.findings.models import CorrectionOutcome
from internkontroll.reporting.rules.facts import ActionFact, FindingFact
from internkontroll.reporting.rules.lines import (
    ActionCount,
    ActionLine,
    ActionStanding,
    CorrectionCount,
    CorrectionLine,
    Figure,
    FindingLine,
    Statement,
    StatementKind,
)

_STILL_OPEN = (ActionStanding.OPEN, ActionStanding.LATE)


def action_line(fact: ActionFact, moment: datetime) -> ActionLine:
    """An action as it stood at the moment."""
    ended = fact.ended_by(moment)
    return ActionLine(
        label=fact.label,
        number=fact.number,
        description=fact.description,
        standing=fact.standing_at(moment),
        due_on=fact.due_at(moment),
        moves=fact.moves_by(moment),
        manned=fact.manned,
        ended_on=fact.ended_on if ended else None,
        outcome=fact.outcome if ended else None,
    )


def correction_line(fact: FindingFact, moment: datetime) -> CorrectionLine | None:
    """What had been done with the single item by then."""
    known = fact.correction_at(moment)
    if known is None:
        return None
    return CorrectionLine(known.outcome, known.text, known.done_on, known.amount)


def count_actions(lines: Iterable[ActionLine]) -> ActionCount:
    """How the actions stand."""
    rows = list(lines)
    standings = [row.standing for row in rows]
    still = [row for row in rows if row.standing in _STILL_OPEN]
    return ActionCount(
        total=len(rows),
        done=standings.count(ActionStanding.DONE),
        cancelled=standings.count(ActionStanding.CANCELLED),
        open=len(still),
        late=standings.count(ActionStanding.LATE),
        moved=sum(row.moves > 0 for row in rows),
        unmanned=sum(not row.manned for row in still),
    )


def count_corrections(findings: Iterable[FindingLine]) -> CorrectionCount:
    """How far the single items have been put right."""
    items = [finding.correction for finding in findings if finding.about_item]
    outcomes = [row.outcome for row in items if row is not None]
    return CorrectionCount(
        items_to_correct=len(items),
        corrected=outcomes.count(CorrectionOutcome.CORRECTED),
        impossible=outcomes.count(CorrectionOutcome.IMPOSSIBLE),
        waiting=items.count(None),
    )


def open_then(actions: Iterable[ActionFact], then: datetime | None) -> list[ActionFact]:
    """The actions that were known and not ended at the earlier moment; none without one."""
    if then is None:
        return []
    return [fact for fact in actions if fact.recorded_at <= then and not fact.ended_by(then)]


def _opening(count: ActionCount, when: str) -> str:
    which = f"vid förra uppföljningen (per {when})"
    if count.total == 1:
        state = "klar" if count.done else "avbruten" if count.cancelled else "inte klar"
        return f"Den åtgärd som var öppen {which} är {state}."
    many = f"{in_words(count.total)} åtgärder som var öppna {which}"
    if count.done == count.total:
        every = f"Alla {many}" if count.total > 2 else many.replace("två", "Båda de", 1)
        return f"{every} är klara."
    if not count.done:
        return f"Ingen av de {many} är klar."
    return f"Av de {many} är {in_words(count.done)} {'klar' if count.done == 1 else 'klara'}."


def earlier_actions(
    lines: Sequence[ActionLine], when: str, numbers: Mapping[str, int]
) -> Statement | None:
    """ "Av de nio åtgärder som var öppna vid förra uppföljningen är sju klara. En ..."

    ``when`` names the earlier point, ``numbers`` the control of each finding by its label. None
    where there was nothing to follow up.
    """
    count = count_actions(lines)
    if not count.total:
        return None
    alone = count.total == 1

    def told(many: int, one: str, several: str, rest: str = "") -> str:
        subject = "Den" if alone else sentence(in_words(many))
        return f" {subject} är {one if many == 1 else several}{rest}."

    text = _opening(count, when)
    still = [line for line in lines if line.standing in _STILL_OPEN]
    most = max((line.moves for line in still), default=0)
    if count.cancelled and not alone:
        text += told(count.cancelled, "avbruten", "avbrutna")
    if most:
        moved = sum(line.moves == most for line in still)
        rest = " en gång" if most == 1 else f" för {ordinal(most)} gången"
        text += told(moved, "flyttad", "flyttade", rest)
    if count.late:
        text += told(count.late, "försenad", "försenade")
    if count.unmanned:
        subject = "Den" if alone else sentence(in_words(count.unmanned))
        text += f" {subject} saknar ansvarig."
    figures = (
        Figure("actions", count.total),
        Figure("done", count.done),
        Figure("cancelled", count.cancelled),
        Figure("open", count.open),
        Figure("late", count.late),
        Figure("most_moves", most),
        Figure("unmanned", count.unmanned),
    )
    own = sorted({numbers[line.label] for line in lines if line.label in numbers})
    return Statement(StatementKind.EARLIER_ACTIONS, text, figures, tuple(own))


def _corrected(count: CorrectionCount) -> str:
    if count.items_to_correct == 1:
        state = "rättad" if count.corrected else "inte rättad"
        if count.impossible:
            return "Den enskilda posten kan inte rättas."
        return f"Den enskilda posten är {state}."
    if not count.corrected:
        text = f"Ingen av {in_words(count.items_to_correct)} enskilda poster är rättad"
    else:
        done = "rättad" if count.corrected == 1 else "rättade"
        text = (
            f"{sentence(in_words(count.corrected))} av {in_words(count.items_to_correct)} enskilda "
            f"poster är {done}"
        )
    rest = f", {in_words(count.impossible)} kan inte rättas" if count.impossible else ""
    return f"{text}{rest}."


def _acted(count: ActionCount) -> str:
    if count.total == 1:
        late = "är försenad" if count.late else "pågår"
        state = "är klar" if count.done else "är avbruten" if count.cancelled else late
        return f"Den enda åtgärden {state}."
    parts = []
    if count.done:
        parts.append(f"{in_words(count.done)} {'klar' if count.done == 1 else 'klara'}")
    if count.cancelled:
        word = "avbruten" if count.cancelled == 1 else "avbrutna"
        parts.append(f"{in_words(count.cancelled)} {word}")
    on_time = count.open - count.late
    if count.late:
        word = "försenad" if count.late == 1 else "försenade"
        parts.append(f"{in_words(count.late)} {word}")
    if on_time:
        parts.append(f"{in_words(on_time)} på väg")
    return f"Av {in_words(count.total)} åtgärder är {and_list(parts)}."


def follow_up_text(corrections: CorrectionCount, actions: ActionCount) -> str:
    """How far the report's own rättelser and åtgärder have come; empty where there are none."""
    told = [_corrected(corrections)] if corrections.items_to_correct else []
    told += [_acted(actions)] if actions.total else []
    return " ".join(told)
