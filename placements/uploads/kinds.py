"""What a file can be: of each kind its columns, who may bring it in, how, and where it is then."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.dossier.importing import (
    NOTE_COLUMNS,
    PERSON_COLUMNS,
    import_notes,
    import_persons,
)
from contracts.imports.columns import CHANGE_COLUMNS, CONTRACT_COLUMNS
from contracts.imports.door import Outcome, import_changes, import_contracts
from contracts.imports.firms import COLUMNS as FIRM_COLUMNS
from contracts.imports.firms import import_firms
from contracts.imports.written import FIGURES
from placements.imports.columns import COLUMNS as FULFILMENT_COLUMNS
from placements.imports.door import import_fulfilments
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
    run: Callable[..., Outcome]
    list_page: str
    shown: tuple[Any, ...] = ()
    of_upload: bool = False


KINDS: dict[str, Kind] = {
    UploadKind.CONTRACTS: Kind(
        CONTRACT_COLUMNS,
        May.REGISTER,
        import_contracts,
        "contract-list",
        tuple(FIGURES.values()),
        of_upload=True,
    ),
    UploadKind.CHANGES: Kind(
        CHANGE_COLUMNS, May.CHANGE, import_changes, "contract-list", of_upload=True
    ),
    UploadKind.FULFILMENTS: Kind(
        FULFILMENT_COLUMNS,
        May.ENTER,
        import_fulfilments,
        "fulfilment-list",
        tuple(SHOWN.values()),
        of_upload=True,
    ),
    UploadKind.PERSONS: Kind(PERSON_COLUMNS, May.WRITE_DOSSIER, import_persons, "contractor-list"),
    UploadKind.NOTES: Kind(NOTE_COLUMNS, May.WRITE_DOSSIER, import_notes, "contract-list"),
    UploadKind.FIRMS: Kind(FIRM_COLUMNS, May.RECOGNISE, import_firms, "social-firm-register"),
}
