"""Load: many people at once through the whole journey, on one machine. No error, no lost act; where the time goes."""

import itertools
import statistics
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from infra.bench.parcours import Identite, Voyage, identites
from infra.bench.personne import Personne, Reseau
from infra.local.environnement import PREFIXE
from infra.local.portail import Portail
from infra.local.ressources import Clients

PATIENCE_COURRIEL, PATIENCE, RETARDATAIRES = 120, 200, 60


# step that the person was told is done -> the act that the audit must hold, as many times
ACTES = {
    "sign-up sent (Argon2)": "ouvrir_un_compte",
    "activation sent": "activer_le_compte",
    "identification saved": "enregistrer_l_identification",
    "application sent": "transmettre_la_demande",
}
ENTIER = "whole journey"
COURRIELS = ("sign-up sent (Argon2)", "application sent")


@dataclass
class Releve:
    """What a run saw."""

    durees: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    acquis: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    erreurs: list[str] = field(default_factory=list)
    verrou: threading.Lock = field(default_factory=threading.Lock)
    total: float = 0.0
    fini: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def chrono(self, qui: str, etape: str) -> Iterator[None]:
        """Time one step of somebody; it is acknowledged when it ends without an error."""
        if self.fini.is_set():
            raise TimeoutError(f"{etape} : pas dans le temps donné")
        debut = time.monotonic()
        yield
        with self.verrou:
            self.durees[etape].append(time.monotonic() - debut)
            self.acquis[qui][etape] += 1


class Facteur:
    """Asks the console for the mails of who waits, one after the other, so that waiting costs next to nothing."""

    def __init__(self, portail: Portail) -> None:
        self._portail, self._attendus, self._fin = portail, {}, threading.Event()
        self._fil = threading.Thread(target=self._tourner, daemon=True)

    def __enter__(self) -> "Facteur":
        self._fil.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._fin.set()
        self._fil.join(10)

    def lien(self, email: str) -> str:
        """The path of the activation link sent to an address, once it is there."""
        arrive = threading.Event()
        self._attendus[email] = [arrive, ""]
        if not arrive.wait(PATIENCE_COURRIEL):
            raise TimeoutError(f"pas de courriel pour {email}")
        return str(self._attendus.pop(email)[1])

    def _tourner(self) -> None:
        while not self._fin.wait(0.3):
            for email, attente in list(self._attendus.items())[:20]:  # mails leave in their order
                for mail in self._portail.mails(email)[:1]:
                    mot = next(m for m in mail["text"].split() if "/activation/" in m)
                    attente[1] = mot.removeprefix(self._portail.url)
                    attente[0].set()


def courir(portail: Portail, nombre: int) -> dict[str, Any]:
    """Let `nombre` people go at once; the figures."""
    gens = list(itertools.islice(identites(), nombre))
    releve, depart = Releve(), threading.Barrier(nombre + 1)
    dynamodb = Clients(portail.endpoint).dynamodb

    def captcha(defi: str) -> str:
        cle = {"pk": {"S": f"CAPTCHA#{defi}"}, "sk": {"S": "CAPTCHA"}}
        return str(dynamodb.get_item(TableName=f"{PREFIXE}noyau", Key=cle)["Item"]["reponse"]["S"])

    def aller(rang: int, qui: Identite, lien: Callable[[str], str]) -> None:
        moi = Personne(Reseau(portail.url, f"127.0.{1 + rang // 250}.{1 + rang % 250}"), portail.url)
        chrono = partial(releve.chrono, qui.email)
        depart.wait()
        try:
            with chrono(ENTIER):
                Voyage(qui, moi, captcha, lien, chrono).entier()
        except Exception as erreur:
            releve.erreurs.append(f"{type(erreur).__name__} {erreur}")

    with Facteur(portail) as facteur:
        fils = [threading.Thread(target=aller, args=(*qui, facteur.lien), daemon=True) for qui in enumerate(gens)]
        for fil in fils:
            fil.start()
        depart.wait()
        _attendre(fils, releve)
    perdus = _perdus(releve, dynamodb, gens) + _courriels_perdus(releve, portail)
    return _figures(releve, nombre, perdus)


def _attendre(fils: list[threading.Thread], releve: Releve) -> None:
    debut = time.monotonic()
    for patience in (PATIENCE, PATIENCE + RETARDATAIRES):
        for fil in fils:
            fil.join(max(0.0, patience - (time.monotonic() - debut)))
        releve.fini.set()  # who is late ends the step that is under way, and no other
    releve.total = time.monotonic() - debut


def _lignes(dynamodb: Any, table: str) -> list[dict[str, Any]]:
    pages = dynamodb.get_paginator("scan").paginate(TableName=f"{PREFIXE}{table}", ConsistentRead=True)
    return [{n: next(iter(v.values())) for n, v in li.items()} for page in pages for li in page["Items"]]


def _perdus(releve: Releve, dynamodb: Any, gens: list[Identite]) -> list[str]:
    """What was acknowledged and is not there, or not once: accounts, answers, applications, audit."""
    comptes = {li["email"]: li for li in _lignes(dynamodb, "comptes") if li["sk"] == "COMPTE"}
    siens = {(li["pk"], li["sk"]): li for li in _lignes(dynamodb, "intervenants")}
    actes: dict[str, Counter[str]] = defaultdict(Counter)
    for ligne in _lignes(dynamodb, "audit"):
        actes[ligne["objet"]][ligne["acte"]] += 1
    manques = []
    for qui in gens:
        acquis, compte = releve.acquis[qui.email], comptes.get(qui.email, {"pk": "COMPTE#", "etat": ""})
        numero = compte["pk"].removeprefix("COMPTE#")
        profil, demande = (siens.get((f"INTERVENANT#{numero}", sk), {}) for sk in ("PROFIL", "DEMANDE"))
        tenus = {
            "sign-up sent (Argon2)": bool(numero),
            "activation sent": compte["etat"] == "ACTIF",
            "identification saved": f'"{qui.voie}"' in profil.get("identification", ""),
            "application sent": demande.get("etat") == "TRANSMISE",
        }
        perdus = [etape for etape, tenu in tenus.items() if acquis[etape] and not tenu]
        perdus += [acte for etape, acte in ACTES.items() if not _juste(acquis, acquis[etape], actes[numero][acte])]
        manques += [f"{qui.nom} : {quoi}" for quoi in perdus]
    return manques


def _juste(acquis: Counter[str], promis: int, faits: int) -> bool:
    """All that was acknowledged is there; nothing more, once somebody has no step left under way."""
    return faits == promis or (faits > promis and not acquis[ENTIER])


def _courriels_perdus(releve: Releve, portail: Portail) -> list[str]:
    """Each act that promised a mail sent one, no more; they may still be on their way."""
    promis = {qui: sum(min(1, a[etape]) for etape in COURRIELS) for qui, a in releve.acquis.items()}
    limite = time.monotonic() + PATIENCE_COURRIEL
    recus = {qui: len(portail.mails(qui)) for qui in promis}
    while any(recus[qui] < promis[qui] for qui in promis) and time.monotonic() < limite:
        time.sleep(1)
        recus |= {qui: len(portail.mails(qui)) for qui in promis if recus[qui] < promis[qui]}
    return [
        f"{qui} : {recus[qui]} courriels pour {n} promis"
        for qui, n in promis.items()
        if not _juste(releve.acquis[qui], n, recus[qui])
    ]


def _figures(releve: Releve, nombre: int, perdus: list[str]) -> dict[str, Any]:
    demandes = sum(len(d) for etape, d in releve.durees.items() if etape not in {ENTIER, "mail arrives"})
    etapes = {}
    for etape, durees in releve.durees.items():
        rangees = sorted(durees)
        p95 = rangees[min(len(rangees) - 1, int(len(rangees) * 0.95))]
        etapes[etape] = {"n": len(rangees), "mediane": statistics.median(rangees), "p95": p95, "somme": sum(rangees)}
    return {
        "gens": nombre,
        "finis": len(releve.durees[ENTIER]),
        "erreurs": releve.erreurs[:20],
        "nombre_erreurs": len(releve.erreurs),
        "perdus": perdus[:20],
        "nombre_perdus": len(perdus),
        "secondes": releve.total,
        "demandes": demandes,
        "debit": demandes / releve.total,
        "etapes": etapes,
    }
