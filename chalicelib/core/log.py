"""One logger. Events by name with ids; never a name, an address, a number or a text of a person (rule X1)."""

from functools import cache
from typing import Any


@cache
def logger() -> Any:
    """Powertools' JSON logger, built at first use."""
    from aws_lambda_powertools import Logger

    # Not the name of the Chalice application: its logger would print each line a second time.
    return Logger(service="portail", level="INFO", log_uncaught_exceptions=False)


def event(name: str, **fields: Any) -> None:
    """A line in the log: `inscription.transmise`, `mail.mort`; ids and counts only."""
    logger().info(name, extra=fields, stacklevel=2)


def warning(name: str, **fields: Any) -> None:
    """As `event`, for what operators must look at."""
    logger().warning(name, extra=fields, stacklevel=2)


def failure(name: str, **fields: Any) -> None:
    """An unexpected exception: its type and where it went, never its message (SES quotes addresses)."""
    import sys
    import traceback

    kind, _, trace = sys.exc_info()
    frames = [f"{f.filename.rpartition('/')[2]}:{f.lineno} {f.name}" for f in traceback.extract_tb(trace)[-8:]]
    extra = {**fields, "exception_type": kind.__name__ if kind else "", "frames": frames}
    logger().error(name, extra=extra, stacklevel=2)
