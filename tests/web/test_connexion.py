"""Login, logout, sessions, limits, the staff's second factor (rules A2, G0, J6, T1, T4, S6)."""

import re
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import boto3
import pytest

from chalicelib.commun.comptes.rules import Access
from chalicelib.core import totp
from infra.local.comptes import MOT_DE_PASSE as DEMO
from infra.local.comptes import SECRET_TOTP
from tests.client import ORIGIN, Answer, Client
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.parcours import (
    IDENTIFICATION,
    IDENTITE,
    MOT_DE_PASSE,
    actes,
    deposer,
    en_poste,
    erreurs,
    personnel,
    photo,
    remplir,
    se_connecter,
    transmise,
    valeurs,
)

guichet = parcours.guichet
SESSION = "__Host-session"
EMAIL = IDENTITE["email"]
REFUS = "L’identifiant ou le mot de passe ne correspond pas. Vérifiez la saisie, puis réessayez."


@pytest.fixture
def inscrit(guichet: Guichet, visiteur: Client) -> Client:
    """A trainer, logged in by the activation."""
    parcours.inscrit(visiteur)
    return visiteur


def connecte(client: Client) -> bool:
    """Whether the browser's session lives."""
    reponse = client.get("/mon-profil")
    assert reponse.status == 200 or reponse.location.startswith("/connexion?suite=/mon-profil")
    return reponse.status == 200


def masque(reponse: Answer, *mots: str) -> str:
    """A page without its command tokens nor these words."""
    corps = re.sub(r'name="commande" value="[^"]+"', "", reponse.body)
    for mot in mots:
        corps = corps.replace(mot, "…")
    return corps


# Cookies


@pytest.mark.rule("T1", "A6")
@pytest.mark.controle("T01")
def test_aucun_cookie_sans_besoin(guichet: Guichet, visiteur: Client) -> None:
    for chemin in ("/accessibilite", "/plan-du-site", "/mentions-legales"):
        cookies = {c.partition("=")[0] for c in guichet.client().get(chemin).cookies}
        assert cookies <= {"__Host-documents"}, chemin
    assert {c.partition("=")[0] for c in visiteur.get("/connexion").cookies} == {"__Host-visite"}


@pytest.mark.rule("T1")
@pytest.mark.controle("T01", "T02")
def test_l_identifiant_de_session_n_est_ni_dans_les_pages_ni_dans_les_tables(guichet: Guichet, inscrit: Client) -> None:
    import hashlib

    jeton = inscrit.cookies[SESSION].split(".")[1]
    assert len(jeton) >= 43
    for chemin in ("/", "/mon-profil", "/mon-profil/identification", "/mon-profil/cv"):
        assert jeton not in inscrit.get(chemin).body
    tables = str(photo(guichet, ()))
    assert jeton not in tables and hashlib.sha256(jeton.encode()).hexdigest() in tables


@pytest.mark.rule("T1")
@pytest.mark.controle("T02")
@pytest.mark.parametrize("partie", range(4), ids=["compte", "jeton", "dernière vue", "signature"])
def test_un_cookie_de_session_altere_ne_vaut_rien(guichet: Guichet, inscrit: Client, partie: int) -> None:
    parties = inscrit.cookies[SESSION].split(".")
    for autre in ("", "0" * 26, "9999999999", "'; DROP", "%00", "é"):
        inscrit.cookies[SESSION] = ".".join([*parties[:partie], autre, *parties[partie + 1 :]])
        assert not connecte(inscrit)


# How long a session lives


@pytest.mark.rule("T1")
@pytest.mark.controle("T05")
@pytest.mark.parametrize(
    ("role", "attente", "vivante"),
    [
        pytest.param("intervenant", 30 * 60 - 1, True, id="intervenant, 30 min moins une seconde"),
        pytest.param("intervenant", 30 * 60, True, id="intervenant, 30 min"),
        pytest.param("intervenant", 30 * 60 + 1, False, id="intervenant, 30 min et une seconde"),
        pytest.param("gestionnaire", 15 * 60 - 1, True, id="personnel, 15 min moins une seconde"),
        pytest.param("gestionnaire", 15 * 60, True, id="personnel, 15 min"),
        pytest.param("gestionnaire", 15 * 60 + 1, False, id="personnel, 15 min et une seconde"),
    ],
)
def test_une_session_sans_activite_prend_fin_a_la_seconde(
    guichet: Guichet, visiteur: Client, role: str, attente: int, vivante: bool
) -> None:
    if role == "intervenant":
        parcours.inscrit(visiteur)
        client, chemin = visiteur, "/mon-profil"
    else:
        client, chemin = en_poste(guichet.client()), "/gestion/inscriptions"
    guichet.advance(seconds=attente)
    reponse = client.get(chemin)
    if vivante:
        assert reponse.status == 200
        guichet.advance(seconds=attente)
        assert client.get(chemin).status == 200, "each page starts the delay anew"
    else:
        assert (reponse.status, reponse.location) == (303, f"/connexion?suite={chemin}&fin=oui")
        assert SESSION not in client.cookies


@pytest.mark.rule("T1")
@pytest.mark.controle("T04", "T06")
@pytest.mark.parametrize(("seconde", "vivante"), [(0, True), (1, False)], ids=["à 12 h", "une seconde après"])
def test_une_session_active_prend_fin_apres_douze_heures(
    guichet: Guichet, inscrit: Client, seconde: int, vivante: bool
) -> None:
    for _ in range(24):
        guichet.advance(minutes=29, seconds=59)
        assert inscrit.get("/session").status == 200
    guichet.advance(seconds=24 + seconde)
    assert connecte(inscrit) is vivante


@pytest.mark.rule("T1")
@pytest.mark.controle("T05")
def test_ce_qu_un_script_demande_seul_ne_prolonge_pas_la_session(guichet: Guichet, inscrit: Client) -> None:
    for _ in range(3):
        guichet.advance(minutes=10)
        assert inscrit.get("/mon-profil", **{"hx-request": "true"}).status == 200
    guichet.advance(seconds=1)
    assert not connecte(inscrit)


@pytest.mark.rule("T1")
def test_rester_connecte_prolonge_la_session(guichet: Guichet, inscrit: Client) -> None:
    for _ in range(3):
        guichet.advance(minutes=20)
        reponse = inscrit.get("/session")
        assert (reponse.status, reponse.body, reponse.headers["cache-control"]) == (200, "1800", "no-store")
    assert connecte(inscrit)


@pytest.mark.rule("T1")
def test_rester_connecte_dit_ce_qui_reste_avant_les_douze_heures(guichet: Guichet, inscrit: Client) -> None:
    for _ in range(24):
        guichet.advance(minutes=29, seconds=50)
        reponse = inscrit.get("/session")
    assert reponse.body == "240"


@pytest.mark.rule("T1")
@pytest.mark.controle("T05")
def test_la_page_annonce_la_fin_de_la_session(guichet: Guichet, inscrit: Client) -> None:
    assert 'data-session-fin="1800"' in inscrit.get("/mon-profil").body
    assert 'data-session-fin="900"' in en_poste(guichet.client()).get("/gestion/inscriptions").body


# Logging out, entering again


@pytest.mark.rule("G0", "T1")
@pytest.mark.controle("T04", "T10")
def test_se_deconnecter_ferme_la_session_sur_le_serveur(guichet: Guichet, inscrit: Client) -> None:
    garde = dict(inscrit.cookies)
    sortie = inscrit.submit(inscrit.get("/mon-profil"), "/deconnexion")
    assert (sortie.status, sortie.location) == (303, "/")
    assert sortie.headers["clear-site-data"] == '"cache", "storage"'
    assert SESSION not in inscrit.cookies
    voleur = guichet.client("192.0.2.66")
    voleur.cookies = garde
    assert not connecte(voleur)


@pytest.mark.rule("G0", "S6")
@pytest.mark.parametrize("fin", ["déjà sorti", "session finie"])
def test_se_deconnecter_deux_fois_ne_demande_pas_de_se_reconnecter(guichet: Guichet, inscrit: Client, fin: str) -> None:
    page = inscrit.get("/mon-profil")
    if fin == "session finie":
        guichet.advance(hours=1)
    else:
        inscrit.submit(page, "/deconnexion")
    sortie = inscrit.submit(page, "/deconnexion")
    assert (sortie.status, sortie.location) == (303, "/")


@pytest.mark.rule("T1")
@pytest.mark.controle("T03")
def test_entrer_change_l_identifiant_et_ferme_la_session_precedente(guichet: Guichet, inscrit: Client) -> None:
    """Fixation: whatever the browser held before is worth nothing after."""
    ancien = dict(inscrit.cookies)
    page = guichet.client().get("/connexion")
    visite = {"__Host-visite": "0" * 26}
    pirate = guichet.client()
    pirate.cookies = dict(visite)
    page = pirate.get("/connexion")
    assert pirate.submit(page, "/connexion", identifiant=EMAIL, mot_de_passe=MOT_DE_PASSE).status == 303
    assert "__Host-visite" not in pirate.cookies

    commande = inscrit.get("/mon-profil").page.form("/deconnexion")["fields"]["commande"][0]
    champs = [("commande", commande), ("identifiant", EMAIL), ("mot_de_passe", MOT_DE_PASSE)]
    assert inscrit.post("/connexion", champs).status == 303
    assert inscrit.cookies[SESSION].split(".")[1] != ancien[SESSION].split(".")[1]
    assert connecte(inscrit)
    rejeu = guichet.client()
    rejeu.cookies = ancien
    assert not connecte(rejeu)


@pytest.mark.rule("T1", "A2")
def test_deux_appareils_ont_chacun_leur_session(guichet: Guichet, inscrit: Client) -> None:
    autre = guichet.client("198.51.100.4")
    assert se_connecter(autre, EMAIL).location == "/"
    assert connecte(autre) and connecte(inscrit)
    inscrit.submit(inscrit.get("/mon-profil"), "/deconnexion")
    assert connecte(autre)


@pytest.mark.rule("T1", "N4")
@pytest.mark.controle("T04", "T07")
def test_un_compte_archive_perd_ses_sessions_a_la_page_suivante(guichet: Guichet, inscrit: Client) -> None:
    archiver(guichet)
    assert not connecte(inscrit)


# Who may not enter


def archiver(guichet: Guichet) -> None:
    """The account's state, as the slice that archives will write it."""
    for row in guichet.rows("comptes"):
        if row.get("email", {}).get("S") == EMAIL:
            row["etat"] = {"S": "ARCHIVE"}
            boto3.client("dynamodb").put_item(TableName="guichet-test-comptes", Item=row)


@pytest.mark.rule("T4", "Z2")
@pytest.mark.controle("T29", "T30")
def test_la_reponse_ne_dit_pas_pourquoi_on_n_entre_pas(
    guichet: Guichet, inscrit: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.commun.comptes import usecases

    calculs: list[str | None] = []
    vrai = usecases.verify
    monkeypatch.setattr(usecases, "verify", lambda s, p: [calculs.append(s), vrai(s, p)][1])
    en_attente = {"nom": "MARTIN", "email": "a@exemple.fr", "confirmation_email": "a@exemple.fr"}
    deposer(guichet, guichet.client(), **en_attente)
    avant = photo(guichet)
    cas = {
        "faux": (EMAIL, "Faux-2026!"),
        "inconnu": ("x@exemple.fr", MOT_DE_PASSE),
        "non activé": ("a@exemple.fr", MOT_DE_PASSE),
    }
    reponses = {nom: (se_connecter(guichet.client(), *qui), qui[0]) for nom, qui in cas.items()}
    archiver(guichet)
    reponses["archivé"] = (se_connecter(guichet.client(), EMAIL), EMAIL)
    assert {r.status for r, _ in reponses.values()} == {422}
    assert len({masque(r, email) for r, email in reponses.values()}) == 1
    assert len({tuple(sorted(r.headers)) for r, _ in reponses.values()}) == 1
    assert all(erreurs(r) == {REFUS: "#identifiant"} for r, _ in reponses.values())
    assert valeurs(reponses["faux"][0], "/connexion")["identifiant"] == EMAIL
    assert len(calculs) == 4, "a hash is computed each time"
    assert photo(guichet)["audit"] == avant["audit"]


@pytest.mark.rule("A1", "S2")
def test_un_champ_oublie_est_nomme(guichet: Guichet, visiteur: Client) -> None:
    reponse = se_connecter(visiteur, "", "")
    assert reponse.status == 422 and set(erreurs(reponse).values()) == {"#identifiant", "#mot_de_passe"}
    assert guichet.rows("comptes") == []


@pytest.mark.rule("T2")
@pytest.mark.controle("T22")
@pytest.mark.parametrize(
    ("saisi", "entre"),
    [
        pytest.param("Été à 2 lacs! ", True, id="tel quel"),
        pytest.param("E\u0301te\u0301 a\u0300 2 lacs! ", True, id="accents décomposés"),
        pytest.param("Été à 2 lacs!", False, id="sans l’espace finale"),
        pytest.param("Été à  2 lacs! ", False, id="une espace de plus"),
        pytest.param("été à 2 lacs! ", False, id="autre casse"),
        pytest.param("Ete a 2 lacs! ", False, id="sans accents"),
        pytest.param("Été à 2 lacs", False, id="commencement"),
    ],
)
def test_le_mot_de_passe_compte_a_la_lettre(guichet: Guichet, visiteur: Client, saisi: str, entre: bool) -> None:
    parcours.inscrit(visiteur, mot_de_passe="Été à 2 lacs! ")
    assert (se_connecter(guichet.client(), EMAIL, saisi).status == 303) is entre


@pytest.mark.rule("T1")
def test_chacun_voit_ses_connexions_et_les_ferme(guichet: Guichet, inscrit: Client) -> None:
    guichet.advance(minutes=10)
    telephone = guichet.client("198.51.100.7")
    page = telephone.get("/connexion", **{"user-agent": "x"})
    entetes = {"user-agent": "Mozilla/5.0 (Android 15; Mobile) Gecko/131.0 Firefox/131.0"}
    champs = {**page.page.form("/connexion")["fields"], "identifiant": [EMAIL], "mot_de_passe": [MOT_DE_PASSE]}
    telephone.post("/connexion", [(n, v) for n, vs in champs.items() for v in vs], **entetes)
    liste = inscrit.get("/mes-connexions")
    assert "Firefox, Android" in liste.page.text and "198.51.100.7" in liste.page.text
    assert liste.page.text.count("Cet appareil") == 1
    (fermer,) = [f["action"] for f in liste.page.forms if f["action"].startswith("/mes-connexions/")]
    reponses = [inscrit.submit(liste, fermer) for _ in range(2)]
    assert [r.location for r in reponses] == ["/mes-connexions"] * 2, "a double click answers the same"
    renvoi = telephone.get("/mon-profil")
    assert renvoi.location == "/connexion?suite=/mon-profil&fin=oui"
    fin = telephone.follow(renvoi)
    assert fin.page.h1 == ["Votre session a pris fin"] and "fermée depuis un autre appareil" in fin.page.text
    assert guichet.client().get("/mon-profil").location == "/connexion?suite=/mon-profil", "there was none"
    assert inscrit.get("/mon-profil").status == 200
    assert len(actes(guichet, "fermer_une_connexion")) == 1


@pytest.mark.rule("T1", "T6")
@pytest.mark.controle("T40")
def test_la_connexion_d_un_autre_n_existe_pas(guichet: Guichet, inscrit: Client) -> None:
    voisin = guichet.client()
    lui = parcours.inscrit(voisin, nom="MARTIN", email="m@exemple.fr", confirmation_email="m@exemple.fr")
    siennes = [r["sk"]["S"] for r in guichet.rows("comptes") if r["pk"]["S"] == f"COMPTE#{lui}"]
    sienne = next(sk for sk in siennes if sk.startswith("SESSION#"))
    chemin = f"/mes-connexions/{sienne.removeprefix('SESSION#')[:16]}/fermer"
    commande = inscrit.get("/mes-connexions").page.form("/deconnexion")["fields"]["commande"][0]
    assert inscrit.post(chemin, [("commande", commande)]).status == 404
    assert voisin.get("/mon-profil").status == 200


# Limits


def essais(guichet: Guichet, nombre: int, email: str = EMAIL, mot_de_passe: str = "Faux-2026!") -> list[int]:
    """Statuses of several tries, from one origin."""
    return [se_connecter(guichet.client("203.0.113.1"), email, mot_de_passe).status for _ in range(nombre)]


@pytest.mark.rule("J6", "T4")
@pytest.mark.controle("T26", "T28", "T29")
def test_dix_echecs_ferment_l_entree_quinze_minutes_au_plus(guichet: Guichet, inscrit: Client) -> None:
    assert essais(guichet, 10) == [422] * 10
    ailleurs = guichet.client("198.51.100.77")
    assert se_connecter(ailleurs, EMAIL).location == "/", "a stranger's tries do not keep the owner out"
    proprietaire = guichet.client("203.0.113.1")
    bloque = se_connecter(proprietaire, EMAIL)
    assert bloque.status == 429 and 0 < int(bloque.headers["retry-after"]) <= 15 * 60
    inconnu = [se_connecter(guichet.client("203.0.113.2"), "x@exemple.fr") for _ in range(11)][-1]
    assert masque(inconnu, "x@exemple.fr") == masque(bloque, EMAIL), "an unknown address is locked the same way"
    assert connecte(inscrit), "the owner's open session is not touched"
    guichet.advance(seconds=int(bloque.headers["retry-after"]) - 1)
    assert se_connecter(proprietaire, EMAIL).status == 429
    guichet.advance(seconds=1)
    assert se_connecter(proprietaire, EMAIL).location == "/"


@pytest.mark.rule("T4", "V1")
@pytest.mark.controle("T28")
def test_qui_est_bloque_en_est_averti_une_fois_par_jour(guichet: Guichet, inscrit: Client) -> None:
    assert essais(guichet, 10) == [422] * 10 and guichet.deliver() == []
    assert essais(guichet, 2) == [429] * 2
    (avis,) = guichet.deliver()
    assert (avis["To"], avis["Subject"]) == (EMAIL, "Tentatives de connexion refusées sur votre compte")
    assert "https://guichet.test/mot-de-passe-oublie" in avis.get_body(("plain",)).get_content()
    for i in range(11):  # from elsewhere
        se_connecter(guichet.client("203.0.113.9"), EMAIL, f"Faux-{i}-2026!")
    guichet.advance(hours=1)
    assert essais(guichet, 11)[-1] == 429 and guichet.deliver() == []
    guichet.advance(days=1)
    assert essais(guichet, 11)[-1] == 429 and len(guichet.deliver()) == 1


@pytest.mark.rule("T4", "Z2")
@pytest.mark.controle("T28", "T29")
def test_ni_un_inconnu_ni_un_compte_a_activer_ne_recoit_d_avis(guichet: Guichet, visiteur: Client) -> None:
    deposer(guichet, visiteur)
    guichet.deliver()
    for email in (EMAIL, "x@exemple.fr"):
        assert essais(guichet, 11, email)[-1] == 429
        guichet.advance(minutes=1)
    assert guichet.deliver() == []


@pytest.mark.rule("T4", "V1")
@pytest.mark.controle("T28")
def test_cent_essais_de_partout_avertissent_aussi(guichet: Guichet, inscrit: Client) -> None:
    statuts = [se_connecter(guichet.client(f"198.51.100.{i}"), EMAIL, "Faux-2026!").status for i in range(101)]
    assert statuts == [422] * 100 + [429] and [m["To"] for m in guichet.deliver()] == [EMAIL]


@pytest.mark.rule("J6", "T4")
@pytest.mark.controle("T26")
def test_les_graphies_d_une_adresse_partagent_leur_limite(guichet: Guichet, inscrit: Client) -> None:
    graphies = [EMAIL, EMAIL.upper(), EMAIL.title(), f"  {EMAIL} "] * 3
    statuts = [se_connecter(guichet.client("203.0.113.1"), g, "Faux-2026!").status for g in graphies]
    assert statuts == [422] * 10 + [429] * 2


@pytest.mark.rule("T4", "J6")
def test_des_essais_de_partout_ferment_aussi_l_entree(guichet: Guichet, inscrit: Client) -> None:
    from chalicelib.commun.comptes.usecases import PAR_ADRESSE
    from chalicelib.core.context import live_context
    from chalicelib.core.web import limits

    for _ in range(99):  # from as many origins
        limits.consume(live_context(), PAR_ADRESSE, EMAIL)
    assert se_connecter(guichet.client("203.0.113.1"), EMAIL, "Faux-2026!").status == 422
    assert se_connecter(guichet.client("203.0.113.2"), EMAIL).status == 429


@pytest.mark.rule("J6")
def test_une_cle_absente_ne_laisse_entrer_personne(guichet: Guichet, agent: Client) -> None:
    from chalicelib.commun.comptes.store import CompteRow, pk

    mot_de_passe_donne(guichet, agent)
    ligne = CompteRow(pk(parcours.compte(guichet, "g@demo.fr")), "COMPTE")
    ligne.update(actions=[CompteRow.totp.remove()])
    refus = agent.submit(agent.get("/connexion/code"), "/connexion/code", code="328482")
    assert refus.status == 422 and not connecte_en_gestion(agent)
    with pytest.raises(ValueError):
        totp.code("", 1)


def connecte_en_gestion(client: Client) -> bool:
    """Whether somebody of the staff is in."""
    return client.get("/gestion/inscriptions").status == 200


@pytest.mark.rule("J6")
def test_entrer_remet_le_compte_des_echecs_a_zero(guichet: Guichet, inscrit: Client) -> None:
    for _ in range(2):
        assert essais(guichet, 9) == [422] * 9
        assert se_connecter(guichet.client("203.0.113.1"), EMAIL).status == 303
        guichet.advance(minutes=2)


@pytest.mark.rule("J6", "T4")
@pytest.mark.controle("T21", "T27")
def test_une_origine_qui_essaie_des_comptes_est_ralentie(guichet: Guichet, inscrit: Client) -> None:
    robot = guichet.client("203.0.113.1")
    page = robot.get("/connexion")
    champs = {n: v[0] for n, v in page.page.form("/connexion")["fields"].items()}

    def essai(i: int) -> Answer:
        paires = champs | {"identifiant": f"p{i}@exemple.fr", "mot_de_passe": "Azerty-1"}
        return robot.post("/connexion", list(paires.items()), **{"x-forwarded-for": f"10.0.0.{i}", "x-real-ip": f"{i}"})

    reponses = [essai(i) for i in range(21)]
    assert [r.status for r in reponses] == [422] * 20 + [429]
    assert se_connecter(robot, EMAIL).status == 429
    assert se_connecter(guichet.client("203.0.113.2"), EMAIL).status == 303
    guichet.advance(seconds=int(reponses[-1].headers["retry-after"]))
    assert se_connecter(robot, EMAIL).status == 303


# The staff's second factor


def code(guichet: Guichet, pas: int = 0) -> str:
    """What the application of somebody of the staff shows, `pas` periods away."""
    return totp.code(SECRET_TOTP, int(guichet.now.timestamp()) // 30 + pas)


def mot_de_passe_donne(guichet: Guichet, client: Client, email: str = "g@demo.fr") -> Answer:
    """The page that asks the code."""
    page = se_connecter(client, email, DEMO)
    assert page.page.h1 == ["Confirmez que c’est bien vous"] and SESSION not in client.cookies
    return page


@pytest.fixture
def agent(guichet: Guichet) -> Client:
    """The browser of a gestionnaire who has not entered yet."""
    personnel("g@demo.fr", ["grand-est"])
    return guichet.client("192.0.2.9")


@pytest.mark.rule("J6", "T6")
@pytest.mark.controle("T35")
def test_le_mot_de_passe_seul_n_ouvre_aucune_page_du_personnel(guichet: Guichet, agent: Client) -> None:
    mot_de_passe_donne(guichet, agent)
    vues = [
        (chemin, methode)
        for chemin, methodes in guichet.app.routes.items()
        for methode, route in methodes.items()
        if not route.view_function.access.public and methode == "GET"
    ]
    assert any(guichet.app.routes[c][m].view_function.access is Access.GESTIONNAIRE for c, m in vues)
    for chemin, _ in vues:
        concret = re.sub(r"{\w+}", "0" * 26, chemin)
        assert agent.get(concret).location == f"/connexion?suite={concret}"


@pytest.mark.rule("J6")
@pytest.mark.parametrize(("pas", "entre"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)], ids=str)
def test_le_code_du_moment_ou_de_la_periode_voisine_ouvre(
    guichet: Guichet, agent: Client, pas: int, entre: bool
) -> None:
    reponse = agent.submit(mot_de_passe_donne(guichet, agent), "/connexion/code", code=code(guichet, pas))
    assert (reponse.status == 303) is entre
    if not entre:
        assert reponse.status == 422 and set(erreurs(reponse).values()) == {"#code"}


@pytest.mark.rule("J6")
def test_un_code_avec_des_espaces_est_accepte(guichet: Guichet, agent: Client) -> None:
    page = mot_de_passe_donne(guichet, agent)
    bon = code(guichet)
    assert agent.submit(page, "/connexion/code", code=f" {bon[:3]} {bon[3:]} ").location == "/"
    assert [a["acte"] for a in actes(guichet)] == ["se_connecter"]


@pytest.mark.rule("J6", "S2")
@pytest.mark.parametrize("faux", ["", "abcdef", "12345", "١٢٣٤٥٦", "1" * 21, "<b>"], ids=lambda v: v or "vide")
def test_un_code_qui_n_en_est_pas_un_est_refuse(guichet: Guichet, agent: Client, faux: str) -> None:
    reponse = agent.submit(mot_de_passe_donne(guichet, agent), "/connexion/code", code=faux)
    assert reponse.status == 422 and set(erreurs(reponse).values()) == {"#code"}
    assert SESSION not in agent.cookies


@pytest.mark.rule("J6")
@pytest.mark.controle("T35")
def test_un_code_ne_sert_qu_une_fois(guichet: Guichet, agent: Client) -> None:
    bon = code(guichet)
    page = mot_de_passe_donne(guichet, agent)
    etape = dict(agent.cookies)
    assert agent.submit(page, "/connexion/code", code=bon).status == 303

    rejeu = guichet.client()
    rejeu.cookies = etape
    double = rejeu.submit(page, "/connexion/code", code=bon)
    assert (double.location, double.cookies) == ("/", []), "a double click is led where the first was, no more"
    encore = rejeu.get("/connexion/code")
    assert rejeu.submit(encore, "/connexion/code", code=code(guichet, 1)).status == 422, "the step is spent"
    autre = guichet.client()
    assert autre.submit(mot_de_passe_donne(guichet, autre), "/connexion/code", code=bon).status == 422
    guichet.advance(seconds=30)
    assert autre.submit(mot_de_passe_donne(guichet, autre), "/connexion/code", code=code(guichet)).status == 303


@pytest.mark.rule("J6", "T4")
@pytest.mark.controle("T35")
def test_cinq_codes_faux_et_tout_est_a_recommencer(guichet: Guichet, agent: Client) -> None:
    page = mot_de_passe_donne(guichet, agent)
    faux = f"{(int(code(guichet)) + 1) % 1_000_000:06d}"
    for _ in range(5):
        page = agent.submit(page, "/connexion/code", code=faux)
        assert page.page.h1 == ["Confirmez que c’est bien vous"]
    epuise = agent.submit(page, "/connexion/code", code=code(guichet))
    assert (epuise.status, set(erreurs(epuise))) == (422, {"Trop d’essais : recommencez la connexion."})
    assert epuise.page.h1 == ["Veuillez vous authentifier"] and "__Host-etape" not in agent.cookies
    assert agent.get("/connexion/code").location == "/connexion"


@pytest.mark.rule("J6")
@pytest.mark.controle("T35")
@pytest.mark.parametrize(
    ("attente", "statut"), [(599, 303), (600, 422), (601, 422)], ids=["10 min moins 1 s", "10 min", "10 min et 1 s"]
)
def test_l_etape_du_code_dure_dix_minutes(guichet: Guichet, agent: Client, attente: int, statut: int) -> None:
    page = mot_de_passe_donne(guichet, agent)
    guichet.advance(seconds=attente)
    assert agent.submit(page, "/connexion/code", code=code(guichet)).status == statut


@pytest.mark.rule("J6")
@pytest.mark.controle("T35")
def test_sans_etape_le_code_ne_vaut_rien(guichet: Guichet, agent: Client) -> None:
    assert agent.get("/connexion/code").location == "/connexion"
    page = mot_de_passe_donne(guichet, agent)
    for etape in ("", "x" * 43, agent.cookies["__Host-etape"][:-1] + "é"):
        agent.cookies["__Host-etape"] = etape
        assert agent.submit(page, "/connexion/code", code=code(guichet)).status == 422
        assert SESSION not in agent.cookies


@pytest.mark.rule("J6", "T4")
@pytest.mark.controle("T26", "T35")
def test_deviner_des_codes_ne_prolonge_pas_les_essais_du_mot_de_passe(guichet: Guichet, agent: Client) -> None:
    statuts = []
    for i in range(5):
        client = guichet.client(f"203.0.113.{i}")
        mot_de_passe_donne(guichet, client)
        page = client.get("/connexion/code")
        statuts += [client.submit(page, "/connexion/code", code="000000").status for _ in range(5)]
    assert statuts.count(422) == 20 and statuts[20:] == [429] * 5


# Where one lands


@pytest.mark.rule("A2")
def test_apres_l_entree_on_arrive_ou_l_on_allait(guichet: Guichet, inscrit: Client, agent: Client) -> None:
    revenu = guichet.client("198.51.100.5")
    page = revenu.follow(revenu.get("/mon-profil/identification"))
    entree = revenu.submit(page, "/connexion", identifiant=EMAIL, mot_de_passe=MOT_DE_PASSE)
    assert entree.location == "/mon-profil/identification"
    assert revenu.get("/connexion").location == "/"

    liste = "/gestion/inscriptions?ordre=recentes&structure=grand-est"
    page = agent.follow(agent.get(liste))
    etape = agent.submit(page, "/connexion", identifiant="g@demo.fr", mot_de_passe=DEMO)
    assert agent.submit(etape, "/connexion/code", code=code(guichet)).location == liste


AILLEURS = [
    "//evil.test",
    "///evil.test",
    "////evil.test/x",
    "https:evil.test",
    "https://evil.test",
    "https://guichet.test@evil.test",
    "https://guichet.test.evil.test",
    "\\\\evil.test",
    "/\\evil.test",
    "\\/evil.test",
    "/\t/evil.test",
    "/%09/evil.test",
    "%2f%2fevil.test",
    "/%2f%2fevil.test",
    "/\r\nSet-Cookie: a=b",
    "/%0d%0aLocation:%20https://evil.test",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.test",
    " //evil.test",
    "\x00//evil.test",
    "/\u2028/evil.test",
    "//evil。test",
    "?x",
    "/" + "a" * 5000,
]


@pytest.mark.rule("T1", "A2")
@pytest.mark.controle("T52")
@pytest.mark.parametrize("role", ["intervenant", "gestionnaire"])
def test_on_n_est_jamais_mene_ailleurs(guichet: Guichet, inscrit: Client, agent: Client, role: str) -> None:
    for numero, suite in enumerate(AILLEURS if role == "intervenant" else AILLEURS[::5]):
        client = guichet.client(f"203.0.113.{numero}")
        page = client.get(f"/connexion?suite={quote(suite)}")
        propose = valeurs(page, "/connexion")["suite"]
        assert propose == "" or memes_lieux(propose), suite
        if role == "intervenant":
            arrivee = client.submit(page, "/connexion", identifiant=EMAIL, mot_de_passe=MOT_DE_PASSE, suite=suite)
        else:
            guichet.advance(seconds=30)
            etape = client.submit(page, "/connexion", identifiant="g@demo.fr", mot_de_passe=DEMO, suite=suite)
            arrivee = client.submit(etape, "/connexion/code", code=code(guichet))
        assert arrivee.status == 303 and memes_lieux(arrivee.location), (suite, arrivee.location)


def memes_lieux(location: str) -> bool:
    """Whether a browser that reads this address stays on the portal."""
    propre = re.sub(r"[\t\r\n]", "", location).replace("\\", "/")
    return location.startswith("/") and urlsplit(urljoin(ORIGIN, propre)).netloc == "guichet.test"


# The session ended in the middle of a form (S6)

BIZARRE = '12 "rue" des <b>Carmes</b> & l\'été ${x} \u00e9 é'


def session_finie(guichet: Guichet, client: Client, **autre: Any) -> Answer:
    """« Identification » filled, the session over, « Enregistrer » pressed."""
    page = client.get("/mon-profil/identification")
    guichet.advance(minutes=30, seconds=1)
    return client.submit(page, "/mon-profil/identification", **{**IDENTIFICATION, "voie": BIZARRE, **autre})


@pytest.mark.rule("S6", "C8", "T1")
def test_la_saisie_survit_a_la_fin_de_la_session(guichet: Guichet, inscrit: Client) -> None:
    avant = photo(guichet)
    fin = session_finie(guichet, inscrit, regions=["44", "84"])
    assert (fin.status, fin.page.h1) == (401, ["Votre session a pris fin"])
    assert "Rien de ce que vous avez saisi n’est perdu" in fin.page.text
    assert photo(guichet) == avant and SESSION not in inscrit.cookies

    faux = inscrit.submit(fin, "/connexion", identifiant=EMAIL, mot_de_passe="Faux-2026!")
    attente = inscrit.submit(faux, "/connexion", identifiant=EMAIL, mot_de_passe=MOT_DE_PASSE)
    assert attente.page.h1 == ["Votre saisie vous attend"] and "Bonjour Jean DUBOIS" in attente.page.text
    assert photo(guichet)["intervenants"] == avant["intervenants"], "nothing is sent without a press"
    envoi = inscrit.submit(attente, "/mon-profil/identification")
    assert envoi.location == "/mon-profil/identification?enregistre=oui"
    gardes = valeurs(inscrit.get("/mon-profil/identification"), "/mon-profil/identification")
    assert (gardes["voie"], gardes["ville"]) == (" ".join(BIZARRE.split()), "Nancy")
    assert set(gardes["regions"]) == {"44", "84"}


@pytest.mark.rule("S6", "C8")
@pytest.mark.parametrize(
    ("longue", "mots"),
    [
        pytest.param("é" * 11_000, "Rien de ce que vous avez saisi n’est perdu", id="onze mille lettres accentuées"),
        pytest.param("é" * 61_000, "Votre saisie est trop longue pour vous suivre ici", id="plus que de raison"),
    ],
)
def test_la_fin_de_la_session_dit_ce_qui_est_garde(guichet: Guichet, inscrit: Client, longue: str, mots: str) -> None:
    fin = session_finie(guichet, inscrit, fonction=longue)
    assert fin.status == 401 and mots in fin.page.text
    assert ("é" * 11_000 in fin.body) is mots.startswith("Rien")


@pytest.mark.rule("S6", "C8")
def test_la_saisie_reprise_n_ecrase_pas_ce_qu_un_autre_onglet_a_enregistre(guichet: Guichet, inscrit: Client) -> None:
    fin = session_finie(guichet, inscrit, ville="Metz", voie=IDENTIFICATION["voie"])
    autre = guichet.client("198.51.100.5")
    se_connecter(autre, EMAIL)
    remplir(autre, ville="Épinal", suite="rester")
    attente = inscrit.submit(fin, "/connexion", identifiant=EMAIL, mot_de_passe=MOT_DE_PASSE)
    conflit = inscrit.submit(attente, "/mon-profil/identification")
    assert conflit.status == 409 and valeurs(conflit, "/mon-profil/identification")["ville"] == "Metz"
    assert "Enregistré : Épinal" in conflit.page.text.replace("\u00a0", " ")


@pytest.mark.rule("S6", "E2", "J6")
def test_une_decision_survit_a_la_fin_de_la_session_meme_apres_des_codes_faux(
    guichet: Guichet, visiteur: Client
) -> None:
    compte_id = transmise(visiteur)
    agent = en_poste(guichet.client())
    action = f"/gestion/inscriptions/{compte_id}/valider"
    dossier = agent.get(f"/gestion/inscriptions/{compte_id}")
    guichet.advance(minutes=16)
    page = agent.submit(dossier, action)
    assert page.status == 401
    page = agent.submit(page, "/connexion", identifiant="g@demo.fr", mot_de_passe=DEMO)
    faux = f"{(int(code(guichet)) + 1) % 1_000_000:06d}"
    for _ in range(6):
        page = agent.submit(page, "/connexion/code", code=faux)
    page = agent.submit(page, "/connexion", identifiant="g@demo.fr", mot_de_passe=DEMO)
    attente = agent.submit(page, "/connexion/code", code=code(guichet))
    assert attente.page.h1 == ["Votre saisie vous attend"]
    assert agent.follow(agent.submit(attente, action)).page.text.count("Demande validée") == 1


def reprises() -> list[Any]:
    """What a tampered « reprise » could hold."""
    cas: dict[str, str] = {
        "adresse entière": '{"action": "https://evil.test/", "champs": {}}',
        "adresse sans protocole": '{"action": "//evil.test/", "champs": {}}',
        "script": '{"action": "javascript:alert(1)", "champs": {}}',
        "action absente": '{"champs": {}}',
        "action nombre": '{"action": 5, "champs": {}}',
        "champs liste": '{"action": "/mon-profil", "champs": [1]}',
        "champs nombre": '{"action": "/mon-profil", "champs": {"a": 5}}',
        "pas du JSON": "{",
        "liste": "[]",
        "nul": "null",
        "abîme": "[" * 30_000,
        "nombre géant": "1" * 10_000,
    }
    return [pytest.param(texte, id=nom) for nom, texte in cas.items()]


@pytest.mark.rule("S6", "T1")
@pytest.mark.controle("T52")
@pytest.mark.parametrize("reprise", reprises())
def test_une_reprise_trafiquee_n_a_pas_d_effet(guichet: Guichet, inscrit: Client, reprise: str) -> None:
    client = guichet.client("198.51.100.6")
    page = client.get("/connexion")
    arrivee = client.submit(page, "/connexion", identifiant=EMAIL, mot_de_passe=MOT_DE_PASSE, reprise=reprise)
    assert (arrivee.status, arrivee.headers.get("location")) == (303, "/")
