import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from contracts.models import Region
from contracts.policy.exporting import exported
from contracts.policy.loading import find_region
from reporting.goals.door import written
from sroi.accounts.audit import note
from sroi.accounts.models import AuditKind
from sroi.backup.errors import Unusable
from sroi.moving.taking import take


class Command(BaseCommand):
    help = (
        "Write a region, with all that is recorded of it, into one file that import_region reads:"
        " open formats, described in Dutch and English. Without TARGET: print its clients, goals"
        " and policy, as load_region reads them (format region/1)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("region", metavar="CODE", help="code of the region")
        parser.add_argument(
            "target",
            nargs="?",
            type=Path,
            metavar="TARGET",
            help="a new file (.zip); in a folder that exists one with the moment in its name",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            region = find_region(options["region"])
        except ValueError as error:
            raise CommandError(str(error)) from None
        if options["target"]:
            self.take(region, options["target"])
        else:
            content = exported(region) | {"goals": written(region)}
            self.stdout.write(json.dumps(content, indent=1, ensure_ascii=False))

    def take(self, region: Region, target: Path) -> None:
        now = timezone.now()
        if target.is_dir():
            target = target / f"{region.code}-{timezone.localtime(now):%Y%m%d-%H%M%S}.zip"
        try:
            taken = take(region, target, now)
        except Unusable as refusal:
            raise CommandError(str(refusal)) from None
        note(AuditKind.EXPORTED)
        if taken.missing:
            self.stderr.write(
                f"Let op: {len(taken.missing)} bestanden waarnaar wordt verwezen zijn weg:"
                f" {', '.join(taken.missing[:5])}"
            )
        self.stdout.write(f"{taken.rows} rijen en {taken.files} bestanden, niet versleuteld:")
        self.stdout.write(str(target))
