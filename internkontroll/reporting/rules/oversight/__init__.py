"""Kommunstyrelsens samlade bild: pure, from the reports that are decided and sent.

- sent: what is taken from a nämnd's report
- overview: the one object, whose sums close
- build: from facts to the object
- awaiting: whether a decision on it is still awaited
"""

from internkontroll.reporting.rules.oversight.awaiting import (
    PictureDecision,
    PictureStanding,
    first_awaited_year,
    picture_standing,
)
from internkontroll.reporting.rules.oversight.build import (
    OversightFacts,
    SummaryFacts,
    build_oversight,
    common_areas,
    late_words,
    oversight_title,
    standing_of,
)
from internkontroll.reporting.rules.oversight.frozen import (
    ShownOversight,
    oversight_from_plain,
    oversight_to_plain,
)
from internkontroll.reporting.rules.oversight.overview import (
    AreaBoard,
    BoardLine,
    BoardStanding,
    CommonArea,
    ObligatoryAnswer,
    ObligatoryLine,
    ObligatoryStanding,
    OversightMatter,
    OversightReport,
    OversightTotal,
    RowChoice,
    chosen_rows,
    per_ten,
    total_of,
)
from internkontroll.reporting.rules.oversight.sent import (
    BoardFacts,
    ObligatoryFact,
    SentReport,
    SentRow,
    sent_report,
    severities_of,
)

__all__ = [
    "AreaBoard",
    "BoardFacts",
    "BoardLine",
    "BoardStanding",
    "CommonArea",
    "ObligatoryAnswer",
    "ObligatoryFact",
    "ObligatoryLine",
    "ObligatoryStanding",
    "OversightFacts",
    "OversightMatter",
    "OversightReport",
    "OversightTotal",
    "PictureDecision",
    "PictureStanding",
    "RowChoice",
    "SentReport",
    "SentRow",
    "ShownOversight",
    "SummaryFacts",
    "build_oversight",
    "chosen_rows",
    "common_areas",
    "first_awaited_year",
    "late_words",
    "oversight_from_plain",
    "oversight_title",
    "oversight_to_plain",
    "per_ten",
    "picture_standing",
    "sent_report",
    "severities_of",
    "standing_of",
    "total_of",
]
