"""One small portal for the tests of the local run: a misbehaving app, real front, pump, console and emulator."""

import http.client
import json
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.portail import Portail, portail
from infra.local.ressources import Clients

PETIT = Path(__file__).with_name("petit")


class Client:
    """HTTP without surprises: sends what it is told, follows nothing, keeps the connection."""

    def __init__(self, url: str) -> None:
        self.hote = urllib.parse.urlsplit(url).netloc
        self._connexion = http.client.HTTPConnection(self.hote, timeout=30)

    def __call__(
        self, chemin: str, methode: str = "GET", corps: bytes | None = None, **entetes: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        self._connexion.request(methode, chemin, corps, {n.replace("_", "-"): v for n, v in entetes.items()})
        reponse = self._connexion.getresponse()
        return reponse.status, reponse.headers, reponse.read()

    def json(self, chemin: str, methode: str = "GET", donnees: Any = None) -> Any:
        corps = None if donnees is None else json.dumps(donnees).encode()
        return json.loads(self(chemin, methode, corps, Content_Type="application/json")[2])


@pytest.fixture(scope="session")
def petit() -> Iterator[Portail]:
    with portail(racine=PETIT, workers=3, delai=1.5) as ouvert:
        yield ouvert


@pytest.fixture
def web(petit: Portail) -> Client:
    return Client(petit.url)


@pytest.fixture
def console(petit: Portail) -> Client:
    return Client(petit.console_url)


@pytest.fixture(scope="session")
def aws(petit: Portail) -> Clients:
    return Clients(petit.endpoint)
