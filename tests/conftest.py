"""What every test gets: cheap settings, reproducible random examples, a browser where there is
one.
"""

import logging
import os
import shutil
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.db import transaction
from django.test import override_settings
from playwright.sync_api import expect

# Browser tests run an event loop in the thread that also prepares their data.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
IN_MEMORY = {"BACKEND": "django.core.files.storage.InMemoryStorage"}
BROWSER_FIXTURES = {"browser", "context", "page", "new_context"}

# How long an example takes says more of the machine than of the rule.
UNHURRIED: dict[str, Any] = {
    "deadline": None,
    "max_examples": 50,
    "suppress_health_check": [hypothesis.HealthCheck.too_slow],
}
hypothesis.settings.register_profile("local", **UNHURRIED)
hypothesis.settings.register_profile("ci", **UNHURRIED, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "local")


def pytest_configure() -> None:
    """Before anything reads them: settings under which tests are quick and need no collected static
    files.
    """
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    # A model with a file field looked the storages up already.
    storages._backends = None
    storages.__dict__.pop("backends", None)
    # Tests about the second factor ask for it themselves.
    settings.SECOND_FACTOR_ROLES = []
    settings.MAIL_SENT_THROUGH = "django.core.mail.backends.locmem.EmailBackend"
    # Of a test that fails one wants to read what failed, not what was asked for.
    settings.LOGGING["loggers"]["django_structlog"]["level"] = "CRITICAL"
    logging.getLogger("django_structlog").setLevel("CRITICAL")
    # What waits in the background is done at once.
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test that opens a page in a browser is marked `browser`, and skipped where there is
    none.

    They run by themselves, one after another (`make test`): beside others on the same cores a
    browser answers too late.
    """
    for item in items:
        if BROWSER_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)
        if CHROMIUM is None and item.get_closest_marker("browser"):
            item.add_marker(
                pytest.mark.skip(reason="no Chromium on this machine (apt-get install chromium)")
            )


@pytest.fixture(autouse=True)
def _real_worker(request: pytest.FixtureRequest) -> None:
    """Who opens a page in a browser meets the work in the background as it is: done later, by
    another process.
    """
    if request.node.get_closest_marker("browser"):
        request.getfixturevalue("worker")


@pytest.fixture
def worker(transactional_db: None, settings: Any, worker_process: Any) -> Iterator[Any]:
    """`manage.py run_tasks` at work on the database of the test; what waits at its end is done
    before it is emptied.
    """
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    worker_process.go_on()
    yield worker_process
    worker_process.rest()


@pytest.fixture(scope="session")
def worker_process(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    from tests.tools.worker import Worker

    started = Worker(tmp_path_factory.mktemp("worker"))
    yield started
    started.stop()


@pytest.fixture(autouse=True, scope="session")
def _mail_is_kept_first(django_test_environment: None) -> None:
    """As in production, where Django's tests would have it arrive in `mail.outbox` at once."""
    settings.EMAIL_BACKEND = "sroi.server.outbox.KeepingBackend"


@pytest.fixture(autouse=True, scope="session")
def _patient_browser() -> None:
    expect.set_options(timeout=30_000)


@pytest.fixture
def evidence_in_memory(settings: Any) -> None:
    """Files of evidence and dossiers leave nothing behind."""
    settings.STORAGES = {**settings.STORAGES, "evidence": IN_MEMORY}


# --- the region, firm and contract that most tests are about --------------------------------------
# Factories know models, which can be imported only once Django is set up.


@pytest.fixture
def region() -> Any:
    from tests import factories as make

    return make.make_region()


@pytest.fixture
def linde() -> Any:
    from tests import factories as make

    return make.make_contractor()


@pytest.fixture
def contract(region: Any, linde: Any) -> Any:
    """€ 50.000 over 2024 and 2025, awarded on 1 December 2023."""
    from tests import factories as make

    return make.make_contract(region, linde)


@pytest.fixture
def person(region: Any, linde: Any) -> Any:
    """Of the firm."""
    from sroi.access import Role
    from tests import factories as make

    return make.make_user(Role.CONTRACTOR, region, contractor=linde)


# --- what many tests of a module only look at, made once for all of them --------------------------


@pytest.fixture(scope="module")
def shared_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Rows and files that stand until the module ends, in a transaction around its tests; each of
    them is undone by itself inside it, as always. Not for tests with real transactions.
    """
    files = override_settings(STORAGES={**settings.STORAGES, "evidence": IN_MEMORY})
    with django_db_blocker.unblock(), files, transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def shared_world(shared_database: None) -> Any:
    from tests import factories as make
    from tests.whole.test_access import make_world

    return make_world(make.make_region())


@pytest.fixture
def world(db: None, shared_world: Any) -> Any:
    """People of each role, what is theirs, and what is not (`test_access.World`): objects of one's
    own, of rows that the module shares.
    """
    return deepcopy(shared_world)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """On SQLite each test process has a database file of its own.

    As in production, the threads of a live server then have their own connections and locks; in
    memory they would share one connection, and a second `BEGIN IMMEDIATE` on it fails.
    """
    database = settings.DATABASES["default"]
    folder: Path | None = None
    if database["ENGINE"] == "django.db.backends.sqlite3":
        folder = tmp_path_factory.mktemp("database")
        database.setdefault("TEST", {})["NAME"] = str(folder / "test.sqlite3")
    yield
    if folder:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any
) -> Iterator[None]:
    """Copied from one that was migrated before."""
    from tests.prepared import database_of_tests

    with django_db_blocker.unblock(), database_of_tests():
        yield
