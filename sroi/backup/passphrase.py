"""Where the passphrase of a backup comes from: a setting or a file, never the command line, which
others on the machine can read.
"""

from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings

from sroi.backup.errors import Unusable

SHORTEST = 16


def add_argument(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help="the passphrase is the first line of this file (default: BACKUP_PASSPHRASE)",
    )


def passphrase_of(file: Path | None) -> str:
    """Empty where there is none."""
    if file is None:
        return str(settings.BACKUP_PASSPHRASE)
    try:
        return file.read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError):
        raise Unusable(f"De wachtzin in {file} is niet te lezen.") from None


def strong(passphrase: str) -> str:
    if not passphrase:
        raise Unusable("Er is geen wachtzin: geef BACKUP_PASSPHRASE of --passphrase-file.")
    if len(passphrase) < SHORTEST:
        raise Unusable(f"De wachtzin is korter dan {SHORTEST} tekens. Neem een langere.")
    return passphrase
