"""What does a log line look like, and what may never stand in one?

`key=value` on stderr, one line an event. Ids only: whatever looks like an address is masked, and the values of a failed
database statement, which may be somebody's words, are left out.
"""

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.exc import StatementError

_ADDRESS = re.compile(r"[^\s<>\"'=,;()\[\]]*@[^\s<>\"'=,;()\[\]]*")
MASK = "…@…"
Event = MutableMapping[str, Any]


def set_up(level: str = "info") -> None:
    """From now on every log line of this process, ours and the libraries', goes to stderr from `level` up."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            with_stack,
            mask_addresses,
            structlog.processors.LogfmtRenderer(key_order=["at", "level", "event"], bool_as_flag=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Masked("level=%(levelname)s event=%(name)s said=%(message)r"))
    # arq and aiosmtpd tell of arguments and envelopes at INFO; only their warnings belong into our log
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)


def with_stack(_logger: Any, _method: str, event: Event) -> Event:
    """An exception becomes its kind, its places in the code, and its message where that cannot quote a person."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["said"] = said(error)
        event["where"] = where(error)
    return event


def where(error: BaseException) -> str:
    """The way through the code to an exception, outermost first."""
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    return " > ".join(f"{Path(frame.filename).stem}.{frame.name}:{frame.lineno}" for frame in frames)


def said(error: BaseException) -> str:
    """The message of an exception, without the values that a database statement carried."""
    message = str(error.orig) if isinstance(error, StatementError) else str(error)
    return message[:300]


def mask_addresses(_logger: Any, _method: str, event: Event) -> Event:
    """No mail address and nothing else with an @ in it reaches the log, in whichever key it came."""
    return {key: _masked(value) for key, value in event.items()}


def _masked(value: Any) -> Any:
    if isinstance(value, bool | int | float | None):
        return value
    text = str(value)
    # a line break would make two lines of one event
    return _ADDRESS.sub(MASK, text).replace("\n", " ")


class _Masked(logging.Formatter):
    """The lines of libraries, addresses masked, with the way to an exception and no stack, which may quote a value."""

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        record.exc_info, record.exc_text, record.stack_info = None, None, None
        line = _ADDRESS.sub(MASK, super().format(record)).replace("\n", " ")
        return f'{line} error={type(error).__name__} where="{where(error)}"' if error else line
