"""The root logger as Lambda's Python runtime sets it up.

Imported when the handler imports ``logging``, which is slow (15 ms) and not everybody's; runs inside an execution
environment: standard library only, and nothing of ours.
"""

import json
import logging
import time
from collections.abc import Callable
from traceback import format_tb

__all__ = ["configure"]

FORMAT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
DATE_FORMAT = "%Y-%m-%dT%H:%M:%S"
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "aws_request_id", "exc_text"}


def configure(write: Callable[[bytes], None], request_id: Callable[[], str], log_format: str, level: str) -> None:
    """``write`` takes one entry. ``level`` is AWS_LAMBDA_LOG_LEVEL; without one the root logger keeps WARNING."""
    logging.Formatter.converter = time.gmtime
    handler = LambdaHandler(write, request_id)
    handler.setFormatter(JsonFormatter() if log_format.upper() == "JSON" else logging.Formatter(FORMAT, DATE_FORMAT))
    root = logging.getLogger()
    root.addHandler(handler)
    name = {"TRACE": "DEBUG", "FATAL": "CRITICAL"}.get(level.upper(), level.upper())
    if name in logging.getLevelNamesMapping():
        root.setLevel(name)


class LambdaHandler(logging.Handler):
    """One log entry for each record, however many lines it has."""

    def __init__(self, write: Callable[[bytes], None], request_id: Callable[[], str]) -> None:
        super().__init__()
        self.write = write
        self.request_id = request_id
        self.addFilter(self.named)

    def named(self, record: logging.LogRecord) -> bool:
        record.aws_request_id = self.request_id()
        return True

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self.write(self.format(record).encode("utf-8", "replace"))
        except Exception:  # noqa: BLE001 - logging's own contract: a record that cannot be formatted fails nobody
            self.handleError(record)


class JsonFormatter(logging.Formatter):
    """Documented in "Using Lambda advanced logging controls with Python"."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "timestamp": f"{self.formatTime(record, DATE_FORMAT)}.{int(record.msecs):03d}Z",
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": getattr(record, "aws_request_id", ""),
        }
        if record.exc_info and record.exc_info[0] is not None:
            entry |= self.raised(record)
        entry |= {name: value for name, value in vars(record).items() if name not in STANDARD and name not in entry}
        return json.dumps(entry, ensure_ascii=False, default=str)

    def raised(self, record: logging.LogRecord) -> dict[str, object]:
        assert record.exc_info is not None
        kind, error, trace = record.exc_info
        assert kind is not None
        return {
            "stackTrace": format_tb(trace),
            "errorType": kind.__name__,
            "errorMessage": str(error),
            "location": f"{record.pathname}:{record.funcName}:{record.lineno}",
        }
