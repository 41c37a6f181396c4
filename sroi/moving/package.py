"""The file of a region: a ZIP of lines of JSON, as a Data Package describes them.

    README.txt                       what this is, for who opens it
    tables/<app.model>.jsonl         a row per line
    files/<name>                     what people handed in
    datapackage.json                 each table and field, in Dutch and English; when, by what
    checksums.sha256                 the SHA-256 of each of these, as `sha256sum -c` reads it

Written and read as a stream. Two files of the same rows are the same but for `created`.
"""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Self

from sroi.backup.errors import Unusable

FORMAT = "sroi-region/1"
README, DESCRIPTION, SUMS = "README.txt", "datapackage.json", "checksums.sha256"
TABLES, FILES = "tables/", "files/"
DAMAGED = "Dit bestand is niet zoals het is gemaakt: {name} klopt niet. Neem het oorspronkelijke."
SOMETHING_ELSE = "Dit bestand is geen regio uit dit register."
# The moment that ZIP begins with: when a file was made is said once, in the description.
NO_MOMENT = (1980, 1, 1, 0, 0, 0)
PIECE = 1024**2


class Writer:
    def __init__(self, target: IO[bytes]) -> None:
        self.zip = zipfile.ZipFile(target, "w")
        self.sums: dict[str, str] = {}

    def add(self, name: str, pieces: Iterable[bytes]) -> int:
        """How many pieces there were."""
        info = zipfile.ZipInfo(name, NO_MOMENT)
        info.external_attr = 0o600 << 16
        # A picture or a PDF hardly gets smaller.
        info.compress_type = zipfile.ZIP_STORED if name.startswith(FILES) else zipfile.ZIP_DEFLATED
        digest, number = hashlib.sha256(), 0
        with self.zip.open(info, "w", force_zip64=True) as member:
            for piece in pieces:
                digest.update(piece)
                member.write(piece)
                number += 1
        self.sums[name] = digest.hexdigest()
        return number

    def finish(self, description: dict[str, Any]) -> None:
        told = json.dumps(description, indent=1, ensure_ascii=False) + "\n"
        self.add(DESCRIPTION, [told.encode()])
        self.add(SUMS, [f"{each}  {name}\n".encode() for name, each in sorted(self.sums.items())])
        self.zip.close()


class Reader:
    def __init__(self, source: Path) -> None:
        self.source = source

    def __enter__(self) -> Self:
        try:
            self.zip = zipfile.ZipFile(self.source)
        except zipfile.BadZipFile:
            raise Unusable(SOMETHING_ELSE) from None
        return self

    def __exit__(self, *_: object) -> None:
        self.zip.close()

    def verified(self) -> dict[str, Any]:
        """What the file says of itself, once every member was read and is as it was written."""
        names = self.zip.namelist()
        if DESCRIPTION not in names or SUMS not in names:
            raise Unusable(SOMETHING_ELSE)
        description = self._description()
        self.sums = dict(self._listed())
        for name in sorted({*names, *self.sums} - {SUMS}):
            if names.count(name) != 1 or self.sums.get(name) != self._sum(name):
                raise Unusable(DAMAGED.format(name=name))
        return description

    def lines(self, name: str) -> Iterator[bytes]:
        with self.zip.open(name) as member:
            yield from member

    def content(self, name: str) -> bytes:
        return self.zip.read(name)

    def files(self) -> list[str]:
        return sorted(name for name in self.sums if name.startswith(FILES))

    def _description(self) -> dict[str, Any]:
        try:
            description = json.loads(self.zip.read(DESCRIPTION))
            made_as = description.get("format", "")
        except (ValueError, AttributeError, zipfile.BadZipFile, zlib.error):
            raise Unusable(SOMETHING_ELSE) from None
        if made_as != FORMAT:
            raise Unusable(
                f"Dit bestand heeft vorm {made_as or 'onbekend'}; deze versie van het register"
                f" leest {FORMAT}. Gebruik de versie waarmee het is gemaakt."
            )
        return dict(description)

    def _listed(self) -> Iterator[tuple[str, str]]:
        try:
            for line in self.zip.read(SUMS).decode().splitlines():
                each, _spaces, name = line.partition("  ")
                yield name, each
        except (ValueError, zipfile.BadZipFile, zlib.error):
            raise Unusable(DAMAGED.format(name=SUMS)) from None

    def _sum(self, name: str) -> str:
        digest = hashlib.sha256()
        try:
            with self.zip.open(name) as member:
                while piece := member.read(PIECE):
                    digest.update(piece)
        except (zipfile.BadZipFile, zlib.error, EOFError):
            return ""
        return digest.hexdigest()
