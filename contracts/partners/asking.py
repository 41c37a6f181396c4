"""Where an organisation can ask to take part."""

from typing import Any

from contracts.models import Membership, Region
from sroi.access import May
from sroi.access.roles import who_may


def regions_to_ask() -> Any:
    """The regions in which there is somebody to answer: that they exist is public."""
    answering = Membership.objects.filter(
        role__in=who_may(May.LET_PARTNERS_IN), ended_at=None, user__is_active=True
    )
    return Region.objects.filter(pk__in=answering.values("region"))
