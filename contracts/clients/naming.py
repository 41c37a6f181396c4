"""How a client is found: in an address by its slug, in a file by its code or its name."""

import re
from collections import defaultdict
from collections.abc import Iterable

from django.utils.text import slugify
from django.utils.translation import gettext as _

from contracts.models import Municipality
from contracts.models.organisation import folded


def slug_of(client: Municipality) -> str:
    """Its name as part of an address; where another client of the region has that, with the code
    behind it.
    """
    slug = slugify(client.name) or slugify(client.code)
    others = Municipality.objects.filter(region=client.region_id, slug=slug).exclude(pk=client.pk)
    return f"{slug[:87]}-{slugify(client.code)}" if others.exists() else slug[:100]


def bare(name: str) -> str:
    """A name in a file without the word for what it is: `Gemeente Hilversum` → `hilversum`."""
    return re.sub(r"^gemeente\s+|\s*\(gemeente\)$", "", name)


# How people set names of clients beside each other, where shares are asked.
_SEVERAL = re.compile(r"[,/&+]|\s+en\s+|[0-9]+\s*%")


class ClientsByName:
    """The clients of a region as files name them: by code, number or name, in upper or lower
    case.
    """

    def __init__(self, clients: Iterable[Municipality]) -> None:
        self._by_code, self._by_name = {}, defaultdict(list)
        for client in clients:
            self._by_code[folded(client.code)] = client
            self._by_name[folded(client.name)].append(client)

    def find(self, named: str) -> Municipality:
        """The client; ValueError with the reason where there is none, or more than one of that
        name.
        """
        key = folded(named.strip())
        for code in (key, f"gm{key.zfill(4)}" if key.isdecimal() else key):
            if code in self._by_code:
                return self._by_code[code]
        found = self._by_name.get(key, []) or self._by_name.get(bare(key), [])
        if not found:
            if any(bare(folded(part.strip())) in self._by_name for part in _SEVERAL.split(named)):
                raise ValueError(
                    _("With several names each needs its share, as in GM0402:60;GM0406:40.")
                )
            raise ValueError(
                _("%(name)s is no client of this region. Fill in a code or a name.")
                % {"name": named}
            )
        if len(found) > 1:
            codes = ", ".join(sorted(client.code for client in found))
            raise ValueError(
                _("More than one client is called %(name)s. Fill in the code: %(codes)s.")
                % {
                    "name": named,
                    "codes": codes,
                }
            )
        return found[0]
