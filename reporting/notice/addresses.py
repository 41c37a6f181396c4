"""Where an edition of a report is found, for the region and for a municipality."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from contracts.models import Municipality
from reporting.notice.editions import Addressed

REGION = "jaarverslag/<slug:region>/<int:year>/"
MUNICIPALITY = REGION + "<slug:municipality>/"


@dataclass(frozen=True)
class Choice:
    label: str
    url: str
    current: bool


def address(name: str, edition: Addressed, *, year: int | None = None, **extra: str) -> str:
    """The address of a page about an edition; `name` as for the region, or its twin for a
    municipality.
    """
    return address_of(name, edition, edition.municipality, year or edition.year, **extra)


def address_of(
    name: str, edition: Addressed, municipality: Municipality | None, year: int, **extra: str
) -> str:
    where: dict[str, Any] = {"region": edition.region.code, "year": year, **extra}
    if municipality is None:
        return reverse(f"report-{name}" if name else "report-detail", kwargs=where)
    twin = f"report-municipality-{name}" if name else "report-municipality"
    return reverse(twin, kwargs=where | {"municipality": municipality.slug})


def not_there(request: HttpRequest) -> HttpResponse:
    """Nothing for this person; who is not signed in may be someone who can have it."""
    if request.user.is_authenticated:
        raise Http404
    return redirect_to_login(request.get_full_path())
