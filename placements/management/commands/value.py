import json
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Sum

from contracts.models import Municipality
from contracts.owed.shares import SharesOfContracts
from contracts.policy.loading import FaultyFile, find_region
from placements.claims.valuing import Candidates, Valued, explained, fetch, values_now
from placements.ledger.posting import Line, lines_of
from placements.models import Fulfilment, FulfilmentLine, FulfilmentState, FulfilmentVersion
from sroi.money import ZERO


class Command(BaseCommand):
    help = (
        "Show what a fulfilment is worth under each of its contracts: total, posted, planned, steps"
        " and lines."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("external_id", help="number of the fulfilment")
        parser.add_argument("--region", required=True, metavar="CODE", help="code of the region")
        parser.add_argument(
            "--contractor",
            metavar="KVK",
            help="KvK number, where several contractors use this number",
        )
        parser.add_argument("--format", choices=["json"], default="json")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            region = find_region(options["region"])
        except FaultyFile as error:
            raise CommandError(str(error)) from None
        found = Fulfilment.objects.filter(region=region, external_id=options["external_id"])
        if options["contractor"]:
            found = found.filter(contractor__kvk=options["contractor"])
        rows = list(found.select_related("contractor", "latest", "accepted"))
        if not rows:
            raise CommandError(f"Er is geen invulling “{options['external_id']}” in {region.code}.")
        if len(rows) > 1:
            numbers = ", ".join(str(f.contractor.kvk) for f in rows)
            raise CommandError(
                f"Meer opdrachtnemers gebruiken dit nummer; kies met --contractor: {numbers}."
            )
        self.stdout.write(json.dumps(described(rows[0]), indent=2, ensure_ascii=False))


def described(fulfilment: Fulfilment) -> dict[str, Any]:
    """The value of the version that counts, else of the newest one, per contract."""
    version = fulfilment.accepted or fulfilment.latest
    if version is None:
        return {"external_id": fulfilment.external_id, "contracts": []}
    fetch([version])
    accepted = version.state == FulfilmentState.ACCEPTED
    valued = explained(version) if accepted else values_now(version, Candidates([version]))
    lines = lines_of(version, valued, SharesOfContracts(a.contract for a, _value in valued))
    return {
        "external_id": fulfilment.external_id,
        "kind": fulfilment.kind,
        "state": version.state,
        "contracts": list(_per_contract(version, valued, lines, accepted)),
    }


def _per_contract(
    version: FulfilmentVersion, valued: Valued, lines: list[Line], accepted: bool
) -> Iterable[dict[str, Any]]:
    standing = FulfilmentLine.objects.filter(version=version, reverses=None, reversed_by=None)
    keys = {(line.contract_id, line.month, line.municipality_id): line for line in standing}
    codes = dict(Municipality.objects.values_list("pk", "code"))
    for allocation, value in valued:
        contract = allocation.contract
        posted = standing.filter(contract=contract).aggregate(total=Sum("amount"))["total"] or ZERO
        yield {
            "reference": contract.reference,
            "table": allocation.block.table.code,
            "block": allocation.block.code,
            "share": f"{allocation.percent.normalize():f}",
            "total": str(value.total),
            "posted": str(posted),
            "planned": str(value.total - posted if accepted else ZERO),
            "steps": list(value.steps),
            "lines": [
                {
                    "month": f"{line.month:%Y-%m}",
                    "municipality": codes[line.municipality_id],
                    "amount": str(line.amount),
                    "fte": str(line.fte),
                    "posted": (contract.pk, line.month, line.municipality_id) in keys,
                }
                for line in lines
                if line.allocation.pk == allocation.pk and line.amount
            ],
        }
