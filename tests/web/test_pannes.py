"""When something breaks: a French page, a reference that is in the log, nothing said of the inside, nothing half done
(rules S6, X1). Each AWS call of each act, one by one, is the business of tests/faults."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from tests.client import Answer, Client
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.parcours import (
    IDENTIFICATION,
    IDENTITE,
    MOT_DE_PASSE,
    ROLES,
    actes,
    deposer,
    inscrit,
    photo,
    rempli,
    scene,
    se_connecter,
    valeurs,
)

guichet = parcours.guichet
REFERENCE = re.compile(r"[0-9A-Z]{8}")
PANNES = {
    "erreur interne": ClientError({"Error": {"Code": "InternalServerError", "Message": "arn:aws:secret"}}, "GetItem"),
    "trop de demandes": ClientError({"Error": {"Code": "ThrottlingException", "Message": "x"}}, "GetItem"),
    "droit retiré": ClientError({"Error": {"Code": "AccessDeniedException", "Message": "arn:aws:iam"}}, "GetItem"),
    "sans réseau": EndpointConnectionError(endpoint_url="https://dynamodb.eu-west-3.amazonaws.com"),
    "délai dépassé": ReadTimeoutError(endpoint_url="https://dynamodb.eu-west-3.amazonaws.com"),
}


@contextmanager
def panne(erreur: Exception, operation: str = "", apres: bool = False) -> Iterator[list[str]]:
    """AWS fails: every call, or those of one operation; `apres`: once done, its answer lost. Gives the calls."""
    vrai, appels = BaseClient._make_api_call, []

    def appel(self: Any, nom: str, params: Any) -> Any:
        appels.append(nom)
        if operation and nom != operation:
            return vrai(self, nom, params)
        if apres:
            vrai(self, nom, params)
        raise erreur

    with pytest.MonkeyPatch.context() as mp:
        mp.setattr(BaseClient, "_make_api_call", appel)
        yield appels


def page_de_panne(reponse: Answer, log: pytest.LogCaptureFixture, statut: int = 503) -> None:
    """The page of a failure: French, with the reference of the log's line, and nothing else of the inside."""
    assert reponse.status == statut, reponse.path
    references = {getattr(r, "reference", None) for r in log.records if r.msg == "request.failed"}
    montrees = {r for r in references if r and r in reponse.page.text}
    assert len(montrees) == 1 and REFERENCE.fullmatch(montrees.pop())
    for inside in ("Traceback", "guichet-test", "arn:", "amazonaws", "botocore", "pynamodb", "ClientError", ".py"):
        assert inside not in reponse.body
    assert reponse.headers["cache-control"] == "no-store"
    log.clear()


# Pages that break


@pytest.mark.rule("S6", "X1")
@pytest.mark.controle("T59")
@pytest.mark.parametrize("erreur", PANNES.values(), ids=PANNES)
def test_chaque_page_dit_que_le_service_ne_repond_pas(
    guichet: Guichet, caplog: pytest.LogCaptureFixture, erreur: Exception
) -> None:
    lieu = scene(guichet)
    avant = photo(guichet)
    for role in ROLES if erreur is PANNES["erreur interne"] else ("validé",):
        cookies = dict(lieu.clients[role].cookies)
        for motif, methodes in guichet.app.routes.items():
            if "GET" not in methodes or (erreur is not PANNES["erreur interne"] and "piece" not in motif):
                continue
            lieu.clients[role].cookies = dict(cookies)
            with panne(erreur) as appels:
                reponse = lieu.clients[role].get(lieu.chemin(motif, role))
            if appels:
                page_de_panne(reponse, caplog)
                assert "Le service ne répond pas pour le moment." in reponse.page.text
            else:
                assert role == "visiteur" or methodes["GET"].view_function.access.public
                assert reponse.status in {200, 303, 404, 410}
    assert photo(guichet) == avant


@pytest.mark.rule("S6", "T1")
@pytest.mark.controle("T59")
def test_une_panne_ne_ferme_pas_la_session(guichet: Guichet, visiteur: Client) -> None:
    inscrit(visiteur)
    with panne(PANNES["sans réseau"]):
        assert visiteur.get("/mon-profil").status == 503
    assert visiteur.get("/mon-profil").status == 200


@pytest.mark.rule("S6")
@pytest.mark.controle("T59")
@pytest.mark.parametrize("chemin", ["/", "/mon-profil", "/connexion", "/deposer-un-cv"])
@pytest.mark.parametrize("qui", ["visiteur", "intervenant"])
def test_un_processus_neuf_sans_aws_repond_aussi_par_une_page(
    guichet: Guichet, visiteur: Client, caplog: pytest.LogCaptureFixture, chemin: str, qui: str
) -> None:
    """A cold start: not even the secrets were read."""
    from chalicelib.core.web import secret

    if qui == "intervenant":
        inscrit(visiteur)
    secret.secret.cache_clear()
    with panne(PANNES["erreur interne"]) as appels:
        reponse = visiteur.get(chemin)
    if appels:
        page_de_panne(reponse, caplog)
    else:
        assert (reponse.status, reponse.location) == (303, f"/connexion?suite={chemin}")


@pytest.mark.rule("S6", "X1")
@pytest.mark.controle("T59")
def test_une_faute_de_notre_programme_donne_une_reference(
    guichet: Guichet, visiteur: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.intervenants.profil import queries

    inscrit(visiteur)
    page = visiteur.get("/mon-profil/identification")
    monkeypatch.setattr(queries, "profil_de", lambda compte: {}["secret of the inside"])
    reponse = visiteur.get("/mon-profil/identification")
    page_de_panne(reponse, caplog, 500)
    assert reponse.page.h1 == ["Un problème technique est survenu"] and "secret of the inside" not in reponse.body
    envoi = visiteur.submit(page, "/mon-profil/identification", ville="Metz")
    page_de_panne(envoi, caplog, 500)
    assert valeurs(envoi, "/mon-profil/identification")["ville"] == "Metz"


@pytest.mark.rule("S6")
def test_une_page_qui_ne_se_dessine_pas_a_aussi_sa_page(
    guichet: Guichet, visiteur: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.intervenants.inscription import queries

    inscrit(visiteur)
    monkeypatch.setattr(queries, "_etat_du_cv", lambda *a: None)
    page_de_panne(visiteur.get("/mon-profil"), caplog, 500)


@pytest.mark.rule("X1")
def test_le_journal_ne_dit_rien_des_personnes(
    guichet: Guichet, visiteur: Client, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    deposer(guichet, visiteur)
    guichet.deliver()
    se_connecter(visiteur, IDENTITE["email"], "Faux-2026!")
    client = guichet.client()
    rempli(client, nom="MARTIN", nom_usage="MARTIN", email="m@exemple.fr")
    page = client.get("/mon-profil/identification")
    with panne(PANNES["erreur interne"], "TransactWriteItems"):
        client.submit(page, "/mon-profil/identification", voie="3 rue du Canari")
    journal = capsys.readouterr().out + str([r.__dict__ for r in caplog.records])
    assert "compte.ouvert" in journal and "request.failed" in journal
    jetons = [client.cookies["__Host-session"].split(".")[1]]
    for mot in ("DUBOIS", "MARTIN", "exemple.fr", MOT_DE_PASSE, "Faux-2026", "Canari", "03 83 12", *jetons):
        assert mot not in journal, mot


# Acts that break


@pytest.mark.rule("S6", "S2", "C8")
@pytest.mark.controle("T59")
@pytest.mark.parametrize("apres", [False, True], ids=["avant l’écriture", "après l’écriture"])
def test_un_envoi_interrompu_se_renvoie_et_n_agit_qu_une_fois(
    guichet: Guichet, visiteur: Client, caplog: pytest.LogCaptureFixture, apres: bool
) -> None:
    """Cut before the write, or after it when only the answer is lost: the same button ends both the same way."""
    rempli(visiteur)
    chemin = "/mon-profil/identification"
    page = visiteur.get(chemin)
    with panne(PANNES["délai dépassé"], "TransactWriteItems", apres):
        coupe = visiteur.submit(page, chemin, ville="Metz", regions=["44", "11"], suite="suivante")
    page_de_panne(coupe, caplog)
    assert coupe.page.h1 == ["Votre saisie vous attend"]
    encore = visiteur.submit(coupe, chemin)
    assert (encore.status, encore.location) == (303, "/mon-profil/parcours?depuis=identification")
    assert valeurs(visiteur.get(chemin), chemin)["ville"] == "Metz"
    assert len(actes(guichet, "enregistrer_l_identification")) == 1

    relecture = visiteur.get("/mon-profil/verification")
    with panne(PANNES["délai dépassé"], "TransactWriteItems", apres):
        coupe = visiteur.submit(relecture, "/mon-profil/transmission")
    assert visiteur.submit(coupe, "/mon-profil/transmission").location == "/mon-profil/transmission"
    assert len(actes(guichet, "transmettre_la_demande")) == len(guichet.deliver()) == 1


@pytest.mark.rule("V1", "S6")
def test_une_file_en_panne_n_empeche_pas_d_agir(guichet: Guichet, visiteur: Client) -> None:
    with panne(PANNES["sans réseau"], "SendMessageBatch"):
        assert deposer(guichet, visiteur).status == 303
    assert parcours.messages("mails") == []
    guichet.advance(seconds=60)
    guichet.sweep("balayer_mails")
    assert len(parcours.messages("mails")) == 1


@pytest.mark.rule("T1", "S6")
@pytest.mark.controle("T59")
def test_quand_les_sessions_ne_se_lisent_pas_personne_n_entre(guichet: Guichet, visiteur: Client) -> None:
    rempli(visiteur)
    page = visiteur.get("/mon-profil/identification")
    avant = photo(guichet)
    with panne(PANNES["erreur interne"], "BatchGetItem"):
        envoi = visiteur.submit(page, "/mon-profil/identification", **IDENTIFICATION)
        assert envoi.status == 503 and "Carmes" not in envoi.page.text
    assert photo(guichet) == avant


# Unknown addresses, maintenance


@pytest.mark.rule("S6")
@pytest.mark.controle("T60")
@pytest.mark.parametrize(
    "chemin",
    [
        "/statique/inconnu.css",
        "/statique/000000000000-inconnu.css",
        "/statique/000000000000-guichet.txt",
        "/statique/000000000000-..--..--settings.py",
        "/statique/000000000000---etc--passwd",
        "/statique/%2e%2e%2fsettings.py",
        "/documents/inconnu",
        "/documents/..%2fcharte",
        "/structures/inconnue",
        "/captcha/inconnu/son",
    ],
)
def test_une_adresse_inconnue_a_sa_page(guichet: Guichet, visiteur: Client, chemin: str) -> None:
    reponse = visiteur.get(chemin)
    assert (reponse.status, reponse.page.h1) == (404, ["Cette page est introuvable"])
    assert {"/", "/aide-et-contact"} <= set(reponse.page.links)


@pytest.mark.rule("S6", "S1")
@pytest.mark.controle("T17")
def test_un_fichier_statique_se_garde_sous_le_nom_de_son_contenu(guichet: Guichet, visiteur: Client) -> None:
    from chalicelib.core.web.urls import empreinte

    present = visiteur.get(f"/statique/{empreinte('guichet.css')}-guichet.css")
    assert present.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert present.headers["content-type"] == "text/css; charset=utf-8" and present.cookies == []
    ancien = visiteur.get("/statique/000000000000-guichet.css")
    assert (ancien.status, ancien.headers["cache-control"]) == (200, "no-cache")


@pytest.mark.rule("S6")
def test_la_maintenance_ferme_tout_sauf_les_fichiers_statiques(
    guichet: Guichet, visiteur: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from chalicelib.core.settings import settings
    from chalicelib.core.web import pages
    from chalicelib.core.web.urls import empreinte

    inscrit(visiteur)
    page = visiteur.get("/mon-profil/identification")
    ferme = replace(settings(), maintenance=True)
    monkeypatch.setattr(pages, "settings", lambda: ferme)
    avant = photo(guichet)
    for reponse in (visiteur.get("/"), visiteur.get("/mon-profil")):
        assert (reponse.status, reponse.page.h1) == (503, ["Le service est momentanément indisponible"])
    gardee = visiteur.submit(page, "/mon-profil/identification", ville="Toul")
    assert gardee.status == 503 and "Une opération de maintenance est en cours" in gardee.page.text
    assert visiteur.get(f"/statique/{empreinte('guichet.css')}-guichet.css").status == 200
    assert photo(guichet) == avant
    monkeypatch.setattr(pages, "settings", settings)
    assert visiteur.get("/mon-profil").status == 200, "nobody was logged out"
    assert visiteur.submit(gardee, "/mon-profil/identification").status == 303, "what was typed is sent again"
    assert 'value="Toul"' in visiteur.get("/mon-profil/identification").body
