"""Limits by subject and window, counted atomically in the table (rule T4); an over-count after a retry harms nobody."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from pynamodb.attributes import NumberAttribute

from chalicelib.core.context import Context
from chalicelib.core.errors import TooMany
from chalicelib.core.table import Act, Row, get, meta, seconds


@dataclass(frozen=True)
class Limit:
    """At most `most` times per `window`, for each subject."""

    name: str
    most: int
    window: timedelta


class LimitRow(Row):
    """A counter of one window."""

    Meta = meta("noyau")
    n = NumberAttribute(default=0)


def consume(ctx: Context, limit: Limit, subject: str) -> int:
    """Count one; answers how many in this window. Raises TooMany past the limit."""
    row, wait = _row(ctx, limit, subject)
    row.update(actions=[LimitRow.n.add(1), LimitRow.ttl.set(seconds(ctx, limit.window * 2))])
    if row.n > limit.most:
        raise TooMany(wait)
    return int(row.n)


def told(ctx: Context, limit: Limit, subject: str) -> bool:
    """Whether something was counted in this window."""
    row, _ = _row(ctx, limit, subject)
    return get(LimitRow, row.pk, row.sk) is not None


def once(act: Act, limit: Limit, subject: str) -> None:
    """Count the only one of this window in the transaction of the act; its commit raises Conflict when it is not."""
    row, _ = _row(act.ctx, limit, subject)
    row.n, row.ttl = 1, seconds(act.ctx, limit.window * 2)
    act.create(row, limit.name)


def forgive(ctx: Context, limit: Limit, subject: str) -> None:
    """Start the window of this subject anew: the right password was given."""
    _row(ctx, limit, subject)[0].delete()


def _row(ctx: Context, limit: Limit, subject: str) -> tuple[LimitRow, int]:
    length = int(limit.window.total_seconds())
    now = int(ctx.now.timestamp())
    who = hashlib.sha256(subject.encode()).hexdigest()[:32]
    return LimitRow(f"LIMITE#{limit.name}#{who}", str(now // length)), length - now % length
