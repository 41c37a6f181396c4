"""Which roles the groups of a provider of sign-in give, as its settings say: nothing beyond those.

Of a provider with `groups_claim` each entry of `roles` gives a group a role in a region, a
procurement officer for the clients that `municipalities` names. Roles of contractors and partners
no group gives: who is of a firm, the region or the firm knows.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.core import checks

from sroi.access import Of, Role

# By role and code of region the codes of clients.
ByGroups = Mapping[tuple[str, str], Collection[str]]
KEYS = {"group", "role", "region", "municipalities"}


class NotSaid(ValueError):
    """The provider leaves the groups out, since they are many: that they are none is not known."""


def claim_in(data: Mapping[str, Any], claim: str) -> Any:
    """What the provider says of this, in the id token or in the user info."""
    for part in (data, data.get("id_token") or {}, data.get("userinfo") or {}):
        if part.get(claim):
            return part[claim]
    return None


def given_by(provider: Mapping[str, Any], claims: Mapping[str, Any]) -> ByGroups | None:
    """None where this provider gives no roles."""
    claim = provider.get("groups_claim")
    if not claim:
        return None
    said = claim_in(claims, claim)
    if said is None and claim in (claim_in(claims, "_claim_names") or ()):
        raise NotSaid(claim)
    groups = {said} if isinstance(said, str) else set(map(str, said or ()))
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for entry in provider.get("roles", ()):
        if str(entry["group"]) in groups:
            found[entry["role"], entry["region"]] |= set(entry.get("municipalities", ()))
    return found


@checks.register(checks.Tags.security)
def roles_of_groups(**kwargs: Any) -> list[checks.CheckMessage]:
    return [
        checks.Error(f"OIDC_PROVIDERS, {provider['provider_id']}: {fault}", id="contracts.E001")
        for provider in settings.OIDC_PROVIDERS
        for fault in faults(provider.get("settings", {}))
    ]


def faults(provider: Mapping[str, Any]) -> Iterator[str]:
    entries = provider.get("roles", [])
    if bool(entries) != bool(provider.get("groups_claim")):
        yield "groups_claim and roles go together."
    for entry in entries:
        if not {"group", "role", "region"} <= set(entry) <= KEYS:
            yield f"an entry of roles has {', '.join(sorted(KEYS))}: {entry}"
            continue
        of = next((role.of for role in Role if role.value == entry["role"]), None)
        if of not in (Of.REGION, Of.MUNICIPALITIES):
            yield f"no group can give the role {entry['role']}."
        elif (of is Of.MUNICIPALITIES) != bool(entry.get("municipalities")):
            yield f"{entry['role']}: municipalities are for a procurement officer, and only there."
