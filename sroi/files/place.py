"""Where the files are that people hand in, as the settings say it: a folder, or an S3-compatible
store.
"""

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

# By how the address begins: how the store is spoken to.
SCHEMES = {"s3": "https", "s3+http": "http"}


def storage_of(store: str, folder: str) -> dict[str, Any]:
    """As Django's STORAGES name it. `store` is `s3://key:secret@host/bucket/prefix?region=…`;
    without a key that of the surroundings is used, as boto3 finds it. Empty: the folder.
    """
    if not store:
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": folder, "file_permissions_mode": 0o600},
        }
    parts = urlsplit(store)
    host = parts.netloc.rpartition("@")[2]
    bucket, _slash, prefix = parts.path.strip("/").partition("/")
    options = {
        "endpoint_url": host and f"{SCHEMES.get(parts.scheme, 'https')}://{host}",
        "access_key": unquote(parts.username or ""),
        "secret_key": unquote(parts.password or ""),
        "region_name": parse_qs(parts.query).get("region", [""])[0],
        "bucket_name": bucket,
        "location": prefix,
    }
    return {
        "BACKEND": "sroi.files.object_store.ObjectStore",
        "OPTIONS": {name: value for name, value in options.items() if value},
    }


def faults(store: str) -> Iterator[tuple[str, str]]:
    """What is wrong with the setting, and what to do."""
    if not store:
        return
    parts = urlsplit(store)
    if parts.scheme not in SCHEMES or not parts.path.strip("/"):
        yield (
            "FILE_STORE is not the address of a store.",
            "Write it as s3://key:secret@host/bucket, or with a prefix as s3://…/bucket/prefix.",
        )
    if bool(parts.username) != bool(parts.password):
        yield (
            "FILE_STORE has a key without a secret, or a secret without a key.",
            "Give both, with % and two digits for each / : @ in them; or neither, and the key in"
            " the surroundings (AWS_ACCESS_KEY_ID, a role of the machine).",
        )
    if find_spec("storages") is None or find_spec("boto3") is None:
        yield (
            "FILE_STORE is set, and what speaks to such a store is not installed.",
            "Install it: make setup-store, or pip install --require-hashes -r requirements-s3.txt.",
        )
