"""What a virus scanner of the server says of a file, before anything else reads it."""

import logging
import shlex
import subprocess

from django.conf import settings
from django.utils.translation import gettext as _

from sroi.doors import Refused

# As clamscan and clamdscan end, and other scanners with them.
CLEAN, INFECTED = 0, 1

logger = logging.getLogger("sroi.files")


def refuse_infected(data: bytes) -> None:
    """Refused where `UPLOAD_SCANNER` finds something in it, and where it does not answer: what was
    not looked at is not kept. Without a scanner every file passes.
    """
    if not settings.UPLOAD_SCANNER:
        return
    if (found := _status(data)) == INFECTED:
        logger.warning("The virus scanner refused a file")
        raise Refused(
            _("The virus scanner refuses this file. Ask who made it, or send another one.")
        )
    if found != CLEAN:
        logger.error("The virus scanner does not answer")
        raise Refused(
            _("Files cannot be looked through for viruses right now. Try again in a while.")
        )


def _status(data: bytes) -> int | None:
    """How it ended; None where it did not begin, or not end in time."""
    try:
        return subprocess.run(
            shlex.split(settings.UPLOAD_SCANNER),
            input=data,
            capture_output=True,
            timeout=settings.UPLOAD_SCANNER_SECONDS,
            check=False,
        ).returncode
    except (OSError, subprocess.TimeoutExpired):
        return None
