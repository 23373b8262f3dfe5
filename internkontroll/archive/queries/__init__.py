"""Read rules, disposals and what could be disposed of.

- candidates: what each kind of records holds of a year, and what stands in the way of each
- trying: the dry run, with why nothing of a year can go yet
- reading: rules, the auditors' word, and disposals with their receipts
"""

from internkontroll.archive.queries.reading import (
    RuleEntry,
    audit_closing,
    disposal_select,
    disposals_of,
    rule_of,
    rules_of,
    years_of,
)
from internkontroll.archive.queries.trying import try_disposal, try_year

__all__ = [
    "RuleEntry",
    "audit_closing",
    "disposal_select",
    "disposals_of",
    "rule_of",
    "rules_of",
    "try_disposal",
    "try_year",
    "years_of",
]
