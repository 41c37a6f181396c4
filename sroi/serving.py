"""How gunicorn serves: beside the web server runs the one process that does what nobody has to wait for.

`gunicorn --config python:sroi.serving sroi.wsgi`; the two begin and end together. Who runs `manage.py run_tasks` as a
service of its own sets BACKGROUND_WORKER=0.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

MANAGE = Path(__file__).resolve().parent.parent / "manage.py"
SECONDS_TO_END = 10

# A list of many rows as a file is written while it is sent.
timeout = 120

beside: list[subprocess.Popen[bytes]] = []


def when_ready(server: Any) -> None:
    if os.environ.get("BACKGROUND_WORKER", "1").lower() not in ("0", "off", "false", "no"):
        command = [sys.executable, str(MANAGE), "run_tasks", "--until-parent-ends"]
        # Its own session: Ctrl-C goes to the server, which then lets the worker finish.
        beside.append(subprocess.Popen(command, start_new_session=True))


def on_exit(server: Any) -> None:
    for process in beside:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
