"""What an act on a contract starts from, as one text that tells it from any other: shown with what
the act would do, and compared under the lock before it is done.
"""

from django.db.models import Model, OuterRef, Subquery

from contracts.models import Contract, ContractShare, ObligationChange, ObligationLine
from sroi.doors import key_of

# What acts read, and change, of the contract itself.
READ = (
    "state",
    *("title", "lot", "cpv", "policy_field", "publication_date", "policy"),
    "award_date",
    "start_date",
    "end_date",
    "recovery_until",
    "contractor",
    "contractor_since",
    "table",
    "is_framework",
)


def starting_point(contract: Contract) -> str:
    """Its terms as they are stored now, and the last of its shares, changes and lines."""
    last = {
        f"last_{model.__name__}": _last(model)
        for model in (ContractShare, ObligationChange, ObligationLine)
    }
    row = Contract.objects.filter(pk=contract.pk).annotate(**last).values_list(*READ, *last)
    return key_of(contract.pk, *row.get())


def _last(model: type[Model]) -> Subquery:
    rows = model._default_manager.filter(contract=OuterRef("pk"))
    return Subquery(rows.order_by("-pk").values("pk")[:1])
