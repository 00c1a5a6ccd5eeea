"""The thin whole journey: from « Déposer un CV » to the menu of a validated trainer."""

import pytest

from tests.client import Client
from tests.web.conftest import Guichet
from tests.web.parcours import (
    personnel,
    remplir,
    remplir_le_parcours,
    s_inscrire,
    se_connecter_en_gestion,
)


@pytest.mark.rule("B1", "B4", "B5", "C8", "E1", "E2", "E5", "G0", "G1")
def test_du_depot_de_cv_au_menu_d_un_intervenant_valide(guichet: Guichet, visiteur: Client) -> None:
    assert visiteur.get("/").page.h1
    profil = s_inscrire(guichet, visiteur)
    assert profil.page.h1 == ["Mon profil d’intervenant"] and "Bonjour Jean DUBOIS" in profil.page.text

    assert visiteur.follow(remplir(visiteur, ville="", suite="rester")).status == 200
    assert "1 réponse à donner" in visiteur.get("/mon-profil").page.text
    suite = visiteur.follow(remplir(visiteur))
    assert suite.page.h1 == ["Parcours"] and "Il manque" not in suite.page.text
    assert "Terminé" in visiteur.get("/mon-profil").page.text
    remplir_le_parcours(visiteur)

    verification = visiteur.get("/mon-profil/verification")
    confirmation = visiteur.follow(visiteur.submit(verification, "/mon-profil/transmission"))
    assert confirmation.page.h1 == ["Votre dossier a bien été transmis"]
    assert "bien été transmise" in guichet.deliver()[0]["Subject"]

    personnel("g@demo.fr", ["grand-est"])
    gestion = guichet.client("192.0.2.9")
    liste = se_connecter_en_gestion(guichet, gestion, "g@demo.fr")
    dossier = gestion.get(next(href for href in liste.page.links if href.startswith("/gestion/inscriptions/")))
    assert "12 rue des Carmes" in dossier.page.text
    action = next(f["action"] for f in dossier.page.forms if f["action"].endswith("/valider"))
    valide = gestion.follow(gestion.submit(dossier, action))
    assert "Demande validée" in valide.page.text

    assert guichet.deliver()[0]["Subject"] == "Votre demande d’inscription est validée"
    accueil = visiteur.get("/")
    assert "Mon compte" in accueil.page.text and "Mes informations" in accueil.page.text
