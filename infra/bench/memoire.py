"""AWS seen from the process that calls it: every call noted; on demand, answered from memory instead of the network.

The hook is where botocore hands a signed request to its HTTP session: what boto3 costs (building, signing, parsing) is
paid as ever, only the wire is taken away.
"""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore import httpsession
from botocore.awsrequest import AWSResponse


@dataclass(frozen=True)
class Appel:
    """One call: which operation, of what, and what came back."""

    operation: str
    corps: bytes
    reponse: bytes
    statut: int
    entetes: dict[str, str]

    @property
    def demande(self) -> dict[str, Any]:
        """Its parameters, as boto3 takes them (JSON protocols)."""
        return dict(json.loads(self.corps)) if self.corps[:1] == b"{" else {}

    @property
    def rendu(self) -> dict[str, Any]:
        """What it answered."""
        return dict(json.loads(self.reponse)) if self.reponse[:1] == b"{" else {}

    @property
    def cles(self) -> list[tuple[str, ...]]:
        """What it reads, item by item or query by query; nothing for what it writes."""
        d, operation = self.demande, self.operation.rpartition(".")[2]
        if operation == "GetItem":
            return [_cle(d["TableName"], d["Key"])]
        if operation == "BatchGetItem":
            return [_cle(table, k) for table, lot in d["RequestItems"].items() for k in lot["Keys"]]
        if operation == "Query":
            valeurs = json.dumps(d.get("ExpressionAttributeValues"), sort_keys=True)
            return [(d["TableName"], d.get("IndexName", ""), d.get("KeyConditionExpression", ""), valeurs)]
        return [(self.operation, self.corps.decode("utf-8", "replace"))]


def _cle(table: str, cle: dict[str, dict[str, str]]) -> tuple[str, ...]:
    return (table, *(next(iter(cle[nom].values())) for nom in ("pk", "sk")))


@dataclass
class Memoire:
    """The calls of this process. `coupe`: answered from what was seen before, without the network."""

    appels: list[Appel] = field(default_factory=list)
    coupe: bool = False
    _connus: dict[tuple[str, bytes], Appel] = field(default_factory=dict)
    _derniers: dict[str, Appel] = field(default_factory=dict)

    def installer(self) -> "Memoire":
        """Stand before the HTTP session of every client of this process."""
        self._envoi = httpsession.URLLib3Session.send
        memoire = self

        def send(session: Any, requete: Any) -> Any:
            return memoire.envoyer(session, requete)

        httpsession.URLLib3Session.send = send
        return self

    def envoyer(self, session: Any, requete: Any) -> Any:
        """One request, to the network or to memory."""
        operation, corps = _operation(requete), _octets(requete.body)
        if self.coupe:
            appel = self._connus.get((operation, corps)) or self._derniers[operation]
            self.appels.append(appel)
            return AWSResponse(requete.url, appel.statut, appel.entetes, _Corps(appel.reponse))
        reponse = self._envoi(session, requete)
        appel = Appel(operation, corps, reponse.content, reponse.status_code, dict(reponse.headers))
        self.appels.append(appel)
        self._connus[operation, corps] = self._derniers[operation] = appel
        return reponse

    @contextmanager
    def ecoute(self) -> Iterator[list[Appel]]:
        """The calls made inside a block."""
        debut = len(self.appels)
        notes: list[Appel] = []
        yield notes
        notes += self.appels[debut:]


class _Corps(io.BytesIO):
    """What urllib3 gives to read."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        """The whole in one piece."""
        yield self.read()


def _operation(requete: Any) -> str:
    cible = requete.headers.get("X-Amz-Target", "")
    if isinstance(cible, bytes):
        cible = cible.decode()
    return cible or f"{requete.method} {requete.url.split('?')[0]}"


def _octets(corps: Any) -> bytes:
    if corps is None:
        return b""
    return corps.encode() if isinstance(corps, str) else bytes(corps) if isinstance(corps, bytes | bytearray) else b""
