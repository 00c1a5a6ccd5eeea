"""The walk of rights: every route by every role, on one's own objects and on others'. What each may do is written here
once; each walk says what differs. tests/web/test_droits.py runs them, on the portal and on one that holds mistakes."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

from tests.client import ORIGIN, Answer
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.memoire import Memoire, tout
from tests.web.parcours import GENS, Scene, scene

PUBLIC, CONNECTE = "PUBLIC", "CONNECTE"
INTERVENANT, GESTIONNAIRE, ADMINISTRATEUR = "INTERVENANT", "GESTIONNAIRE", "ADMINISTRATEUR"

LISTE = Path(__file__).parents[1] / "meta" / "urls.txt"
ROUTES = {
    f"{ligne[0]} {ligne[1]}": ligne[2]
    for ligne in map(str.split, LISTE.read_text(encoding="utf-8").splitlines())
    if ligne[0] != "#"
}
"""What was decided, reviewed by hand; tests/meta compares it with the application."""
OUVERTS = {
    "visiteur": {PUBLIC},
    **{role: {PUBLIC, CONNECTE, INTERVENANT} for role in GENS},
    "gestionnaire": {PUBLIC, CONNECTE, GESTIONNAIRE},
    "autre gestionnaire": {PUBLIC, CONNECTE, GESTIONNAIRE},
    "administrateur": {PUBLIC, CONNECTE, ADMINISTRATEUR},
}


@dataclass(frozen=True)
class Etat:
    """What the state of an application lets its owner do, and staff of its structure."""

    modifier: bool = True
    vider: bool = True  # delete the only line of a required table
    transmettre: bool = False
    lue: bool = True
    decidee: bool = False


ETATS = {
    "en inscription": Etat(transmettre=True, lue=False),
    "en attente": Etat(modifier=False, decidee=True),
    "à compléter": Etat(transmettre=True),
    "validé": Etat(vider=False),
    "rejeté": Etat(),  # a year after its first study
    "archivé": Etat(transmettre=True),
}
TRANSMETTRE = "POST /mon-profil/transmission"
VIDER = "POST /mon-profil/parcours/{bloc}/{ligne_id}/supprimer"
DOSSIER = "/gestion/inscriptions/{compte_id}"
REFUS = {403, 404, 409, 410, 422, 429}
# What an access lets in and the object refuses: unknown captcha, no application yet, another structure's.
SANS_OBJET = {("GET /captcha/{defi}/son", None), ("GET /mon-profil/transmission", "en inscription")} | {
    (route, "autre gestionnaire") for route in ROUTES if DOSSIER in route
}


def demander(lieu: Scene, role: str, route: str, de: str = "", **saisie: str) -> Answer:
    """The route as a page of ours would ask it."""
    methode, motif = route.split(" ")
    chemin = lieu.chemin(motif, role, de)
    if methode == "GET":
        return lieu.clients[role].get(chemin)
    entetes = {"content-type": "application/x-www-form-urlencoded", "origin": ORIGIN, "sec-fetch-site": "same-origin"}
    return lieu.clients[role].send("POST", chemin, urlencode({**saisie, "commande": lieu.commande(role)}), entetes)


def sans_jetons(reponse: Answer) -> tuple[int, list[str], str]:
    """An answer without what each answer has of its own (command tokens, the session's cookie)."""
    corps = re.sub(r'(name="commande" value|data-session-fin)="[^"]*"', "", reponse.body)
    return reponse.status, sorted(set(reponse.headers) - {"set-cookie"}), corps


def pages_de_chacun(guichet: Guichet, role: str) -> Iterator[str]:
    """Every route: refused as it must be, and nothing changes; or open, and what is refused there changes nothing."""
    lieu = scene(guichet)
    memoire, avant = Memoire.de(guichet, lieu.clients), tout()
    for route in (route for route, droit in ROUTES.items() if droit not in OUVERTS[role]):
        if not _bien_refusee(lieu, role, route, demander(lieu, role, route)):
            yield f"{role}, {route} : pas refusée"
    if tout() != avant:
        yield f"{role} : ce qui est refusé change quelque chose"
    for route in (route for route, droit in ROUTES.items() if droit in OUVERTS[role]):
        memoire.rendre(guichet, lieu.clients)
        reponse = demander(lieu, role, route)
        yield from _ouverte(role, route, reponse)
        if route.startswith("GET") and tout(("noyau", "audit")) | {"audit": avant["audit"]} != avant:
            yield f"{role}, {route} : lire change quelque chose"
        if reponse.status in REFUS and tout() != avant:
            yield f"{role}, {route} : refusée, et quelque chose change"


def _bien_refusee(lieu: Scene, role: str, route: str, reponse: Answer) -> bool:
    if role != "visiteur":
        return (reponse.status, reponse.page.h1) == (404, ["Cette page est introuvable"])
    if route == "POST /deconnexion":
        return reponse.location == "/"
    if route.startswith("GET"):
        chemin = lieu.chemin(route.split(" ")[1], role)
        return (reponse.status, reponse.headers.get("location")) == (303, f"/connexion?suite={chemin}")
    return (reponse.status, reponse.page.h1) == (401, ["Votre session a pris fin"])


def _ouverte(role: str, route: str, reponse: Answer) -> Iterator[str]:
    attendus = {404} if {(route, None), (route, role)} & SANS_OBJET else {200, 303, 409, 410, 422}
    if reponse.status not in attendus:
        yield f"{role}, {route} : {reponse.status}"
    if "connexion?suite" in reponse.headers.get("location", ""):
        yield f"{role}, {route} : renvoyée à la connexion"


def actes_permis(guichet: Guichet, role: str) -> Iterator[str]:
    """What the state of one's application lets one do: change one's profile, transmit."""
    lieu = scene(guichet)
    memoire, avant, etat = Memoire.de(guichet, lieu.clients), tout(), ETATS[role]
    for route in (route for route in ROUTES if route.startswith("POST /mon-profil/")):
        reponse = demander(lieu, role, route)
        attendus = {200, 303, 422} if etat.modifier else {409}
        if route == TRANSMETTRE:
            attendus = {303} if etat.transmettre else {422}
        if route == VIDER and not etat.vider:
            attendus = {409}
        if reponse.status not in attendus:
            yield f"{role}, {route} : {reponse.status}"
        if reponse.status in REFUS and tout() != avant:
            yield f"{role}, {route} : refusée, et quelque chose change"
        memoire.rendre(guichet, lieu.clients)


def objets_des_autres(guichet: Guichet) -> Iterator[str]:
    """A file or a line of somebody else is answered as one that does not exist."""
    lieu = scene(guichet)
    avant = tout()
    routes = [route for route in ROUTES if route.partition(" ")[2].startswith("/mon-profil/") and "_id}" in route]
    for choses in (lieu.fichiers, lieu.diplomes, lieu.lignes):
        choses["inconnu"] = "0" * 26
    for route in routes:
        for role in GENS:
            inconnu = sans_jetons(demander(lieu, role, route, "inconnu"))
            if inconnu[0] != 404 and (ETATS[role].modifier or inconnu[0] != 409):
                yield f"{role}, {route} : {inconnu[0]} pour un objet inconnu"
            for autre in _deux_autres(role):
                if sans_jetons(demander(lieu, role, route, autre)) != inconnu:
                    yield f"{role}, {route} : voit l’objet de « {autre} »"
    if tout() != avant:
        yield "l’objet d’un autre change"


def pieces_sous_une_autre_demande(guichet: Guichet) -> Iterator[str]:
    """An application that one may read, with another person's file: answered as a file that does not exist."""
    lieu, siens = scene(guichet), ("en attente", "validé", "rejeté")
    avant = tout()
    for route in (route for route in ROUTES if "{compte_id}" in route and "{piece_id}" in route):
        for role in siens:
            autres = {autre: lieu.diplomes[autre] for autre in siens if autre != role} | {"personne": "0" * 26}
            for autre, piece in autres.items():
                mele = replace(lieu, diplomes={**lieu.diplomes, role: piece})
                reponse = demander(mele, "gestionnaire", route, role)
                if (reponse.status, reponse.page.h1) != (404, ["Cette page est introuvable"]):
                    yield f"{route} : sous la demande « {role} », la pièce de « {autre} »"
    if tout() != avant:
        yield "la pièce d’une autre demande change quelque chose"


SANS_PROPRIETAIRE = {"jeton", "defi", "nom", "code"}
"""Parameters of what belongs to nobody, or whose value is itself the right: a secret."""
MARCHEES = ("{compte_id}", "/mon-profil/", "/mes-connexions/{connexion_id}/", "/administration/")
"""What tells the routes that the walks ask for another's object; a session has its test (test_connexion.py), and what
the administrator alone may ask is nobody's."""


def routes_sans_marche(routes: Iterable[str]) -> list[str]:
    """The routes with an object of somebody's, that no walk asks for another's."""
    avec = (route for route in routes if set(re.findall(r"{(\w+)}", route)) - SANS_PROPRIETAIRE)
    return [route for route in avec if not any(marche in route for marche in MARCHEES)]


def _deux_autres(role: str) -> list[str]:
    """Each state looks at two others, and is looked at by two."""
    ronde = [*GENS, *GENS]
    rang = ronde.index(role)
    return ronde[rang + 1 : rang + 3]


INCONNUES = {"inconnue": "0" * 26, "vide": "%20", "haute": ("../" * 5).replace("/", "%2F")}


def demandes_des_autres(guichet: Guichet) -> Iterator[str]:
    """An application of another structure, or that was not transmitted, is answered as one that does not exist."""
    lieu = scene(guichet)
    avant = tout()
    lieu.comptes.update(INCONNUES)
    for choses in (lieu.fichiers, lieu.diplomes, lieu.lignes):
        choses.update(dict.fromkeys(INCONNUES, "0" * 26))
    for route in (route for route in ROUTES if "{compte_id}" in route):
        inconnue = sans_jetons(demander(lieu, "autre gestionnaire", route, "inconnue"))
        if inconnue[0] != 404:
            yield f"{route} : {inconnue[0]} pour une demande inconnue"
        for role, autres in (("autre gestionnaire", GENS), ("gestionnaire", ("en inscription",))):
            yield from _demandes_vues(lieu, role, route, (*autres, *INCONNUES))
    if tout() != avant:
        yield "la demande d’une autre structure change"


def _demandes_vues(lieu: Scene, role: str, route: str, autres: tuple[str, ...]) -> Iterator[str]:
    inconnue = sans_jetons(demander(lieu, role, route, "inconnue"))
    for autre in autres:
        if sans_jetons(demander(lieu, role, route, autre)) != inconnue:
            yield f"{role}, {route} : voit la demande « {autre} »"


def demandes_de_sa_structure(guichet: Guichet) -> Iterator[str]:
    """Staff read every application transmitted to their structure, and decide of those that wait."""
    lieu = scene(guichet)
    memoire, avant = Memoire.de(guichet, lieu.clients), tout()
    saisie = {"complement": "Précisez.", "motif": "Pas de besoin."}
    for de, etat in ((de, etat) for de, etat in ETATS.items() if etat.lue):
        for route in (route for route in ROUTES if DOSSIER in route):
            reponse = demander(lieu, "gestionnaire", route, de, **saisie)
            attendus = {200, 303} if route.startswith("GET") else {303} if etat.decidee else {409}
            if reponse.status not in attendus:
                yield f"{route}, demande « {de} » : {reponse.status}"
            if reponse.status in REFUS and tout(("noyau", "audit")) | {"audit": avant["audit"]} != avant:
                yield f"{route}, demande « {de} » : refusée, et quelque chose change"
            memoire.rendre(guichet, lieu.clients)
    assert len(parcours.DECISIONS) == sum(DOSSIER in route and route.startswith("POST") for route in ROUTES)
