"""The tenders that clients of the demonstration plan, through the door."""

from datetime import date
from decimal import Decimal

from contracts.models import Contract, Municipality
from contracts.people.membership import access_of
from contracts.planned import door as planned
from contracts.planned.forms import advised_about
from sroi.accounts.models import User
from sroi.demo.data import DemoRow


def tell(region: str, row: DemoRow, today: date) -> None:
    """With a term there is an advice, with a reference the contract that it became."""
    access = access_of(User.objects.get(email=row["by"]))
    plan = planned.Plan(
        Municipality.objects.select_related("region").get(
            region__code=region, code=row["municipality"]
        ),
        row["title"],
        row["procurement_type"],
        Decimal(row["value"]),
        date.fromisoformat(row["award_month"]),
    )
    answers = {name: row[name] for name in ("months", "labour_share") if row[name]}
    advised = advised_about(plan, answers, access, today) if answers else None
    tender = planned.add(plan, advised, access, today)
    for contract in Contract.objects.filter(region__code=region, reference=row["contract"]):
        planned.change(tender, None, None, contract, access, today, shown=None)
