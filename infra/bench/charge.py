"""Load: many people at once through the whole journey, on one machine. No error, no lost act; where the time goes."""

import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from infra.bench.parcours import Identite, Voyage, identites
from infra.bench.personne import Personne, Reseau
from infra.local.environnement import PREFIXE
from infra.local.portail import Portail
from infra.local.ressources import Clients

PATIENCE_COURRIEL, PATIENCE = 120, 240


@dataclass
class Releve:
    """What a run saw."""

    durees: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    erreurs: list[str] = field(default_factory=list)
    verrou: threading.Lock = field(default_factory=threading.Lock)
    total: float = 0.0

    @contextmanager
    def chrono(self, etape: str) -> Iterator[None]:
        """Time one step."""
        debut = time.monotonic()
        yield
        with self.verrou:
            self.durees[etape].append(time.monotonic() - debut)


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
        while not self._fin.wait(0.05):
            for email, attente in list(self._attendus.items()):
                for mail in self._portail.mails(email)[:1]:
                    mot = next(m for m in mail["text"].split() if "/activation/" in m)
                    attente[1] = mot.removeprefix(self._portail.url)
                    attente[0].set()


def courir(portail: Portail, nombre: int) -> dict[str, Any]:
    """Let `nombre` people go at once; the figures."""
    gens = [qui for qui, _ in zip(identites(), range(nombre), strict=False)]
    releve, depart = Releve(), threading.Barrier(nombre + 1)
    dynamodb = Clients(portail.endpoint).dynamodb

    def captcha(defi: str) -> str:
        cle = {"pk": {"S": f"CAPTCHA#{defi}"}, "sk": {"S": "CAPTCHA"}}
        return str(dynamodb.get_item(TableName=f"{PREFIXE}noyau", Key=cle)["Item"]["reponse"]["S"])

    with Facteur(portail) as facteur:

        def aller(rang: int, qui: Identite) -> None:
            source = f"127.0.{1 + rang // 250}.{1 + rang % 250}"
            moi = Personne(Reseau(portail.url, source), portail.url)
            depart.wait()
            try:
                with releve.chrono("whole journey"):
                    Voyage(qui, moi, captcha, facteur.lien, releve.chrono).entier()
            except Exception as erreur:
                releve.erreurs.append(f"{type(erreur).__name__} {erreur}")

        fils = [threading.Thread(target=aller, args=paire, daemon=True) for paire in enumerate(gens)]
        for fil in fils:
            fil.start()
        depart.wait()
        debut = time.monotonic()
        for fil in fils:
            fil.join(max(0.1, PATIENCE - (time.monotonic() - debut)))
        releve.total = time.monotonic() - debut
    perdus = _perdus(portail, dynamodb, gens)
    return _figures(releve, nombre, perdus)


def _lignes(dynamodb: Any, table: str) -> list[dict[str, Any]]:
    pages = dynamodb.get_paginator("scan").paginate(TableName=f"{PREFIXE}{table}", ConsistentRead=True)
    return [{n: next(iter(v.values())) for n, v in li.items()} for page in pages for li in page["Items"]]


def _perdus(portail: Portail, dynamodb: Any, gens: list[Identite]) -> list[str]:
    """What was acknowledged and is not there, or not once: accounts, answers, applications, mails, audit."""
    comptes = {li["email"]: li for li in _lignes(dynamodb, "comptes") if li["sk"] == "COMPTE"}
    siens = {(li["pk"], li["sk"]): li for li in _lignes(dynamodb, "intervenants")}
    actes = defaultdict(list)
    for ligne in _lignes(dynamodb, "audit"):
        actes[ligne["objet"]].append(ligne["acte"])
    manques = []
    for qui in gens:
        compte = comptes.get(qui.email)
        cle = f"INTERVENANT#{compte['pk'].removeprefix('COMPTE#')}" if compte else ""
        profil, demande = siens.get((cle, "PROFIL")), siens.get((cle, "DEMANDE"))
        faits = sorted(actes[cle.removeprefix("INTERVENANT#")])
        voulus = sorted(["ouvrir_un_compte", "activer_le_compte", "transmettre_la_demande"])
        voulus = sorted([*voulus, "enregistrer_l_identification", "enregistrer_l_identification"])
        controles = {
            "compte": bool(compte and compte["etat"] == "ACTIF"),
            "réponses": bool(profil and f'"{qui.voie}"' in profil["identification"]),
            "demande": bool(demande and demande["etat"] == "TRANSMISE"),
            "audit": faits == voulus,
        }
        manques += [f"{qui.nom} : {nom}" for nom, bon in controles.items() if not bon]
    return manques + _courriels_perdus(portail, gens)


def _courriels_perdus(portail: Portail, gens: list[Identite]) -> list[str]:
    """Each person gets two mails, no less and no more; they may still be on their way."""
    limite = time.monotonic() + PATIENCE_COURRIEL
    comptes = {qui.email: 0 for qui in gens}
    while time.monotonic() < limite:
        comptes = {email: n if n == 2 else len(portail.mails(email)) for email, n in comptes.items()}
        if all(n >= 2 for n in comptes.values()):
            break
        time.sleep(1)
    return [f"{email} : {n} courriels" for email, n in comptes.items() if n != 2]


def _figures(releve: Releve, nombre: int, perdus: list[str]) -> dict[str, Any]:
    demandes = sum(len(d) for etape, d in releve.durees.items() if etape not in {"whole journey", "mail arrives"})
    etapes = {}
    for etape, durees in releve.durees.items():
        rangees = sorted(durees)
        p95 = rangees[min(len(rangees) - 1, int(len(rangees) * 0.95))]
        etapes[etape] = {"n": len(rangees), "mediane": statistics.median(rangees), "p95": p95, "somme": sum(rangees)}
    return {
        "gens": nombre,
        "finis": len(releve.durees["whole journey"]),
        "erreurs": releve.erreurs[:20],
        "nombre_erreurs": len(releve.erreurs),
        "perdus": perdus[:20],
        "nombre_perdus": len(perdus),
        "secondes": releve.total,
        "demandes": demandes,
        "debit": demandes / releve.total,
        "etapes": etapes,
    }
