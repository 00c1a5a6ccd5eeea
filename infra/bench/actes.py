"""P4: read and write units of each act against the floor: the items touched, once each. The emulator counts what is
written; what is read is counted here, from sizes, because the emulator counts one unit whatever the size.

Floor: an item written in a transaction costs two units per KB, written alone one; each index entry that the act makes,
changes or ends costs one per KB of what the index holds of the item; an item read with certainty, one unit per 4 KB.
"""

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from infra.bench import gestes
from infra.bench.gestes import Act
from infra.bench.memoire import Appel, Memoire
from infra.bench.personne import Personne, Reponse
from infra.bench.scenes import Scene, profil_plein
from infra.local.comptes import MOT_DE_PASSE as DEMO
from infra.local.environnement import RACINE, STAGE
from infra.local.modeles import lire, ressources

LECTURES = frozenset({"GetItem", "BatchGetItem", "Query"})
Ligne = dict[str, Any]
Photo = dict[tuple[str, str, str], Ligne]


@dataclass
class Bilan:
    """Units of one act."""

    lectures: float = 0.0
    ecritures: float = 0.0
    sol_lectures: float = 0.0
    sol_ecritures: float = 0.0
    ecrits: set[tuple[str, str, str]] = field(default_factory=set)

    def json(self) -> dict[str, Any]:
        """The figures."""
        return {
            "lectures": self.lectures,
            "ecritures": self.ecritures,
            "sol_lectures": self.sol_lectures,
            "sol_ecritures": self.sol_ecritures,
            "lignes": sorted(_genre(pk, sk) for _, pk, sk in self.ecrits),
        }


def _genre(pk: str, sk: str) -> str:
    """What a row is, by its key: the kinds that stand alone are named by their partition."""
    seul = pk.partition("#")[0]
    return seul if seul in {"LIMITE", "JOUR", "EMAIL", "IDENTITE"} else sk.partition("#")[0]


def mesurer(memoire: Memoire, scene: Scene) -> dict[str, Any]:
    """Each act of the journey, then the staff's."""
    from chalicelib.core import aws, table

    for client in (table.connection().client, aws.client("dynamodb")):
        client.meta.events.register("before-parameter-build.dynamodb", _demander_le_compte)
    bilans: dict[str, Any] = {}
    mesurees: set[str] = set()
    for nom, preparer in [*_actes(scene), *gestes.autres(scene)]:
        act = preparer()
        avant = _photo(scene.dynamodb)
        scene.demandees.clear()
        with memoire.ecoute() as notes:
            act()
        mesurees |= scene.demandees
        bilans[nom] = _bilan(notes, avant, _photo(scene.dynamodb)).json()
    return {"actes": bilans, "sans_figure": sorted(_formulaires(scene) - mesurees)}


def _formulaires(scene: Scene) -> set[str]:
    return {f"POST {motif}" for motif, methodes in scene.app.routes.items() if "POST" in methodes}


def _demander_le_compte(params: dict[str, Any], model: Any, **_: Any) -> None:
    if "ReturnConsumedCapacity" in model.input_shape.members:
        params["ReturnConsumedCapacity"] = "INDEXES"


def _actes(scene: Scene) -> list[tuple[str, Callable[[], Act]]]:
    """Name of each act, and what prepares it; they are run in this order."""
    voyage, plein = scene.voyage(), profil_plein(scene).voyage
    moi, lui = voyage.personne, plein.personne
    return [
        ("open an account", lambda: _derniere_demande(moi, voyage.inscription)),
        ("activate it", lambda: _derniere_demande(moi, voyage.activation, garder="/activation/")),
        ("save « Identification »", lambda: _derniere_demande(moi, lambda: voyage.identification("suivante"))),
        ("save « Parcours »", lambda: _derniere_demande(moi, voyage.parcours)),
        ("add a line of « Parcours »", lambda: _derniere_demande(moi, lambda: voyage.ligne("experiences"))),
        ("add another", lambda: _derniere_demande(moi, lambda: voyage.ligne("initiales"))),
        ("announce a CV", lambda: gestes.formulaire(moi, "/mon-profil/cv")),
        ("transmit the application", lambda: _derniere_demande(moi, voyage.transmission, garder="transmission")),
        ("transmit, 30 lines a table", lambda: _derniere_demande(lui, plein.transmission, garder="transmission")),
        ("validate it", lambda: _validation(scene, voyage.qui.email)),
        ("log in", lambda: gestes.formulaire(
            scene.personne(), "/connexion", identifiant="intervenant@demo.fr", mot_de_passe=DEMO)),
        ("log in, first factor of the staff", lambda: gestes.formulaire(
            scene.personne(), "/connexion", 200, identifiant="gestionnaire@demo.fr", mot_de_passe=DEMO)),
        ("log out", lambda: _deconnexion(scene)),
        ("send a mail", _envoi),
        ("read a task list (page)", lambda: lambda: moi.page("/mon-profil")),
        ("read a task list, 30 lines a table", lambda: lambda: lui.page("/mon-profil")),
        ("read a dossier (page, audited)", lambda: _lecture(scene, voyage.qui.email)),
        ("read a dossier, 30 lines a table", lambda: _lecture(scene, plein.qui.email)),
    ]  # fmt: skip


class _Retenue(Exception):
    """The form that leaves now is the one to measure."""


def _derniere_demande(moi: Personne, etape: Callable[[], None], garder: str = "") -> Act:
    """Walk a step up to its form, hold it back, and answer what sends it."""
    vraie = moi.transport
    retenue: list[tuple[Any, ...]] = []

    def porte(methode: str, chemin: str, corps: bytes, entetes: Any) -> Reponse:
        if methode == "POST" and garder in chemin:
            retenue.append((methode, chemin, corps, entetes))
            raise _Retenue
        return vraie(methode, chemin, corps, entetes)

    moi.transport = porte
    with suppress(_Retenue):
        etape()
    moi.transport = vraie
    return lambda: moi._demander(*retenue[0], 303)


def _validation(scene: Scene, email: str) -> Act:
    gestion, chemin = scene.entrer("gestionnaire@demo.fr"), f"/gestion/inscriptions/{gestes.compte_de(email)}"
    page = gestion.page(chemin)
    return lambda: gestion.envoyer(f"{chemin}/valider", page)


def _lecture(scene: Scene, email: str) -> Act:
    gestion, chemin = scene.entrer("gestionnaire@demo.fr"), f"/gestion/inscriptions/{gestes.compte_de(email)}"
    return lambda: gestion.page(chemin)


def _deconnexion(scene: Scene) -> Act:
    moi = scene.entrer("intervenant@demo.fr")
    page = moi.page("/mon-profil")
    return lambda: moi.envoyer("/deconnexion", page)


def _envoi() -> Act:
    from chalicelib.core import outbox
    from chalicelib.core.context import live_context

    mail = gestes.mail_en_attente()
    return lambda: outbox.send(live_context(), mail)


def _photo(dynamodb: Any) -> Photo:
    lues: Photo = {}
    for nom in _tables():
        for page in dynamodb.get_paginator("scan").paginate(TableName=nom, ConsistentRead=True):
            lues |= {(nom, li["pk"]["S"], li["sk"]["S"]): li for li in page["Items"]}
    return lues


def _bilan(notes: list[Appel], avant: Photo, apres: Photo) -> Bilan:
    bilan, lus = Bilan(), set()
    for appel in notes:
        compte = appel.rendu.get("ConsumedCapacity") or []
        unites = sum(c.get("CapacityUnits", 0.0) for c in ([compte] if isinstance(compte, dict) else compte))
        ecrits = _ecrits(appel)
        if ecrits:
            bilan.ecritures += unites
            nouveaux = ecrits - bilan.ecrits
            bilan.sol_ecritures += sum(_sol(cle, avant, apres, "Transact" in appel.operation) for cle in nouveaux)
            bilan.ecrits |= ecrits
        elif appel.operation.rpartition(".")[2] in LECTURES:
            couts = {cle: _quarts(apres.get(cle) or avant.get(cle), appel) for cle in appel.cles}
            bilan.lectures += sum(couts.values())
            bilan.sol_lectures += sum(cout for cle, cout in couts.items() if cle not in lus)
            lus |= couts.keys()
    return bilan


def _ecrits(appel: Appel) -> set[tuple[str, str, str]]:
    demande, operation = appel.demande, appel.operation.rpartition(".")[2]
    if operation == "TransactWriteItems":
        actions = [next(iter(action.values())) for action in demande["TransactItems"]]
    elif operation in {"PutItem", "UpdateItem", "DeleteItem"}:
        actions = [demande]
    else:
        return set()
    cles = [(a["TableName"], a.get("Key") or a["Item"]) for a in actions]
    return {(table, cle["pk"]["S"], cle["sk"]["S"]) for table, cle in cles}


def _sol(cle: tuple[str, str, str], avant: Photo, apres: Photo, transaction: bool) -> float:
    """Write units of an item: itself, then the entries of the sparse indexes that it enters, changes or leaves."""
    vieux, neuf = avant.get(cle, {}), apres.get(cle, {})
    if not vieux and not neuf:
        return 0.0
    unites = max(_kilos(vieux), _kilos(neuf)) * (2.0 if transaction else 1.0)
    return unites + sum(index.sol(vieux, neuf) for index in _tables()[cle[0]])


@dataclass(frozen=True)
class Index:
    """A sparse index: its keys, and what it holds of an item (None: all of it)."""

    cles: tuple[str, ...]
    garde: frozenset[str] | None

    def sol(self, vieux: Ligne, neuf: Ligne) -> int:
        """Write units of its entry for an item that changes: none when the entry stays as it is, two when it moves."""
        avant, apres = self._entree(vieux), self._entree(neuf)
        if avant == apres:
            return 0
        if avant and apres and any(avant[nom] != apres[nom] for nom in self.cles):
            return _kilos(avant) + _kilos(apres)
        return max(_kilos(entree) for entree in (avant, apres) if entree)

    def _entree(self, ligne: Ligne) -> Ligne:
        if not all(nom in ligne for nom in self.cles):
            return {}
        return {nom: v for nom, v in ligne.items() if self.garde is None or nom in self.garde}


@cache
def _tables() -> dict[str, list[Index]]:
    """The indexes of each table, as the data stack declares them."""
    tables = (t["Properties"] for t in ressources(lire(RACINE / "infra/data.yaml"), "AWS::DynamoDB::Table").values())
    return {
        t["TableName"]["Fn::Sub"].replace("${Stage}", STAGE): [_index(t, i) for i in t["GlobalSecondaryIndexes"]]
        for t in tables
    }


def _index(table: Ligne, index: Ligne) -> Index:
    cles = tuple(cle["AttributeName"] for cle in index["KeySchema"])
    projection = index["Projection"]
    if projection["ProjectionType"] == "ALL":
        return Index(cles, None)
    siennes = (cle["AttributeName"] for cle in table["KeySchema"])
    return Index(cles, frozenset({*cles, *siennes, *projection.get("NonKeyAttributes", ())}))


def _kilos(ligne: Ligne) -> int:
    return max(1, math.ceil(_taille(ligne) / 1024))


def _quarts(ligne: Ligne | None, appel: Appel) -> float:
    """Read units of one item, or of what a query brought."""
    sur = appel.demande.get("ConsistentRead") or "BatchGetItem" in appel.operation
    taille = _taille(ligne) if ligne else sum(_taille(li) for li in appel.rendu.get("Items", []))
    return max(1, math.ceil(taille / 4096)) * (1.0 if sur else 0.5)


def _taille(ligne: Ligne) -> int:
    """About what DynamoDB counts: names and values in UTF-8, bytes as they are, two digits of a number a byte."""
    return sum(len(nom.encode()) + _poids(valeur) for nom, valeur in ligne.items())


def _poids(valeur: Ligne) -> int:
    ((genre, v),) = valeur.items()
    if genre in {"S", "B"}:
        return len(v.encode() if genre == "S" else v)
    if genre == "N":
        return 1 + math.ceil(len(v.strip("-0").replace(".", "")) / 2)
    if genre in {"L", "M"}:
        dedans = v.items() if genre == "M" else (("", de) for de in v)
        return 3 + sum(1 + len(nom.encode()) + _poids(de) for nom, de in dedans)
    return 1  # a boolean, or nothing
