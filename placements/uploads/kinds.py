"""What a file can be: of each kind its columns, who may bring it in, and where it is then."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from contracts.dossier.columns import NOTE_COLUMNS, PERSON_COLUMNS
from contracts.imports.columns import CHANGE_COLUMNS, CONTRACT_COLUMNS
from contracts.imports.written import FIGURES
from contracts.plans.columns import PLAN_COLUMNS
from contracts.social_firms.columns import FIRM_COLUMNS
from placements.evidence.columns import SEEN_COLUMNS
from placements.imports.columns import COLUMNS as FULFILMENT_COLUMNS
from placements.imports.written import SHOWN
from placements.models import UploadKind
from sroi.access import May
from sroi.exchange import Column


@dataclass(frozen=True)
class Kind:
    """Who may do it one by one, may import. `shown` are headings of our own lists that are computed
    and read over; `of_upload` says that the list can show what one import made.
    """

    columns: Sequence[Column]
    may: May
    list_page: str
    shown: tuple[Any, ...] = ()
    of_upload: bool = False


KINDS: dict[str, Kind] = {
    UploadKind.CONTRACTS: Kind(
        CONTRACT_COLUMNS,
        May.REGISTER,
        "contract-list",
        tuple(FIGURES.values()),
        of_upload=True,
    ),
    UploadKind.CHANGES: Kind(CHANGE_COLUMNS, May.CHANGE, "contract-list", of_upload=True),
    UploadKind.FULFILMENTS: Kind(
        FULFILMENT_COLUMNS,
        May.ENTER,
        "fulfilment-list",
        tuple(SHOWN.values()),
        of_upload=True,
    ),
    UploadKind.PERSONS: Kind(PERSON_COLUMNS, May.WRITE_DOSSIER, "contractor-list"),
    UploadKind.NOTES: Kind(NOTE_COLUMNS, May.WRITE_DOSSIER, "contract-list"),
    UploadKind.FIRMS: Kind(FIRM_COLUMNS, May.RECOGNISE, "social-firm-register"),
    UploadKind.PLANS: Kind(PLAN_COLUMNS, May.AGREE_PLANS, "contract-list"),
    UploadKind.SEEN: Kind(SEEN_COLUMNS, May.REVIEW, "fulfilment-list"),
}
