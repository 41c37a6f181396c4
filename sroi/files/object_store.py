"""Files in an S3-compatible store, which answers as a folder does: one that is not there is a
`FileNotFoundError`, whatever else fails an `OSError`.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

# Whoever keeps a file holds a lock meanwhile.
SECONDS_TO_CONNECT, SECONDS_TO_ANSWER, TRIES = 3, 15, 2
MISSING = 404


@contextmanager
def as_a_folder(name: str) -> Iterator[None]:
    try:
        yield
    except ClientError as failure:
        if failure.response["ResponseMetadata"].get("HTTPStatusCode") == MISSING:
            raise FileNotFoundError(errno.ENOENT, "not in the store", name) from failure
        raise OSError(errno.EIO, str(failure)) from failure
    except BotoCoreError as failure:
        raise OSError(errno.EIO, str(failure)) from failure


class ObjectStore(S3Storage):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{
                # As in a folder: nothing is written over.
                "file_overwrite": False,
                # Files are 10 MB at most, and are sent by who keeps them.
                "transfer_config": TransferConfig(use_threads=False),
                "client_config": Config(
                    connect_timeout=SECONDS_TO_CONNECT,
                    read_timeout=SECONDS_TO_ANSWER,
                    retries={"mode": "standard", "total_max_attempts": TRIES},
                    signature_version="s3v4",
                    # Understood by every store: no bucket as a host, no checksums of AWS alone.
                    s3={"addressing_style": "path"},
                    request_checksum_calculation="when_required",
                    response_checksum_validation="when_required",
                ),
                **options,
            }
        )

    def _open(self, name: str, mode: str = "rb") -> ContentFile:
        """Read in whole: what fails does so here. To write there is `save`."""
        if mode != "rb":
            raise ValueError(mode)
        key = self._normalize_name(clean_name(name))
        with as_a_folder(name):
            found = self.connection.meta.client.get_object(Bucket=self.bucket_name, Key=key)
            return ContentFile(found["Body"].read(), name)

    def _save(self, name: str, content: Any) -> str:
        with as_a_folder(name):
            return str(super()._save(name, content))

    def delete(self, name: str) -> None:
        with as_a_folder(name):
            super().delete(name)

    def exists(self, name: str) -> bool:
        with as_a_folder(name):
            return bool(super().exists(name))

    def listdir(self, name: str) -> tuple[list[str], list[str]]:
        with as_a_folder(name):
            folders, files = super().listdir(name)
            return folders, files

    def size(self, name: str) -> int:
        with as_a_folder(name):
            return int(super().size(name))
