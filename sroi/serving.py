"""How gunicorn serves: beside the web server runs the one process that does what nobody has to wait
for.

`gunicorn --config python:sroi.serving sroi.wsgi`; the two begin and end together, and a worker that
ends by itself, or is killed, is begun again. Who runs `manage.py run_tasks` as a service of its own
sets BACKGROUND_WORKER=0.
"""

import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

MANAGE = Path(__file__).resolve().parent.parent / "manage.py"
COMMAND = (sys.executable, str(MANAGE), "run_tasks", "--until-parent-ends")
# An ordinary stop lets a mail that is being sent be sent, however slow its server is.
SECONDS_TO_END = 10 + int(os.environ.get("EMAIL_TIMEOUT", "20"))
# Between the end of a worker and the next one: doubled each time up to the most, and the first
# again after one that ran well.
PAUSE, PAUSE_MOST, RAN_WELL = 1.0, 60.0, 60.0
LOOK = 0.5

# Threads, since a page waits for the database and a visitor's connection half of its time; none of
# them waits for who sends half a request. Another number is the option `--threads`.
worker_class = "sroi.server.heads.HeadsFirst"
threads = 4
# A list of many rows as a file is written while it is sent.
timeout = 120

logger = logging.getLogger("gunicorn.error")
stop = threading.Event()
watch: list[threading.Thread] = []


def when_ready(server: Any) -> None:
    if os.environ.get("BACKGROUND_WORKER", "1").lower() not in ("0", "off", "false", "no"):
        watch.append(threading.Thread(target=keep_running, daemon=True))
        watch[0].start()


def on_exit(server: Any) -> None:
    stop.set()
    for thread in watch:
        thread.join(SECONDS_TO_END + 2 * LOOK)


def keep_running() -> None:
    """One worker at a time until the server stops. To Linux the thread that began a worker is its
    parent: this one.
    """
    pause = PAUSE
    while not stop.is_set():
        began = time.monotonic()
        run_one()
        pause = PAUSE if time.monotonic() - began > RAN_WELL else min(2 * pause, PAUSE_MOST)
        if not stop.is_set():
            logger.error("The worker in the background ended; another begins in %d seconds", pause)
        stop.wait(pause)


def run_one() -> None:
    """Until it ends, or the server stops."""
    try:
        worker = begin()
    except OSError:
        logger.exception("A worker in the background could not begin")
        return
    # Gunicorn reaps every child of its process; then this hears of no exit status, but of the end
    # all the same.
    while worker.poll() is None:
        if stop.wait(LOOK):
            end(worker)


# Gunicorn forks its web workers in another thread than the one that begins a worker. One that is
# forked in between holds on to the pipe by which a beginning is heard of: then that is waited for
# as long as the web worker lives.
one_at_a_time = threading.Lock()
os.register_at_fork(
    before=one_at_a_time.acquire,
    after_in_parent=one_at_a_time.release,
    after_in_child=one_at_a_time.release,
)


def begin() -> subprocess.Popen[bytes]:
    """In a session of its own: Ctrl-C goes to the server, which then lets the worker finish."""
    with one_at_a_time:
        return subprocess.Popen(COMMAND, start_new_session=True)


def end(worker: subprocess.Popen[bytes]) -> None:
    worker.terminate()
    try:
        worker.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        worker.kill()
