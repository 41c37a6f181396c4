"""What keeps demonstration mode on this machine, and away from a real database."""

from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, MiddlewareNotUsed
from django.db import DatabaseError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden

from sroi.accounts.models import Demonstration

# A proxy would make every visitor look like a local one.
PROXIED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED")


class LoopbackMiddleware:
    """With DEMO on: refuse to start on a database that `demo` did not make, and refuse requests
    from elsewhere.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.DEMO:
            raise MiddlewareNotUsed
        if not _is_demonstration():
            raise ImproperlyConfigured(
                "DEMO staat aan, maar deze database is niet door `manage.py demo` gemaakt."
            )
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_local(request):
            return HttpResponseForbidden(
                "Deze demonstratie is alleen te zien op de computer waarop zij draait."
            )
        return self.get_response(request)


def _is_demonstration() -> bool:
    try:
        return QuerySet(Demonstration).exists()
    except DatabaseError:
        return False


def is_local(request: HttpRequest) -> bool:
    """Whether the visitor is on this very machine; behind a proxy nobody can tell, so then it is
    not.
    """
    if any(header in request.META for header in PROXIED):
        return False
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback
