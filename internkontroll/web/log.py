"""The log: one line of JSON per event, told by endpoint and number, never by content.

A line names no address, no query, no typed text and no message of an error: any of them may hold
a case reference or a person. What failed is told by the error's class and the lines of code.
"""

import json
import logging
import re
import sys
import time
import traceback
from collections.abc import MutableMapping
from typing import IO, Any

import structlog
from flask import Flask, Response, g, request
from structlog.stdlib import ProcessorFormatter

log = logging.getLogger("internkontroll.request")

QUIET_ENDPOINTS = frozenset({"static", "health", "ready", "metrics"})
"""What is asked for all the time and tells nothing of what people do."""

_CUT_AFTER = ("Error handling request", "Invalid request from ip", "Socket error")
"""The server's own sentences that go on with an address or a line of the request."""

_STEERING = re.compile("[\x7f-\x9f\u2028\u2029]")

Event = MutableMapping[str, Any]


def _without_addresses(_logger: Any, _name: str, event: Event) -> Event:
    for beginning in _CUT_AFTER:
        if str(event["event"]).startswith(beginning):
            event["event"] = beginning
    return event


def _where_it_failed(_logger: Any, _name: str, event: Event) -> Event:
    found = event.pop("exc_info", None)
    error = found[1] if isinstance(found, tuple) else found
    chain = []
    while isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)
        chain.append(
            {
                "class": f"{type(error).__module__}.{type(error).__qualname__}",
                "lines": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
            }
        )
        error = error.__cause__ or error.__context__
    if chain:
        event["errors"] = chain
    return event


def _one_line(event: Event, **_settings: Any) -> str:
    # JSON leaves alone what some readers end a line at, and what steers some terminals.
    written = json.dumps(event, ensure_ascii=False, default=str)
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def json_formatter() -> logging.Formatter:
    """Turns every record, of our own and of the libraries, into one line of JSON."""
    return ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            _without_addresses,
            _where_it_failed,
        ],
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(serializer=_one_line),
        ],
    )


def write_log(level: str = "INFO", stream: IO[str] | None = None) -> logging.Handler:
    """Send everything that is logged to a stream (stdout) as lines of JSON, from a level on.

    Replaces the handlers that are there. Raises ValueError for a level that does not exist.
    """
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(json_formatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # They tell each address that was asked for, and each tick of the clock.
    for name in ("werkzeug", "apscheduler", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return handler


def register(app: Flask) -> None:
    """Log every request when it has been answered."""

    @app.before_request
    def begin() -> None:
        g.begun = time.perf_counter()

    @app.after_request
    def tell(answer: Response) -> Response:
        if request.endpoint in QUIET_ENDPOINTS:
            return answer
        found = getattr(g.get("_login_user"), "found", None)
        log.info(
            "request",
            extra={
                "request_id": g.get("request_id"),
                "method": request.method,
                "endpoint": request.endpoint,
                "status": answer.status_code,
                "ms": round((time.perf_counter() - g.get("begun", time.perf_counter())) * 1000, 1),
                "user_id": found.user_id if found else None,
            },
        )
        return answer
