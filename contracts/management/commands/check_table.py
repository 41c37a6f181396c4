import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from contracts.valuation_tables.checking import checked_text
from contracts.valuation_tables.faults import Fault


class Command(BaseCommand):
    help = (
        "Check a valuation table (format valuation-table/1 or /2) before it is published: every"
        " fault with its line and key. Nothing is stored; exit status 1 where there are faults."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="JSON file in the format valuation-table/1 or /2")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        try:
            found = checked_text(path.read_bytes())
        except OSError as error:
            raise CommandError(f"{path} kan niet worden gelezen: {error.strerror}.") from None
        if options["format"] == "json":
            told = {"valid": not found.faults, "faults": [asdict(f) for f in found.faults]}
            self.stdout.write(json.dumps(told, indent=2, ensure_ascii=False))
        elif not found.faults:
            self.stdout.write(f"{path}: in orde ({found.table.code}, regels: {len(found.blocks)}).")
        else:
            for fault in found.faults:
                self.stdout.write(in_words(path, fault))
        if found.faults:
            number = len(found.faults)
            raise CommandError(f"{path}: {number} {'fout' if number == 1 else 'fouten'}.")


def in_words(path: Path, fault: Fault) -> str:
    column = f", kolom {fault.column}" if fault.column else ""
    key = f" {fault.path}:" if fault.path else ""
    return f"{path}: regel {fault.line}{column}:{key} {fault.why}"
