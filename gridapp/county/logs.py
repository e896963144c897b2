"""The server's log: one JSON object a line, with nothing in it about a person.

What may stand in a line is listed here (`Facts`, `_fault`); what is not, cannot get in.
Of another library's record only its place is written, of ours and uvicorn's the
unfilled template, of an exception its type, its database code and where it was raised:
what is filled in, and what an exception says, may carry what somebody sent.
"""

from __future__ import annotations

import datetime as dt
import logging
import secrets
import time
import traceback
from pathlib import Path
from typing import Any

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gridapp.county.metrics import METHODS, Metrics
from gridapp.county.routes import Facts

_REQUESTS = logging.getLogger("gridapp.county.request")
_ROOT = Path(__file__).resolve().parents[2]
_TRUSTED = frozenset({"gridapp", "uvicorn"})
_FRAMES = 12  # of a traceback, the innermost

# For logging.config.dictConfig: everything to standard error, in lines of JSON.
CONFIG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "gridapp.county.logs.Lines"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "lines",
            "stream": "ext://sys.stderr",
        }
    },
    "root": {"level": "WARNING", "handlers": ["stderr"]},
    "loggers": {"gridapp": {"level": "INFO"}, "uvicorn": {"level": "WARNING"}},
}


class Lines(logging.Formatter):
    """Writes a log record as a line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """See logging.Formatter."""
        at = dt.datetime.fromtimestamp(record.created, dt.UTC)
        line: dict[str, Any] = {
            "time": at.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": _event(record),
            "process": record.process,
        }
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[1] is not None:
            line |= _fault(record.exc_info[1])
        return msgspec.json.encode(line).decode()


def _event(record: logging.LogRecord) -> str:
    """The unfilled template, of programs that put no values into it themselves."""
    if record.name.partition(".")[0] in _TRUSTED and isinstance(record.msg, str):
        return record.msg
    return f"{record.name} {Path(record.pathname).name}:{record.lineno}"


def _fault(error: BaseException) -> dict[str, Any]:
    """What may be said of an exception: not its message."""
    cause: BaseException = getattr(error, "orig", None) or error
    kind = type(cause)
    said: dict[str, Any] = {"error": f"{kind.__module__}.{kind.__qualname__}"}
    code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    if code:
        said["database_code"] = str(code)
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    said["raised_in"] = [
        f"{_short(one.filename)}:{one.lineno} {one.name}" for one in frames
    ]
    return said


def _short(file: str) -> str:
    path = Path(file)
    if path.is_relative_to(_ROOT / "gridapp"):
        return str(path.relative_to(_ROOT))
    return "/".join(path.parts[-2:])


class Watched:
    """ASGI middleware: a line in the log and the counters for each request.

    It is the outermost edge: what no one expected is logged once, and answered by
    `broken`, an ASGI application, when nothing was answered yet.
    """

    def __init__(
        self, app: ASGIApp, metrics: Metrics, broken: ASGIApp, quiet: frozenset[str]
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._broken = broken
        self._quiet = quiet  # paths that are asked every few seconds: no line

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        facts = scope["facts"] = Facts(secrets.token_hex(6))
        status, got, sent = 0, 0, 0

        async def count_in() -> Message:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            return message

        async def count_out(message: Message) -> None:
            nonlocal status, sent
            status = message.get("status", status)
            sent += len(message.get("body", b""))
            await send(message)

        begins = time.perf_counter()
        try:
            await self._app(scope, count_in, count_out)
        except Exception as error:  # noqa: BLE001  (the outermost edge of a request)
            _REQUESTS.error(
                "unexpected",
                extra={"facts": {"request": facts.request}},
                exc_info=error,
            )
            if not status:
                await self._broken(scope, count_in, count_out)
        finally:
            seconds = time.perf_counter() - begins
            self._metrics.request(scope["method"], facts, status, seconds, got, sent)
            if facts.path not in self._quiet:
                line = _line(scope["method"], facts, status, seconds, got, sent)
                _REQUESTS.info("request", extra={"facts": line})


def _line(
    method: str, facts: Facts, status: int, seconds: float, got: int, sent: int
) -> dict[str, Any]:
    """The line of a request; what is empty is left out. `status` 0: no answer went."""
    known = {
        "code": facts.code,
        "device": facts.device.hex[-8:] if facts.device else "",
        "taken": facts.taken,
        "held": facts.held,
        "sent": facts.sent,
    }
    return {
        "request": facts.request,
        "method": method if method in METHODS else "other",
        "path": facts.path or "unknown",
        "status": status,
        "ms": round(seconds * 1000, 1),
        "bytes_in": got,
        "bytes_out": sent,
        **{name: value for name, value in known.items() if value},
    }
