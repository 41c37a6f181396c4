"""A region as it is loaded again: its clients and the policy that it has last, in the exchange
format `region/1`.

Loading what was written here changes nothing. Goals are added by `reporting`. Source: DOMAIN.md
section 10.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from contracts.models import Municipality, Policy, Region
from contracts.policy.loading import CLIENT_KEYS, POLICY_DEFAULTS


def exported(region: Region) -> dict[str, Any]:
    clients = list(
        Municipality.objects.filter(region=region).select_related("successor").order_by("code")
    )
    content: dict[str, Any] = {
        "format": "region/1",
        "code": region.code,
        "title": {"nl": region.title_nl, "en": region.title_en},
        "municipalities": [
            dict(_client(c, CLIENT_KEYS["municipalities"])) for c in clients if c.has_council
        ],
        "clients": [dict(_client(c, CLIENT_KEYS["clients"])) for c in clients if not c.has_council],
    }
    # The model's own order: the last one that begins, in its last revision.
    policy = Policy.objects.filter(region=region).last()
    return content | ({"policy": _policy(policy)} if policy else {})


def _client(client: Municipality, keys: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for key in keys:
        value = getattr(client, key)
        if value is not None:
            yield key, _written(value)


def _policy(policy: Policy) -> dict[str, Any]:
    return {key: _written(getattr(policy, key)) for key in POLICY_DEFAULTS}


def _written(value: Any) -> Any:
    if value == "":
        return None
    if isinstance(value, Municipality):
        return value.code
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
