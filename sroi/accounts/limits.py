"""How often one address may ask what everybody can: by `ACCOUNT_RATE_LIMITS`, counted with the
attempts to sign in.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.internal import ratelimit
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator

View = Callable[..., HttpResponseBase]


def limited(action: str, method: str) -> Callable[[type], type]:
    """Of a page: who asks it too often by this method, which `action` limits, is answered 429."""

    def hold_up(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not ratelimit.consume(request, app="allauth.account", action=action, limit_get=True):
                return ratelimit.respond_429(request)
            return view(request, *args, **kwargs)

        return answer

    found: Callable[[type], type] = method_decorator(hold_up, name=method)
    return found
