"""How large a file may be that somebody sends: one check and one sentence, for every form, door and
command.
"""

from django.utils.translation import gettext as _

MEGABYTE = 1024**2


def too_large(size: int, most: int) -> str:
    """Why a file of `size` bytes is not taken; empty up to `most` bytes. Megabytes of 1024² bytes,
    rounded down.
    """
    return _("This file is larger than %(n)s MB.") % {"n": most // MEGABYTE} if size > most else ""
