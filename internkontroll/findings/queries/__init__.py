"""Read findings, always within one board.

- reading: one finding, those of an occurrence, what a finding said at a moment
- register: the list with its filters, and the list of actions
- following: how far findings have come, their actions, corrections, retests and closings
"""

from internkontroll.findings.queries.following import (
    FollowUp,
    action_select,
    actions_of,
    closings_of,
    control_in_force,
    corrections_of,
    facts_of,
    follow_up_of,
    latest_retest,
    open_actions_of,
    possible_responsibles,
    retest_candidates,
    revisions_of,
)
from internkontroll.findings.queries.reading import (
    finding_of_item,
    finding_select,
    findings_of_occurrence,
    first_change_after,
    label,
    was_mistaken,
    with_finding,
)
from internkontroll.findings.queries.register import (
    ActionFilters,
    Filters,
    RegisterOptions,
    actions_select,
    findings_select,
    register_options,
    years_of,
)

__all__ = [
    "ActionFilters",
    "Filters",
    "FollowUp",
    "RegisterOptions",
    "action_select",
    "actions_of",
    "actions_select",
    "closings_of",
    "control_in_force",
    "corrections_of",
    "facts_of",
    "finding_of_item",
    "finding_select",
    "findings_of_occurrence",
    "findings_select",
    "first_change_after",
    "follow_up_of",
    "label",
    "latest_retest",
    "open_actions_of",
    "possible_responsibles",
    "register_options",
    "retest_candidates",
    "revisions_of",
    "was_mistaken",
    "with_finding",
    "years_of",
]
