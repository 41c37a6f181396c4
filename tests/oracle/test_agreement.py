"""The application and the oracle, made apart from the same handbook, say the same of the same
random files.
"""

import json
import os
from datetime import datetime, time
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command

from tests.oracle import random_files
from tests.oracle.calculation import Register

# So many that every rule decides something in one of them.
# More of them by hand: SEEDS=200 make test-sqlite ARGS=tests/oracle/test_agreement.py
SEEDS = range(int(os.environ.get("SEEDS", "12")))


def output(*arguments: object) -> Any:
    buffer = StringIO()
    call_command(*map(str, arguments), "--format", "json", stdout=buffer)
    return json.loads(buffer.getvalue())


def load(files: random_files.RandomFiles) -> None:
    region = ["--region", files.region_code]
    out = StringIO()
    call_command("load_region", str(files.region), stdout=out)
    for path, since in files.tables:
        call_command(
            "load_valuation_table",
            str(path),
            *region,
            "--in-force-from",
            since.isoformat(),
            stdout=out,
        )
    call_command("import_contracts", str(files.contracts), *region, stdout=out)
    call_command("import_obligation_changes", str(files.changes), *region, stdout=out)
    call_command("import_fulfilments", str(files.fulfilments), *region, stdout=out)


def differences(expected: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """What the oracle has, where the application has something else: `name: (oracle,
    application)`.
    """
    wrong = {}
    for name, value in expected.items():
        other = found.get(name, "(absent)")
        if isinstance(value, dict) and isinstance(other, dict):
            for key in sorted(value.keys() | other.keys()):
                if value.get(key) != other.get(key):
                    wrong[f"{name}.{key}"] = (value.get(key), other.get(key))
        elif value != other:
            wrong[name] = (value, other)
    return wrong


@pytest.mark.django_db
@pytest.mark.parametrize("seed", SEEDS)
def test_application_agrees(seed: int, tmp_path: Path) -> None:
    files = random_files.make(tmp_path, seed)
    register = Register(
        files.region, files.tables, files.contracts, files.changes, files.fulfilments, files.today
    )
    noon = datetime.combine(files.today, time(12), ZoneInfo("Europe/Amsterdam"))
    with time_machine.travel(noon, tick=False):
        load(files)
        wrong: dict[str, Any] = {}
        for external_id in files.accepted:
            shown = output("value", external_id, "--region", files.region_code)
            found = {
                row["reference"]: {"total": row["total"], "posted": row["posted"]}
                for row in shown["contracts"]
            }
            if found != (expected := register.totals(external_id)):
                wrong[external_id] = (expected, found)
        for year in files.years:
            for code in [None, *files.municipalities]:
                only = ["--municipality", code] if code else []
                found = output("figures", year, "--region", files.region_code, *only)
                for name, pair in differences(register.figures(year, code), found).items():
                    wrong[f"{year} {code or 'region'} {name}"] = pair
    assert not wrong, f"seed {seed}, oracle against application:\n" + "\n".join(
        f"  {name}: {pair[0]} / {pair[1]}" for name, pair in wrong.items()
    )
