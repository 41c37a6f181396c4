"""For who watches over the site: whether it is well; and the page of a failure."""

import sys

from django.contrib.auth.decorators import login_not_required
from django.db import InternalError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from sroi.server import readiness


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
