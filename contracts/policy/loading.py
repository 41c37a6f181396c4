"""Loading a region: its municipalities, other clients and a version of its policy, from the
exchange format `region/1`.

Rates are percent, amounts euro, terms whole months or days; what is left out takes the published
default (`data/policy-defaults.json`). Loading again updates: a policy that differs becomes a next
revision, which holds for contracts to come, since a contract keeps the version of its award date.
A file without a policy leaves the rules of a region that has them as they are.
Source: DOMAIN.md sections 4 and 10.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext as _

from contracts.clients.naming import slug_of
from contracts.clients.rules import client_faults, successor_faults
from contracts.clients.words import kind_of
from contracts.models import (
    Basis,
    ClientKind,
    LedgerHead,
    Municipality,
    PinnedBy,
    Policy,
    PsoLevel,
    Region,
    Spread,
)
from contracts.owed.passing import passing
from contracts.policy.json_text import NotJson, lines_of, parsed
from sroi.doors import Refused
from sroi.money import misfit

POLICY_DEFAULTS: Mapping[str, Any] = json.loads(
    (Path(__file__).parent.parent / "data" / "policy-defaults.json").read_text(encoding="utf-8")
)
PERCENTS = (
    *("default_rate", "reduced_rate", "reduced_below_labour_share", "supplies_min_labour_share"),
    *("at_risk_below_term_left", "behind_below_expected"),
)
# Terms that are one of some choices.
ONE_OF: Mapping[str, type[models.TextChoices]] = {
    "pinned_by": PinnedBy,
    "spread": Spread,
    "exempt_from_pso_level": PsoLevel,
}
# Terms that give a percentage for each of some choices, or for none.
PER_CHOICE: Mapping[str, type[models.TextChoices]] = {"rates": Basis, "pso_discounts": PsoLevel}
# Python reads other notations too, such as 20241231 and 2024-W52-1.
AS_A_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class FaultyFile(Refused, ValueError):
    """The file cannot be used; the message names the place and the reason."""


def read_json(path: str | Path, *formats: str) -> dict[str, Any]:
    """A JSON object in one of these formats; `FaultyFile` where it is anything else."""
    try:
        text = Path(path).read_bytes()
    except OSError as error:
        raise FaultyFile(
            _("The file %(path)s cannot be read: %(why)s.") % {"path": path, "why": error.strerror}
        ) from None
    return json_from(text, path, *formats)


def json_from(text: bytes, name: Any, *formats: str) -> dict[str, Any]:
    """The same of the contents of a file that is called `name`."""
    try:
        data = parsed(text)
    except NotJson as fault:
        where = _("line %(line)s") % {"line": fault.line} if fault.line else ""
        if fault.column:
            where += _(", column %(column)s") % {"column": fault.column}
        why = f"{where}: {fault}" if where else str(fault)
        raise FaultyFile(
            _("The file %(path)s is not valid JSON: %(why)s") % {"path": name, "why": why}
        ) from None
    for key, line in lines_of(text).twice:
        raise FaultyFile(
            _("The file %(path)s, line %(line)s: “%(key)s” stands there twice.")
            % {"path": name, "line": line, "key": key}
        )
    if not isinstance(data, dict) or data.get("format") not in formats:
        raise FaultyFile(
            _("The file %(path)s does not say “format”: “%(format)s”.")
            % {
                "path": name,
                "format": "”, “".join(formats),
            }
        )
    return data


def required(data: Mapping[str, Any], key: str, where: str) -> Any:
    if data.get(key) in (None, ""):
        raise FaultyFile(_("%(where)s: “%(key)s” is missing.") % {"where": where, "key": key})
    return data[key]


def refuse_unknown(data: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    if unknown := sorted(set(data) - set(known)):
        raise FaultyFile(
            _("%(where)s: unknown “%(keys)s”.") % {"where": where, "keys": ", ".join(unknown)}
        )


def decimal_from(value: Any, where: str, *, places: int = 2, least: int = 0) -> Decimal:
    """A finite number of at most `places` decimals, given as text or number."""
    try:
        if isinstance(value, bool):
            raise InvalidOperation
        number = Decimal(str(value))
        if misfit(number, places) or number < least:
            raise InvalidOperation
    except InvalidOperation:
        raise FaultyFile(
            _("%(where)s: “%(value)s” is not a usable number.") % {"where": where, "value": value}
        ) from None
    return number


def percent_from(value: Any, where: str, *, places: int = 2) -> Decimal:
    number = decimal_from(value, where, places=places)
    if number > 100:
        raise FaultyFile(
            _("%(where)s: “%(value)s” is not a percentage from 0 to 100.")
            % {"where": where, "value": number}
        )
    return number


def day_from(value: Any, where: str) -> date | None:
    if value is None:
        return None
    try:
        if not AS_A_DAY.fullmatch(value):
            raise ValueError
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise FaultyFile(
            _("%(where)s: “%(value)s” is not a date such as 2024-12-31.")
            % {
                "where": where,
                "value": value,
            }
        ) from None


def titles_from(data: Mapping[str, Any], where: str) -> tuple[str, str]:
    title = required(data, "title", where)
    if isinstance(title, str):
        return title, ""
    if not isinstance(title, dict):
        raise FaultyFile(
            _("%(where)s: “%(key)s” is missing.") % {"where": where, "key": "title.nl"}
        )
    return str(required(title, "nl", where)), str(title.get("en") or "")


def load_region(data: Mapping[str, Any]) -> Region:
    """Create or update a region with its municipalities and policy. Goals are loaded by
    `reporting`.
    """
    refuse_unknown(
        data,
        (
            "format",
            "code",
            "title",
            "municipalities",
            "clients",
            "goals",
            "policy",
            "note",
            "source_url",
        ),
        "region",
    )
    code = str(required(data, "code", "region"))
    if slugify(code) != code:
        raise FaultyFile(
            _("%(where)s: “%(value)s” may hold small letters, digits and dashes only.")
            % {
                "where": "code",
                "value": code,
            }
        )
    title_nl, title_en = titles_from(data, "region")
    region, _created = Region.objects.update_or_create(
        code=code, defaults={"title_nl": title_nl, "title_en": title_en}
    )
    LedgerHead.objects.get_or_create(region=region)
    rows = data.get("municipalities")
    if not isinstance(rows, list) or not rows:
        raise FaultyFile(
            _("%(where)s: “%(key)s” is missing.") % {"where": "region", "key": "municipalities"}
        )
    others = data.get("clients") or []
    if not isinstance(others, list):
        raise FaultyFile(
            _("%(where)s: “%(key)s” is missing.") % {"where": "clients", "key": "code"}
        )
    loaded = [_load_client(region, row, "municipalities") for row in rows]
    loaded += [_load_client(region, row, "clients") for row in others]
    _link_successors(region, [*rows, *others], loaded)
    if data.get("policy") or not region.policies.exists():
        _load_policy(region, data.get("policy") or {})
    return region


# What a row says of a municipality, and of another client; what it does not name stays as it is.
CLIENT_KEYS = {
    "municipalities": ("code", "name", "inhabitants", "valid_from", "valid_until", "successor"),
    "clients": ("code", "name", "kind", "valid_from", "valid_until", "successor"),
}


def _load_client(region: Region, row: Any, where: str) -> Municipality:
    if not isinstance(row, dict):
        raise FaultyFile(_("%(where)s: “%(key)s” is missing.") % {"where": where, "key": "code"})
    refuse_unknown(row, CLIENT_KEYS[where], where)
    code = str(required(row, "code", where))
    known = Municipality.objects.filter(region=region, code__iexact=code).first()
    client = known or Municipality(region=region, code=code)
    client.name = str(required(row, "name", code))
    client.kind = _kind(row, code) if where == "clients" else ClientKind.MUNICIPALITY
    client.slug = slug_of(client)
    for key in ("valid_from", "valid_until"):
        if key in row:
            setattr(client, key, day_from(row[key], code))
    if "inhabitants" in row:
        given = row["inhabitants"]
        client.inhabitants = (
            None if given is None else int(decimal_from(given, f"{code} inhabitants", places=0))
        )
    for _name, reason in client_faults(client):
        raise FaultyFile(f"{code}: {reason}")
    _save_if_changed(client)
    return client


def _kind(row: Mapping[str, Any], code: str) -> str:
    try:
        return kind_of(str(required(row, "kind", code)))
    except FaultyFile:
        raise
    except ValueError as fault:
        raise FaultyFile(f"{code} kind: {fault}") from None


def _save_if_changed(client: Municipality) -> None:
    """The same file again leaves no trace in the history."""
    known: Any = Municipality.objects.filter(pk=client.pk).values().first()
    if known is None or any(known[name] != getattr(client, name) for name in known):
        client.save()


def _link_successors(
    region: Region, rows: list[dict[str, Any]], loaded: list[Municipality]
) -> None:
    by_code = {client.code: client for client in Municipality.objects.filter(region=region)}
    for row, client in zip(rows, loaded, strict=True):
        if row.get("successor"):
            if row["successor"] not in by_code:
                raise FaultyFile(
                    _("%(where)s: the client %(code)s is not known.")
                    % {
                        "where": row["code"],
                        "code": row["successor"],
                    }
                )
            last = client.valid_until
            if last and client.successor_id is None and passing(client, last):
                raise FaultyFile(
                    _(
                        "%(where)s: it still has shares in contracts. Merge it in the site, so that"
                        " they pass to its successor."
                    )
                    % {"where": row["code"]}
                )
            for _name, reason in successor_faults(client, by_code[row["successor"]], last):
                raise FaultyFile(f"{client.code}: {reason}")
            client.successor = by_code[row["successor"]]
            _save_if_changed(client)


def policy_terms(data: Mapping[str, Any], of_region: str = "") -> dict[str, Any]:
    """The terms of a policy as they are stored, checked, with the published defaults for what is
    left out; `of_region` is the code of its region.
    """
    if not isinstance(data, Mapping):
        raise FaultyFile(
            _("%(where)s: “%(key)s” is missing.") % {"where": "region", "key": "policy"}
        )
    refuse_unknown(data, POLICY_DEFAULTS, "policy")
    given = {**POLICY_DEFAULTS, **data}
    terms: dict[str, Any] = {}
    model_field: Any
    for key, value in given.items():
        where, model_field = f"policy.{key}", Policy._meta.get_field(key)
        if key == "valid_from":
            terms[key] = day_from(value, where)
        elif key in ONE_OF and value in (None, "") and model_field.blank:
            terms[key] = ""
        elif key in ONE_OF:
            if value not in ONE_OF[key].values:
                raise FaultyFile(
                    _("%(where)s: “%(value)s” is none of %(choices)s.")
                    % {
                        "where": where,
                        "value": value,
                        "choices": ", ".join(ONE_OF[key].values),
                    }
                )
            terms[key] = value
        elif key in PER_CHOICE:
            if not isinstance(value, dict):
                raise FaultyFile(
                    _("%(where)s: “%(value)s” is not a usable number.")
                    % {
                        "where": where,
                        "value": value,
                    }
                )
            refuse_unknown(value, PER_CHOICE[key].values, where)
            terms[key] = {
                name: f"{percent_from(each, f'{where}.{name}'):.2f}" for name, each in value.items()
            }
        elif key == "trusts":
            terms[key] = _trusted(value, where, of_region)
        elif isinstance(model_field, models.BooleanField):
            if not isinstance(value, bool):
                raise FaultyFile(
                    _("%(where)s: “%(value)s” is not true or false.")
                    % {
                        "where": where,
                        "value": value,
                    }
                )
            terms[key] = value
        elif value is None and model_field.null:
            terms[key] = None
        else:
            places = 0 if isinstance(model_field, models.PositiveSmallIntegerField) else 2
            read = percent_from if key in PERCENTS else decimal_from
            number = read(value, where, places=places)
            terms[key] = number if places else int(number)
    return terms


def _trusted(value: Any, where: str, of_region: str) -> list[str]:
    """Codes of other regions of this installation, each once: of any other it has no effect."""
    codes = value if isinstance(value, list) else None
    if codes is None or not all(isinstance(code, str) for code in codes):
        raise FaultyFile(
            _("%(where)s: “%(value)s” is not a list of codes of regions.")
            % {"where": where, "value": value}
        )
    others = Region.objects.filter(code__in=codes).exclude(code=of_region) if codes else ()
    known = {region.code for region in others}
    for code in codes:
        if code not in known:
            raise FaultyFile(
                _("%(where)s: “%(value)s” is no other region here.")
                % {"where": where, "value": code}
            )
    return sorted(known)


def _load_policy(region: Region, data: Mapping[str, Any]) -> None:
    terms = policy_terms(data, region.code)
    known = (
        Policy.objects.filter(region=region, valid_from=terms["valid_from"])
        .order_by("revision")
        .last()
    )
    if known and all(getattr(known, key) == value for key, value in terms.items()):
        return
    Policy.objects.create(region=region, revision=known.revision + 1 if known else 1, **terms)


def find_region(code: str) -> Region:
    """The region with this code, for commands; `FaultyFile` names the codes that there are."""
    region = Region.objects.filter(code=code).first()
    if region is None:
        known = ", ".join(Region.objects.values_list("code", flat=True)) or "–"
        raise FaultyFile(
            _("There is no region “%(code)s”. Known: %(known)s.") % {"code": code, "known": known}
        )
    return region
