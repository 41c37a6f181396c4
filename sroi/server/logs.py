"""Logs: for machines one JSON object per line, with the id of the request and nothing of a person.

What varies in a message is where personal data slip in: an address with its query, a value that
could not be read, the row that broke a constraint. So a line has the message as it stands in the
code, without what is filled in; a request has its route, not its address; and a failure has its
type and the places in the code, not its text.
"""

import sys
from collections.abc import MutableMapping
from pathlib import PurePath
from traceback import extract_tb
from typing import Any

import structlog

Event = MutableMapping[str, Any]

FORMATS = ("json", "line")
PLACES = 20


def logging_config(form: str) -> dict[str, Any]:
    """Python's logging as `json` for machines, or as a plain `line` for who develops."""
    formatter: dict[str, Any] = {"format": "{asctime} {levelname} {name} {message}", "style": "{"}
    # In lines Django itself tells of what failed; in JSON the request does, once.
    levels = {"django_structlog": "CRITICAL"}
    last: Any = structlog.processors.KeyValueRenderer(key_order=["event"])
    if form == "json":
        last = structlog.stdlib.ProcessorFormatter.wrap_for_formatter
        formatter = {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": [as_in_the_code, *_about()],
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        }
        levels = {"django_structlog": "INFO", "django.request": "CRITICAL"}
        levels |= dict.fromkeys(("sroi", "contracts", "placements", "reporting"), "INFO")
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *_about(), last],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"chosen": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "chosen"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {name: {"level": level} for name, level in levels.items()},
    }


def _about() -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        failure,
    ]


def as_in_the_code(logger: Any, method: str, event: Event) -> Event:
    """The message of another library without what was filled in; the text of a failure becomes its
    kind.
    """
    record = event["_record"]
    said, failed = record.msg, record.exc_info[1] if record.exc_info else None
    if not isinstance(said, str):
        said = type(said).__name__
    elif failed is not None and str(failed) and str(failed) in said:
        said = type(failed).__name__
    event["event"] = said
    return event


def failure(logger: Any, method: str, event: Event) -> Event:
    """What kind of failure, and where: never its text, which may hold what someone typed."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    if isinstance(found, tuple):
        found = found[1]
    if isinstance(found, BaseException):
        kinds: list[str] = []
        cause: BaseException | None = found
        while cause is not None and len(kinds) < PLACES:
            kinds.append(f"{type(cause).__module__}.{type(cause).__qualname__}")
            cause = cause.__cause__ or cause.__context__
        event["failure"] = kinds
        event["where"] = [
            f"{'/'.join(PurePath(place.filename).parts[-3:])}:{place.lineno} {place.name}"
            for place in extract_tb(found.__traceback__)[-PLACES:]
        ]
    return event
