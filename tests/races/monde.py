"""The portal as several people use it at once: browsers over the network, their requests let go at one instant, and
what the tables hold before and after."""

import contextlib
import http.client
import itertools
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from infra.local.environnement import PREFIXE
from infra.local.portail import Portail
from infra.local.ressources import Clients
from tests.client import Answer, Client, check

PATIENCE = 60
T = TypeVar("T")
Ligne = dict[str, Any]
Photo = dict[tuple[str, str, str], Ligne]
_BRUIT = frozenset({"LIMITE", "CAPTCHA", "SECRET", "BALAYAGE", "ADRESSE", "STRUCTURE"})  # counters, secrets
_TABLES = ("audit", "comptes", "intervenants", "noyau", "outbox", "pieces")
_ORIGINES = itertools.count(2)


def origine() -> str:
    """A loopback address that nobody has used yet: the portal counts its limits by origin."""
    rang = next(_ORIGINES)
    adresse = f"127.0.{rang // 250}.{rang % 250 + 2}"
    with contextlib.suppress(OSError), socket.socket() as prise:
        prise.bind((adresse, 0))
        return adresse
    return "127.0.0.1"  # where only one loopback address is set up


@dataclass
class Visiteur(Client):
    """tests.client.Client over the network, from an origin of its own."""

    app: Any = None
    source: str = field(default_factory=origine)
    portail: Portail = field(kw_only=True)
    _ligne: http.client.HTTPConnection | None = field(default=None, repr=False)

    def jumeau(self, source: str = "") -> "Visiteur":
        """The same browser in another window: its cookies, a connection of its own."""
        return replace(self, cookies=dict(self.cookies), source=source or self.source, _ligne=None)

    def joindre(self) -> http.client.HTTPConnection:
        """The connection, open: what is sent next leaves at once."""
        if self._ligne is None:
            adresse = urlsplit(self.portail.url)
            ici = (self.source, 0) if self.source != "127.0.0.1" else None
            self._ligne = http.client.HTTPConnection(adresse.netloc, timeout=PATIENCE, source_address=ici)
            self._ligne.connect()
        return self._ligne

    def send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        """One request; a redirection is not followed."""
        sent = dict(headers)
        if "origin" in sent:
            sent["origin"] = self.portail.url
        if self.cookies:
            sent["cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        ligne = self.joindre()
        ligne.request(method, path.removeprefix(self.portail.url), body, sent)
        recue = ligne.getresponse()
        entetes = {nom.lower(): valeur for nom, valeur in recue.getheaders()}
        cookies = recue.headers.get_all("set-cookie") or []
        answer = Answer(recue.status, entetes, cookies, recue.read().decode("utf-8"), path)
        assert answer.status < 500, f"{method} {path} : {answer.status} {answer.body[:300]}"
        self._keep(answer)
        check(answer)
        return answer


@dataclass(frozen=True)
class Envoi:
    """A form ready to leave: who sends it, where, with what."""

    visiteur: Visiteur
    chemin: str
    champs: list[tuple[str, str]]

    def __call__(self) -> Answer:
        """Send it."""
        return self.visiteur.post(self.chemin, self.champs)

    def copies(self, nombre: int) -> list["Envoi"]:
        """The same form, of the same page, from as many windows: one command."""
        return [replace(self, visiteur=self.visiteur.jumeau()) for _ in range(nombre)]


def remplir(visiteur: Visiteur, answer: Answer, action: str, **saisie: Any) -> Envoi:
    """What a page's form sends once it is filled."""
    champs = {**answer.page.form(action)["fields"]}
    champs |= {nom: v if isinstance(v, list) else [v] for nom, v in saisie.items()}
    return Envoi(visiteur, action, [(nom, v) for nom, valeurs in champs.items() for v in valeurs])


def ensemble(actes: Sequence[Callable[[], T]]) -> list[T]:
    """Do all at one instant, a thread for each; their answers, in order."""
    for acte in actes:
        if isinstance(acte, Envoi):
            acte.visiteur.joindre()
    depart = threading.Barrier(len(actes), timeout=PATIENCE)

    def partir(acte: Callable[[], T]) -> T:
        depart.wait()
        return acte()

    with ThreadPoolExecutor(len(actes)) as fils:
        return [promesse.result(PATIENCE) for promesse in [fils.submit(partir, acte) for acte in actes]]


class Registre:
    """The tables, read by boto3 on the emulator: what happened, whatever the pages say."""

    def __init__(self, endpoint: str) -> None:
        self.dynamodb: Any = Clients(endpoint).dynamodb

    def table(self, nom: str) -> str:
        """The name of a table of the portal."""
        return f"{PREFIXE}{nom}"

    def lignes(self, table: str, sk: str = "", **egaux: str) -> list[Ligne]:
        """Rows of a table, by the beginning of their sort key and the value of attributes."""
        lues = self.dynamodb.get_paginator("scan").paginate(TableName=self.table(table), ConsistentRead=True)
        plates = [_plate(ligne) for page in lues for ligne in page["Items"]]
        return [li for li in plates if li["sk"].startswith(sk) and all(li.get(n) == v for n, v in egaux.items())]

    def photo(self) -> Photo:
        """All that the tables hold, but counters, captchas, secrets and the sweeps' diary."""
        lues = [(table, ligne) for table in _TABLES for ligne in self.lignes(table)]
        return {(t, li["pk"], li["sk"]): li for t, li in lues if li["pk"].partition("#")[0] not in _BRUIT}

    def copier(self, table: str, ligne: Ligne, vers: "Registre | None" = None, **changes: str) -> None:
        """A row written again, with other values, here or on another emulator."""
        cle = {"pk": {"S": ligne["pk"]}, "sk": {"S": ligne["sk"]}}
        brute = self.dynamodb.get_item(TableName=self.table(table), Key=cle)["Item"]
        brute |= {nom: {"S": valeur} for nom, valeur in changes.items()}
        (vers or self).dynamodb.put_item(TableName=self.table(table), Item=brute)

    def changer(self, table: str, ligne: Ligne, **valeurs: str | bytes) -> None:
        """Attributes of a row, put there without asking the portal."""
        self.dynamodb.update_item(
            TableName=self.table(table),
            Key={"pk": {"S": ligne["pk"]}, "sk": {"S": ligne["sk"]}},
            UpdateExpression="SET " + ", ".join(f"#{n} = :{n}" for n in valeurs),
            ExpressionAttributeNames={f"#{n}": n for n in valeurs},
            ExpressionAttributeValues={f":{n}": {"B" if isinstance(v, bytes) else "S": v} for n, v in valeurs.items()},
        )

    def compte(self, email: str) -> Ligne:
        """The account of an address."""
        return next(iter(self.lignes("comptes", "COMPTE", email=email)))

    def reponse_au_defi(self, defi: str) -> str:
        """The answer to a captcha."""
        cle = {"pk": {"S": f"CAPTCHA#{defi}"}, "sk": {"S": "CAPTCHA"}}
        return str(self.dynamodb.get_item(TableName=self.table("noyau"), Key=cle)["Item"]["reponse"]["S"])


def _plate(ligne: dict[str, dict[str, Any]]) -> Ligne:
    return {nom: next(iter(valeur.values())) for nom, valeur in ligne.items()}


def _genre(cle: tuple[str, str, str], ligne: Ligne) -> str:
    """What a row is: an act for a line of the audit, else the kind that its key names."""
    table, pk, sk = cle
    if table == "audit":
        return str(ligne["acte"])
    return pk.partition("#")[0] if sk == "MARQUE" else sk.partition("#")[0]


def effets(avant: Photo, apres: Photo) -> dict[str, int]:
    """Rows that came (or went: negative), by kind; each act has left its line in the audit."""
    compte = Counter(_genre(cle, ligne) for cle, ligne in apres.items())
    compte.subtract(_genre(cle, ligne) for cle, ligne in avant.items())
    return {genre: nombre for genre, nombre in compte.items() if nombre}


def repartition(reponses: Iterable[Answer]) -> Counter[int]:
    """How many answers of each status."""
    return Counter(reponse.status for reponse in reponses)


def seul(reponses: Sequence[Answer], statut: int) -> Answer:
    """The one answer of a status: exactly one."""
    trouvees = [reponse for reponse in reponses if reponse.status == statut]
    assert len(trouvees) == 1, f"{len(trouvees)} réponses {statut} : {repartition(reponses)}"
    return trouvees[0]


def tous_disent(reponses: Sequence[Answer], statut: int, *phrases: str) -> None:
    """Every other answer has this status and says these sentences."""
    for reponse in reponses:
        assert reponse.status == statut, repartition(reponses)
        for phrase in phrases:
            assert phrase in reponse.page.text, f"« {phrase} » manque dans : {reponse.page.text[:400]}"


@dataclass(frozen=True)
class Monde:
    """A portal that runs, and its tables."""

    portail: Portail
    registre: Registre

    def visiteur(self, source: str = "") -> Visiteur:
        """Somebody new."""
        return Visiteur(portail=self.portail, source=source or origine())

    def plus_tard(self, secondes: float = 3600) -> None:
        """Move the portal's clock: new windows for its limits, another code of the second factor."""
        self.portail.avancer(secondes)

    def nouvelle_fenetre(self, secondes: int) -> None:
        """Just after the beginning of a window of so many seconds, so that nothing straddles two of them."""
        maintenant = datetime.fromisoformat(self.portail.heure()["now"]).timestamp()
        self.plus_tard(secondes - maintenant % secondes + 1)
