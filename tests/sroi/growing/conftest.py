"""What is around a register that grew: begun for these tests, and ended with them."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from tests.tools.throwaway_postgres import (
    Cluster,
    accepts_connections,
    free_port,
    server_programs,
    throwaway_cluster,
    throwaway_replica,
    unprivileged,
)
from tests.tools.torture.site import until
from tests.tools.worker import database_url

PGBOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
FOLLOWED = {"wal_level": "replica", "max_wal_senders": "4", "synchronous_commit": "on"}
# So few connections for all together, that none of them stays with anybody.
SHARED = 3


@dataclass
class Installation:
    """A database, the pooler before it, and a replica."""

    primary: Cluster
    replica: Cluster
    pooler: int

    @property
    def pooled(self) -> str:
        return self.primary.url.replace(f":{self.primary.port}/", f":{self.pooler}/")


@pytest.fixture(scope="session")
def installation(django_db_setup: None, django_db_blocker: Any) -> Iterator[Installation]:
    if connection.vendor != "postgresql":
        pytest.skip("of PostgreSQL: tried where the tests run on that (make test-postgres)")
    programs = server_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server on this machine (apt-get install postgresql)")
    if PGBOUNCER is None:
        pytest.skip("no pgbouncer on this machine (apt-get install pgbouncer)")
    with throwaway_cluster(programs, **FOLLOWED) as primary:
        with django_db_blocker.unblock():
            same_tables(programs, primary)
        with throwaway_replica(primary) as replica, pgbouncer(PGBOUNCER, primary) as pooler:
            yield Installation(primary, replica, pooler)


def same_tables(programs: Path, there: Cluster) -> None:
    """As in the database of the tests."""
    dumped = subprocess.run(
        [programs / "pg_dump", "--no-owner", database_url()], check=True, capture_output=True
    )
    subprocess.run(
        [programs / "psql", "--quiet", "--set=ON_ERROR_STOP=1", there.url],
        input=dumped.stdout,
        check=True,
        stdout=subprocess.DEVNULL,
    )


@contextmanager
def pgbouncer(program: str, of: Cluster) -> Iterator[int]:
    folder, port = Path(tempfile.mkdtemp(prefix="sroi-pooler-")), free_port()
    (folder / "users").write_text('"postgres" ""\n')
    (folder / "ini").write_text(
        f"""
        [databases]
        * = host=127.0.0.1 port={of.port}
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = {port}
        unix_socket_dir =
        auth_type = trust
        auth_file = {folder}/users
        pool_mode = transaction
        default_pool_size = {SHARED}
        max_client_conn = 200
        """.replace("    ", "")
    )
    account = unprivileged()
    for path in (folder, *folder.iterdir()):
        if account:
            os.chown(path, account["user"], account["group"])
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [program, folder / "ini"], stdout=log, stderr=log, start_new_session=True, **account
        )
    try:
        until(lambda: accepts_connections(port), "pgbouncer answers", 20)
        yield port
    finally:
        ended(server)
        shutil.rmtree(folder, ignore_errors=True)


def ended(*processes: subprocess.Popen[bytes]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture
def at_work(installation: Installation, django_db_blocker: Any) -> Iterator[Installation]:
    """The test itself works in that database, without a pooler; what it leaves there stays."""
    at = connection.settings_dict
    before = {name: at[name] for name in ("HOST", "PORT", "NAME", "USER", "PASSWORD")}
    connection.close()
    at.update(
        HOST="127.0.0.1",
        PORT=installation.primary.port,
        NAME="postgres",
        USER="postgres",
        PASSWORD="",
    )
    with django_db_blocker.unblock():
        yield installation
        connection.close()
    at.update(before)


@pytest.fixture
def also(at_work: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Another way to a database of the installation, by a name of its own."""
    named: list[str] = []

    def known_as(alias: str, **way: Any) -> Any:
        monkeypatch.setitem(connections.settings, alias, connection.settings_dict | way)
        named.append(alias)
        return connections[alias]

    yield known_as
    for alias in named:
        connections[alias].close()
        del connections[alias]


# --- a store of files -----------------------------------------------------------------------------


@dataclass
class Store:
    """An S3 server with one bucket."""

    port: int

    def url(self, prefix: str = "") -> str:
        return f"s3+http://key:sec%2Fret@127.0.0.1:{self.port}/evidence/{prefix}"

    def objects(self, prefix: str = "") -> dict[str, bytes]:
        client = self.client()
        found = client.list_objects_v2(Bucket="evidence", Prefix=prefix).get("Contents", ())
        return {
            one["Key"]: client.get_object(Bucket="evidence", Key=one["Key"])["Body"].read()
            for one in found
        }

    def client(self) -> Any:
        import boto3

        return boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{self.port}",
            aws_access_key_id="key",
            aws_secret_access_key="sec/ret",
            region_name="eu-west-1",
        )


@pytest.fixture(scope="session")
def store() -> Iterator[Store]:
    for needed in ("boto3", "storages", "moto"):
        pytest.importorskip(needed, reason=f"no {needed} here (make setup-dev)")
    found = Store(free_port())
    server = subprocess.Popen(
        [Path(sys.executable).with_name("moto_server"), "--port", str(found.port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until(lambda: accepts_connections(found.port), "the store answers", 60)
        found.client().create_bucket(
            Bucket="evidence", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        yield found
    finally:
        ended(server)
