"""The application over moto: fast, one thread. What must hold under concurrency is proved on the emulator instead."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage as Message
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.local.modeles import lire, ressources
from tests.client import Answer, Client
from tests.politiques import Guarded

TABLES = ("noyau", "outbox", "comptes", "intervenants", "pieces", "audit")
DEBUT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@dataclass
class Guichet:
    """The portal, its clock, its mails."""

    app: Any
    now: datetime = DEBUT
    sent: list[Message] = field(default_factory=list)

    def client(self, source: str = "192.0.2.1") -> Client:
        """A browser."""
        return Client(self.app, source)

    def advance(self, **delay: float) -> None:
        """Move the clock forward."""
        self.now += timedelta(**delay)

    def deliver(self) -> list[Message]:
        """Run the mail sweep and the queue's worker; answers what left."""
        from chalicelib.core import outbox
        from chalicelib.core.context import Context

        before = len(self.sent)
        rows = boto3.client("dynamodb").scan(TableName="guichet-test-outbox")["Items"]
        for row in sorted(rows, key=lambda r: r["pk"]["S"]):
            outbox.send(Context(now=self.now), row["pk"]["S"].removeprefix("MAIL#"))
        return self.sent[before:]

    def captcha(self, answer: Answer) -> str:
        """The answer to the challenge that a page shows."""
        defi = next(f for f in answer.page.forms if "defi" in f["fields"])["fields"]["defi"][0]
        row = boto3.client("dynamodb").get_item(
            TableName="guichet-test-noyau", Key={"pk": {"S": f"CAPTCHA#{defi}"}, "sk": {"S": "CAPTCHA"}}
        )
        return str(row["Item"]["reponse"]["S"])

    def sweep(self, name: str) -> Any:
        """Run a schedule at the clock's instant."""
        import app as application
        from chalicelib.core.context import iso

        return application.app.handler_map[name]({"scheduled_time": iso(self.now)}, None)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All that a table holds."""
        return boto3.client("dynamodb").scan(TableName=f"guichet-test-{table}")["Items"]


def _table(name: str) -> None:
    told = _of_the_stack()[f"guichet-${{Stage}}-{name}"]
    wanted = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    boto3.client("dynamodb").create_table(TableName=f"guichet-test-{name}", **{what: told[what] for what in wanted})


@cache
def _of_the_stack() -> dict[str, Any]:
    """The tables as the data stack declares them, by name."""
    tables = ressources(lire(Path("infra/data.yaml")), "AWS::DynamoDB::Table").values()
    return {_name(table["Properties"]["TableName"]): table["Properties"] for table in tables}


def _name(value: Any) -> str:
    return str(value["Fn::Sub"] if isinstance(value, dict) else value)


def forget_clients() -> None:
    """Each test has its own AWS: nothing cached from another one survives."""
    from chalicelib.core import aws, table
    from chalicelib.core.web import secret

    for cached in (aws.client, aws.queue_url, table.connection, secret.secret):
        cached.cache_clear()
    for row in _rows(table.Row):
        row._connection = None


def _rows(base: type) -> Iterator[Any]:
    for row in base.__subclasses__():
        yield row
        yield from _rows(row)


@pytest.fixture
def guichet(monkeypatch: pytest.MonkeyPatch) -> Iterator[Guichet]:
    """The whole portal on an AWS of its own."""
    with mock_aws():
        yield from open_portal(monkeypatch)


def open_portal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Guichet]:
    """The portal, its tables, queues and bucket made on the AWS that answers."""
    import app as application
    from chalicelib.core import aws, context, passwords

    forget_clients()
    for name in TABLES:
        _table(name)
    for name in ("mails", "images"):
        boto3.client("sqs").create_queue(QueueName=f"guichet-test-{name}")
    boto3.client("s3").create_bucket(
        Bucket="guichet-test-fichiers", CreateBucketConfiguration={"LocationConstraint": "eu-west-3"}
    )
    portal = Guichet(Guarded(application.app, monkeypatch))
    monkeypatch.setattr(context, "_clock", lambda: portal.now)
    monkeypatch.setattr(passwords, "_MEMORY_KIB", 64)
    passwords._hasher.cache_clear()
    _keep_mails(aws.client("sesv2"), portal)
    yield portal
    forget_clients()


def _keep_mails(ses: Any, portal: Guichet) -> None:
    def keep(params: dict[str, Any], **_: Any) -> None:
        portal.sent.append(message_from_bytes(params["Content"]["Raw"]["Data"], policy=policy.default))

    ses.meta.events.register("before-parameter-build.sesv2.SendEmail", keep)
    boto3.client("sesv2").create_email_identity(EmailIdentity="nepasrepondre@cnfpt.example")


@pytest.fixture
def visiteur(guichet: Guichet) -> Client:
    """Somebody who is not logged in."""
    return guichet.client()


Inscrire = Callable[..., Client]
