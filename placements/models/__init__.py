"""What is stored of fulfilments: versions and what is said of them, their ledger, evidence,
outcomes, samples, files that were sent, how contracts stand, totals of the
ledger, how reviewers work, places and needs.
"""

from placements.models.desk import ReviewDesk
from placements.models.dialogue import Disagreement, DisagreementState, KeptEdition
from placements.models.evidence import ABOUT_A_PERSON, AS_SENT, Evidence
from placements.models.fulfilment import (
    OUTSIDE,
    Allocation,
    EventKind,
    Fulfilment,
    FulfilmentEvent,
    FulfilmentState,
    FulfilmentVersion,
    OneEffort,
    Origin,
    PlacementTerm,
)
from placements.models.ledger import FulfilmentLine
from placements.models.matching import (
    Came,
    Match,
    MatchEvent,
    MatchState,
    MatchStep,
    Need,
    NeedKind,
    OfferState,
    Place,
    PlaceKind,
    Trade,
    WhyNot,
)
from placements.models.outcome import Became, Moment, PlacementOutcome
from placements.models.sample import Outcome, Sample, SampleCheck
from placements.models.standing import ContractStanding
from placements.models.totals import (
    DoneOfContract,
    DoneOfMonth,
    DoneOfYear,
    PlacedOfYear,
    TotalsUntil,
)
from placements.models.upload import (
    ColumnMemory,
    RowOutcome,
    Upload,
    UploadKind,
    UploadRow,
    UploadState,
)
from placements.models.what_if import WhatIf

__all__ = [
    "ABOUT_A_PERSON",
    "AS_SENT",
    "OUTSIDE",
    "Allocation",
    "Became",
    "Came",
    "ColumnMemory",
    "ContractStanding",
    "Disagreement",
    "DisagreementState",
    "DoneOfContract",
    "DoneOfMonth",
    "DoneOfYear",
    "EventKind",
    "Evidence",
    "Fulfilment",
    "FulfilmentEvent",
    "FulfilmentLine",
    "FulfilmentState",
    "FulfilmentVersion",
    "KeptEdition",
    "Match",
    "MatchEvent",
    "MatchState",
    "MatchStep",
    "Moment",
    "Need",
    "NeedKind",
    "OfferState",
    "OneEffort",
    "Origin",
    "Outcome",
    "Place",
    "PlaceKind",
    "PlacedOfYear",
    "PlacementOutcome",
    "PlacementTerm",
    "ReviewDesk",
    "RowOutcome",
    "Sample",
    "SampleCheck",
    "TotalsUntil",
    "Trade",
    "Upload",
    "UploadKind",
    "UploadRow",
    "UploadState",
    "WhatIf",
    "WhyNot",
]
