"""The trials: each makes something fail under a register at work, and says what it found."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from tests.tools.throwaway_postgres import Cluster, free_port
from tests.tools.torture import around
from tests.tools.torture.site import ROOT, Load, Site, new_mark, until, workers_on


@dataclass(frozen=True)
class Found:
    """What a trial was, how much of it was done, what was seen, and whether that is right."""

    what: str
    how_much: str
    seen: str
    holds: bool


@dataclass(frozen=True)
class Much:
    """How much of each trial: a whole run, or the short form that every test run holds."""

    rounds: int
    seconds: float
    operations: int
    writers: int
    rows: int


WHOLE = Much(rounds=20, seconds=60, operations=10_000, writers=8, rows=2_000)
SHORT = Much(rounds=1, seconds=2, operations=64, writers=4, rows=100)


class CannotBeDone(Exception):
    """Not here: why."""


Trial = Callable[[Site, Much, Cluster | None], Found]
TRIALS: dict[str, Trial] = {}


def trial(name: str) -> Callable[[Trial], Trial]:
    def known(function: Trial) -> Trial:
        TRIALS[name] = function
        return function

    return known


def ledgers_are_right() -> bool:
    from django.core.management import CommandError, call_command

    try:
        call_command("verify_ledger", stdout=io.StringIO())
    except CommandError as drift:
        print(drift, file=sys.stderr)
        return False
    return True


def told(load: Load) -> str:
    lost, failed = load.lost(), load.failed()
    said = f"{len(load.acknowledged):,} acknowledged, {len(lost)} lost"
    return said + (f"; other answers: {failed}" if failed else "")


def kept_all(load: Load) -> bool:
    return bool(load.acknowledged) and not load.lost() and ledgers_are_right()


def only(load: Load, *codes: int) -> bool:
    return set(load.failed()) <= set(codes)


# --- killed ---------------------------------------------------------------------------------------


@trial("web")
def the_web_server_is_killed(site: Site, much: Much, _cluster: Cluster | None) -> Found:
    loads = []
    for _round in range(much.rounds):
        with site.served(BACKGROUND_WORKER="0"), site.busy(4) as load:
            time.sleep(2)
            os.killpg(site.server.pid, signal.SIGKILL)  # type: ignore[union-attr]
        loads.append(load)
    acknowledged = sum(len(load.acknowledged) for load in loads)
    lost = sum(len(load.lost()) for load in loads)
    holds = bool(acknowledged) and not lost and ledgers_are_right()
    other = sum((Counter(load.failed()) for load in loads), Counter[int]())
    holds = holds and set(other) <= {0, 503}
    return Found(
        "the web server is killed (−9) under 4 writers",
        f"{much.rounds} rounds",
        f"{acknowledged:,} acknowledged, {lost} lost, the ledgers right; no answer or “not now”:"
        f" {dict(other)}",
        holds,
    )


@trial("import")
def the_worker_is_killed_in_mid_import(site: Site, much: Much, cluster: Cluster | None) -> Found:
    from contracts.models import Contract
    from placements.models import Upload, UploadState
    from tests.contracts.imports.test_imports import CONTRACT

    before, mark = Contract.objects.count(), new_mark()
    row = {**CONTRACT, "adviser_email": "", "contractor_kvk": "87654321"}
    out = io.StringIO()
    rows = csv.DictWriter(out, list(row))
    rows.writeheader()
    rows.writerows(row | {"reference": f"I-{mark}-{n}"} for n in range(much.rows))
    with site.served():
        client = _browser()
        upload = _sent(client, out.getvalue().encode())

        def stands(*states: str) -> bool:
            return Upload.objects.filter(pk=upload, state__in=states).exists()

        until(lambda: stands(UploadState.CHECKED), "the file was looked into")
        _press(client, "import-run", upload)
        begun = UploadState.IMPORTING, UploadState.IMPORTED
        until(lambda: stands(*begun), "the import began")
        for worker in workers_on(site.folder):
            os.kill(worker, signal.SIGKILL)
        killed = stands(UploadState.IMPORTING)
        took = until(lambda: stands(UploadState.IMPORTED), "another worker did it")
    if not killed:
        # It was done before the worker was killed.
        return the_worker_is_killed_in_mid_import(site, replace(much, rows=2 * much.rows), cluster)
    made = Contract.objects.count() - before
    return Found(
        "the worker is killed in mid-import",
        f"{much.rows:,} contracts",
        f"begun again by another worker, there {took:.0f} s later: {made:,} contracts, each once",
        made == much.rows and ledgers_are_right(),
    )


def _browser() -> Any:
    from django.test import Client

    from sroi.accounts.models import User

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(User.objects.get(email="schrijver@example.org"))
    return client


def _sent(client: Any, content: bytes) -> int:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.urls import reverse

    from contracts.models import Region
    from placements.models import Upload
    from placements.uploads.door import Purpose

    purpose = Purpose("contracts", Region.objects.get()).key
    given = {"purpose": purpose, "file": SimpleUploadedFile("contracten.csv", content)}
    answer = client.post(reverse("import"), given)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return int(Upload.objects.latest("pk").pk)


def _press(client: Any, name: str, pk: int) -> None:
    from django.urls import reverse

    answer = client.post(reverse(name, args=[pk]), {"klopt": "1"})
    assert answer.status_code == 302, answer.content.decode()[:2000]


@trial("mail")
def the_worker_is_killed_in_mid_mail(site: Site, much: Much, _cluster: Cluster | None) -> Found:
    port, many = free_port(), 12
    with around.mail_server(port, seconds=0.4) as server, site.served(**_mail_to(port)):
        subjects = _mails(many)
        until(lambda: len(server.arrived) >= 3, "the first mails went")
        for worker in workers_on(site.folder):
            os.kill(worker, signal.SIGKILL)
        until(lambda: set(server.arrived) >= subjects or not _waiting(), "the others went")
        until(lambda: len(subjects - set(server.arrived)) <= 1, "the last one arrived too")
    times = Counter(server.arrived)
    twice = [subject for subject, number in times.items() if number > 1]
    missing = subjects - set(times)
    return Found(
        "the worker is killed in mid-mail",
        f"{many} mails, a server of 0.4 s per mail",
        f"{len(times)} arrived, {len(twice)} twice; of {len(missing)} it is not known",
        not twice and len(missing) <= 1,
    )


def _mail_to(port: int) -> dict[str, str]:
    return {"EMAIL_URL": f"smtp://127.0.0.1:{port}", "EMAIL_TIMEOUT": "5"}


def _mails(many: int) -> set[str]:
    """Kept as a page keeps them, for the worker."""
    from django.core.mail import EmailMultiAlternatives, get_connection

    mark = new_mark()
    subjects = {f"{mark}-{n}" for n in range(many)}
    connection = get_connection("sroi.server.outbox.KeepingBackend")
    for subject in sorted(subjects):
        EmailMultiAlternatives(
            subject, "Dag", "van@example.org", ["aan@example.org"], connection=connection
        ).send()
    return subjects


def _waiting() -> bool:
    from sroi.models import KeptMail

    return bool(KeptMail.objects.filter(taken_at=None).exists())


# --- gone, slow, full -----------------------------------------------------------------------------


@trial("mail server")
def the_mail_server_is_gone_and_then_slow(
    site: Site, much: Much, _cluster: Cluster | None
) -> Found:
    from django.utils import timezone

    from sroi.models import KeptMail

    port, many = free_port(), 5
    with site.served(**_mail_to(port)):
        subjects = _mails(many)
        until(lambda: KeptMail.objects.filter(tries__gt=0).count() >= many, "each was tried")
        quick = _seconds(lambda: site.get(site.page))
        with around.mail_server(port, seconds=1.0) as server:
            # The pause before the next try has passed.
            KeptMail.objects.update(not_before=timezone.now() - timedelta(seconds=1))
            _mails(1)
            until(lambda: len(server.arrived) >= 2, "they are on their way")
            slow = _seconds(lambda: site.get(site.page))
            until(lambda: subjects <= set(server.arrived), "all arrived")
            until(lambda: not _waiting(), "nothing waits")
    twice = [subject for subject, number in Counter(server.arrived).items() if number > 1]
    return Found(
        "the mail server is gone, then slow (1 s per mail)",
        f"{many + 1} mails",
        f"all arrived once when it was back; a page took {quick * 1000:.0f} ms while it was gone,"
        f" {slow * 1000:.0f} ms while it was slow",
        not twice and max(quick, slow) < 5,
    )


def _seconds(do: Callable[[], int]) -> float:
    """Of the quickest of five: others use this machine too."""
    found = []
    for _n in range(5):
        since = time.monotonic()
        assert do() == 200
        found.append(time.monotonic() - since)
    return min(found)


@trial("restart")
def the_database_is_restarted_under_load(site: Site, much: Much, cluster: Cluster | None) -> Found:
    from django.db import connection

    if connection.vendor == "sqlite":
        raise CannotBeDone("SQLite has no server")
    waits = []
    with site.served(), site.busy(4) as load:
        processes = site.server.pid  # type: ignore[union-attr]
        for number in range(max(2, much.rounds // 4)):
            time.sleep(1)
            if cluster is None:
                _cut_connections()
            else:
                cluster.stop(signal.SIGQUIT if number % 2 else signal.SIGINT)
                time.sleep(0.5)
                cluster.start()
            counted = len(load.acknowledged)
            waits.append(until(lambda n=counted: len(load.acknowledged) > n + 4, "it is written"))
        _forget_connections()
        until(lambda: site.get("/klaar/") in (200, 503) and _worker_works(), "the worker works")
        same = site.server is not None and site.server.pid == processes
        same = same and site.server.poll() is None  # type: ignore[union-attr]
    _forget_connections()
    return Found(
        "the database is restarted under 4 writers: at once, and as after a crash",
        f"{len(waits)} restarts",
        f"{told(load)}; written again {max(waits):.1f} s after it was back at most, by the same"
        " processes",
        same and kept_all(load) and only(load, 0, 500, 503),
    )


def _worker_works() -> bool:
    """A task that is asked for now is done."""
    from django_tasks_db.models import DBTaskResult

    from sroi.server.outbox import send_kept

    pk = send_kept.enqueue().id
    with suppress(SystemExit):
        until(
            lambda: DBTaskResult.objects.get(pk=pk).status == "SUCCESSFUL", "the task is done", 30
        )
        return True
    return False


def _cut_connections() -> None:
    """Of everybody else, at PostgreSQL."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def _forget_connections() -> None:
    from django.db import connections

    connections.close_all()


@trial("disk")
def the_disk_is_full(site: Site, much: Much, cluster: Cluster | None) -> Found:
    """That of the database, on SQLite; it stands on a small one of its own."""
    from django.db import connection

    disk = site.folder / "disk"
    if cluster is not None or not disk.exists():
        raise CannotBeDone("no small disk for this database")
    with site.served(BACKGROUND_WORKER="0"):
        with site.busy(4) as before:
            time.sleep(1)
        ballast = around.fill(disk)
        with site.busy(4) as full:
            time.sleep(much.seconds / 10 + 1)
        reads = site.get(site.page)
        ballast.unlink()
        with site.busy(4) as after:
            until(lambda: len(after.acknowledged) > 8, "it is written again")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        sound = cursor.fetchone()[0] == "ok"
    lost = before.lost() + full.lost() + after.lost()
    said = {code: number for code, number in full.answers.items() if code != 302}
    return Found(
        "the disk of the database is full under 4 writers",
        f"{sum(said.values()):,} writes while it was full",
        f"answered {said}, pages could be read ({reads}); with room again it went on by itself,"
        f" {len(lost)} lost, the database sound",
        not lost
        and sound
        and bool(said)
        and set(said) <= {503}
        and reads == 200
        and ledgers_are_right(),
    )


@trial("read-only")
def the_database_cannot_be_written(site: Site, much: Much, cluster: Cluster | None) -> Found:
    from django.db import connection

    from contracts.models import ContractNote

    with site.served(BACKGROUND_WORKER="0"):
        notes = ContractNote.objects.count()
        with _read_only(cluster):
            # Twice as many as there are threads, so that each connection was used; of a lock each
            # waits for as long as it may.
            answers = Counter(site.write(f"niet {n}") for n in range(16 if cluster else 4))
            reads = site.get(site.page)
        kept = ContractNote.objects.count() - notes
        until(lambda: site.write("weer wel") == 302, "it is written again")
    return Found(
        "the database can only be read"
        if connection.vendor == "postgresql"
        else "the database is kept locked by another program",
        f"{sum(answers.values())} writes",
        f"answered {dict(answers)}, {kept} kept, a page {reads}; then it went on by itself",
        set(answers) == {503} and not kept and reads in (200, 503),
    )


@contextmanager
def _read_only(cluster: Cluster | None) -> Iterator[None]:
    """On PostgreSQL as a server in recovery; on SQLite another program holds the lock for longer
    than is waited for.
    """
    from django.db import connection, transaction

    if cluster is None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            yield
        return
    for value in ("on", "off"):
        with connection.cursor() as cursor:
            name = connection.settings_dict["NAME"]
            cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")
            cursor.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {value}')
        _cut_connections()
        if value == "on":
            yield


@trial("slow database")
def the_database_is_slow(site: Site, much: Much, cluster: Cluster | None) -> Found:
    if cluster is None:
        raise CannotBeDone("SQLite has no network in between")
    late = 0.02
    with around.slow_network(cluster.port, late) as port:
        slow = f"postgresql://postgres@127.0.0.1:{port}/{urlsplit(cluster.url).path[1:]}"
        with site.served(DATABASE_URL=slow):
            usual = _seconds(lambda: site.get(site.page))
            with site.busy(4, readers=2) as load:
                time.sleep(much.seconds / 6 + 2)
    return Found(
        f"the database answers {late * 2000:.0f} ms later, under 4 writers and 2 readers",
        f"{sum(load.answers.values()):,} requests",
        f"{told(load)}; a contract page took {usual:.1f} s",
        kept_all(load) and only(load),
    )


# --- time -----------------------------------------------------------------------------------------

MOMENTS = (
    "2028-02-29T12:00:00+01:00",
    "2026-12-31T23:59:58+01:00",
    "2027-01-01T00:00:02+01:00",
    "2027-03-28T01:59:58+01:00",
    "2027-03-28T03:00:02+02:00",
    "2026-10-25T02:59:58+02:00",
    "2026-10-25T02:00:02+01:00",
    "2026-06-01T12:00:00+02:00",
)


@trial("clock")
def the_clock_changes(site: Site, much: Much, _cluster: Cluster | None) -> Found:
    """Also back: as where the clock of a machine was wrong."""
    import time_machine
    from django.core.management import call_command

    from tests.tools.torture.operations import some

    done, faults = Counter[str](), []
    for number, moment in enumerate(MOMENTS):
        with time_machine.travel(moment):
            counts, raised = some(number, max(4, much.operations // 200))
            done += counts
            faults += raised
            for command in ("apply_retention", "send_reminders"):
                call_command(command, stdout=io.StringIO())
            if not ledgers_are_right():
                faults.append(f"{moment}: the ledgers")
    for fault in faults:
        print(fault, file=sys.stderr)
    return Found(
        "the clock: 29 February, the year's end, both changes of summer time, and half a year back",
        f"{len(MOMENTS)} moments, {sum(done.values())} acts, the work of the night at each",
        f"{done['done']} done, {done['refused']} refused with a sentence, {len(faults)} faults;"
        " the ledgers right at each",
        not faults,
    )


# --- upgrade --------------------------------------------------------------------------------------


@trial("upgrade")
def an_upgrade_in_mid_work(site: Site, much: Much, _cluster: Cluster | None) -> Found:
    """The code of before the last migration serves while that runs; then this code does."""
    from django.core.management import call_command

    try:
        tree, known = around.release_before(site.folder)
    except (OSError, subprocess.CalledProcessError) as why:
        raise CannotBeDone(str(why)) from None
    for app, last in known.items():
        call_command("migrate", app, last, verbosity=0)
    with site.served(tree), site.busy(4) as load:
        time.sleep(1)
        since = time.monotonic()
        call_command("migrate", verbosity=0)
        took = time.monotonic() - since
        counted = len(load.acknowledged)
        until(lambda: len(load.acknowledged) > counted + 8, "the code of before goes on")
    with site.served(), site.busy(4) as then:
        until(lambda: len(then.acknowledged) > 8, "this code goes on")
    return Found(
        "an upgrade under 4 writers, served by the code of before the last migration",
        f"migrated in {took:.1f} s",
        f"{told(load)}; then {told(then)} by this code",
        kept_all(load) and kept_all(then) and only(load) and only(then),
    )


# --- many at once ---------------------------------------------------------------------------------


@trial("operations")
def random_operations(site: Site, much: Much, _cluster: Cluster | None) -> Found:
    from django.db import connection

    writers = much.writers
    each = much.operations // writers
    if connection.vendor == "sqlite":
        each //= 10
    command = [sys.executable, "-m", "tests.tools.torture.operations"]
    since = time.monotonic()
    running = [
        subprocess.Popen([*command, str(seed), str(each)], cwd=ROOT, stdout=subprocess.PIPE)
        for seed in range(writers)
    ]
    try:
        found = [json.loads(one.communicate()[0]) for one in running]
    finally:
        for one in running:
            one.kill()
            one.wait()
    took = time.monotonic() - since
    done, refused = (sum(one.get(key, 0) for one in found) for key in ("done", "refused"))
    faults = [fault for one in found for fault in one["faults"]]
    for fault in faults[:20]:
        print(fault, file=sys.stderr)
    right = ledgers_are_right()
    return Found(
        f"random operations by {writers} writers, each in a process of its own",
        f"{each * writers:,} operations in {took:.0f} s",
        f"{done:,} done, {refused:,} refused with a sentence, {len(faults)} faults;"
        f" `verify_ledger`: {'drift 0 cents' if right else 'DRIFT'}",
        right and not faults and done + refused == each * writers,
    )


@trial("backup")
def a_backup_under_load(site: Site, much: Much, _cluster: Cluster | None) -> Found:
    from django.core.management import call_command

    folder, made, log = site.folder / "backups", 0, site.folder / "server.log"
    already = log.stat().st_size if log.exists() else 0
    folder.mkdir(exist_ok=True)
    with site.served(), site.busy(much.writers, readers=4) as load:
        since = time.monotonic()
        while time.monotonic() - since < much.seconds:
            target = folder / f"{made}.zip"
            call_command("backup", str(target), stdout=io.StringIO())
            target.unlink()
            made += 1
    locked = log.read_bytes()[already:].count(b"database is locked")
    return Found(
        f"{much.writers} writers, 4 readers and a backup, over and over",
        f"{much.seconds:.0f} s, {made} backups, {sum(load.answers.values()):,} requests",
        f"{told(load)}; “database is locked”: {locked} times",
        made > 0 and kept_all(load) and only(load) and not locked,
    )
