"""What every request and every response gets."""

import time
from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.db import connection
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase, HttpResponseRedirectBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import redirect, resolve_url
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect
from django_structlog.middlewares import RequestMiddleware

from contracts.people.membership import access_of
from sroi.access import Access, May
from sroi.access.personal import watching
from sroi.accounts import audit
from sroi.accounts.audit import SECOND_FACTOR_KNOWN
from sroi.accounts.second_factor.sealing import Unreadable
from sroi.views import asks_for_part, page_of

Handler = Callable[[HttpRequest], HttpResponse]


class RequestLogMiddleware(RequestMiddleware):
    """Gives each request an id, and says how it was answered; by its route, since an address can
    hold anything.
    """

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        found = request.resolver_match
        return f"{request.method} /{found.route if found else '…'}"


class CompressTextMiddleware(GZipMiddleware):
    """Pages and data are sent compressed, with padding of random length against guessing at what is
    secret in them.

    What is compressed already, such as a PDF or a workbook, is left as it is.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        is_text = response.headers.get("Content-Type", "").startswith(("text/", "application/json"))
        return super().process_response(request, response) if is_text else response


class ResponseHeadersMiddleware:
    """Headers that Django has no setting for; pages are never kept in a cache, since most show
    personal data.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(self), geolocation=(), microphone=()"
        )
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response


class TimingMiddleware:
    """Tells staff in their browser how long an answer took, and how much of that the database:
    `Server-Timing`.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        queries = Timed()
        began = time.perf_counter()
        with connection.execute_wrapper(queries):
            response = self.get_response(request)
        total = time.perf_counter() - began
        looked_up = request.__dict__.get("access_looked_up")
        if looked_up is not None and looked_up.may(May.SEE_REGION):
            response.headers["Server-Timing"] = (
                f"total;dur={total * 1000:.1f},"
                f' db;dur={queries.seconds * 1000:.1f};desc="{queries.number} queries"'
            )
        return response


class Timed:
    """How many queries were asked, and how long they took."""

    def __init__(self) -> None:
        self.number, self.seconds = 0, 0.0

    def __call__(self, execute: Any, *given: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*given)
        finally:
            self.number += 1
            self.seconds += time.perf_counter() - began


class AccessMiddleware:
    """`request.access`: everything this person may see, looked up once and only when asked for."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        def look_up() -> Access:
            found = request.__dict__["access_looked_up"] = access_of(request.user)
            return found

        request.access = SimpleLazyObject(look_up)  # type: ignore[attr-defined]
        return self.get_response(request)


class NavigationMiddleware:
    """Another page is told to the browser as such, and who has to sign in first returns to the page
    they were on.

    htmx would follow a redirect by itself and put what it finds there in place of what stands; and
    the address of a part of a page, or where a form is sent, is no page to return to.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseRedirectBase):
            return response
        url = _returning_to_page(request, response.url)
        if not request.htmx:  # type: ignore[attr-defined]
            response.headers["Location"] = url
            return response
        told = HttpResponseClientRedirect(url)
        told.cookies = response.cookies
        return told


def _returning_to_page(request: HttpRequest, url: str) -> str:
    """The address of the sign-in with the page as the one to return to; any other address as it
    is.
    """
    path, _mark, query = url.partition("?")
    parameters = QueryDict(query, mutable=True)
    if path != resolve_url(settings.LOGIN_URL) or REDIRECT_FIELD_NAME not in parameters:
        return url
    if request.method in ("GET", "HEAD") and not asks_for_part(request):
        return url
    page = page_of(request)
    if page:
        parameters[REDIRECT_FIELD_NAME] = page
    else:
        del parameters[REDIRECT_FIELD_NAME]
    return f"{path}?{parameters.urlencode(safe='/')}" if parameters else path


class SessionEndMiddleware:
    """A session ends when it was not used for a while, and in any case some hours after signing
    in.
    """

    STARTED, SEEN, EVERY = "session_started", "session_seen", 60

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            started = request.session.setdefault(self.STARTED, now)
            seen = request.session.setdefault(self.SEEN, now)
            if (
                now - seen > settings.SESSION_IDLE_MINUTES * 60
                or now - started > settings.SESSION_MAX_HOURS * 3600
            ):
                logout(request)
                messages.info(
                    request, _("You were signed out because time went by. Sign in to go on.")
                )
            elif now - seen > self.EVERY:
                request.session[self.SEEN] = now
        return self.get_response(request)


class SecondFactorMiddleware:
    """Who holds one of `SECOND_FACTOR_ROLES` sets up a second factor first; its own pages stay
    open.
    """

    OPEN = ("mfa_", "account_", "usersessions_", "logout", "set_language")

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        roles = settings.SECOND_FACTOR_ROLES
        if (
            settings.DEMO
            or not roles
            or not request.user.is_authenticated
            or request.session.get(SECOND_FACTOR_KNOWN)
        ):
            return None
        if not getattr(view, "login_required", True) or (
            request.resolver_match.url_name or ""
        ).startswith(self.OPEN):
            return None
        if not request.access.holds(*roles):
            return None
        if is_mfa_enabled(request.user):
            request.session[SECOND_FACTOR_KNOWN] = True
            return None
        messages.warning(
            request,
            _("Your role asks for a second step at sign-in. Choose an app or a passkey below."),
        )
        return redirect("mfa_index")

    def process_exception(self, request: Any, failure: Exception) -> HttpResponse | None:
        """A page about a second step that cannot be read leads to where it is set up again."""
        return redirect("account_second_step_again") if isinstance(failure, Unreadable) else None


class LanguageMiddleware:
    """Dutch, unless this visitor chose another language here: what a browser happens to ask for
    does not count.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Cookie"])
        return response


class AuditMiddleware:
    """Notes what was taken out of the register, and who looked at something about a person placed:
    by what was shown, whichever page showed it.
    """

    # Handed out as files, but only to be shown in a page.
    PICTURES = frozenset({"evidence-page"})

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with watching() as looks:
            response = self.get_response(request)
        if not request.user.is_authenticated or response.status_code not in (200, 422):
            return response
        name = request.resolver_match.url_name if request.resolver_match else ""
        is_file = response.headers.get("Content-Disposition", "").startswith("attachment")
        if is_file and name not in self.PICTURES:
            audit.exported(request)
        elif is_file or looks.any:
            audit.looked(request)
        return response
