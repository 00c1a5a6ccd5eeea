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
    """An unexpected exception: its trace without the values of the request."""
    logger().exception(name, extra=fields, stacklevel=2)
