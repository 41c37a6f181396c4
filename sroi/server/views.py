"""For who watches over the site: whether it is well; and the page of a failure."""

import sys
from datetime import UTC, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import InternalError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from sroi.server import metrics, readiness


@login_not_required
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """For who watches over the server: an answer means that the application and its database
    work.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """For who watches over the site: each part that it needs, and 503 where one of them does not
    work.
    """
    said, status = readiness.answer()
    return JsonResponse(said, status=status)


@login_not_required
@require_safe
def metrics_of_the_site(request: HttpRequest) -> HttpResponse:
    """For a program that watches over the site, and knows METRICS_TOKEN; to others it is not
    there.
    """
    _scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    right = settings.METRICS_TOKEN
    if not right or not constant_time_compare(token.strip(), right):
        raise Http404
    return HttpResponse(metrics.text(), content_type=metrics.CONTENT_TYPE)


@login_not_required
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a leak: RFC 9116; only where SECURITY_CONTACT names somebody."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    # It wants to be read anew from time to time, and says until when it holds.
    expires = timezone.now().astimezone(UTC) + timedelta(days=settings.SECURITY_TXT_DAYS)
    lines = [
        *(f"Contact: {contact}" for contact in settings.SECURITY_CONTACT),
        f"Expires: {expires:%Y-%m-%dT00:00:00Z}",
        "Preferred-Languages: nl, en",
        f"Canonical: {settings.SITE_URL}{request.path}",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


# What the surroundings do to us: a disk that is full or gone, a database that is away or cannot be
# written.
SURROUNDINGS = (OperationalError, InternalError, OSError)
RETRY_AFTER_SECONDS = "60"


def server_error(request: HttpRequest) -> HttpResponse:
    """For what nobody expected: sorry; where it lies in the surroundings: a moment, and nothing was
    half done.
    """
    if isinstance(sys.exc_info()[1], SURROUNDINGS):
        page = render_to_string("503.html")
        return HttpResponse(page, status=503, headers={"Retry-After": RETRY_AFTER_SECONDS})
    return HttpResponse(render_to_string("500.html"), status=500)
