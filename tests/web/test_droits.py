"""Who may ask what: every route by every role, and other people's objects (rules T6, U1, E2, G0)."""

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.client import ORIGIN, Answer
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.parcours import ROLES, Scene, photo, scene

guichet = parcours.guichet
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
    "en inscription": {PUBLIC, CONNECTE, INTERVENANT},
    "en attente": {PUBLIC, CONNECTE, INTERVENANT},
    "validé": {PUBLIC, CONNECTE, INTERVENANT},
    "gestionnaire": {PUBLIC, CONNECTE, GESTIONNAIRE},
    "autre gestionnaire": {PUBLIC, CONNECTE, GESTIONNAIRE},
    "administrateur": {PUBLIC, CONNECTE, ADMINISTRATEUR},
}
# What an access lets in and the object refuses: unknown captcha, no application yet, another structure's.
SANS_OBJET = {
    ("GET /captcha/{defi}/son", None),
    ("GET /mon-profil/transmission", "en inscription"),
    ("GET /gestion/inscriptions/{compte_id}", "autre gestionnaire"),
    ("GET /gestion/inscriptions/{compte_id}/cv", "autre gestionnaire"),
    ("GET /gestion/inscriptions/{compte_id}/diplomes/{piece_id}", "autre gestionnaire"),
    ("GET /gestion/inscriptions/{compte_id}/diplomes/{piece_id}/original", "autre gestionnaire"),
    ("POST /gestion/inscriptions/{compte_id}/valider", "autre gestionnaire"),
    ("POST /gestion/inscriptions/{compte_id}/complement", "autre gestionnaire"),
    ("POST /gestion/inscriptions/{compte_id}/rejeter", "autre gestionnaire"),
}


def demander(lieu: Scene, role: str, route: str, de: str = "") -> Answer:
    """The route as a page of ours would ask it."""
    methode, motif = route.split(" ")
    chemin = lieu.chemin(motif, role, de)
    if methode == "GET":
        return lieu.clients[role].get(chemin)
    entetes = {"content-type": "application/x-www-form-urlencoded", "origin": ORIGIN, "sec-fetch-site": "same-origin"}
    return lieu.clients[role].send("POST", chemin, urlencode({"commande": lieu.commande(role)}), entetes)


def sans_jetons(reponse: Answer) -> tuple[int, list[str], str]:
    """An answer without what each answer has of its own (command tokens, the session's cookie)."""
    corps = re.sub(r'(name="commande" value|data-session-fin)="[^"]*"', "", reponse.body)
    return reponse.status, sorted(set(reponse.headers) - {"set-cookie"}), corps


@pytest.mark.rule("T6", "G0", "E1", "E2")
@pytest.mark.controle("T12", "T39")
@pytest.mark.parametrize("role", ROLES)
def test_chacun_n_ouvre_que_ses_pages(guichet: Guichet, subtests: pytest.Subtests, role: str) -> None:
    lieu = scene(guichet)
    avant = photo(guichet)
    refusees = [route for route, droit in ROUTES.items() if droit not in OUVERTS[role]]
    for route in refusees:
        with subtests.test("refusée", route=route):
            reponse = demander(lieu, role, route)
            if role != "visiteur":
                assert (reponse.status, reponse.page.h1) == (404, ["Cette page est introuvable"])
            elif route == "POST /deconnexion":
                assert reponse.location == "/"
            elif route.startswith("GET"):
                chemin = lieu.chemin(route.split(" ")[1], role)
                assert (reponse.status, reponse.location) == (303, f"/connexion?suite={chemin}")
            else:
                assert (reponse.status, reponse.page.h1) == (401, ["Votre session a pris fin"])
    assert photo(guichet) == avant

    permises = sorted(set(ROUTES) - set(refusees), key=lambda route: (route == "POST /deconnexion", route))
    assert [route.partition(" ")[0] for route in permises] == sorted(route.partition(" ")[0] for route in permises)
    fichiers = parcours.cles()
    for route in permises:
        if route.startswith("POST") and fichiers:
            with subtests.test("lire ne change rien"):
                assert photo(guichet, ("noyau", "audit")) == {t: r for t, r in avant.items() if t != "audit"}
                assert parcours.cles() == fichiers
            fichiers = set()
        with subtests.test("permise", route=route):
            reponse = demander(lieu, role, route)
            attendu = {404} if {(route, None), (route, role)} & SANS_OBJET else None
            assert reponse.status in (attendu or {200, 303, 409, 410, 422}), reponse.status
            assert "connexion?suite" not in reponse.headers.get("location", "")


@pytest.mark.rule("T6", "U1")
@pytest.mark.controle("T40")
def test_le_fichier_ou_la_ligne_d_un_autre_n_existe_pas(guichet: Guichet, subtests: pytest.Subtests) -> None:
    lieu = scene(guichet)
    avant = photo(guichet)
    routes = [route for route in ROUTES if route.partition(" ")[2].startswith("/mon-profil/") and "_id}" in route]
    assert len(routes) == 12
    for role in ("en inscription", "validé", "en attente"):
        for autre in {"en inscription", "validé", "en attente"} - {role}:
            for route in routes:
                with subtests.test("fichier", route=route, role=role, de=autre):
                    sien = demander(lieu, role, route, autre)
                    for choses in (lieu.fichiers, lieu.diplomes, lieu.lignes):
                        choses["inconnu"] = "0" * 26
                    assert sans_jetons(sien) == sans_jetons(demander(lieu, role, route, "inconnu"))
                    assert sien.status in ({404, 409} if role == "en attente" else {404})
    assert photo(guichet) == avant


@pytest.mark.rule("T6", "E2")
@pytest.mark.controle("T40", "T41")
def test_la_demande_d_une_autre_structure_n_existe_pas(guichet: Guichet, subtests: pytest.Subtests) -> None:
    lieu = scene(guichet)
    avant = photo(guichet)
    attente = lieu.comptes["en attente"]
    autres = {"inconnue": "0" * 26, "non transmise": lieu.comptes["en inscription"], "vide": "%20", "haute": "../" * 5}
    for route in [route for route in ROUTES if "{compte_id}" in route]:
        lieu.comptes["en attente"] = attente
        sienne = sans_jetons(demander(lieu, "autre gestionnaire", route))
        assert sienne[0] == 404
        for nom, compte_id in autres.items():
            with subtests.test(nom, route=route):
                lieu.comptes["en attente"] = compte_id.replace("/", "%2F")
                for role in ("autre gestionnaire", "gestionnaire"):
                    autre = sans_jetons(demander(lieu, role, route))
                    assert (autre[0], autre[1]) == (404, sienne[1])
                    assert role == "gestionnaire" or autre[2] == sienne[2]
    assert photo(guichet) == avant
    liste = lieu.clients["autre gestionnaire"].get("/gestion/inscriptions")
    assert "Aucune demande n’attend votre décision." in liste.page.text and "BRAVO" not in liste.body


@pytest.mark.rule("T6")
@pytest.mark.controle("T13")
@pytest.mark.parametrize("methode", ["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO"])
def test_aucune_autre_methode_n_est_ouverte(guichet: Guichet, methode: str) -> None:
    assert not [motif for motif, methodes in guichet.app.routes.items() if methode in methodes]


@pytest.mark.rule("T6", "E1")
@pytest.mark.controle("T13")
def test_une_methode_deguisee_reste_ce_qu_elle_est(guichet: Guichet) -> None:
    lieu = scene(guichet)
    avant = photo(guichet, ("noyau", "audit"))
    client, chemin = lieu.clients["gestionnaire"], lieu.chemin("/gestion/inscriptions/{compte_id}", "gestionnaire")
    deguisee = client.get(f"{chemin}?_method=POST", **{"x-http-method-override": "POST", "x-method-override": "DELETE"})
    assert deguisee.status == 200
    assert client.get(f"{chemin}/valider").status == 404
    assert photo(guichet, ("noyau", "audit")) == avant
