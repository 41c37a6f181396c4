"""The one door for how the letters of a region look."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.letters.style import TEXTS, may_style, style_faults, style_of
from contracts.models import HouseStyle, Region
from sroi.access import Access
from sroi.doors import Act, Refused, key_of, refuse_overtaken


def as_kept(region: Region) -> str:
    """What a change starts from, as it stands now."""
    style = style_of(region)
    return key_of(*(getattr(style, name) for name in TEXTS), bytes(style.logo or b""))


def set_style(
    region: Region, given: Mapping[str, Any], access: Access, act: Act, *, shown: str | None = None
) -> None:
    """From now on letters look so. `logo` is a picture that was written anew
    (`sroi.files.checking.photo`), b"" where it goes, None where it stays. `shown` is the `as_kept`
    that was on the screen.
    """
    if not may_style(access, region):
        raise Refused(_("Who manages the policy of a region says how its letters look."))
    if reasons := [reason for _name, reason in style_faults(given)]:
        raise Refused(" ".join(reasons))
    with transaction.atomic():
        Region.objects.select_for_update().get(pk=region.pk)
        refuse_overtaken(shown, as_kept(region))
        texts = {name: given[name] for name in TEXTS}
        logo = {} if given["logo"] is None else {"logo": given["logo"] or None}
        HouseStyle.objects.update_or_create(
            region=region,
            defaults={**texts, **logo, "changed_by": act.by, "changed_at": act.at},
        )
