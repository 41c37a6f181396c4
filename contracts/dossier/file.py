"""A file for the dossier, as it was judged."""

from dataclasses import dataclass


@dataclass(frozen=True)
class File:
    """The contents of a document, what kind of file it is, and what it is called."""

    content: bytes
    media_type: str
    title: str
