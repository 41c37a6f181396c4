"""The files with which a site is run, tried as they stand: each step of the Dockerfile in an empty
folder, what compose starts, the proxy, the timer.
"""

import configparser
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands
from django.db import connection

from sroi.server.checks import settings_of_a_site_at_work
from tests.sroi.server.test_background import LINUX, until

ROOT = Path(settings.BASE_DIR)
PRODUCTION = ROOT / "docs" / "production"
COMPOSE = yaml.safe_load((ROOT / "compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


# --- the image ------------------------------------------------------------------------------------


def instructions() -> list[tuple[str, str]]:
    """Of the Dockerfile: word and arguments."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", "")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(word, rest.strip()) for word, _space, rest in (line.partition(" ") for line in lines)]


def sent_along() -> set[str]:
    """Of the files in the repository: those that .dockerignore lets in."""
    kept = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    allowed = [rule[1:] for rule in rules if rule.startswith("!")]
    return {
        name
        for name in kept
        if any(name == rule or name.startswith(f"{rule}/") for rule in allowed)
        and not fnmatch(name, "*.mo")
    }


class Image:
    """What the steps make, in a folder for the root of the image. What needs the system itself,
    packages and users, is looked at there instead.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.workdir = root
        self.environment = {
            name: os.environ[name]
            for name in os.environ
            if name in ("PATH", "HOME", "LANG") or name.startswith(("PIP_", "SSL_", "UV_"))
        }
        self.packages: list[str] = []

    def place(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    def take(self, word: str, rest: str) -> None:
        getattr(self, f"do_{word.lower()}")(rest)

    def do_from(self, rest: str) -> None: ...
    def do_user(self, rest: str) -> None: ...
    def do_expose(self, rest: str) -> None: ...
    def do_healthcheck(self, rest: str) -> None: ...

    def do_workdir(self, rest: str) -> None:
        self.workdir = self.place(rest)
        self.workdir.mkdir(parents=True, exist_ok=True)

    def do_env(self, rest: str) -> None:
        for assignment in shlex.split(rest):
            name, _is, value = assignment.partition("=")
            value = value.replace("$PATH", self.environment["PATH"])
            self.environment[name] = re.sub(r"(?<!\S)/(app|data)", rf"{self.root}/\1", value)

    def do_arg(self, rest: str) -> None:
        """As who builds without one takes it."""
        name, _is, value = rest.partition("=")
        self.environment[name] = value

    def do_copy(self, rest: str) -> None:
        *sources, target = rest.split()
        if sources[0].startswith("--from="):
            # Of an earlier step, to the same place: here that is the one folder.
            assert sources[1:] == [target]
            return
        context = sent_along()
        into = self.workdir / target
        for source in sources:
            names = [n for n in context if n == source or n.startswith(f"{source}/")]
            assert names, f"nothing of {source} is sent along"
            for name in names:
                to = into / Path(name).name if name == source else into / name[len(source) + 1 :]
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, to)

    def do_run(self, rest: str) -> None:
        if installed := re.search(r"apt-get install ((?:--\S+ )*)([\w.+ -]+?)(?: &&|$)", rest):
            self.packages += installed[2].split()
        elif not rest.startswith("useradd"):
            subprocess.run(rest, shell=True, cwd=self.workdir, env=self.environment, check=True)

    def do_cmd(self, rest: str) -> None:
        self.command = json.loads(rest)


@contextmanager
def nobody_writes(folder: Path) -> Iterator[list[str]]:
    """With what a command begins that cannot write in the folder, as in an image that is read-only
    and without rights of its own.
    """
    subprocess.run(["chmod", "-R", "a-w", str(folder)], check=True)
    try:
        # Who is root writes anywhere, unless that right is given up.
        as_root = ["setpriv", "--inh-caps=-all", "--bounding-set=-all"]
        yield as_root if os.geteuid() == 0 else []
    finally:
        subprocess.run(["chmod", "-R", "u+w", str(folder)], check=True)


# Installing takes as long as it takes.
@pytest.mark.timeout(900)
@LINUX
@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="asks git which files there are")
@pytest.mark.django_db
def test_the_steps_of_the_image_and_compose_make_a_site_that_writes_nowhere_but_in_its_folders():
    if connection.vendor != "sqlite":
        pytest.skip("once is enough: it has a database of its own")
    folder = Path(tempfile.mkdtemp(prefix="image-"))
    data = Path(tempfile.mkdtemp(prefix="data-"))
    try:
        image = Image(folder)
        for word, rest in instructions():
            image.take(word, rest)
        shown = subprocess.run(
            ["dpkg-query", "--show", *image.packages], capture_output=True, text=True, check=False
        )
        assert shown.returncode == 0, shown.stderr
        app = folder / "app"
        # Nothing of this site, and no key.
        assert {path.name for path in (app / "var").iterdir()} == {"static"}
        assert (app / "sroi/locale/nl/LC_MESSAGES/django.mo").exists()
        with nobody_writes(folder) as unprivileged:
            goes_through_compose(image, data, unprivileged)
        assert {path.name for path in (app / "var").iterdir()} == {"static"}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(data, ignore_errors=True)


def goes_through_compose(image: Image, data: Path, unprivileged: list[str]) -> None:
    made = subprocess.run(
        ["sh", str(PRODUCTION / "make-env.sh")], capture_output=True, text=True, check=True
    )
    environment = {
        **image.environment,
        **dict(line.split("=", 1) for line in made.stdout.splitlines() if line[:1].isupper()),
        **SERVICES["web"]["environment"],
        "DATABASE_URL": f"sqlite:///{data / 'site.sqlite3'}",
        "ERASURE_JOURNAL": str(data / "erasures.jsonl"),
        "EVIDENCE_DIR": str(data / "evidence"),
        "HOME": "/nonexistent",
    }
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*unprivileged, *command],
            cwd=image.workdir,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    assert run(["touch", "var/key"]).returncode != 0, "it can write where it must not"
    migrated = run(SERVICES["migrate"]["command"])
    assert migrated.returncode == 0, migrated.stderr
    nightly = SERVICES["nightly"]["command"]
    once = [part for part in nightly if part not in ("--every-day-at", "02:30")]
    night = run([str(data / "backups") if part == "/backups" else part for part in once])
    assert night.returncode == 0, night.stderr
    assert len(list((data / "backups").iterdir())) == 1
    started = [
        subprocess.Popen(
            [
                *unprivileged,
                *(part.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for part in command),
            ],
            cwd=image.workdir,
            env=environment,
            stderr=subprocess.DEVNULL,
        )
        for command in (image.command, SERVICES["worker"]["command"])
    ]
    try:
        until(lambda: answer(port, "/klaar/") == 200, 60)
        assert answer(port, "/rekenhulp/") == 200
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(60)


def answer(port: int, path: str) -> int:
    try:
        with urlopen(f"http://localhost:{port}{path}", timeout=10) as said:
            return int(said.status)
    except HTTPError as refused:
        return refused.code
    except OSError:
        return 0


# --- compose --------------------------------------------------------------------------------------


def test_what_compose_starts_of_ours_cannot_write_and_has_no_rights() -> None:
    ours = {name: service for name, service in SERVICES.items() if "build" in service}
    assert set(ours) == {"migrate", "web", "worker", "nightly"}
    for service in ours.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
    assert [word for word, _rest in instructions()][-5:-1].count("USER") == 1
    # Only the proxy is reached from outside.
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_compose_names_what_there_is() -> None:
    mounted = {
        volume.split(":")[0] for service in SERVICES.values() for volume in service["volumes"]
    }
    named = {source for source in mounted if not source.startswith(".")}
    assert named == set(COMPOSE["volumes"])
    assert all((ROOT / source).exists() for source in mounted - named)
    folders = {volume.split(":")[1] for volume in SERVICES["web"]["volumes"]}
    made = next(rest for word, rest in instructions() if rest.startswith("useradd"))
    assert all(folder in made.split() for folder in folders)


@pytest.mark.parametrize("host", ["localhost", "social-return.example.org"])
def test_the_settings_that_are_made_have_keys_of_their_own(host: str) -> None:
    def made() -> dict[str, str]:
        said = subprocess.run(
            ["sh", str(PRODUCTION / "make-env.sh"), host],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        return dict(line.split("=", 1) for line in said.splitlines() if line[:1].isupper())

    one, other = made(), made()
    keys = {name for name in one if name.endswith(("KEY", "KEYS", "PASSPHRASE", "PASSWORD"))}
    assert len({*(one[name] for name in keys), *(other[name] for name in keys)}) == 2 * len(keys)
    assert {name: one[name] for name in set(one) - keys} == {
        name: other[name] for name in set(other) - keys
    }
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            **one,
            **SERVICES["web"]["environment"],
            "EMAIL_URL": "smtp+tls://user:password@mail.example.org:587",
            "SECURITY_CONTACT": "mailto:security@example.org",
            "DATABASE_URL": "postgres://sroi:password@db/sroi",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    # To try it on a machine of one's own is not to serve it; else there is nothing to say.
    assert (checked.returncode == 0) is (host != "localhost"), checked.stderr


AT_WORK = {
    "DEMO": False,
    "SECRET_KEY_IS_SET": True,
    "STATEMENT_KEYS_ARE_SET": True,
    "SITE_URL": "https://sroi.example.org",
    "ALLOWED_HOSTS": [".example.org"],
    "HTTPS": True,
    "ALLAUTH_TRUSTED_PROXY_COUNT": 1,
    "MAIL_IS_SET_UP": True,
    "ERASURE_JOURNAL": Path("/journal/erasures.jsonl"),
    "SECURITY_CONTACT": ["mailto:security@example.org"],
}


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({}, ""),
        ({"DEMO": True}, "DEMO"),
        ({"SECRET_KEY_IS_SET": False}, "SECRET_KEY"),
        ({"STATEMENT_KEYS_ARE_SET": False}, "STATEMENT_KEYS"),
        ({"SITE_URL": "http://sroi.example.org"}, "SITE_URL"),
        ({"SITE_URL": "https://localhost"}, "SITE_URL"),
        ({"ALLOWED_HOSTS": ["example.org"]}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": ["sroi.example.org"]}, ""),
        ({"ALLAUTH_TRUSTED_PROXY_COUNT": 0}, "TRUSTED_PROXIES"),
        ({"ALLAUTH_TRUSTED_PROXY_COUNT": 0, "HTTPS": False}, ""),
        ({"MAIL_IS_SET_UP": False}, "EMAIL_URL"),
        ({"ERASURE_JOURNAL": None}, "ERASURE_JOURNAL"),
        ({"SECURITY_CONTACT": []}, "SECURITY_CONTACT"),
    ],
)
def test_what_is_missing_or_unsafe_is_named(
    changed: dict[str, object], named: str, settings: Any
) -> None:
    for name, value in {**AT_WORK, **changed}.items():
        setattr(settings, name, value)
    said = [warning.msg.split()[0] for warning in settings_of_a_site_at_work()]
    assert [name for name in said if name != "DATABASE_URL"] == ([named] if named else [])


def test_a_key_that_cannot_be_kept_is_named(tmp_path: Path) -> None:
    """Where the code stands in a folder that nobody can write in."""
    program = (
        "import sys, pathlib\n"
        "from django.core.exceptions import ImproperlyConfigured\n"
        "def refuse(self, *given, **more): raise OSError(30, 'Read-only file system')\n"
        "pathlib.Path.touch = refuse\n"
        "pathlib.Path.exists = lambda self, **more: False\n"
        "try:\n    import sroi.settings\n"
        "except ImproperlyConfigured as said:\n    print(said)\n"
    )
    for missing, given in (
        ("SECRET_KEY", {}),
        ("SECOND_FACTOR_KEYS", {"SECRET_KEY": "x"}),
        ("STATEMENT_KEYS", {"SECRET_KEY": "x", "SECOND_FACTOR_KEYS": "x"}),
    ):
        said = subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], **given},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert said.startswith(f"{missing} is not set")
        assert said.rstrip().endswith("Read-only file system.")


# --- without containers ---------------------------------------------------------------------------


@pytest.mark.parametrize("unit", sorted((PRODUCTION / "systemd").glob("*.service")), ids=str)
def test_a_unit_starts_what_there_is(unit: Path) -> None:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read(unit, encoding="utf-8")
    service = read["Service"]
    program, *arguments = service["ExecStart"].split()
    assert Path(program).parent == Path(service["WorkingDirectory"]) / ".venv" / "bin"
    assert (ROOT / ".venv" / "bin" / Path(program).name).exists()
    if arguments[0] == "manage.py":
        assert arguments[1] in get_commands()
    else:
        # As in the image, but for the address.
        command = next(json.loads(rest) for word, rest in instructions() if word == "CMD")
        assert [part for part in command[1:] if ":8000" not in part] == [
            part for part in arguments if ":8000" not in part
        ]
    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"


# --- the proxy ------------------------------------------------------------------------------------


@pytest.mark.skipif(NGINX is None, reason="there is no nginx here")
def test_the_proxy_holds_half_requests_back(tmp_path: Path) -> None:
    """A site of one thread stands behind it: it hears of whole requests only."""
    with socket.socket() as behind, socket.socket() as free:
        behind.bind(("127.0.0.1", 0))
        behind.listen(1)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        given = (PRODUCTION / "nginx.conf").read_text(encoding="utf-8")
        for was, here in (
            ("web:8000", f"127.0.0.1:{behind.getsockname()[1]}"),
            ("listen 8080", f"listen 127.0.0.1:{port}"),
            ("/tmp/", f"{tmp_path}/"),
        ):
            assert was in given
            given = given.replace(was, here)
        file = tmp_path / "nginx.conf"
        file.write_text(given, encoding="utf-8")
        proxy = subprocess.Popen(
            [
                str(NGINX),
                "-c",
                str(file),
                "-g",
                "daemon off; user root;" if os.geteuid() == 0 else "daemon off;",
            ],
            stderr=subprocess.DEVNULL,
        )
        try:
            until(lambda: listens(port))
            slow = [socket.create_connection(("127.0.0.1", port)) for _n in range(50)]
            for half in slow:
                half.sendall(
                    b"POST /half/ HTTP/1.1\r\nHost: example.org\r\nContent-Length: 99\r\n\r\na="
                )
            time.sleep(0.5)
            whole = socket.create_connection(("127.0.0.1", port), timeout=10)
            whole.sendall(
                b"GET /whole/ HTTP/1.1\r\nHost: example.org\r\nX-Forwarded-Proto: https\r\n"
                b"Connection: close\r\n\r\n"
            )
            behind.settimeout(10)
            connected, _address = behind.accept()
            heard = connected.recv(65536)
            assert heard.startswith(b"GET /whole/ ")
            assert b"Host: example.org\r\n" in heard
            assert b"X-Forwarded-Proto: https\r\n" in heard
            assert b"X-Forwarded-For: 127.0.0.1\r\n" in heard
            connected.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            connected.close()
            assert whole.recv(15) == b"HTTP/1.1 200 OK"
            for half in slow:
                half.close()
            # None of the others was passed on.
            behind.settimeout(0.5)
            with pytest.raises(TimeoutError):
                behind.accept()
        finally:
            proxy.terminate()
            proxy.wait(10)


def listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0
