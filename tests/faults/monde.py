"""The world of an act: its AWS, its people, its clock. Built once by the portal's own pages, then put back as often as
wanted from a snapshot of what moto holds."""

import copy
import io
import pickle
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import boto3
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import s3_backends
from moto.sqs.models import sqs_backends

from chalicelib.core.context import from_iso, iso
from tests.client import Answer, Client
from tests.faults.fil import Fil
from tests.web import conftest
from tests.web.parcours import BUCKET

COMPTE_AWS, REGION = "123456789012", "eu-west-3"
Ligne = dict[str, Any]
Forme = tuple[Any, ...]


class Navigateur(Client):
    """A browser that remembers the last answer, even one that is not what an answer must be."""

    derniere: Answer | None = None

    def _keep(self, answer: Answer) -> None:
        super()._keep(answer)
        self.derniere = answer


@dataclass
class Monde:
    """The portal, its people by name, and what was learnt on the way (ids, links, pages)."""

    guichet: conftest.Guichet
    fil: Fil
    clients: dict[str, Navigateur] = field(default_factory=dict)
    valeurs: dict[str, Any] = field(default_factory=dict)
    hors_limite: frozenset[str] = frozenset()
    lues: dict[str, set[str]] = field(default_factory=dict)  # sweep -> the kinds that it looks at, learnt when it runs

    def client(self, nom: str, source: str = "192.0.2.1") -> Navigateur:
        """Somebody's browser; a new one the first time."""
        if nom not in self.clients:
            self.clients[nom] = Navigateur(self.guichet.app, source)
        return self.clients[nom]

    def appeler(self, nom: str, evenement: Any) -> Any:
        """Run an event's handler, as Lambda does."""
        return self.guichet.app.handler_map[nom](evenement, None)


@dataclass(frozen=True)
class Instantane:
    """All that the world holds."""

    lignes: bytes
    objets: tuple[tuple[str, bytes, dict[str, str]], ...]
    now: datetime
    clients: dict[str, tuple[str, dict[str, str]]]
    valeurs: dict[str, Any]


def _tables() -> dict[str, Any]:
    return {nom: dynamodb_backends[COMPTE_AWS][REGION].tables[f"guichet-test-{nom}"] for nom in conftest.TABLES}


def _cles() -> Any:
    return s3_backends[COMPTE_AWS]["aws"].buckets[BUCKET].keys


def prendre(monde: Monde) -> Instantane:
    """A snapshot. Queues are not in it: what they were told is lost, and sweeps must find it."""
    objets = tuple((cle, objet.value, dict(objet.metadata)) for cle, objet in _cles().items())
    return Instantane(
        pickle.dumps({nom: table.items for nom, table in _tables().items()}),
        tuple((cle, octets, _meta(meta)) for cle, octets, meta in objets),
        monde.guichet.now,
        {nom: (client.source, dict(client.cookies)) for nom, client in monde.clients.items()},
        copy.copy(monde.valeurs),
    )


def _meta(meta: dict[str, str]) -> dict[str, str]:
    return {nom.removeprefix("x-amz-meta-"): str(v) for nom, v in meta.items() if nom.startswith("x-amz-meta-")}


def rendre(monde: Monde, image: Instantane) -> None:
    """Put a snapshot back, in a process that knows nothing yet."""
    for nom, items in pickle.loads(image.lignes).items():  # noqa: S301  (our own)
        _tables()[nom].items = items
    if set(_cles()) != {cle for cle, _, _ in image.objets} or image.objets:
        _remettre_les_objets(image)
    for file in sqs_backends[COMPTE_AWS][REGION].queues.values():
        file._messages, file._pending_messages = [], set()
    monde.guichet.now = image.now
    monde.guichet.sent.clear()
    monde.fil.partis.clear()
    monde.fil.ecrits = {ligne["pk"].removeprefix("MAIL#") for ligne in lignes("outbox")}
    monde.clients = {nom: Navigateur(monde.guichet.app, source, dict(c)) for nom, (source, c) in image.clients.items()}
    monde.valeurs = copy.copy(image.valeurs)
    oublier()


def _remettre_les_objets(image: Instantane) -> None:
    s3 = boto3.client("s3")
    for cle in list(_cles()):
        s3.delete_object(Bucket=BUCKET, Key=cle)
    for cle, octets, meta in image.objets:
        s3.put_object(Bucket=BUCKET, Key=cle, Body=io.BytesIO(octets), Metadata=meta)


def oublier() -> None:
    """What a process keeps of other services in memory, but its clients."""
    from chalicelib.commun.employeurs import queries
    from chalicelib.core import aws
    from chalicelib.core.web import secret

    secret.secret.cache_clear()
    aws.queue_url.cache_clear()
    queries._memoire = queries.Memoire()


def processus_neuf() -> None:
    """The process died; another one starts. Only the HTTP client is kept: it holds no state, and is slow to make."""
    from chalicelib.core import table

    client = table.connection().client
    oublier()
    conftest.forget_clients()
    table.connection()._client = client


# States of the world, each built on another by people's own steps.

Batisseur = Callable[[Monde], None]
_PARENTS: dict[str, Batisseur | None] = {}
_IMAGES: dict[str, Instantane] = {}


def etat(parent: Batisseur | None = None) -> Callable[[Batisseur], Batisseur]:
    """Declare how a state is built from another."""

    def declarer(batir: Batisseur) -> Batisseur:
        _PARENTS[batir.__name__] = parent
        return batir

    return declarer


def mettre(monde: Monde, batir: Batisseur) -> Instantane:
    """Put the world in a state, in a fresh process; the state is built the first time."""
    nom = batir.__name__
    if nom not in _IMAGES:
        parent = _PARENTS[nom]
        if parent is not None:
            mettre(monde, parent)
        batir(monde)
        _IMAGES[nom] = prendre(monde)
    rendre(monde, _IMAGES[nom])
    return _IMAGES[nom]


# What the tables and the bucket hold, read behind everybody's back.


def lignes(table: str) -> list[Ligne]:
    """The rows of a table: attribute -> plain value."""
    return [
        {nom: valeur.value for nom, valeur in item.attrs.items()}
        for par_cle in _tables()[table].items.values()
        for item in par_cle.values()
    ]


def objets() -> set[str]:
    """The keys of the bucket."""
    return set(_cles())


_VARIABLES = (
    (re.compile(r"[0-9a-f]{32,64}"), "<empreinte>"),
    (re.compile(r"[0-9a-hjkmnp-tv-z]{26}"), "<id>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z"), "<instant>"),
    (re.compile(r"(?i)INS[- ]\d{4}[- ][0-9A-Z]{8}"), "<référence>"),
    (re.compile(r"^([A-Z]+)#[0-7]$"), r"\1#<part>"),
)
# Secrets, texts that hold a link, and what only says how often or when something was tried.
_SANS_INTERET = {"empreinte", "body", "tries", "essais", "lease", "dernier_pas"}
_DATES = {"ttl", "due_pk", "due_at", "gsi1sk"}
# Mechanics of the kernel; and what a person may need once more than planned: a session, a reading.
_MECANIQUE = ("LIMITE#", "CAPTCHA#", "COMMANDE#", "SECRET#", "BALAYAGE#")
_LIBRES = {"se_connecter", "lire_un_profil", "lire_un_cv"}


def anonyme(texte: str) -> str:
    """A text without what chance and time put in it."""
    for motif, nom in _VARIABLES:
        texte = motif.sub(nom, texte)
    return texte


def _forme(table: str, ligne: Ligne) -> Forme:
    valeurs = {nom: anonyme(str(v)) for nom, v in ligne.items() if nom not in _SANS_INTERET | _DATES}
    return (table, *sorted(valeurs.items()))


def _compte(ligne: Ligne, tout: bool) -> bool:
    libre = ligne["sk"].startswith("SESSION#") or ligne.get("but") == "CODE" or ligne.get("acte") in _LIBRES
    return (tout or not libre) and not ligne["pk"].startswith(_MECANIQUE)


def photo(tout: bool = True) -> Counter[Forme]:
    """What the world holds, in a form that two runs of one act share; without `tout`, but sessions and readings."""
    formes = Counter(_forme(nom, ligne) for nom in conftest.TABLES for ligne in lignes(nom) if _compte(ligne, tout))
    return formes + Counter(("bucket", anonyme(cle)) for cle in objets())


def ecart(avant: Counter[Forme], apres: Counter[Forme]) -> dict[Forme, int]:
    """What changed: form -> how many more (or fewer)."""
    return {forme: apres[forme] - avant[forme] for forme in avant | apres if apres[forme] != avant[forme]}


# Time goes on.

HORIZON = timedelta(hours=25)
TOURS = 40


def files(app: Any) -> list[tuple[str, str]]:
    """Queue -> its worker, as the application declares them."""
    return [(e.queue, e.name) for e in app.event_sources if hasattr(e, "queue")]


def balayages(app: Any) -> list[str]:
    """The sweeps, as the application declares them."""
    return [fonction.name for fonction in app.pure_lambda_functions]


def planifie(instant: datetime) -> dict[str, str]:
    """What EventBridge Scheduler sends."""
    return {"scheduled_time": iso(instant)}


def message(corps: str, nom: str = "m") -> Ligne:
    """A message as SQS hands it over."""
    return {
        "messageId": nom,
        "receiptHandle": nom,
        "body": corps,
        "attributes": {},
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{COMPTE_AWS}:f",
        "awsRegion": REGION,
    }


def pomper(monde: Monde) -> None:
    """The queues' workers take what waits, until nothing does."""
    for file, ouvrier in files(monde.guichet.app):
        boite = sqs_backends[COMPTE_AWS][REGION].queues[file]
        while boite._messages:
            messages, boite._messages = boite._messages, []
            recus = [message(m.body, str(i)) for i, m in enumerate(messages)]
            echecs = monde.appeler(ouvrier, {"Records": recus})["batchItemFailures"]
            assert not echecs, f"{ouvrier} : {echecs}"


def apaiser(monde: Monde) -> None:
    """Queues and sweeps run, the clock moves to each thing that falls due, until nothing does for a day."""
    fin = monde.guichet.now + HORIZON
    for _ in range(TOURS):
        pomper(monde)
        toutes = [ligne for nom in conftest.TABLES for ligne in lignes(nom)]
        dues = [(ligne["due_at"], ligne["due_pk"]) for ligne in toutes if "due_at" in ligne]
        prochaine = from_iso(min(dues)[0]) if dues else fin
        if prochaine >= fin:
            monde.guichet.now = fin
            return
        monde.guichet.now = max(monde.guichet.now, prochaine) + timedelta(seconds=1)
        balayer(monde, {kind.partition("#")[0] for instant, kind in dues if from_iso(instant) <= monde.guichet.now})
    raise AssertionError("les balayages tournent sans fin : " + ", ".join(sorted(kind for _, kind in dues)))


def balayer(monde: Monde, kinds: set[str]) -> None:
    """Run the sweeps that look at these kinds of things."""
    for nom in balayages(monde.guichet.app):
        if nom not in monde.lues or monde.lues[nom] & kinds:
            monde.fil.echeances.clear()
            monde.appeler(nom, planifie(monde.guichet.now))
            monde.lues[nom] = set(monde.fil.echeances)
    oubliees = kinds - set().union(*monde.lues.values())
    assert not oubliees, f"aucun balayage ne regarde {oubliees}"
