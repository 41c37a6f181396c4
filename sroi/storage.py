"""Where files that people hand in are kept: outside the web root, under names that say nothing."""

import secrets
from typing import Any

from django.core.files.storage import Storage, storages


class EvidenceStorage(Storage):
    """The storage that settings name `evidence`, asked for only when a file is touched."""

    @property
    def named(self) -> Storage:
        return storages["evidence"]

    def _open(self, name: str, mode: str = "rb") -> Any:
        return self.named.open(name, mode)

    def _save(self, name: str, content: Any) -> str:
        return self.named.save(name, content)

    def delete(self, name: str) -> None:
        self.named.delete(name)

    def exists(self, name: str) -> bool:
        return self.named.exists(name)

    def size(self, name: str) -> int:
        return self.named.size(name)


def evidence_storage() -> Storage:
    return EvidenceStorage()


def random_name(_kept: Any, _name: str) -> str:
    """A name that cannot be guessed, spread over folders."""
    name = secrets.token_hex(16)
    return f"{name[:2]}/{name}"
