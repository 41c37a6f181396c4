"""What each table and field of the file of a region means, in Dutch and English, as Table Schema of
the Data Package standard says it.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import override

from sroi.backup.rows import columns
from sroi.money import ScaledIntegerField
from sroi.moving.belonging import WITHHELD, moved
from sroi.moving.package import TABLES

WORDS = Path(__file__).with_name("words.json")
TYPES: tuple[tuple[type[models.Field], str, str], ...] = (
    (models.EmailField, "string", "email"),
    (models.URLField, "string", "uri"),
    (models.UUIDField, "string", "uuid"),
    (models.BinaryField, "string", "binary"),
    (models.JSONField, "any", ""),
    (models.BooleanField, "boolean", ""),
    (models.DateTimeField, "datetime", ""),
    (models.DateField, "date", ""),
    (models.DecimalField, "number", ""),
    (ScaledIntegerField, "number", ""),
    (models.IntegerField, "integer", ""),
)


@cache
def words() -> dict[str, dict[str, list[str]]]:
    """Dutch and English, by table and by field; a field of one table by both."""
    return dict(json.loads(WORDS.read_text(encoding="utf-8")))


def resource(model: type[models.Model], rows: int) -> dict[str, Any]:
    label = model._meta.label_lower
    dutch, english = words_of_table(label)
    fields = [f for f in columns(model) if f.attname not in WITHHELD.get(model._meta.label, ())]
    keys = [_key(f) for f in fields if f.is_relation and f.related_model._meta.label in moved()]
    return {
        "name": label,
        "path": f"{TABLES}{label}.jsonl",
        "format": "jsonl",
        "mediatype": "application/jsonl",
        "encoding": "utf-8",
        "title": dutch,
        "title_en": english,
        "rows": rows,
        "schema": {
            "fields": [described(label, field) for field in fields],
            "primaryKey": [model._meta.pk.attname],
            **({"foreignKeys": keys} if keys else {}),
        },
    }


def _key(field: Any) -> dict[str, Any]:
    to = field.related_model._meta
    return {
        "fields": [field.attname],
        "reference": {"resource": to.label_lower, "fields": [to.pk.attname]},
    }


def described(label: str, field: Any) -> dict[str, Any]:
    kind, form = type_of(field)
    dutch, english = words_of_field(label, field)
    told: dict[str, Any] = {"name": field.attname, "type": kind, "title": dutch}
    told["title_en"] = english
    if form:
        told["format"] = form
    constraints: dict[str, Any] = {"required": not field.null}
    if field.max_length and kind == "string":
        constraints["maxLength"] = field.max_length
    told["constraints"] = constraints
    if field.choices:
        told["categories"] = _choices(field)
    return told


def type_of(field: Any) -> tuple[str, str]:
    field = field.target_field if field.is_relation else field
    found = ((kind, form) for each, kind, form in TYPES if isinstance(field, each))
    return next(found, ("string", ""))


def _choices(field: Any) -> list[dict[str, str]]:
    with override("nl"):
        dutch = {value: str(label) for value, label in field.flatchoices}
    with override("en"):
        english = {value: str(label) for value, label in field.flatchoices}
    some = {"": ("", ""), **{v: (dutch[v], english[v]) for v in dutch}}
    return [
        {"value": value, "label": nl, "label_en": en}
        for value, (nl, en) in some.items()
        if value != "" or field.blank
    ]


def words_of_table(label: str) -> tuple[str, str]:
    """Raises KeyError where nobody wrote what it is."""
    app, _dot, name = label.partition(".")
    if name.startswith("historical"):
        dutch, english = words()["tables"][f"{app}.{name.removeprefix('historical')}"]
        return f"{dutch}: elke versie", f"{english}: each version"
    dutch, english = words()["tables"][label]
    return dutch, english


def words_of_field(label: str, field: Any) -> tuple[str, str]:
    """What was written for the file; else what the screen says."""
    own = label.replace(".historical", ".")
    written = words()["fields"]
    if found := written.get(f"{own}.{field.name}"):
        return found[0], found[1]
    if isinstance(field.verbose_name, Promise):
        with override("nl"):
            dutch = str(field.verbose_name)
        with override("en"):
            return dutch, str(field.verbose_name)
    dutch, english = written[field.name]
    return dutch, english
