"""What `manage.py check --deploy` says of the settings of a site at work: what is missing, and what
does not fit together. Keys of second factors: `sroi.accounts.second_factor.checks`.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.http.request import validate_host

from sroi.files.place import faults

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@checks.register(checks.Tags.security, deploy=True)
def settings_of_a_site_at_work(**kwargs: Any) -> list[checks.CheckMessage]:
    return [
        checks.Warning(said, hint=hint, id=f"server.W{number:03}")
        for number, (is_wrong, said, hint) in enumerate(_looks(), start=1)
        if is_wrong
    ]


@checks.register(checks.Tags.files)
def file_store(**kwargs: Any) -> list[checks.CheckMessage]:
    return [
        checks.Error(said, hint=hint, id="files.E001") for said, hint in faults(settings.FILE_STORE)
    ]


@checks.register(checks.Tags.compatibility)
def of_postgresql(**kwargs: Any) -> list[checks.CheckMessage]:
    """A pooler and a replica are of PostgreSQL."""
    on_sqlite = any(way["ENGINE"].endswith("sqlite3") for way in settings.DATABASES.values())
    asked = {"DATABASE_POOLER": settings.DATABASE_POOLER, "REPLICA_URL": settings.REPLICA_URL}
    return [
        checks.Error(
            f"{name} is set, and a database is SQLite.",
            hint="Leave it out, or set DATABASE_URL (and REPLICA_URL) to postgres://….",
            id="server.E001",
        )
        for name, is_asked in asked.items()
        if is_asked and on_sqlite
    ]


def _looks() -> Iterator[tuple[bool, str, str]]:
    """Whether it is wrong, what is, and what to do."""
    site = urlsplit(settings.SITE_URL)
    host = site.hostname or ""
    yield (
        settings.DEMO,
        "DEMO is on: passwords of accounts stand in a file.",
        "Leave it out of the settings of a site at work.",
    )
    yield (
        not settings.SECRET_KEY_IS_SET,
        "SECRET_KEY is not set: the key stands in var/, and another server has another one.",
        "Set it to 50 random characters or more.",
    )
    yield (
        not settings.STATEMENT_KEYS_ARE_SET,
        "STATEMENT_KEYS is not set: the codes of statements are made with a key in var/.",
        "Set it to what stands in var/statement-key, or to 32 random characters or more.",
    )
    yield (
        site.scheme != "https" or host in LOOPBACK,
        f"SITE_URL is {settings.SITE_URL}: links in mails lead there.",
        "Set it to the address of the site, with https.",
    )
    yield (
        not validate_host(host, settings.ALLOWED_HOSTS) and host not in LOOPBACK,
        f"ALLOWED_HOSTS does not name {host}, the host of SITE_URL.",
        "Add it: without, every page answers 400.",
    )
    yield (
        settings.HTTPS and not settings.ALLAUTH_TRUSTED_PROXY_COUNT,
        "TRUSTED_PROXIES is 0: behind a proxy all visitors then count as one, and the attempts of"
        " one shut out all.",
        "Set it to how many proxies stand in front of the site.",
    )
    yield (
        not settings.MAIL_IS_SET_UP,
        "EMAIL_URL is not set: invitations and reminders are printed where the site runs.",
        "Set it, for instance smtp+tls://user:password@host:587.",
    )
    yield (
        settings.ERASURE_JOURNAL is None,
        "ERASURE_JOURNAL is not set: what somebody erased comes back with a restore.",
        "Name a file on another disk than the database.",
    )
    yield (
        not settings.SECURITY_CONTACT,
        "SECURITY_CONTACT is not set: who finds a leak does not know whom to tell.",
        "Set it to an address, for instance mailto:security@example.org.",
    )
    yield (
        settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"),
        "DATABASE_URL is SQLite: meant for one machine, not for a region at work.",
        "Set it to postgres://user:password@host/name.",
    )
