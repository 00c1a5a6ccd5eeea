"""One's password and address: changed from the account, by a link, while somebody else tries the same."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.client import Answer, Client
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.parcours import (
    IDENTITE,
    MOT_DE_PASSE,
    actes,
    compte,
    deposer,
    en_poste,
    erreurs,
    inscrit,
    photo,
    se_connecter,
    se_connecter_en_gestion,
    valeurs,
)

guichet = parcours.guichet
EMAIL, AUTRE, INCONNU = IDENTITE["email"], "jean.autre@exemple.fr", "personne@exemple.fr"
NOUVEAU = "Courir-3-Fois!"
CHANGER, OUBLI, ENVOYE = "/mon-compte/mot-de-passe", "/mot-de-passe-oublie", "/mot-de-passe-oublie/envoye"
ADRESSE, ANNULER = "/mon-compte/adresse-e-mail", "/mon-compte/adresse-e-mail/annuler"
HEURE, JOUR = 3600, 24 * 3600


@pytest.fixture
def jean(guichet: Guichet) -> Client:
    """A trainer, logged in."""
    client = guichet.client()
    inscrit(client)
    return client


def changer(client: Client, page: Answer | None = None, **saisie: str) -> Answer:
    """« Changer mon mot de passe »."""
    tout = {"mot_de_passe_actuel": MOT_DE_PASSE, "mot_de_passe": NOUVEAU, "confirmation_mot_de_passe": NOUVEAU}
    return client.submit(page or client.get(CHANGER), CHANGER, **{**tout, **saisie})


def oublier(guichet: Guichet, client: Client, email: str = EMAIL, **autre: Any) -> Answer:
    """« Mot de passe oublié »."""
    page = client.get(OUBLI)
    return client.submit(page, OUBLI, **{"email": email, "captcha": guichet.captcha(page), **autre})


def lien(mail: Any, chemin: str) -> str:
    """The path of the link in a mail."""
    trouve = re.search(rf"https://guichet\.test(/{chemin}/\S+)", mail.get_body(("plain",)).get_content())
    assert trouve
    return trouve.group(1)


def lien_recu(guichet: Guichet, client: Client) -> str:
    """A link of « Mot de passe oublié », by e-mail."""
    assert oublier(guichet, client).location == ENVOYE
    partis = guichet.deliver()  # others of the same instant may leave before or after it
    return lien(next(m for m in partis if "Réinitialisation" in m["Subject"]), "nouveau-mot-de-passe")


def choisir(client: Client, chemin: str, page: Answer | None = None, **saisie: str) -> Answer:
    """The new password, behind the link."""
    tout = {"mot_de_passe": NOUVEAU, "confirmation_mot_de_passe": NOUVEAU}
    return client.submit(page or client.get(chemin), chemin, **{**tout, **saisie})


def demander(client: Client, email: str = AUTRE, **saisie: str) -> Answer:
    """« Modifier mon adresse e-mail »."""
    tout = {"email": email, "confirmation_email": email, "mot_de_passe_actuel": MOT_DE_PASSE}
    return client.submit(client.get(ADRESSE), ADRESSE, **{**tout, **saisie})


def adresse_a_confirmer(guichet: Guichet, client: Client, email: str = AUTRE) -> str:
    """The link to a new address."""
    assert demander(client, email).location == f"{ADRESSE}?demandee=oui"
    (mail,) = [m for m in guichet.deliver() if m["To"] == email]
    return lien(mail, "nouvelle-adresse")


def est_dedans(client: Client) -> bool:
    """Whether a browser's session lives."""
    return client.get("/session").status == 200


def session(client: Client) -> str:
    """The cookie of the session."""
    return client.cookies["__Host-session"].split(".")[1]


# J4, « Changer mon mot de passe »


@pytest.mark.rule("J4", "T1")
@pytest.mark.controle("T03", "T07", "T25")
def test_changer_son_mot_de_passe_ferme_les_autres_sessions_et_garde_celle_ci(guichet: Guichet, jean: Client) -> None:
    ailleurs = [guichet.client("192.0.2.7"), guichet.client("192.0.2.8")]
    for client in ailleurs:
        se_connecter(client, EMAIL)
    ancienne, vieux = session(jean), guichet.client()
    vieux.cookies = dict(jean.cookies)
    reponse = changer(jean)
    assert reponse.location == f"{CHANGER}?change=oui" and session(jean) != ancienne
    assert "Votre mot de passe a été changé" in jean.follow(reponse).page.text
    assert [est_dedans(c) for c in (jean, vieux, *ailleurs)] == [True, False, False, False]
    assert len(re.findall(r'action="/mes-connexions/', jean.get("/mes-connexions").body)) == 0
    assert guichet.deliver() == [], "a message on screen, no e-mail"
    assert se_connecter(guichet.client(), EMAIL).status == 422
    assert se_connecter(guichet.client(), EMAIL, NOUVEAU).status == 303
    assert [a["objet"] for a in actes(guichet, "changer_son_mot_de_passe")] == [compte(guichet)]
    assert NOUVEAU not in str(photo(guichet, ()))


@pytest.mark.rule("J4", "B2", "T2")
@pytest.mark.controle("T25", "T24")
@pytest.mark.parametrize(
    ("saisie", "champ", "dit"),
    [
        ({"mot_de_passe_actuel": ""}, "mot_de_passe_actuel", "Saisissez votre mot de passe actuel"),
        ({"mot_de_passe_actuel": "Faux-2026!"}, "mot_de_passe_actuel", "Ce n’est pas votre mot de passe actuel"),
        ({"mot_de_passe": ""}, "mot_de_passe", "Choisissez un nouveau mot de passe"),
        ({"mot_de_passe": "court"}, "mot_de_passe", "Ajoutez des caractères"),
        ({"mot_de_passe": "Dubois-1985"}, "mot_de_passe", "sans votre nom"),
        ({"mot_de_passe": MOT_DE_PASSE}, "mot_de_passe", "différent de l’actuel"),
        ({"confirmation_mot_de_passe": "Autre-2026!"}, "confirmation_mot_de_passe", "diffèrent"),
    ],
)
def test_un_changement_refuse_dit_quoi_reprendre(
    guichet: Guichet, jean: Client, saisie: dict[str, str], champ: str, dit: str
) -> None:
    avant = photo(guichet)
    reponse = changer(jean, **saisie)
    assert reponse.status == 422 and reponse.page.title.startswith("Erreur : ")
    assert any(dit in texte and href == f"#{champ}" for texte, href in erreurs(reponse).items()), erreurs(reponse)
    assert photo(guichet) == avant and est_dedans(jean)
    assert not any(mot in reponse.body for mot in (MOT_DE_PASSE, NOUVEAU)), "a password is never given back"


@pytest.mark.rule("J4", "T4")
@pytest.mark.controle("T26")
def test_deviner_le_mot_de_passe_actuel_est_ralenti_sans_enfermer_personne(guichet: Guichet, jean: Client) -> None:
    guichet.advance(minutes=15 - guichet.now.minute % 15)
    for _ in range(10):
        assert changer(jean, mot_de_passe_actuel="Faux-2026!").status == 422
    refuse = changer(jean)
    assert refuse.status == 429 and 0 < int(refuse.headers["retry-after"]) <= 900
    assert se_connecter(guichet.client(), EMAIL).status == 303, "login is another door"
    guichet.advance(seconds=int(refuse.headers["retry-after"]))
    assert changer(jean).status == 303


@pytest.mark.rule("J4", "T4")
def test_un_double_clic_change_une_fois_et_mene_au_meme_endroit(guichet: Guichet, jean: Client) -> None:
    page, double = jean.get(CHANGER), guichet.client()
    double.cookies = dict(jean.cookies)
    assert [changer(c, page).location for c in (jean, double)] == [f"{CHANGER}?change=oui"] * 2
    assert len(actes(guichet, "changer_son_mot_de_passe")) == 1
    assert est_dedans(jean) and not est_dedans(double)


@pytest.mark.rule("J4", "S6")
def test_un_second_onglet_est_prie_de_se_reconnecter(guichet: Guichet, jean: Client) -> None:
    onglet = jean.get(CHANGER)
    changer(jean)
    reponse = changer(jean, onglet, mot_de_passe="Nager-4-Fois!", confirmation_mot_de_passe="Nager-4-Fois!")
    assert reponse.status == 403 and "Nager" not in reponse.body, "signed for the session that ended"
    assert se_connecter(guichet.client(), EMAIL, NOUVEAU).status == 303


@pytest.mark.rule("J4", "J6")
@pytest.mark.parametrize("role", ["GESTIONNAIRE", "ADMINISTRATEUR"])
def test_le_personnel_change_aussi_le_sien(guichet: Guichet, role: str) -> None:
    from infra.local.comptes import MOT_DE_PASSE as DEMO

    structures = ("grand-est",) if role == "GESTIONNAIRE" else ()
    agent = en_poste(guichet.client(), structures=structures, role=role)
    assert CHANGER in agent.get(CHANGER).page.links, "in the menu"
    assert changer(agent, mot_de_passe_actuel=DEMO).status == 303
    assert se_connecter(guichet.client(), "g@demo.fr", DEMO).status == 422
    page = se_connecter(guichet.client(), "g@demo.fr", NOUVEAU)
    assert page.page.form("/connexion/code"), "the second factor stays"


@pytest.mark.rule("J4", "J6", "T1")
@pytest.mark.controle("T35")
def test_un_code_demande_avec_l_ancien_mot_de_passe_ne_sert_plus(guichet: Guichet) -> None:
    from chalicelib.core import totp
    from infra.local.comptes import MOT_DE_PASSE as DEMO
    from infra.local.comptes import SECRET_TOTP

    agent = en_poste(guichet.client())
    voleur = guichet.client("192.0.2.66")
    etape = se_connecter(voleur, "g@demo.fr", DEMO)
    assert changer(agent, mot_de_passe_actuel=DEMO).status == 303
    code = totp.code(SECRET_TOTP, int(guichet.now.timestamp()) // 30)
    assert voleur.submit(etape, "/connexion/code", code=code).status == 422
    assert not est_dedans(voleur)


# J5, « Mot de passe oublié »


@pytest.mark.rule("J5", "T1", "T3")
@pytest.mark.controle("T07", "T32")
def test_un_mot_de_passe_oublie_se_choisit_de_nouveau(guichet: Guichet, jean: Client) -> None:
    client = guichet.client("192.0.2.9")
    assert OUBLI in client.get("/connexion").page.links and OUBLI in client.get("/").page.links
    chemin = lien_recu(guichet, client)
    page = client.get(chemin)
    assert page.status == 200 and page.headers["referrer-policy"] == "no-referrer" and est_dedans(jean)
    reponse = choisir(client, chemin, page)
    assert reponse.location == "/connexion?nouveau=mot-de-passe" and reponse.headers["referrer-policy"] == "no-referrer"
    arrivee = client.follow(reponse)
    assert "Votre mot de passe a été changé" in arrivee.page.text and not est_dedans(client), "a link logs nobody in"
    assert not est_dedans(jean)
    (avis,) = guichet.deliver()
    assert avis["To"] == EMAIL and avis["Subject"] == "Votre mot de passe a été changé"
    assert se_connecter(client, EMAIL).status == 422
    assert se_connecter(client, EMAIL, NOUVEAU).status == 303
    assert [a["objet"] for a in actes(guichet, "reinitialiser_son_mot_de_passe")] == [compte(guichet)]
    assert chemin.rpartition("/")[2] not in str(photo(guichet, ())), "kept hashed"


@pytest.mark.rule("J5", "T3")
@pytest.mark.controle("T32")
@pytest.mark.parametrize(
    ("attente", "statut"),
    [
        pytest.param(HEURE - 1, 303, id="une seconde avant une heure"),
        pytest.param(HEURE, 303, id="à une heure"),
        pytest.param(HEURE + 1, 410, id="une seconde après"),
    ],
)
def test_le_lien_vaut_une_heure(guichet: Guichet, jean: Client, attente: int, statut: int) -> None:
    client = guichet.client()
    chemin = lien_recu(guichet, client)
    page = client.get(chemin)
    guichet.advance(seconds=attente)
    assert client.get(chemin).status == (200 if statut == 303 else 410)
    reponse = choisir(client, chemin, page)
    assert reponse.status == statut
    if statut == 410:
        assert reponse.page.h1 == ["Ce lien a expiré"] and OUBLI in reponse.page.links
        assert se_connecter(guichet.client(), EMAIL).status == 303


@pytest.mark.rule("J5", "T3")
@pytest.mark.controle("T32", "T12")
def test_le_lien_sert_une_fois_et_l_ouvrir_ne_depense_rien(guichet: Guichet, jean: Client) -> None:
    client = guichet.client()
    chemin = lien_recu(guichet, client)
    avant = photo(guichet)
    pages = [client.get(chemin) for _ in range(3)]
    assert photo(guichet) == avant
    assert [choisir(client, chemin, pages[0]).status for _ in range(2)] == [303, 303], "a double click"
    autre = choisir(client, chemin, pages[1], mot_de_passe="Nager-4-Fois!", confirmation_mot_de_passe="Nager-4-Fois!")
    assert (autre.status, autre.page.h1) == (410, ["Ce lien a déjà servi"])
    assert len(actes(guichet, "reinitialiser_son_mot_de_passe")) == 1
    assert se_connecter(guichet.client(), EMAIL, NOUVEAU).status == 303


def _nouvelle_demande(guichet: Guichet, jean: Client) -> None:
    oublier(guichet, guichet.client())


def _mot_de_passe_change(guichet: Guichet, jean: Client) -> None:
    changer(jean)


def _adresse_changee(guichet: Guichet, jean: Client) -> None:
    chemin = adresse_a_confirmer(guichet, jean)
    jean.submit(jean.get(chemin), chemin)


@pytest.mark.rule("J5", "T3")
@pytest.mark.controle("T32")
@pytest.mark.parametrize("evenement", [_nouvelle_demande, _mot_de_passe_change, _adresse_changee])
def test_un_lien_est_mort_des_que_le_compte_change(
    guichet: Guichet, jean: Client, evenement: Callable[[Guichet, Client], None]
) -> None:
    client = guichet.client()
    chemin = lien_recu(guichet, client)
    page = client.get(chemin)
    evenement(guichet, jean)
    for reponse in (client.get(chemin), choisir(client, chemin, page)):
        assert (reponse.status, reponse.page.h1) == (410, ["Ce lien ne sert plus"])
        assert OUBLI in reponse.page.links
    assert actes(guichet, "reinitialiser_son_mot_de_passe") == []


@pytest.mark.rule("J5", "T3")
@pytest.mark.controle("T32")
def test_un_jeton_forge_ou_d_un_autre_usage_n_ouvre_rien(guichet: Guichet, jean: Client) -> None:
    client = guichet.client()
    adresse = adresse_a_confirmer(guichet, jean).rpartition("/")[2]
    jeton = lien_recu(guichet, client).rpartition("/")[2]
    for chemin in (f"nouveau-mot-de-passe/{adresse}", f"nouvelle-adresse/{jeton}", f"activation/{jeton}"):
        assert (page := client.get(f"/{chemin}")).status == 410 and page.page.h1 == ["Ce lien n’est pas reconnu"]
    for faux in (jeton[:-1], jeton[:-1] + ("A" if jeton[-1] != "A" else "B"), "x" * 43):
        page = client.get(f"/nouveau-mot-de-passe/{faux}")
        assert (page.status, page.page.h1) == (410, ["Ce lien n’est pas reconnu"])


@pytest.mark.rule("J5", "B2", "S2")
@pytest.mark.parametrize(
    ("saisie", "dit"),
    [
        ({"mot_de_passe": "court"}, "Ajoutez des caractères"),
        ({"mot_de_passe": "Dubois-1985"}, "sans votre nom"),
        ({"confirmation_mot_de_passe": "Autre-2026!"}, "diffèrent"),
    ],
)
def test_un_mot_de_passe_faible_ne_depense_pas_le_lien(
    guichet: Guichet, jean: Client, saisie: dict[str, str], dit: str
) -> None:
    client = guichet.client()
    chemin = lien_recu(guichet, client)
    reponse = choisir(client, chemin, **saisie)
    assert reponse.status == 422 and any(dit in texte for texte in erreurs(reponse))
    assert choisir(client, chemin, reponse).status == 303


def archiver(guichet: Guichet, email: str = EMAIL) -> None:
    """An archived account (rule N4)."""
    from chalicelib.commun.comptes import store

    row = store.lire_par_email(email)
    assert row
    row.update(actions=[store.CompteRow.etat.set("ARCHIVE")])


@pytest.mark.rule("J5", "Z2")
@pytest.mark.controle("T31")
def test_la_page_est_la_meme_pour_toute_adresse_et_le_mail_dit_le_reste(guichet: Guichet, jean: Client) -> None:
    attend, archive = "m.attend@exemple.fr", "a.archive@exemple.fr"
    autre = {"nom": "MARTIN", "nom_usage": "MARTIN"}
    deposer(guichet, guichet.client(), **autre, email=attend, confirmation_email=attend)
    inscrit(guichet.client(), nom="PETIT", nom_usage="PETIT", email=archive, confirmation_email=archive)
    archiver(guichet, archive)
    guichet.deliver()
    vues, sujets = set(), {}
    for email in (EMAIL, attend, archive, INCONNU):
        client = guichet.client()
        reponse = oublier(guichet, client, email)
        suite = client.follow(reponse)
        vues.add((reponse.status, reponse.location, suite.body))
        sujets[email] = [(m["To"], m["Subject"]) for m in guichet.deliver()]
    assert len(vues) == 1
    assert "Un email de réinitialisation de mot de passe vient de vous être envoyé" in suite.page.text
    assert sujets == {
        EMAIL: [(EMAIL, "Réinitialisation de votre mot de passe")],
        attend: [(attend, "Activez d’abord votre compte")],
        archive: [(archive, "Votre compte est archivé")],
        INCONNU: [],
    }


@pytest.mark.rule("J5", "B5")
def test_un_compte_a_activer_recoit_son_lien_d_activation(guichet: Guichet) -> None:
    client = guichet.client()
    deposer(guichet, client)
    (premier,) = guichet.deliver()
    oublier(guichet, client)
    (mail,) = guichet.deliver()
    ancien, chemin = parcours.lien_d_activation(premier), lien(mail, "activation")
    assert client.get(ancien).page.h1 == ["Ce lien a été remplacé"]
    assert client.submit(client.get(chemin), chemin).location == "/mon-profil"


@pytest.mark.rule("J5", "B4")
def test_un_compte_jamais_active_a_temps_ne_recoit_rien(guichet: Guichet) -> None:
    deposer(guichet, guichet.client())
    guichet.deliver()
    guichet.advance(days=7)
    assert oublier(guichet, guichet.client()).location == ENVOYE
    assert guichet.deliver() == []


@pytest.mark.rule("J5", "T5", "S2")
@pytest.mark.controle("T36")
@pytest.mark.parametrize(
    "faux", [{"email": ""}, {"email": "jean"}, {"captcha": ""}, {"captcha": "0"}, {"defi": ""}], ids=str
)
def test_l_oubli_demande_l_image_et_une_adresse(guichet: Guichet, jean: Client, faux: dict[str, str]) -> None:
    avant = photo(guichet)
    reponse = oublier(guichet, guichet.client(), **faux)
    assert reponse.status == 422 and len(erreurs(reponse)) == 1
    assert valeurs(reponse, OUBLI)["email"] == faux.get("email", EMAIL)
    assert photo(guichet) == avant


@pytest.mark.rule("J5", "T5")
@pytest.mark.controle("T36")
def test_une_autre_image_garde_l_adresse_et_celle_d_un_autre_formulaire_ne_sert_pas(
    guichet: Guichet, jean: Client
) -> None:
    client = guichet.client()
    page = client.get(OUBLI)
    champs = [(n, v[0]) for n, v in page.page.form(OUBLI)["fields"].items() if n != "email"]
    autre = client.post(OUBLI, [*champs, ("email", EMAIL), ("action", "autre_image")])
    assert autre.status == 200 and valeurs(autre, OUBLI)["email"] == EMAIL
    renvoi = client.get("/activation/renvoyer")
    defi = valeurs(renvoi, "/activation/renvoyer")["defi"]
    assert oublier(guichet, client, defi=defi, captcha=guichet.captcha(renvoi)).status == 422


@pytest.mark.rule("J5", "T4")
@pytest.mark.controle("T37")
@pytest.mark.parametrize("email", [EMAIL, INCONNU])
def test_une_adresse_ne_recoit_que_cinq_liens_par_heure(guichet: Guichet, jean: Client, email: str) -> None:
    guichet.advance(minutes=60 - guichet.now.minute)
    for graphie in (email, email.upper(), f" {email}", email, email):
        assert oublier(guichet, guichet.client(), graphie).status == 303
    ailleurs = [oublier(guichet, guichet.client(f"192.0.2.{n}"), email).status for n in range(90, 106)]
    assert ailleurs == [303] * 15 + [429], "a stranger's requests do not count for others, nor fill a mailbox"
    refuse = oublier(guichet, guichet.client(), email)
    assert refuse.status == 429 and 0 < int(refuse.headers["retry-after"]) <= HEURE
    assert valeurs(refuse, OUBLI)["email"] == email
    guichet.advance(seconds=int(refuse.headers["retry-after"]))
    assert oublier(guichet, guichet.client(), email).status == 303


@pytest.mark.rule("J5", "T4")
@pytest.mark.controle("T28")
def test_qui_est_enferme_par_un_inconnu_entre_par_le_lien(guichet: Guichet, jean: Client) -> None:
    for i in range(101):
        se_connecter(guichet.client(f"198.51.100.{i}"), EMAIL, "Faux-2026!")
    client = guichet.client()
    assert se_connecter(client, EMAIL).status == 429
    chemin = lien_recu(guichet, client)
    assert choisir(client, chemin).status == 303
    assert se_connecter(client, EMAIL, NOUVEAU).status == 303


@pytest.mark.rule("J5", "V1")
@pytest.mark.controle("T20")
def test_les_liens_ne_suivent_pas_l_hote_de_la_demande(guichet: Guichet, jean: Client) -> None:
    faux = {"host": "evil.test", "x-forwarded-host": "evil.test", "forwarded": "host=evil.test", "x-host": "evil.test"}
    for client, chemin, saisie in (
        (guichet.client(), OUBLI, {"email": EMAIL}),
        (jean, ADRESSE, {"email": AUTRE, "confirmation_email": AUTRE, "mot_de_passe_actuel": MOT_DE_PASSE}),
    ):
        page = client.get(chemin, **faux)
        if chemin == OUBLI:
            saisie["captcha"] = guichet.captcha(page)
        champs = {n: v[0] for n, v in page.page.form(chemin)["fields"].items()} | saisie
        assert client.post(chemin, list(champs.items()), **faux).status == 303
    mails = guichet.deliver()
    assert len(mails) == 3
    for mail in mails:
        texte = "".join(partie.get_content() for partie in mail.iter_parts())
        adresses = re.findall(r"https?://[^/\s\"<]+", texte)
        assert adresses and set(adresses) == {"https://guichet.test"} and "evil" not in texte


@pytest.mark.rule("J5", "J6")
@pytest.mark.controle("T35")
def test_le_lien_ne_dispense_pas_du_second_facteur(guichet: Guichet) -> None:
    parcours.personnel("g@demo.fr", ["grand-est"])
    agent = guichet.client()
    oublier(guichet, agent, "g@demo.fr")
    chemin = lien(guichet.deliver()[-1], "nouveau-mot-de-passe")
    assert choisir(agent, chemin).location == "/connexion?nouveau=mot-de-passe"
    assert not est_dedans(agent)
    page = se_connecter(agent, "g@demo.fr", NOUVEAU)
    assert page.status == 200 and page.page.form("/connexion/code") and not est_dedans(agent)


@pytest.mark.rule("J5", "T1")
def test_reinitialiser_depuis_sa_propre_session_la_ferme_aussi(guichet: Guichet, jean: Client) -> None:
    chemin = lien_recu(guichet, jean)
    page, double = jean.get(chemin), guichet.client()
    double.cookies = dict(jean.cookies)
    assert [choisir(c, chemin, page).location for c in (jean, double)] == ["/connexion?nouveau=mot-de-passe"] * 2
    assert not est_dedans(jean)


# J3, another address


@pytest.mark.rule("J3", "T1", "T3")
@pytest.mark.controle("T07", "T12")
def test_l_adresse_change_quand_le_lien_est_suivi(guichet: Guichet, jean: Client) -> None:
    ailleurs = guichet.client("192.0.2.7")
    se_connecter(ailleurs, EMAIL)
    identification = jean.get("/mon-profil/identification")
    assert ADRESSE in identification.page.links
    vue = jean.follow(demander(jean))
    assert AUTRE in vue.page.text and "Une modification attend d’être confirmée" in vue.page.text
    a_la_nouvelle, a_l_ancienne = sorted(guichet.deliver(), key=lambda m: m["To"] == EMAIL)
    assert (a_la_nouvelle["To"], a_l_ancienne["To"]) == (AUTRE, EMAIL)
    assert a_l_ancienne["Subject"] == "Une modification de votre adresse e-mail a été demandée"
    assert AUTRE not in a_l_ancienne.get_body(("plain",)).get_content()
    chemin = lien(a_la_nouvelle, "nouvelle-adresse")
    avant = photo(guichet)
    page = jean.get(chemin)
    assert page.status == 200 and page.headers["referrer-policy"] == "no-referrer" and photo(guichet) == avant
    assert se_connecter(guichet.client(), EMAIL).status == 303, "nothing changes before"
    reponse = jean.submit(page, chemin)
    assert reponse.location == f"{ADRESSE}?change=oui"
    assert "Votre adresse e-mail a été changée" in jean.follow(reponse).page.text
    assert est_dedans(jean) and not est_dedans(ailleurs)
    (avis,) = guichet.deliver()
    assert (avis["To"], avis["Subject"]) == (EMAIL, "Votre adresse e-mail a été changée")
    assert se_connecter(guichet.client(), EMAIL).status == 422
    assert se_connecter(guichet.client(), AUTRE).status == 303
    assert [a["objet"] for a in actes(guichet, "changer_son_adresse")] == [compte(guichet, AUTRE)]
    libre = {"nom": "MARTIN", "nom_usage": "MARTIN"}
    assert deposer(guichet, guichet.client(), **libre).status == 303, "the old address is free"


@pytest.mark.rule("J3", "T1")
def test_le_lien_suivi_ailleurs_ne_connecte_personne(guichet: Guichet, jean: Client) -> None:
    chemin = adresse_a_confirmer(guichet, jean)
    telephone = guichet.client("192.0.2.7")
    reponse = telephone.submit(telephone.get(chemin), chemin)
    assert reponse.location == "/connexion?nouveau=adresse" and not est_dedans(telephone)
    assert "désormais votre identifiant" in telephone.follow(reponse).page.text
    assert not est_dedans(jean), "the session opened under the old address ends"


@pytest.mark.rule("J3", "S2")
@pytest.mark.parametrize(
    ("saisie", "champ", "dit"),
    [
        ({"email": ""}, "email", "Saisissez votre nouvelle adresse"),
        ({"email": "jean", "confirmation_email": "jean"}, "email", "adresse e-mail complète"),
        ({"confirmation_email": "j@exemple.fr"}, "confirmation_email", "diffèrent"),
        ({"email": EMAIL.upper(), "confirmation_email": EMAIL.upper()}, "email", "C’est déjà l’adresse"),
        ({"mot_de_passe_actuel": ""}, "mot_de_passe_actuel", "Saisissez votre mot de passe actuel"),
        ({"mot_de_passe_actuel": "Faux-2026!"}, "mot_de_passe_actuel", "Ce n’est pas votre mot de passe actuel"),
    ],
)
def test_une_demande_d_adresse_refusee_garde_la_saisie(
    guichet: Guichet, jean: Client, saisie: dict[str, str], champ: str, dit: str
) -> None:
    avant = photo(guichet)
    reponse = demander(jean, **saisie)
    assert reponse.status == 422
    assert any(dit in texte and href == f"#{champ}" for texte, href in erreurs(reponse).items()), erreurs(reponse)
    assert valeurs(reponse, ADRESSE)["email"].casefold() == saisie.get("email", AUTRE).casefold()
    assert photo(guichet) == avant


@pytest.mark.rule("J3", "Z2")
@pytest.mark.controle("T31")
def test_une_adresse_deja_prise_n_est_jamais_dite_a_qui_la_demande(guichet: Guichet, jean: Client) -> None:
    prise = "m.prise@exemple.fr"
    inscrit(guichet.client(), nom="MARTIN", nom_usage="MARTIN", email=prise, confirmation_email=prise)
    vues = {}
    for email in (prise, "m.libre@exemple.fr"):
        reponse = demander(jean, email)
        vue = jean.follow(reponse)
        texte = re.sub(r'value="[^"]*"', "", vue.body).replace(email, "ADRESSE")
        vues[email] = (reponse.status, reponse.location, texte)
    assert vues[prise] == vues["m.libre@exemple.fr"]
    sujets = [(m["To"], m["Subject"]) for m in guichet.deliver()]
    demandee = (EMAIL, "Une modification de votre adresse e-mail a été demandée")
    assert sorted(sujets) == [
        demandee,
        demandee,
        ("m.libre@exemple.fr", "Confirmez votre nouvelle adresse e-mail"),
        (prise, "Votre adresse e-mail a été indiquée pour un autre compte"),
    ]


@pytest.mark.rule("J3", "B3")
def test_de_deux_comptes_qui_confirment_une_adresse_le_second_l_apprend(guichet: Guichet, jean: Client) -> None:
    autre = guichet.client("192.0.2.7")
    inscrit(autre, nom="MARTIN", nom_usage="MARTIN", email="m@exemple.fr", confirmation_email="m@exemple.fr")
    liens = [adresse_a_confirmer(guichet, client) for client in (jean, autre)]
    pages = [client.get(chemin) for client, chemin in zip((jean, autre), liens, strict=True)]
    assert jean.submit(pages[0], liens[0]).status == 303
    perdu = autre.submit(pages[1], liens[1])
    assert (perdu.status, perdu.page.h1) == (409, ["Cette adresse sert déjà à un compte"])
    assert ADRESSE in perdu.page.links and est_dedans(autre)
    assert se_connecter(guichet.client(), AUTRE).status == 303
    assert se_connecter(guichet.client(), "m@exemple.fr").status == 303


@pytest.mark.rule("J3", "T3")
@pytest.mark.controle("T32")
@pytest.mark.parametrize(
    ("attente", "statut"),
    [
        pytest.param(JOUR - 1, 303, id="une seconde avant un jour"),
        pytest.param(JOUR, 303, id="à un jour"),
        pytest.param(JOUR + 1, 410, id="une seconde après"),
    ],
)
def test_le_lien_d_adresse_vaut_un_jour(guichet: Guichet, jean: Client, attente: int, statut: int) -> None:
    chemin = adresse_a_confirmer(guichet, jean)
    guichet.advance(seconds=attente)
    client = guichet.client()
    page = client.get(chemin)
    assert page.status == (200 if statut == 303 else 410)
    if statut == 410:
        assert page.page.h1 == ["Ce lien a expiré"] and ADRESSE in page.page.links
        se_connecter(client, EMAIL)
        assert "attend d’être confirmée" not in client.get(ADRESSE).page.text
    else:
        assert client.submit(page, chemin).status == 303


@pytest.mark.rule("J3", "T3")
@pytest.mark.controle("T32")
@pytest.mark.parametrize("evenement", ["annuler", "redemander", "changer de mot de passe", "réinitialiser"])
def test_une_demande_d_adresse_meurt(guichet: Guichet, jean: Client, evenement: str) -> None:
    chemin = adresse_a_confirmer(guichet, jean)
    client = guichet.client()
    page = client.get(chemin)
    if evenement == "annuler":
        reponse = jean.submit(jean.get(ADRESSE), ANNULER)
        assert "La modification est annulée" in jean.follow(reponse).page.text
        assert jean.submit(jean.get(f"{ADRESSE}?demandee=oui"), "/deconnexion").status == 303
        assert [a["objet"] for a in actes(guichet, "annuler_une_adresse")] == [compte(guichet)]
    elif evenement == "redemander":
        demander(jean, "encore@exemple.fr")
    elif evenement == "changer de mot de passe":
        changer(jean)
        assert "attend d’être confirmée" not in jean.get(ADRESSE).page.text
    else:
        choisir(client, lien_recu(guichet, client))
    for reponse in (client.get(chemin), client.submit(page, chemin)):
        assert (reponse.status, reponse.page.h1) == (410, ["Ce lien ne sert plus"])
    assert actes(guichet, "changer_son_adresse") == []


@pytest.mark.rule("J3", "T4")
def test_annuler_deux_fois_dit_la_meme_chose(guichet: Guichet, jean: Client) -> None:
    adresse_a_confirmer(guichet, jean)
    pages = [jean.get(ADRESSE) for _ in range(2)]
    assert [jean.submit(p, ANNULER).location for p in (*pages, pages[0])] == [f"{ADRESSE}?annulee=oui"] * 3
    assert len(actes(guichet, "annuler_une_adresse")) == 1


@pytest.mark.rule("J3", "T4")
def test_un_double_clic_sur_confirmer_change_une_fois(guichet: Guichet, jean: Client) -> None:
    chemin = adresse_a_confirmer(guichet, jean)
    page, double = jean.get(chemin), guichet.client()
    double.cookies = dict(jean.cookies)
    assert [c.submit(page, chemin).location for c in (jean, double)] == [f"{ADRESSE}?change=oui"] * 2
    assert len(actes(guichet, "changer_son_adresse")) == 1 and est_dedans(jean)


@pytest.mark.rule("J3", "T4")
@pytest.mark.controle("T37")
def test_les_demandes_d_adresse_sont_comptees_par_compte_et_par_adresse(guichet: Guichet, jean: Client) -> None:
    guichet.advance(minutes=60 - guichet.now.minute)
    se_connecter(jean, EMAIL)
    for i in range(5):
        assert demander(jean, f"a{i}@exemple.fr").status == 303
    refuse = demander(jean)
    assert refuse.status == 429 and valeurs(refuse, ADRESSE)["email"] == AUTRE
    autre = guichet.client("192.0.2.7")
    inscrit(autre, nom="MARTIN", nom_usage="MARTIN", email="m@exemple.fr", confirmation_email="m@exemple.fr")
    for _ in range(4):
        assert demander(autre, "a0@exemple.fr").status == 303
    assert demander(autre, "a0@exemple.fr").status == 429, "one mailbox is not filled, were it by several accounts"


@pytest.mark.rule("J3", "J6")
def test_le_personnel_change_aussi_d_adresse(guichet: Guichet) -> None:
    from infra.local.comptes import MOT_DE_PASSE as DEMO

    agent = en_poste(guichet.client())
    assert demander(agent, mot_de_passe_actuel=DEMO).status == 303
    chemin = lien(next(m for m in guichet.deliver() if m["To"] == AUTRE), "nouvelle-adresse")
    assert agent.submit(agent.get(chemin), chemin).status == 303
    assert agent.get("/gestion/inscriptions").status == 200
    guichet.advance(minutes=1)
    assert se_connecter_en_gestion(guichet, guichet.client(), AUTRE).status == 200
