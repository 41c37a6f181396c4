"""Keep the data of a release, for the tests of what comes after it.

    python -m tests.sroi.upgrade.freeze 0.1.0

A region with a bit of everything, as this release writes it, with what its figures are; and which
migrations an installation of this release has made. `make release` does it.
"""

import io
import json
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

FROZEN = Path(__file__).parents[2] / "data" / "frozen"


def main(version: str) -> None:
    with TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/release.sqlite3"
        os.environ["EVIDENCE_DIR"] = f"{folder}/evidence"
        os.environ["BACKGROUND_TASKS"] = "off"
        os.environ["DJANGO_SETTINGS_MODULE"] = "sroi.settings"
        import django

        django.setup()
        freeze(version)


def freeze(version: str) -> None:
    from django.core.management import call_command

    from sroi.backup.taking import schema
    from tests.sroi.filled import filled_region

    call_command("migrate", verbosity=0)
    region = filled_region()
    target = FROZEN / f"region-{version}.zip"
    target.unlink(missing_ok=True)
    call_command("export_region", region.code, target, stdout=io.StringIO())
    target.chmod(0o644)
    said = io.StringIO()
    call_command("figures", 2024, region=region.code, format="json", stdout=said)
    target.with_suffix(".figures.json").write_text(said.getvalue(), encoding="utf-8")
    released = {"version": version, "migrations": schema()}
    (FROZEN / "released.json").write_text(json.dumps(released, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
