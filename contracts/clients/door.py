"""The door to clients: one joins the region, is mended, ends, or goes on in another. DOMAIN.md
sections 2, 3.

What was posted stays under the code that it was posted by. Where one client goes on in another, the
shares that it has in contracts pass to that one from the month after its last day.
"""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.clients.naming import slug_of
from contracts.clients.rules import client_faults, day_faults, successor_faults, taken_faults
from contracts.models import Municipality, Region
from contracts.owed.door import change_shares
from contracts.owed.passing import passing
from contracts.owed.posting import lock_ledger
from sroi.access import Access, May
from sroi.doors import Act, Objection, Refused, first_come, key_of, refuse_overtaken
from sroi.history.keeping import remember, signed


def may_manage(access: Access, region: Region) -> bool:
    return access.may(May.MANAGE_CLIENTS, region_id=region.pk)


def add(client: Municipality, access: Access, act: Act) -> Municipality:
    """A client joins the region; one that ended before keeps its code for itself."""
    with transaction.atomic():
        _begin(client, access)
        others = Municipality.objects.filter(region=client.region)
        _refuse([*client_faults(client), *taken_faults(client, others)])
        client.slug = slug_of(client)
        _save(client, act)
    return client


def as_it_stands(client: Municipality) -> str:
    """What tells what is known of a client now from anything else: shown with its form."""
    row = Municipality.objects.filter(pk=client.pk)
    return key_of(*row.values_list("name", "inhabitants", "valid_until", "successor").get())


def mend(
    client: Municipality,
    name: str,
    inhabitants: int | None,
    access: Access,
    act: Act,
    *,
    shown: str | None = None,
) -> None:
    """Another name or number of inhabitants. Address, code and kind stay: lines and reports are
    under them.
    """
    with transaction.atomic():
        _begin(client, access)
        refuse_overtaken(shown, as_it_stands(client))
        client = Municipality.objects.get(pk=client.pk)
        client.name, client.inhabitants = name, inhabitants
        others = Municipality.objects.filter(region=client.region).exclude(pk=client.pk)
        _refuse([*client_faults(client), *taken_faults(client, others)])
        _save(client, act)


def starting_point(client: Municipality, last: date) -> str:
    """What its end starts from: how it stands, and each contract whose share would pass."""
    return key_of(as_it_stands(client), *((p.contract.pk, *p[1:]) for p in passing(client, last)))


def end(
    client: Municipality,
    last: date,
    successor: Municipality | None,
    access: Access,
    act: Act,
    *,
    shown: str | None = None,
) -> int:
    """The client is there until `last`, and goes on in `successor` if there is one; the number of
    contracts that pass.

    `shown` is the starting point that was looked at, and `client` as it was then: what another did
    meanwhile is not overwritten.
    """
    with transaction.atomic():
        _begin(client, access)
        refuse_overtaken(shown, starting_point(client, last))
        faults = [*day_faults(client.valid_from, last)]
        if successor:
            successor = Municipality.objects.get(pk=successor.pk)
            faults += successor_faults(client, successor, last)
        _refuse(faults)
        standing = Municipality.objects.filter(
            pk=client.pk, valid_until=client.valid_until, successor=None
        )
        if not standing.update(valid_until=last, successor=successor):
            raise Refused(
                _("This client was ended by somebody else meanwhile. Look at it once more.")
            )
        client.valid_until, client.successor = last, successor
        remember([client], act, changed=True)
        return _pass(client, last, successor, act) if successor else 0


def _begin(client: Municipality, access: Access) -> None:
    if not may_manage(access, client.region):
        raise Refused(_("Only a region admin changes who the clients of the region are."))
    # Whoever posts or changes clients at the same moment waits here.
    lock_ledger(client.region)


def _refuse(faults: Iterable[Objection]) -> None:
    if reasons := [reason for _name, reason in faults]:
        raise Refused(" ".join(reasons))


def _save(client: Municipality, act: Act) -> None:
    with first_come(_("This code is in use already.")), transaction.atomic():
        signed(client, act).save()


def _pass(client: Municipality, last: date, successor: Municipality, act: Act) -> int:
    found = passing(client, last)
    for each in found:
        try:
            change_shares(each.contract, each.to(client, successor), act, month=each.month)
        except Refused as refused:
            raise Refused(f"{each.contract.reference}: {refused}") from None
    return len(found)
