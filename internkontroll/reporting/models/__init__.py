"""Uppföljning, tjänsteskrivelse, uppdrag, samlad bild, offentliga versioner."""

from internkontroll.reporting.models.oversight import (
    OversightDecision,
    OversightEvent,
    OversightSummary,
)
from internkontroll.reporting.models.public import (
    MaskGround,
    PublicEvent,
    PublicMasking,
    PublicOutcome,
    PublicState,
    PublicVersion,
)
from internkontroll.reporting.models.reports import (
    Assessment,
    AssignmentMove,
    AssignmentState,
    BoardAssignment,
    CoverMemo,
    FollowUpReport,
    MemoEvent,
    MemoPart,
    MemoTemplate,
    OverallAssessment,
    ReportEvent,
    ReportRemark,
    ReportState,
    ReportTreatment,
    ReportVersion,
)

__all__ = [
    "Assessment",
    "AssignmentMove",
    "AssignmentState",
    "BoardAssignment",
    "CoverMemo",
    "FollowUpReport",
    "MaskGround",
    "MemoEvent",
    "MemoPart",
    "MemoTemplate",
    "OverallAssessment",
    "OversightDecision",
    "OversightEvent",
    "OversightSummary",
    "PublicEvent",
    "PublicMasking",
    "PublicOutcome",
    "PublicState",
    "PublicVersion",
    "ReportEvent",
    "ReportRemark",
    "ReportState",
    "ReportTreatment",
    "ReportVersion",
]
