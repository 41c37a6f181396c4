"""How the site does, in the text format of Prometheus, for who watches over it: numbers of the
server, nothing of a region or a person. How often pages are asked for, and how long they take, is
counted from the log or by the proxy.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from sroi.models import KeptMail
from sroi.server import background, readiness

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Gauge(NamedTuple):
    name: str
    help: str
    # By label: `part="database"`, or "" where there is one.
    values: dict[str, float]


def text() -> str:
    return "".join(_lines(_gauges(timezone.now())))


def _lines(gauges: Iterator[Gauge]) -> Iterator[str]:
    for gauge in gauges:
        name = f"sroi_{gauge.name}"
        yield f"# HELP {name} {gauge.help}\n# TYPE {name} gauge\n"
        for label, value in gauge.values.items():
            yield f"{name}{{{label}}} {value:g}\n" if label else f"{name} {value:g}\n"


def _gauges(now: datetime) -> Iterator[Gauge]:
    parts = readiness.look(now)
    yield Gauge(
        "part_ok",
        "Whether a part that the site needs works, as /klaar/ says it; what is off is left out.",
        {
            f'part="{name}"': part["status"] == readiness.OK
            for name, part in parts.items()
            if part["status"] != readiness.OFF
        },
    )
    if not background.is_on():
        return
    living = background.living(now)
    yield Gauge("workers", "Workers in the background that gave a sign of life.", {"": len(living)})
    yield Gauge(
        "oldest_task_seconds",
        "How long the task waits that waits longest.",
        {"": parts["oudste_taak"].get("seconds", 0)},
    )
    tasks = DBTaskResult.objects
    yield Gauge(
        "tasks",
        "Tasks that wait, run and failed.",
        {
            'state="waiting"': tasks.ready().count(),
            'state="running"': tasks.running().count(),
            'state="failed"': tasks.failed().count(),
        },
    )
    yield Gauge(
        "mails",
        "Mails that wait: tried for the first time, or refused before.",
        {
            'state="first"': KeptMail.objects.filter(tries=0).count(),
            'state="again"': KeptMail.objects.filter(tries__gt=0).count(),
        },
    )
