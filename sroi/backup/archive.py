"""The file of a backup: a tar of members, compressed, and encrypted where that was asked.

    backup.json                                format, application, when, migrations
    rows/<app.Model>/000001.jsonl              a row per line, a megabyte or so per member
    evidence/<name>                            files that people handed in
    manifest.json                              SHA-256 of each member, rows of each table

It is written and read as a stream; only the names and sums of the members are in memory at once.
The manifest comes last, so a file that was cut off has none.
"""

import gzip
import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from sroi.backup.encryption import MAGIC, Decrypting, Encrypting
from sroi.backup.errors import Unusable

FORMAT = 1
HEADER, MANIFEST = "backup.json", "manifest.json"
GZIP = b"\x1f\x8b"
# Evidence hardly gets smaller, and rows do at any level.
LEVEL = 3
DAMAGED = "Het bestand is beschadigd of niet volledig. Neem een andere back-up."


def sum_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Writer:
    """Writes members to `target`; without `finish` there is no backup."""

    def __init__(self, target: IO[bytes], passphrase: str) -> None:
        self.sums: dict[str, str] = {}
        self.sealed = Encrypting(target, passphrase) if passphrase else None
        below: Any = self.sealed or target
        self.packed = gzip.GzipFile(
            fileobj=below, mode="wb", compresslevel=LEVEL, mtime=0, filename=""
        )
        self.tar = tarfile.open(fileobj=self.packed, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115

    def add(self, name: str, content: bytes) -> None:
        self.sums[name] = sum_of(content)
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(content), 0o600
        self.tar.addfile(member, io.BytesIO(content))

    def finish(self, manifest: dict[str, Any]) -> None:
        self.add(MANIFEST, as_json({**manifest, "members": dict(self.sums)}))
        self.tar.close()
        self.packed.close()
        if self.sealed:
            self.sealed.finish()


def as_json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, indent=1, sort_keys=True).encode()


def members(source: Path, passphrase: str) -> Iterator[tuple[str, bytes]]:
    """Every member with its content, up to the end of the file."""
    try:
        with (
            source.open("rb") as file,
            gzip.GzipFile(fileobj=_plain(file, passphrase)) as packed,
            tarfile.open(fileobj=packed, mode="r|") as tar,
        ):
            for member in tar:
                content = tar.extractfile(member)
                yield member.name, content.read() if content else b""
            while packed.read(1024**2):
                pass  # up to the sum of the whole
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile):
        raise Unusable(DAMAGED) from None


def _plain(file: IO[bytes], passphrase: str) -> Any:
    start = file.read(len(MAGIC))
    if start == MAGIC:
        if not passphrase:
            raise Unusable(
                "Deze back-up is versleuteld. Geef de wachtzin met BACKUP_PASSPHRASE of"
                " --passphrase-file."
            )
        return io.BufferedReader(Decrypting(file, passphrase))
    if not start.startswith(GZIP):
        raise Unusable("Dit bestand is geen back-up van dit register.")
    file.seek(0)
    return file


def verified(source: Path, passphrase: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the backup says of itself, first and last, once every member was read and is as it was
    written.
    """
    header: dict[str, Any] = {}
    manifest: dict[str, Any] = {}
    sums: dict[str, str] = {}
    for name, content in members(source, passphrase):
        if not header:
            header = _header(name, content)
        if name == MANIFEST:
            manifest = json.loads(content)
        else:
            sums[name] = sum_of(content)
    if not header or not manifest or manifest["members"] != sums:
        raise Unusable(DAMAGED)
    return header, manifest


def _header(name: str, content: bytes) -> dict[str, Any]:
    if name != HEADER:
        raise Unusable("Dit bestand is geen back-up van dit register.")
    header: dict[str, Any] = json.loads(content)
    if header.get("format") != FORMAT:
        raise Unusable(
            f"Deze back-up heeft vorm {header.get('format')}; deze versie van het register leest"
            f" vorm {FORMAT}. Gebruik de versie waarmee hij is gemaakt."
        )
    return header
