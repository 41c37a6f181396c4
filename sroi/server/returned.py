"""What a mail server says when it could not deliver a mail (a delivery status notification).

Source: RFC 3464, and the codes of RFC 3463.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

# More than a notification with the mail that it is about.
MOST_BYTES = 2**20
LONGEST_ADDRESS = 254


@dataclass(frozen=True)
class NotDelivered:
    """To whom, and why, as a code: `5.1.1` is a mailbox that there is not."""

    email: str
    code: str

    @property
    def is_gone(self) -> bool:
        """There is no such address, by its mailbox or its domain."""
        return self.code.startswith("5.1.")


def not_delivered(content: bytes) -> list[NotDelivered]:
    """Whom a notification says it did not reach, for good; nothing where it is another mail, or
    says that it is tried again.
    """
    message = message_from_bytes(content[:MOST_BYTES], policy=policy.default)
    if message.get_content_type() != "multipart/report":
        return []
    return list(_failures(message))


def _failures(message: EmailMessage) -> Iterator[NotDelivered]:
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        # A block of headers per recipient, after one about the whole; text where it is none.
        blocks: Any = part.get_payload()
        for block in blocks if isinstance(blocks, list) else ():
            if str(block.get("Action", "")).strip().lower() != "failed":
                continue
            email = _address(block.get("Original-Recipient") or block.get("Final-Recipient") or "")
            if email:
                yield NotDelivered(email, str(block.get("Status", "")).strip()[:20])


def _address(said: str) -> str:
    """Of `rfc822; somebody@example.org`; empty where it is none."""
    _kind, _mark, address = str(said).partition(";")
    address = address.strip().strip("<>").lower()
    is_one = address.count("@") == 1 and len(address) <= LONGEST_ADDRESS and address.isprintable()
    return address if is_one else ""
