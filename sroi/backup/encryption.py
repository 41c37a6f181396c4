"""A stream that only who has the passphrase reads, and that nobody changes unseen.

AES-256-GCM over chunks of 64 KiB, each bound to its place and to whether it is the last one (the
STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár): a chunk that is altered, moved or
left out does not open, nor does a stream that was cut off. The key comes from the passphrase by
scrypt, with a salt of this stream.

    magic, salt (16), prefix (7) | chunk 0 + tag (16) | chunk 1 + tag | … | the last + tag
    nonce = prefix, number (4), 1 for the last and 0 for others; all before the first chunk is
    authenticated with each of them
"""

import io
import secrets
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from sroi.backup.errors import Unusable

MAGIC = b"sroi-backup/1 scrypt aes-256-gcm\n"
SALT, PREFIX, TAG = 16, 7, 16
CHUNK = 64 * 1024
COST = {"n": 2**15, "r": 8, "p": 1}  # 32 MB of memory


class _Chunks:
    """Seals and opens the chunks of one stream, in their order."""

    def __init__(self, header: bytes, passphrase: str) -> None:
        salt = header[len(MAGIC) : len(MAGIC) + SALT]
        key = Scrypt(salt=salt, length=32, **COST).derive(passphrase.encode())
        self.cipher, self.header, self.number = AESGCM(key), header, 0

    def sealed(self, plain: bytes, *, last: bool) -> bytes:
        return self.cipher.encrypt(self._nonce(last), plain, self.header)

    def opened(self, sealed: bytes, *, last: bool) -> bytes:
        return self.cipher.decrypt(self._nonce(last), sealed, self.header)

    def _nonce(self, last: bool) -> bytes:
        nonce = self.header[-PREFIX:] + self.number.to_bytes(4, "big") + bytes([last])
        self.number += 1
        return nonce


class Encrypting(io.RawIOBase):
    """What is written here goes encrypted to `target`; only after `finish` is it whole."""

    def __init__(self, target: IO[bytes], passphrase: str) -> None:
        header = MAGIC + secrets.token_bytes(SALT + PREFIX)
        self.target, self.chunks, self.waiting = target, _Chunks(header, passphrase), bytearray()
        target.write(header)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.waiting += data
        # Which chunk is the last is known only at the end: so one always waits.
        while len(self.waiting) > CHUNK:
            self.target.write(self.chunks.sealed(bytes(self.waiting[:CHUNK]), last=False))
            del self.waiting[:CHUNK]
        return len(data)

    def finish(self) -> None:
        self.target.write(self.chunks.sealed(bytes(self.waiting), last=True))


class Decrypting(io.RawIOBase):
    """Reads what `Encrypting` wrote, from after its magic."""

    def __init__(self, source: IO[bytes], passphrase: str) -> None:
        header = MAGIC + source.read(SALT + PREFIX)
        self.source, self.chunks = source, _Chunks(header, passphrase)
        self.sealed, self.plain, self.over = source.read(CHUNK + TAG), b"", False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self.plain and not self.over:
            self._open_next()
        size = min(len(buffer), len(self.plain))
        buffer[:size], self.plain = self.plain[:size], self.plain[size:]
        return size

    def _open_next(self) -> None:
        after = self.source.read(CHUNK + TAG)
        try:
            self.plain = self.chunks.opened(self.sealed, last=not after)
        except (InvalidTag, ValueError):
            raise Unusable(
                "De wachtzin hoort niet bij deze back-up, of het bestand is beschadigd."
            ) from None
        self.sealed, self.over = after, not after
