"""Structured logs, one JSON object a line on stderr, with no personal data.

What an application's own line says is chosen where it is written. What libraries say is cut to what cannot hold a
person's datum: the template of the message without its arguments, and of an error its type and where it happened,
never its words (a constraint's error quotes the row).
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog
from structlog.types import ExcInfo, Processor

Event = MutableMapping[str, Any]
KEPT_FRAMES = 25


def without_words(_logger: Any, _method: str, event: Event) -> Event:
    """The line of a library without what its arguments hold; Django's own lines are named by their logger alone."""
    record: logging.LogRecord | None = event.get("_record")
    if record is None or event.get("_from_structlog") is not False:
        return event
    if event.pop("positional_args", ()):
        event["event"] = str(record.msg)
    elif record.name.startswith("django"):
        event["event"] = record.name
    return event


def where_it_failed(_logger: Any, _method: str, event: Event) -> Event:
    """An exception as its type and its frames; PostgreSQL's also as its code."""
    exc_info: ExcInfo | bool | BaseException | None = event.pop("exc_info", None)
    if isinstance(exc_info, BaseException):
        error: BaseException | None = exc_info
    elif isinstance(exc_info, tuple):
        error = exc_info[1]
    else:
        error = sys.exc_info()[1] if exc_info else None
    if error is not None:
        event["error"] = type(error).__qualname__
        if code := getattr(error.__cause__ or error, "sqlstate", None):
            event["sqlstate"] = code
        event["frames"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ][-KEPT_FRAMES:]
    return event


class StderrHandler(logging.StreamHandler[TextIO]):
    """Writes to what stderr is now: a test or a terminal may have replaced it since the start."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configuration(level: str, style: str) -> dict[str, Any]:
    """Django's LOGGING: everything to stderr, as `style` says: "json", "text", or "auto" (text on a terminal)."""
    text = style == "text" or (style == "auto" and sys.stderr.isatty())
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if text
        else structlog.processors.JSONRenderer(ensure_ascii=False, default=repr)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": [
                    without_words,
                    where_it_failed,
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    renderer,
                ],
                "pass_foreign_args": True,
            }
        },
        "handlers": {"stderr": {"()": StderrHandler, "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            # 4xx: our own line says it
            "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
            "django.security": {"handlers": [], "level": "CRITICAL", "propagate": True},
            "django.server": {"handlers": [], "level": "ERROR", "propagate": True},
            # what GDAL says of a file is raised too, and said in French to whom gave it
            "django.contrib.gis": {"level": "CRITICAL"},
            "procrastinate": {"level": "WARNING"},
            "fontTools": {"level": "ERROR"},
            "weasyprint": {"level": "ERROR"},
        },
    }


def configure() -> None:
    """Make structlog's lines go the same way as the libraries'."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
