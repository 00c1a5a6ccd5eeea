"""The password that somebody was given: seven days, replaced before anything else (rules J1, J2, Z3)."""

from datetime import timedelta

import pytest

from chalicelib.commun.comptes.rules import PERSONNALISER, PROVISOIRE_VALIDE
from chalicelib.core.context import iso
from infra.local.comptes import MOT_DE_PASSE as DEMO
from tests.client import ORIGIN, Answer, Client
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.parcours import erreurs, personnel, photo, scene, se_connecter, se_connecter_en_gestion

guichet = parcours.guichet
EMAIL, LISTE, NOUVEAU = "manon.nouvelle@exemple.fr", "/gestion/inscriptions", "Courir-3-Fois!"
RECU = "Nager-4-Fois!"
FORM = {"content-type": "application/x-www-form-urlencoded", "origin": ORIGIN, "sec-fetch-site": "same-origin"}
SECONDE = timedelta(seconds=1)


@pytest.fixture
def agent(guichet: Guichet) -> Client:
    """Who was given a password just now, and is logged in."""
    personnel(EMAIL, ["grand-est"], prenom="Manon", provisoire=iso(guichet.now + PROVISOIRE_VALIDE))
    client = guichet.client()
    se_connecter_en_gestion(guichet, client, EMAIL)
    return client


def changer(client: Client, mot: str, actuel: str = DEMO) -> Answer:
    """The form that asks for a password of one's own."""
    champs = {"mot_de_passe_actuel": actuel, "mot_de_passe": mot, "confirmation_mot_de_passe": mot}
    return client.submit(client.get(PERSONNALISER), PERSONNALISER, **champs)


@pytest.mark.rule("J2", "Z3")
@pytest.mark.controle("T34")
def test_qui_en_a_un_est_mene_a_la_page_qui_le_remplace_et_n_a_rien_d_autre(guichet: Guichet, agent: Client) -> None:
    page = agent.follow(agent.get("/"))
    assert page.path == PERSONNALISER and page.page.title.startswith("Choisissez votre mot de passe")
    assert [lien for lien in page.page.links if lien.startswith("/gestion")] == []
    assert agent.get("/mentions-legales").status == agent.get("/session").status == 200


@pytest.mark.rule("J2", "Z3")
@pytest.mark.controle("T34")
@pytest.mark.parametrize("role", ["gestionnaire", "administrateur", "validé"])
def test_sur_chaque_adresse(guichet: Guichet, role: str) -> None:
    """Each route that is not public, in every method; what one may not ask stays unknown."""
    from chalicelib.commun.comptes.store import CompteRow, pk

    lieu = scene(guichet)
    client, essais = lieu.clients[role], 0
    proprietaire = client.cookies["__Host-session"].split(".")[0]
    fin = CompteRow.provisoire_jusqu_a.set(iso(guichet.now + PROVISOIRE_VALIDE))
    CompteRow(pk(proprietaire), "COMPTE").update([fin])
    avant = photo(guichet)
    for motif, methodes in guichet.app.routes.items():
        for methode, route in methodes.items():
            if route.view_function.access.public or motif in {PERSONNALISER, "/session", "/deconnexion"}:
                continue
            corps = f"commande={lieu.commande(role)}" if methode == "POST" else None
            reponse = client.send(methode, lieu.chemin(motif, role), corps, FORM if corps else {})
            assert reponse.status == 404 or (reponse.status, reponse.location) == (303, PERSONNALISER), motif
            essais += reponse.status == 303
    assert essais >= 3 and photo(guichet) == avant


@pytest.mark.rule("J1", "J2")
@pytest.mark.controle("T24", "T34")
def test_il_ne_peut_pas_etre_choisi_de_nouveau(guichet: Guichet, agent: Client) -> None:
    from chalicelib.commun.comptes.store import CompteRow, pk
    from chalicelib.core.passwords import hash_password

    CompteRow(pk(parcours.compte(guichet, EMAIL)), "COMPTE").update([CompteRow.empreinte.set(hash_password(RECU))])
    refus = changer(agent, RECU, actuel=RECU)
    assert refus.status == 422 and "Choisissez un mot de passe différent de l’actuel." in erreurs(refus)
    lien = demander_un_lien(guichet)
    oublieux = guichet.client("203.0.113.9")
    refus = oublieux.submit(oublieux.get(lien), lien, mot_de_passe=RECU, confirmation_mot_de_passe=RECU)
    assert refus.status == 422 and "Choisissez un mot de passe différent de celui que vous avez reçu." in erreurs(refus)
    assert agent.get(LISTE).location == PERSONNALISER
    fait = oublieux.submit(oublieux.get(lien), lien, mot_de_passe=NOUVEAU, confirmation_mot_de_passe=NOUVEAU)
    assert fait.status == 303
    assert se_connecter(guichet.client(), EMAIL, RECU).status == 422
    assert se_connecter(guichet.client(), EMAIL, NOUVEAU).status == 200


def demander_un_lien(guichet: Guichet) -> str:
    """« Mot de passe oublié »: the path of the link that is sent."""
    client = guichet.client("203.0.113.8")
    page = client.get("/mot-de-passe-oublie")
    client.submit(page, "/mot-de-passe-oublie", email=EMAIL, captcha=guichet.captcha(page))
    texte = guichet.deliver()[-1].get_body(("plain",)).get_content()
    return next(mot for mot in texte.split() if "/nouveau-mot-de-passe/" in mot).partition("guichet.test")[2]


@pytest.mark.rule("J2", "Z3", "T1")
@pytest.mark.controle("T34")
def test_le_sien_choisi_tout_s_ouvre_et_les_autres_sessions_finissent(guichet: Guichet, agent: Client) -> None:
    guichet.advance(seconds=31)  # a code serves once
    autre = guichet.client()
    se_connecter_en_gestion(guichet, autre, EMAIL)
    page = agent.follow(changer(agent, NOUVEAU))
    assert "Votre mot de passe a été changé" in page.page.text and LISTE in page.page.links
    assert agent.get(LISTE).status == 200 and autre.get(LISTE).location.startswith("/connexion")
    guichet.advance(days=8)
    assert se_connecter(guichet.client(), EMAIL, NOUVEAU).status == 200, "one's own does not end"


@pytest.mark.rule("J2", "Z3")
@pytest.mark.controle("T34")
@pytest.mark.parametrize(("apres", "entre"), [(-SECONDE, True), (0 * SECONDE, True), (SECONDE, False)])
def test_il_fait_entrer_sept_jours(guichet: Guichet, apres: timedelta, entre: bool) -> None:
    personnel(EMAIL, ["grand-est"], provisoire=iso(guichet.now + PROVISOIRE_VALIDE))
    guichet.advance(seconds=(timedelta(days=7) + apres).total_seconds())
    reponse = se_connecter(guichet.client(), EMAIL, DEMO)
    assert reponse.status == (200 if entre else 422)
    assert any("n’est plus valable" in e for e in erreurs(reponse)) is not entre
    faux = se_connecter(guichet.client(), EMAIL, "Un-mauvais-1")
    assert "n’est plus valable" not in faux.page.text, "only who knows it is told"
