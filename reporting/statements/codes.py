"""The code of a statement: a keyed digest of all that it says.

Nobody who lacks the key can make one or guess one (100 bits), and what was changed, in a code or in
what is kept, no longer fits. With the first key of `STATEMENT_KEYS`, and tried with any of them; so
a key is replaced by putting a new one before it. Without the key of then a statement is refused.
"""

import hmac
import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings

# Of Crockford: without the letters that are read as a digit or as another letter.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BITS, LENGTH, GROUP = 5, 20, 5
MISREAD = str.maketrans("OIL", "011")


def code_of(stated: Mapping[str, Any], key: str | None = None) -> str:
    """`7KQ2M-9XD4T-…`; the same for the same words and key."""
    key = settings.STATEMENT_KEYS[0] if key is None else key
    text = json.dumps(stated, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    digest = int.from_bytes(hmac.digest(key.encode(), text.encode(), "sha256"))
    digest >>= 256 - BITS * LENGTH
    letters = "".join(
        LETTERS[digest >> BITS * place & (2**BITS - 1)] for place in reversed(range(LENGTH))
    )
    return "-".join(letters[i : i + GROUP] for i in range(0, LENGTH, GROUP))


def fits(code: str, stated: Mapping[str, Any]) -> bool:
    """Whether this is the code of these words, by any of the keys."""
    return any(
        hmac.compare_digest(code.encode(), code_of(stated, key).encode())
        for key in settings.STATEMENT_KEYS
    )


def as_typed(text: str) -> str:
    """A code as somebody copies it from paper: small letters, spaces, an O for a nought."""
    found = "".join(filter(str.isalnum, text.upper())).translate(MISREAD)
    return "-".join(found[i : i + GROUP] for i in range(0, len(found), GROUP))
