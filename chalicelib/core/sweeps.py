"""A sweep: what falls due moves, item by item, by conditional transitions; run twice it changes nothing (rule W1)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.core import log
from chalicelib.core.context import Context, from_iso, iso, live_context
from chalicelib.core.errors import Conflict
from chalicelib.core.table import Row, meta, seconds

KEPT = timedelta(days=40)
T = TypeVar("T")


class RunRow(Row):
    """The record of one run; its sort key is the instant for which it was scheduled."""

    Meta = meta("noyau")
    debut = UnicodeAttribute()
    fin = UnicodeAttribute(null=True)
    dus = NumberAttribute(default=0)
    vus = NumberAttribute(default=0)
    changes = NumberAttribute(default=0)
    echecs = NumberAttribute(default=0)


@dataclass
class Tally:
    """What a run saw. `due`: what it found due, be it left to the next run."""

    due: int = 0
    seen: int = 0
    changed: int = 0
    failed: int = 0


def sweep_context(event: dict[str, str]) -> Context:
    """The context of a sweep: its clock is its event's scheduled time, so that a replay gives the same result."""
    return Context(now=from_iso(event["scheduled_time"]))


def sweep(ctx: Context, name: str, items: Iterable[T], move: Callable[[T], bool], lasts: float = 200) -> Tally:
    """Move each item due; one that fails does not stop the others; the run's record tells the whole.

    `move` answers whether it changed something. A lost race (Conflict) counts as unchanged. After `lasts` seconds the
    rest waits for the next run. The record is written first: a run that was killed shows as one without an end.
    """
    began = live_context().now
    row = RunRow(f"BALAYAGE#{name}", ctx.instant, debut=iso(began), ttl=seconds(ctx, KEPT))
    row.save()
    tally = Tally()
    rest = iter(items)
    for item in rest:
        tally.due += 1
        if (live_context().now - began).total_seconds() > lasts:
            tally.due += sum(1 for _ in rest)
            log.warning("sweep.cut_short", sweep=name, due=tally.due, seen=tally.seen)
            break
        tally.seen += 1
        try:
            tally.changed += move(item)
        except Conflict:
            continue
        except Exception:
            tally.failed += 1
            log.failure("sweep.item_failed", sweep=name)
    row.dus, row.vus, row.changes, row.echecs = tally.due, tally.seen, tally.changed, tally.failed
    row.fin = live_context().instant
    row.save()
    log.event("sweep.ended", sweep=name, due=tally.due, seen=tally.seen, changed=tally.changed, failed=tally.failed)
    return tally
