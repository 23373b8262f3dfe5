"""Registret över personuppgifter, for everybody who is logged in."""

from flask.typing import ResponseReturnValue

from internkontroll.archive.models import RecordKind
from internkontroll.archive.register import REGISTER, HeldData
from internkontroll.archive.rules import PROPOSALS
from internkontroll.archive.views.blueprint import personal_data
from internkontroll.archive.words import WORDS, frist_words
from internkontroll.web.access import signed_in
from internkontroll.web.submission import page


def _frist(held: HeldData) -> str:
    if not isinstance(held.frist, RecordKind):
        return held.frist
    proposal = PROPOSALS[held.frist]
    return (
        "Enligt nämndens gallringsregel. Förslaget är "
        f"{frist_words(proposal.months)} efter {WORDS[proposal.counted_from]}"
    )


@personal_data.get("/personuppgifter")
@signed_in
def index() -> ResponseReturnValue:
    """What personal data the program holds, why, and until when."""
    return page("personal_data/index.html", entries=[(held, _frist(held)) for held in REGISTER])
