"""What the shell around every page needs: navigation by role, the account menu, the token file of
the municipality.

An entry is the name of an address; a name that no address bears is an error on every page. The role
in use shapes the navigation only; what a person may see is the union of all their roles.
"""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from contracts.desk.whose import HAS_DAYS
from sroi.access import NO_ACCESS, Access, Role
from sroi.access.roles import role_called
from sroi.views import asks_for_part

ROLE_IN_USE = "role"

Entries = tuple[tuple[str, Promise], ...]

NAVIGATION: dict[str, Entries] = {
    Role.ADVISER: (
        ("start", _("Work list")),
        ("review-queue", _("Review")),
        ("contract-list", _("Contracts")),
        ("contractor-list", _("Contractors")),
        ("region-detail", _("Region")),
        ("report-list", _("Annual report")),
    ),
    Role.REGION_ADMIN: (
        ("start", _("Start")),
        ("contract-list", _("Contracts")),
        ("contractor-list", _("Contractors")),
        ("region-detail", _("Region")),
        ("report-list", _("Annual report")),
    ),
    Role.PROCUREMENT_OFFICER: (
        ("start", _("Start")),
        ("contract-list", _("Contracts")),
        ("tender-aid", _("Tender aid")),
        ("coverage", _("Coverage")),
        ("report-list", _("Annual report")),
    ),
    Role.CONTRACTOR: (
        ("start", _("My obligations")),
        ("fulfilment-list", _("Fulfilments")),
        ("need-list", _("Needs")),
        ("place-list", _("Places")),
        ("statements-own", _("Statements")),
        ("calculator", _("Calculator")),
        ("colleague-list", _("Colleagues")),
    ),
    Role.READER: (("report-list", _("Annual reports")),),
    Role.ACCOUNT_MANAGER: (
        ("desk", _("Desk")),
        ("need-list", _("Needs")),
        ("place-list", _("Places")),
        ("match-list", _("Matches")),
        ("partner-list", _("Partners")),
    ),
    Role.PARTNER: (("need-list", _("Needs")), ("match-list", _("Matches"))),
    "": (
        ("calculator", _("Calculator")),
        ("social-firm-list", _("Social firms")),
        ("report-list", _("Annual reports")),
    ),
}
MORE: dict[str, Entries] = {
    Role.ADVISER: (
        ("fulfilment-list", _("Fulfilments")),
        ("desk", _("Desk")),
        ("tender-aid", _("Tender aid")),
        ("coverage", _("Coverage")),
        ("policy", _("Policy and goals")),
        ("table-list", _("Building blocks")),
        ("social-firm-list", _("Social firms")),
        ("partner-list", _("Partners")),
        ("sample", _("Sample")),
        ("import", _("Import")),
        ("held-candidate", _("Privacy requests")),
        ("calculator", _("Calculator")),
    ),
    Role.REGION_ADMIN: (
        ("user-list", _("Users")),
        ("program-list", _("Programs")),
        ("client-list", _("Clients")),
        ("partner-list", _("Partners")),
        ("policy", _("Policy and goals")),
        ("table-list", _("Building blocks")),
        ("social-firm-list", _("Social firms")),
        ("history", _("Log")),
        ("processing-register", _("Processing activities")),
    ),
}
# What one comes for, within reach on every page.
BEGIN: dict[str, Entries] = {Role.CONTRACTOR: (("fulfilment-new", _("New fulfilment")),)}
FOOTER: Entries = (
    ("help", _("Help")),
    ("privacy", _("Privacy")),
    ("accessibility", _("Accessibility")),
    ("report-list", _("Annual reports")),
    ("social-firm-list", _("Social firms")),
    ("partner-ask", _("Take part as a partner")),
    ("statement-try", _("Check a statement")),
    ("calculator", _("Calculator")),
)


@dataclass
class Item:
    label: str | Promise
    url: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True)
class RoleChoice:
    value: str
    label: str | Promise
    current: bool


@dataclass(frozen=True)
class Shell:
    navigation: list[Item] = field(default_factory=list)
    more: list[Item] = field(default_factory=list)
    begin: list[Item] = field(default_factory=list)
    footer: list[Item] = field(default_factory=list)
    roles: list[RoleChoice] = field(default_factory=list)
    role: RoleChoice | None = None
    region_title: str = ""
    has_days: bool = False


def shell(request: HttpRequest) -> dict[str, Any]:
    return {
        "shell": SimpleLazyObject(lambda: shell_of(request)),
        "token_stylesheet": settings.TOKEN_STYLESHEET,
        "demo": settings.DEMO,
        "part_only": asks_for_part(request),
    }


def shell_of(request: HttpRequest) -> Shell:
    """A view can set `request.waiting = {url name: number}` to show how many wait behind an
    entry.
    """
    access: Access = getattr(request, "access", NO_ACCESS)
    roles = roles_of(request, access)
    role = next((r for r in roles if r.current), None)
    key = role.value if role else ""
    navigation = items(NAVIGATION[key], request)
    more = items(MORE.get(key, ()), request)
    mark_current(navigation + more, request.path)
    return Shell(
        navigation=navigation,
        more=more,
        begin=items(BEGIN.get(key, ()), request),
        footer=items(FOOTER, request),
        roles=roles,
        role=role,
        region_title=getattr(request, "region_title", ""),
        has_days=access.may(*HAS_DAYS),
    )


def roles_of(request: HttpRequest, access: Access) -> list[RoleChoice]:
    held = [role for role in NAVIGATION if role and access.holds(role)]
    if not held:
        return []
    chosen = request.session.get(ROLE_IN_USE)
    in_use = chosen if chosen in held else held[0]
    return [RoleChoice(role, role_called(role).label, role == in_use) for role in held]


def items(entries: Entries, request: HttpRequest) -> list[Item]:
    waiting = getattr(request, "waiting", {})
    return [Item(label, reverse(name), count=waiting.get(name)) for name, label in entries]


def mark_current(entries: list[Item], path: str) -> None:
    """The entry whose address is the longest beginning of this page's address."""
    fitting = [
        i
        for i in entries
        if path == i.url or (i.url != reverse("start") and path.startswith(i.url))
    ]
    if fitting:
        max(fitting, key=lambda i: len(i.url)).current = True


@require_http_methods(["GET", "HEAD", "POST"])
def switch_role(request: HttpRequest) -> HttpResponse:
    """Choose the role whose navigation one sees; it opens nothing."""
    role = request.POST.get("role", "")
    if request.access.holds(role):  # type: ignore[attr-defined]
        request.session[ROLE_IN_USE] = role
    return redirect("start")
