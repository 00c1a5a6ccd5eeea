"""The application under the rights that each of its functions has once deployed: a call without its right is red, in
whatever test makes it.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient

BUCKET = "fichiers${BucketSuffix}"
FILES = f"{BUCKET}/"
# S3 answers « absent » rather than « forbidden » only to who may list the bucket.
TO_KNOW_ABSENCE = ("s3:ListBucket", BUCKET)
Right = tuple[str, str]


def rights_of(operation: str, given: dict[str, Any]) -> set[Right]:
    """What IAM checks for a call: (action, what follows « guichet-<stage>- » in the resource)."""
    if operation == "TransactWriteItems":
        calls = [next(iter(item.items())) for item in given["TransactItems"]]
        names = {"ConditionCheck": "ConditionCheckItem"}
        return {right for kind, call in calls for right in rights_of(names.get(kind, f"{kind}Item"), call)}
    if operation == "BatchGetItem":
        return {("dynamodb:BatchGetItem", _short(table)) for table in given["RequestItems"]}
    if "TableName" in given:
        index = f"/index/{given['IndexName']}" if "IndexName" in given else ""
        return {(f"dynamodb:{operation}", _short(given["TableName"]) + index)}
    if "Bucket" in given:
        return _rights_on_files(operation, given)
    if operation.startswith("SendMessage"):
        return {("sqs:SendMessage", _short(given["QueueUrl"].rpartition("/")[2]))}
    assert operation in {"GetQueueUrl", "SendEmail"}, operation
    return {("sqs:GetQueueUrl", _short(given["QueueName"]))} if "QueueName" in given else set()


def _rights_on_files(operation: str, given: dict[str, Any]) -> set[Right]:
    if operation == "ListObjectsV2":
        return {TO_KNOW_ABSENCE}
    if operation == "DeleteObjects":
        return {("s3:DeleteObject", _prefix(each["Key"])) for each in given["Delete"]["Objects"]}
    if operation == "CopyObject":  # with the tags, where the verdict is
        source, target = _prefix(given["CopySource"]["Key"]), _prefix(given["Key"])
        read = {("s3:GetObject", source), ("s3:GetObjectTagging", source)}
        return read | {("s3:PutObject", target), ("s3:PutObjectTagging", target)}
    return {(f"s3:{operation.replace('Head', 'Get')}", _prefix(given["Key"]))}


def _short(name: str) -> str:
    return name.removeprefix("guichet-test-")


def _prefix(key: str) -> str:
    return f"{FILES}{key.partition('/')[0]}/*"


@cache
def granted(function: str) -> frozenset[Right]:
    """What its own code may ask; not what AWS does in its name (key, log, queue that feeds it, failures put aside)."""
    policy = json.loads((Path(".chalice") / f"policy-{function}.json").read_text())
    found = {
        (action, resource.rpartition("guichet-${Stage}-")[2])
        for statement in policy["Statement"]
        if statement["Sid"] not in {"Cle", "Journal", "Consommer", "EchecDefinitif", "Envoyer"}
        for action in statement["Action"]
        for resource in statement["Resource"]
    }
    return frozenset(found)


class Guarded:
    """The application, which notes what each function asks of AWS, and fails what its policy does not grant."""

    def __init__(self, app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self._app, self._running = app, ""
        self.asked: dict[str, set[Right]] = defaultdict(set)
        self.handler_map = {name: self._as(name, handler) for name, handler in app.handler_map.items()}
        make_call = BaseClient._make_api_call

        def noted(client: Any, operation: str, given: dict[str, Any]) -> Any:
            if self._running:
                self.asked[self._running].update(rights_of(operation, given))
            return make_call(client, operation, given)

        monkeypatch.setattr(BaseClient, "_make_api_call", noted)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._app, name)

    def __call__(self, event: Any, context: Any) -> Any:
        """A page."""
        return self._as("web", self._app)(event, context)

    @contextmanager
    def somebody_else(self) -> Iterator[None]:
        """What happens inside, in the middle of a function's run, is not its doing."""
        before, self._running = self._running, ""
        try:
            yield
        finally:
            self._running = before

    def _as(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        from chalicelib.core import aws

        def noted(*given: Any) -> Any:
            aws.queue_url.cache_clear()  # each function has its own process
            before, self._running = self._running, name
            try:
                return call(*given)
            finally:
                self._running = before
                missing = self.asked[name] - granted(name)
                assert not missing, f"{name} may not, once deployed: {sorted(missing)}"

        return noted
