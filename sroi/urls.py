"""All addresses: those of the roof, of accounts and the server, and of the three apps."""

from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

handler500 = "sroi.api.views.server_error"

urlpatterns = [
    path("", include("sroi.pages.urls")),
    path("", include("sroi.accounts.urls")),
    path("", include("sroi.server.urls")),
    path("taal/", login_not_required(require_POST(set_language)), name="set_language"),
    path("", include("contracts.urls")),
    path("", include("placements.urls")),
    path("", include("reporting.urls")),
    path("", include("sroi.api.urls")),
]
