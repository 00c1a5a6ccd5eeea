"""DynamoDB as the house uses it: rows with `pk`, `sk`, sparse indexes, and acts that write all or nothing."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.connection import Connection, TableConnection
from pynamodb.constants import BATCH_GET_ITEM, QUERY
from pynamodb.exceptions import DoesNotExist, GetError, TransactWriteError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.core import aws, outbox_ids
from chalicelib.core.context import Context
from chalicelib.core.errors import AlreadyDone, Conflict
from chalicelib.core.settings import settings

COMMAND_KEPT = timedelta(hours=48)
CONFLICT_TRIES = 5
SHARDS = 8


class Gsi1(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB’s __init_subclass__ has no types
    """First index: what a list shows."""

    class Meta:
        index_name = "gsi1"
        projection = AllProjection()

    gsi1pk = UnicodeAttribute(hash_key=True)
    gsi1sk = UnicodeAttribute(range_key=True)


class Gsi2(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB’s __init_subclass__ has no types
    """Second index."""

    class Meta:
        index_name = "gsi2"
        projection = AllProjection()

    gsi2pk = UnicodeAttribute(hash_key=True)
    gsi2sk = UnicodeAttribute(range_key=True)


class Due(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # PynamoDB’s __init_subclass__ has no types
    """What falls due: `<kind>#<shard>`, instant. Sweeps read nothing else."""

    class Meta:
        index_name = "due"
        projection = AllProjection()

    due_pk = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


def meta(table: str) -> Any:
    """PynamoDB's Meta of a row of `table`."""
    return type("Meta", (), {"table_name": settings().table(table)})


@cache
def connection() -> Connection:
    """The one connection of all rows, with timeouts that suit a Lambda; PynamoDB would build one for each class."""
    return Connection(
        connect_timeout_seconds=aws.CONNECT_TIMEOUT,
        read_timeout_seconds=aws.READ_TIMEOUT,
        max_retry_attempts=aws.ATTEMPTS,
    )


class Row(Model):
    """Base of all rows; each slice's store subclasses it with its attributes."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    gsi1pk = UnicodeAttribute(null=True)
    gsi1sk = UnicodeAttribute(null=True)
    gsi2pk = UnicodeAttribute(null=True)
    gsi2sk = UnicodeAttribute(null=True)
    due_pk = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    ttl = NumberAttribute(null=True)

    gsi1 = Gsi1()
    gsi2 = Gsi2()
    due = Due()

    @classmethod
    def _get_connection(cls) -> TableConnection:
        table = super()._get_connection()
        if table.connection is not connection():
            with suppress(ValueError):  # another class of the same table came first
                connection().add_meta_table(table.get_meta_table())
            table.connection = connection()
        return table


class CommandRow(Row):
    """A command that was carried out, with what it answered: the same form sent twice acts once."""

    Meta = meta("noyau")
    result = UnicodeAttribute(default="")
    route = UnicodeAttribute(default="")


R = TypeVar("R", bound=Row)


def get(row: type[R], pk: str, sk: str) -> R | None:
    """One row read with certainty (consistent), or None."""
    try:
        return row.get(pk, sk, consistent_read=True)
    except DoesNotExist:
        return None


def get_many(*wanted: tuple[type[Row], str, str]) -> list[Any]:
    """Several rows, of one or several tables, in one call; None where there is none."""
    request: dict[str, Any] = {}
    for row, pk, sk in wanted:
        keys = request.setdefault(row.Meta.table_name, {"Keys": [], "ConsistentRead": True})["Keys"]
        keys.append({"pk": {"S": pk}, "sk": {"S": sk}})
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for attempt in range(CONFLICT_TRIES):
        answer = connection().dispatch(BATCH_GET_ITEM, {"RequestItems": request})
        for table, items in answer["Responses"].items():
            found |= {(table, item["pk"]["S"], item["sk"]["S"]): item for item in items}
        request = answer.get("UnprocessedKeys") or {}
        if not request:
            break
        time.sleep(0.05 * 2**attempt)
    else:
        raise GetError("the table left keys unread")
    raws = [found.get((row.Meta.table_name, pk, sk)) for row, pk, sk in wanted]
    return [row.from_raw_data(raw) if raw else None for (row, _, _), raw in zip(wanted, raws, strict=True)]


Readers = Mapping[str, Callable[[dict[str, Any]], Any]]
"""What makes something of a raw item, by sort key, or by its beginning when it ends with « # »."""


def partition(of: type[Row], pk: str, readers: Readers) -> dict[str, list[Any]]:
    """All that a partition of the table of `of` holds of these kinds, in one query, each in the order of its keys; rows
    of no such kind are left out."""
    found: dict[str, list[Any]] = {key: [] for key in readers}
    request: dict[str, Any] = {
        "TableName": of.Meta.table_name,
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": pk}},
        "ConsistentRead": True,
    }
    while True:
        answer = connection().dispatch(QUERY, request)
        for item in answer["Items"]:
            key = item["sk"]["S"]
            kind = key if key in readers else key.partition("#")[0] + "#"
            if kind in readers:
                found[kind].append(readers[kind](item))
        if "LastEvaluatedKey" not in answer:
            return found
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def shard(kind: str, of: str) -> str:
    """The partition of the `due` index that holds the item `of`."""
    return f"{kind}#{sum(of.encode()) % SHARDS}"


def fallen_due(row: type[R], kind: str, until: str, limit: int = 500) -> Iterator[R]:
    """Rows of `kind` due at `until` or before, oldest first in each shard; the next instant begins at another shard,
    so that no item waits for ever behind what a run has no time for."""
    first = sum(until.encode())
    for number in range(first, first + SHARDS):
        yield from row.due.query(f"{kind}#{number % SHARDS}", Due.due_at <= until, limit=limit)


def update_if(row: Row, actions: Sequence[Action], condition: Condition) -> bool:
    """A conditional transition outside an act; False when the condition does not hold (somebody was first)."""
    try:
        row.update(actions=list(actions), condition=condition)
    except UpdateError as error:
        answer = getattr(error.cause, "response", None) or {}  # none when nothing was answered
        if answer.get("Error", {}).get("Code") == "ConditionalCheckFailedException":
            return False
        raise
    return True


def seconds(ctx: Context, delay: timedelta) -> int:
    """The value of a `ttl` attribute: seconds since 1970."""
    return int((ctx.now + delay).timestamp())


@dataclass
class _Write:
    order: int
    label: str
    apply: Any


@dataclass
class Act:
    """What one act writes: all of it or nothing, once per command, with its mails and its audit line.

    `label` names a condition: when it does not hold, `commit` raises Conflict(label).
    """

    ctx: Context
    writes: list[_Write] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)

    def check(self, row: type[Row], pk: str, sk: str, condition: Condition, label: str = "") -> None:
        """Demand that a row which the act does not write is in a certain state."""
        self.writes.append(_Write(0, label, lambda tx: tx.condition_check(row, pk, sk, condition=condition)))

    def delete(self, row: Row, condition: Condition | None = None, label: str = "") -> None:
        """Delete a row."""
        self.writes.append(_Write(1, label, lambda tx: tx.delete(row, condition=condition)))

    def put(self, row: Row, condition: Condition | None = None, label: str = "") -> None:
        """Write a whole row."""
        self.writes.append(_Write(2, label, lambda tx: tx.save(row, condition=condition)))

    def create(self, row: Row, label: str = "") -> None:
        """Write a row that must not exist yet."""
        self.put(row, type(row).pk.does_not_exist(), label)

    def update(self, row: Row, actions: Sequence[Action], condition: Condition | None = None, label: str = "") -> None:
        """Change attributes of a row; it must exist."""
        exists = type(row).pk.exists()
        self.upsert(row, actions, exists if condition is None else exists & condition, label)

    def upsert(self, row: Row, actions: Sequence[Action], whole: Condition, label: str = "") -> None:
        """Change attributes of a row that may not exist yet."""
        self.writes.append(_Write(3, label, lambda tx: tx.update(row, actions=list(actions), condition=whole)))

    def count(self, row: Row, actions: Sequence[Action]) -> None:
        """Add to the counters of a row, made at the first time (`attribute.add(1)`)."""
        self.writes.append(_Write(4, "", lambda tx: tx.update(row, actions=list(actions))))

    def commit(self, result: str = "") -> str:
        """Write everything; answers `result`, or what the same command answered the first time.

        Raises Conflict(label) when a condition does not hold, AlreadyDone when the command was carried out.
        """
        if self.ctx.command:
            self.create(_command_row(self.ctx, result), "command")
        ordered = sorted(self.writes, key=lambda write: write.order)
        for attempt in range(CONFLICT_TRIES):
            try:
                with TransactWrite(connection=connection()) as tx:
                    for write in ordered:
                        write.apply(tx)
            except TransactWriteError as error:
                if not self._may_retry(error, ordered) or attempt == CONFLICT_TRIES - 1:
                    raise
                time.sleep(self.ctx.chance().uniform(0.02, 0.08) * (attempt + 1))
            else:
                outbox_ids.push(self.mails)
                return result
        raise AssertionError("unreachable")

    def _may_retry(self, error: TransactWriteError, ordered: list[_Write]) -> bool:
        reasons = error.cancellation_reasons
        failed = [w.label for w, r in zip(ordered, reasons, strict=False) if r and r.code == "ConditionalCheckFailed"]
        if failed:
            if self.ctx.command:
                _raise_if_done(self.ctx)
            raise Conflict(failed[0]) from error
        return any(r and r.code == "TransactionConflict" for r in reasons)


def _command_row(ctx: Context, result: str) -> CommandRow:
    return CommandRow(f"COMMANDE#{ctx.command}", "COMMANDE", result=result, route=ctx.route,
                      ttl=seconds(ctx, COMMAND_KEPT))  # fmt: skip


def _raise_if_done(ctx: Context) -> None:
    result = result_of_command(ctx)
    if result is not None:
        raise AlreadyDone(result)


def result_of_command(ctx: Context) -> str | None:
    """What the command of this request answered when it was carried out; None when it was not."""
    done = get(CommandRow, f"COMMANDE#{ctx.command}", "COMMANDE") if ctx.command else None
    if done is not None and done.route != ctx.route:
        raise Conflict("command")
    return done.result if done else None
