"""All that the portal holds at one instant, to come back to it: as often as wanted, and from one test to the next."""

import pickle
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import boto3
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb import dynamodb_backends
from moto.s3.models import s3_backends

from tests.client import Client

BUCKET = "guichet-test-fichiers"


def objets() -> dict[str, tuple[bytes, dict[str, str]]]:
    """What the bucket holds: key -> bytes and the metadata of their sender."""
    cles = s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[BUCKET].keys
    return {cle: (objet.value, dict(objet.metadata)) for cle, objet in cles.items()}


def _tables() -> Any:
    return dynamodb_backends[DEFAULT_ACCOUNT_ID]["eu-west-3"].tables


def lignes(items: Any) -> list[dict[str, Any]]:
    """A table's rows, as plain values."""
    de = [{nom: v.value for nom, v in r.attrs.items()} for par_cle in items.values() for r in par_cle.values()]
    return sorted(de, key=lambda r: (r["pk"], r["sk"]))


def tout(sauf: tuple[str, ...] = ("noyau",)) -> dict[str, Any]:
    """All that the tables hold, but `sauf`, and the bucket, read behind everybody's back: to compare, often."""
    lues = {nom.removeprefix("guichet-test-"): table.items for nom, table in _tables().items()}
    return {nom: lignes(de) for nom, de in lues.items() if nom not in sauf} | {"le bucket": objets()}


@dataclass
class Memoire:
    """Tables, bucket, mails, clock, cookies. Queues are not in it. Of a table: its rows to compare, then as it is."""

    tables: dict[str, tuple[list[dict[str, Any]], bytes]]
    objets: dict[str, tuple[bytes, dict[str, str]]]
    mails: list[Any]
    now: datetime
    cookies: dict[str, dict[str, str]]

    @classmethod
    def de(cls, guichet: Any, clients: dict[str, Client]) -> "Memoire":
        """As it is now."""
        tables = {nom: (lignes(table.items), pickle.dumps(table.items)) for nom, table in _tables().items()}
        cookies = {role: dict(client.cookies) for role, client in clients.items()}
        return cls(tables, objets(), list(guichet.sent), guichet.now, cookies)

    def rendre(self, guichet: Any, clients: dict[str, Client]) -> None:
        """Come back."""
        for nom, (avant, items) in self.tables.items():
            if lignes(_tables()[nom].items) != avant:  # making it again is slow
                _tables()[nom].items = pickle.loads(items)  # noqa: S301  (our own)
        if objets() != self.objets:
            self._remettre()
        guichet.now, guichet.sent[:] = self.now, self.mails
        for role, cookies in self.cookies.items():
            clients[role].cookies = dict(cookies)

    def _remettre(self) -> None:
        s3 = boto3.client("s3")
        for cle in objets().keys() - self.objets.keys():
            s3.delete_object(Bucket=BUCKET, Key=cle)
        for cle, (octets, meta) in self.objets.items():
            sienne = {nom.removeprefix("x-amz-meta-"): str(v) for nom, v in meta.items() if nom.startswith("x-amz")}
            s3.put_object(Bucket=BUCKET, Key=cle, Body=octets, Metadata=sienne)
