"""Granskningens formulär.

- reviews: questions, recorded result, attachments, conclusion, tables
- committee: an individutskott's meeting
"""

from internkontroll.review.forms.committee import (
    ConfirmForm,
    ConflictForm,
    KindForm,
    MinutesForm,
    NoteForm,
    NoteRuleForm,
    OutcomeForm,
    UrgentForm,
    VerifierForm,
)
from internkontroll.review.forms.reviews import (
    AttachmentForm,
    CancelReadingForm,
    ConclusionForm,
    GridForm,
    JudgementForm,
    OrderReadingForm,
    PasteForm,
    RemovalForm,
    ReopenForm,
    ReplaceForm,
    ResultForm,
    ReturnForm,
    SettleForm,
    SignForm,
    grid_form,
    judgement_form,
    versions_text,
)

__all__ = [
    "AttachmentForm",
    "CancelReadingForm",
    "ConclusionForm",
    "ConfirmForm",
    "ConflictForm",
    "GridForm",
    "JudgementForm",
    "KindForm",
    "MinutesForm",
    "NoteForm",
    "NoteRuleForm",
    "OrderReadingForm",
    "OutcomeForm",
    "PasteForm",
    "RemovalForm",
    "ReopenForm",
    "ReplaceForm",
    "ResultForm",
    "ReturnForm",
    "SettleForm",
    "SignForm",
    "UrgentForm",
    "VerifierForm",
    "grid_form",
    "judgement_form",
    "versions_text",
]
