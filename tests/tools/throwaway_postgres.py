"""Run a command against a PostgreSQL server that exists only as long as the command runs.

    python tests/tools/throwaway_postgres.py -- pytest

With a PostgreSQL `DATABASE_URL` in the environment the command just runs; without a server on this
machine it is skipped, which is said and is no failure.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, NoReturn

START_SECONDS = 60
# Nothing here outlives the run, so nothing needs to reach the disk.
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
SETTINGS = {
    "wal_level": "minimal",
    "max_wal_senders": "0",
    # Compiling a query takes longer than answering it from tables that are as good as empty.
    "jit": "off",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
}


def server_programs() -> Path | None:
    """The folder with `initdb` and `postgres`: the one on the path, else Debian's newest."""
    if found := shutil.which("initdb"):
        beside = Path(found).resolve().parent
        if (beside / "postgres").exists():
            return beside
    folders = [p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(folders, key=lambda folder: float(folder.parent.name), default=None)


def unprivileged() -> dict[str, Any]:
    """The server refuses to run as root; then it runs as `postgres` or `nobody`."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    account = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def accepts_connections(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def wait_until_started(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not accepts_connections(port):
        if server.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"PostgreSQL did not start:\n{log.read_text()}")
        time.sleep(0.05)


class Cluster:
    """A server on a folder of its own: begun, stopped, begun again."""

    def __init__(self, programs: Path, folder: Path, settings: Mapping[str, str]) -> None:
        self.settings = settings
        self.programs, self.folder, self.port = programs, folder, free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self.log, self.data = folder / "log", folder / "data"
        self.account = unprivileged()
        self.server: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        how = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
        self.made_by("initdb", "--no-sync", *how)

    def made_by(self, program: str, *options: str) -> None:
        self.log.touch()
        if self.account:
            os.chown(self.folder, self.account["user"], self.account["group"])
        made = subprocess.run(
            [self.programs / program, "--pgdata", self.data, *options],
            cwd=self.folder,
            capture_output=True,
            text=True,
            **self.account,
        )
        if made.returncode:
            sys.exit(f"{program} failed:\n{made.stdout}{made.stderr}")

    def start(self) -> None:
        options = [f"--port={self.port}"]
        options += [f"--{name}={value}" for name, value in self.settings.items()]
        with self.log.open("ab") as output:
            # A session of its own: Ctrl-C reaches the command first, and the server is stopped
            # after it.
            self.server = subprocess.Popen(
                [self.programs / "postgres", "-D", self.data, *options],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **self.account,
            )
        wait_until_started(self.server, self.port, self.log)

    def stop(self, how: int = signal.SIGINT) -> None:
        """By itself “fast”, which ends the sessions; SIGQUIT is as after a crash."""
        if self.server is None:
            return
        self.server.send_signal(how)
        try:
            self.server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()


class Replica(Cluster):
    """A copy of another that follows it."""

    def __init__(self, of: Cluster, folder: Path) -> None:
        super().__init__(of.programs, folder, of.settings)
        self.of = of

    def make(self) -> None:
        at = ("--host=127.0.0.1", f"--port={self.of.port}", "--username=postgres", "--no-sync")
        self.made_by("pg_basebackup", *at, "--write-recovery-conf", "--checkpoint=fast")


def throwaway_cluster(
    programs: Path, *, durable: bool = False, **more: str
) -> AbstractContextManager[Cluster]:
    """A new cluster. One that is stopped as by a crash has to be durable, as those at work are."""
    settings = SETTINGS if durable else SETTINGS | HASTY
    return _running(lambda folder: Cluster(programs, folder, settings | more))


def throwaway_replica(of: Cluster) -> AbstractContextManager[Cluster]:
    return _running(lambda folder: Replica(of, folder))


@contextmanager
def _running(of: Callable[[Path], Cluster]) -> Iterator[Cluster]:
    """In a folder of its own, on a free loopback port; it leaves nothing behind."""
    folder = Path(tempfile.mkdtemp(prefix="sroi-postgres-"))
    cluster = of(folder)
    try:
        cluster.make()
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(command: list[str], **environment: str) -> int:
    """Run to the end, also when this process is asked to stop: the command gets the same signal,
    and time to end.
    """
    process = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        return process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise


def stop(number: int, frame: object) -> NoReturn:
    sys.exit(128 + number)


def main(arguments: list[str]) -> int:
    command = arguments[1:] if arguments[:1] == ["--"] else arguments
    if not command:
        sys.exit(__doc__)
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return run(command)
    programs = server_programs()
    if programs is None:
        print("SKIPPED: no PostgreSQL server found on this machine (apt-get install postgresql).")
        return 0
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, stop)
    with throwaway_cluster(programs) as cluster:
        return run(command, DATABASE_URL=cluster.url)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
