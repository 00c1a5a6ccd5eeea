"""From the activation mail to the first page of the profile, or to the account's deletion (rules B4, B5, T3, W1)."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.dates import instant
from tests.client import Answer, Client
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.parcours import (
    IDENTITE,
    MOT_DE_PASSE,
    actes,
    compte,
    deposer,
    erreurs,
    lien_d_activation,
    photo,
    s_inscrire,
    se_connecter,
    valeurs,
)

guichet = parcours.guichet
RENVOYER = "/activation/renvoyer"
SEPT_JOURS = 7 * 24 * 3600


def lien_recu(guichet: Guichet, client: Client, **autre: str) -> str:
    """« Déposer un CV » sent; the link of the mail."""
    assert deposer(guichet, client, **autre).status == 303
    return lien_d_activation(guichet.deliver()[-1])


def activer(client: Client, lien: str) -> Answer:
    """Open the link and press its button."""
    return client.submit(client.get(lien), lien)


def demander(guichet: Guichet, client: Client, email: str = IDENTITE["email"], **autre: str) -> Answer:
    """« Recevoir un nouveau lien »."""
    page = client.get(RENVOYER)
    return client.submit(page, RENVOYER, **{"email": email, "captcha": guichet.captcha(page), **autre})


@pytest.mark.rule("B4", "B5", "T3")
@pytest.mark.controle("T12", "T32")
def test_ouvrir_le_lien_ne_montre_qu_un_bouton(guichet: Guichet, visiteur: Client) -> None:
    lien = lien_recu(guichet, visiteur)
    avant = photo(guichet)
    for robot in (visiteur, guichet.client("192.0.2.50")):
        page = robot.get(lien)
        assert page.status == 200 and page.page.h1 == ["Activez votre compte"]
        assert page.headers["referrer-policy"] == "no-referrer"
        assert [f["buttons"] for f in page.page.forms] == [[(None, None)]]
    assert photo(guichet) == avant

    guichet.advance(minutes=1)
    arrivee = visiteur.follow(activer(visiteur, lien))
    assert arrivee.path == "/mon-profil" and "Bonjour Jean DUBOIS" in arrivee.page.text
    assert [a["acte"] for a in actes(guichet)] == ["ouvrir_un_compte", "activer_le_compte"]


@pytest.mark.rule("B4", "W2")
def test_le_mail_dit_quand_le_compte_sera_supprime_et_le_second_ne_recule_rien(
    guichet: Guichet, visiteur: Client
) -> None:
    deposer(guichet, visiteur)
    fin = instant(guichet.now + timedelta(days=7))
    (premier,) = guichet.deliver()
    guichet.advance(days=3)
    demander(guichet, visiteur)
    (second,) = guichet.deliver()
    for mail in (premier, second):
        for genre in ("plain", "html"):
            texte = mail.get_body((genre,)).get_content()
            assert f"jusqu’au {fin}" in texte and "votre compte et ses données seront supprimés" in texte


@pytest.mark.rule("B4", "T3")
@pytest.mark.controle("T32")
@pytest.mark.parametrize(
    ("attente", "vivant"),
    [
        pytest.param(SEPT_JOURS - 1, True, id="une seconde avant sept jours"),
        pytest.param(SEPT_JOURS, True, id="à sept jours"),
        pytest.param(SEPT_JOURS + 1, False, id="une seconde après"),
    ],
)
def test_le_lien_vaut_sept_jours_a_la_seconde(guichet: Guichet, visiteur: Client, attente: int, vivant: bool) -> None:
    lien = lien_recu(guichet, visiteur)
    page = visiteur.get(lien)
    guichet.advance(seconds=attente)
    if vivant:
        assert activer(visiteur, lien).location == "/mon-profil"
        return
    tardif = visiteur.get(lien)
    assert (tardif.status, tardif.page.h1) == (410, ["Ce lien a expiré"])
    assert "/deposer-un-cv" in tardif.page.links
    assert visiteur.submit(page, lien).status in {403, 410}
    frais = visiteur.get("/deposer-un-cv").page.form("/deposer-un-cv")["fields"]["commande"][0]
    force = visiteur.post(lien, [("commande", frais)])
    assert (force.status, force.page.h1) == (410, ["Ce lien a expiré"])
    assert photo(guichet, ("noyau", "outbox", "comptes", "audit"))["intervenants"] == []


@pytest.mark.rule("B5", "T3")
@pytest.mark.controle("T32")
def test_un_lien_deja_utilise_le_dit_et_mene_a_la_connexion(guichet: Guichet, visiteur: Client) -> None:
    lien = lien_recu(guichet, visiteur)
    ouverte_deux_fois = visiteur.get(lien)
    activer(visiteur, lien)
    avant = photo(guichet)
    autre = guichet.client("192.0.2.3")
    page = autre.get(lien)
    assert (page.status, page.page.h1) == (410, ["Ce lien a déjà servi"])
    assert "/connexion" in page.page.links and page.headers["referrer-policy"] == "no-referrer"
    commande = autre.get("/deposer-un-cv").page.form("/deposer-un-cv")["fields"]["commande"][0]
    force = autre.post(lien, [("commande", commande)])
    assert (force.status, force.page.h1) == (410, ["Ce lien a déjà servi"])
    assert force.headers["referrer-policy"] == "no-referrer"
    assert autre.get("/mon-profil").location.startswith("/connexion")
    assert visiteur.submit(ouverte_deux_fois, lien).status == 403
    assert photo(guichet) == avant


@pytest.mark.rule("B5", "T4")
def test_un_double_clic_sur_activer_active_une_fois_et_n_affiche_pas_d_erreur(
    guichet: Guichet, visiteur: Client
) -> None:
    lien = lien_recu(guichet, visiteur)
    page = visiteur.get(lien)
    visite = dict(visiteur.cookies)
    assert visiteur.submit(page, lien).location == "/mon-profil"
    avant = photo(guichet)
    pressee = guichet.client()
    pressee.cookies = visite
    assert pressee.submit(page, lien).location == "/mon-profil"
    assert photo(guichet, ("noyau", "audit", "comptes")) == {
        t: v for t, v in avant.items() if t not in ("audit", "comptes")
    }
    assert pressee.get("/mon-profil").status == 200, "the browser shows the second answer: it must let in too"
    autre = guichet.client()
    assert autre.submit(autre.get("/connexion"), "/connexion").status == 422 and autre.get("/mon-profil").status == 303


@pytest.mark.rule("B5", "T3")
@pytest.mark.controle("T32")
@pytest.mark.parametrize(
    "jeton", ["inconnu", "x" * 43, "%F0%9F%98%80", "..%2F..%2Fetc", "a%00b", "%FF%FE", "0" * 3000, "{{7*7}}"]
)
def test_un_lien_inconnu_le_dit(guichet: Guichet, visiteur: Client, jeton: str) -> None:
    lien_recu(guichet, visiteur)
    page = visiteur.get(f"/activation/{jeton}")
    assert (page.status, page.page.h1) in [(410, ["Ce lien n’est pas reconnu"]), (404, ["Cette page est introuvable"])]
    if page.status == 410:
        assert RENVOYER in page.page.links


@pytest.mark.rule("B4", "B3")
def test_passe_les_sept_jours_on_s_inscrit_de_nouveau_sans_attendre_le_balayage(
    guichet: Guichet, visiteur: Client
) -> None:
    lien_recu(guichet, visiteur)
    autre = guichet.client("192.0.2.8")
    guichet.advance(days=7, seconds=-1)
    assert parcours.deposer(guichet, autre).status == 409
    guichet.advance(seconds=1)
    assert parcours.deposer(guichet, autre).status == 303
    (mail,) = guichet.deliver()
    assert activer(autre, lien_d_activation(mail)).location == "/mon-profil"
    assert guichet.sweep("balayer_comptes")["changed"] == 0


@pytest.mark.rule("B5", "T3")
@pytest.mark.controle("T32")
def test_un_nouveau_lien_remplace_l_ancien(guichet: Guichet, visiteur: Client) -> None:
    ancien = lien_recu(guichet, visiteur)
    guichet.advance(days=1)
    envoye = visiteur.follow(demander(guichet, visiteur))
    assert envoye.path.startswith("/deposer-un-cv/envoye")
    (mail,) = guichet.deliver()
    nouveau = lien_d_activation(mail)
    guichet.advance(minutes=1)
    assert nouveau != ancien
    page = visiteur.get(ancien)
    assert (page.status, page.page.h1) == (410, ["Ce lien a été remplacé"])
    assert RENVOYER in page.page.links
    assert activer(visiteur, nouveau).location == "/mon-profil"
    assert [a["acte"] for a in actes(guichet)] == ["ouvrir_un_compte", "renvoyer_l_activation", "activer_le_compte"]


@pytest.mark.rule("B4", "B5")
@pytest.mark.parametrize(("seconde", "vivant"), [(0, True), (1, False)], ids=["à sept jours", "une seconde après"])
def test_le_nouveau_lien_ne_prolonge_pas_les_sept_jours_du_compte(
    guichet: Guichet, visiteur: Client, seconde: int, vivant: bool
) -> None:
    lien_recu(guichet, visiteur)
    guichet.advance(days=6)
    demander(guichet, visiteur)
    nouveau = lien_d_activation(guichet.deliver()[-1])
    guichet.advance(days=1, seconds=seconde)
    assert visiteur.get(nouveau).status == (200 if vivant else 410)


@pytest.mark.rule("B4", "B5")
def test_passe_les_sept_jours_aucun_lien_mort_ne_part(guichet: Guichet, visiteur: Client) -> None:
    """The sweep runs every hour: between the seven days and the sweep, the account counts as gone."""
    lien_recu(guichet, visiteur)
    guichet.advance(seconds=SEPT_JOURS + 1)
    assert demander(guichet, visiteur).location == "/deposer-un-cv/envoye?renvoi=oui"
    assert guichet.deliver() == []


@pytest.mark.rule("B5", "T4")
@pytest.mark.controle("T31")
def test_le_renvoi_ne_dit_pas_quelles_adresses_existent(guichet: Guichet, visiteur: Client) -> None:
    lien_recu(guichet, visiteur)
    s_inscrire(guichet, guichet.client("192.0.2.8"), nom="MARTIN", email="m@exemple.fr",
               confirmation_email="m@exemple.fr")  # fmt: skip
    reponses = [
        demander(guichet, guichet.client(f"192.0.2.{i}"), email)
        for i, email in enumerate((IDENTITE["email"], "m@exemple.fr", "inconnu@exemple.fr"), start=20)
    ]
    assert {(r.status, r.location, r.body) for r in reponses} == {(303, "/deposer-un-cv/envoye?renvoi=oui", "")}
    assert [m["To"] for m in guichet.deliver()] == [IDENTITE["email"]]


@pytest.mark.rule("B5", "T4")
@pytest.mark.controle("T37")
@pytest.mark.parametrize("email", [IDENTITE["email"], "inconnu@exemple.fr"], ids=["à activer", "inconnue"])
def test_le_renvoi_est_limite_par_adresse_et_reprend_apres_son_delai(
    guichet: Guichet, visiteur: Client, email: str
) -> None:
    lien_recu(guichet, visiteur)
    graphies = [email, email.upper(), email.title(), f" {email} ", email]
    for graphie in graphies:
        assert demander(guichet, visiteur, graphie).status == 303
    ailleurs = [demander(guichet, guichet.client(f"192.0.2.{n}"), email).status for n in range(90, 106)]
    assert ailleurs == [303] * 15 + [429], "a stranger's requests do not count for others, nor fill a mailbox"
    refuse = demander(guichet, visiteur, email.upper())
    assert refuse.status == 429 and 0 < int(refuse.headers["retry-after"]) <= 3600
    assert valeurs(refuse, RENVOYER)["email"] == email.upper()
    assert demander(guichet, visiteur, "autre@exemple.fr").status == 303
    guichet.advance(seconds=int(refuse.headers["retry-after"]))
    assert demander(guichet, visiteur, email).status == 303


@pytest.mark.rule("B5", "T5")
def test_le_renvoi_demande_l_image_et_une_adresse(guichet: Guichet, visiteur: Client) -> None:
    lien_recu(guichet, visiteur)
    avant = photo(guichet)
    cas: list[dict[str, Any]] = [{"email": ""}, {"email": "jean"}, {"captcha": ""}, {"captcha": "0"}, {"defi": ""}]
    for faux in cas:
        reponse = demander(guichet, visiteur, **faux)
        assert reponse.status == 422 and len(erreurs(reponse)) == 1, faux
        assert valeurs(reponse, RENVOYER)["email"] == faux.get("email", IDENTITE["email"])
    assert photo(guichet) == avant
    page = visiteur.get(RENVOYER)
    champs = [(n, v[0]) for n, v in page.page.form(RENVOYER)["fields"].items() if n != "email"]
    autre = visiteur.post(RENVOYER, [*champs, ("email", "a@exemple.fr"), ("action", "autre_image")])
    assert autre.status == 200 and valeurs(autre, RENVOYER)["email"] == "a@exemple.fr"


@pytest.mark.rule("B5", "T4")
def test_un_double_clic_sur_renvoyer_n_envoie_qu_un_mail(guichet: Guichet, visiteur: Client) -> None:
    lien_recu(guichet, visiteur)
    page = visiteur.get(RENVOYER)
    captcha = guichet.captcha(page)
    reponses = [visiteur.submit(page, RENVOYER, email=IDENTITE["email"], captcha=captcha) for _ in range(2)]
    assert [r.location for r in reponses] == ["/deposer-un-cv/envoye?renvoi=oui"] * 2
    assert len(guichet.deliver()) == 1


# The sweep


def traces(guichet: Guichet, *mots: str) -> list[tuple[str, str]]:
    """Where the tables still hold one of these words."""
    return [
        (table, mot)
        for table, rows in photo(guichet, ()).items()
        for row in rows
        for mot in mots
        if mot.casefold() in str(row).casefold()
    ]


@pytest.mark.rule("B4", "W1")
@pytest.mark.parametrize(
    ("attente", "supprime"),
    [
        pytest.param(SEPT_JOURS - 1, 0, id="une seconde avant sept jours"),
        pytest.param(SEPT_JOURS, 1, id="à sept jours"),
        pytest.param(SEPT_JOURS + 1, 1, id="une seconde après"),
    ],
)
def test_le_balayage_supprime_le_compte_a_la_seconde(
    guichet: Guichet, visiteur: Client, attente: int, supprime: int
) -> None:
    lien = lien_recu(guichet, visiteur)
    guichet.advance(seconds=attente)
    assert guichet.sweep("balayer_comptes") == {"due": supprime, "seen": supprime, "changed": supprime, "failed": 0}
    apres = photo(guichet, ())
    guichet.advance(minutes=5)
    assert guichet.sweep("balayer_comptes") == {"due": 0, "seen": 0, "changed": 0, "failed": 0} or not supprime
    if not supprime:
        return
    assert {t: photo(guichet, ())[t] for t in apres if t != "noyau"} == {t: apres[t] for t in apres if t != "noyau"}
    page = visiteur.get(lien)
    assert (page.status, page.page.h1) == (410, ["Ce lien a expiré"])


@pytest.mark.rule("B4", "N5")
def test_il_ne_reste_rien_d_un_compte_supprime(guichet: Guichet, visiteur: Client) -> None:
    lien = lien_recu(guichet, visiteur)
    demander(guichet, visiteur)
    guichet.deliver()
    se_connecter(guichet.client("192.0.2.7"), IDENTITE["email"])
    compte_id = compte(guichet)
    guichet.advance(seconds=SEPT_JOURS)
    guichet.sweep("balayer_comptes")
    assert (
        traces(
            guichet,
            IDENTITE["email"],
            "DUBOIS",
            "Jean",
            "27/03/1985",
            "1985-03-27",
            MOT_DE_PASSE,
            lien.rpartition("/")[2],
        )
        == []
    )
    assert [r for r in guichet.rows("comptes") if not r["pk"]["S"].startswith("JETON#")] == []
    assert {table for table, _ in traces(guichet, compte_id)} <= {"audit", "comptes"}
    assert actes(guichet)[-1]["acte"] == "supprimer_un_compte_non_active"

    revenu = guichet.client("192.0.2.8")
    nouveau = lien_recu(guichet, revenu)
    assert revenu.follow(activer(revenu, nouveau)).path == "/mon-profil", "address and identity are free again"


@pytest.mark.rule("B4", "N5")
def test_un_mail_qui_n_est_jamais_parti_ne_survit_pas_au_compte(guichet: Guichet, visiteur: Client) -> None:
    assert deposer(guichet, visiteur).status == 303
    guichet.advance(seconds=SEPT_JOURS)
    guichet.sweep("balayer_comptes")
    assert traces(guichet, IDENTITE["email"], "DUBOIS") == []


@pytest.mark.rule("B4", "W1")
def test_un_compte_active_n_est_jamais_balaye(guichet: Guichet, visiteur: Client) -> None:
    s_inscrire(guichet, visiteur)
    avant = photo(guichet)
    guichet.advance(days=8)
    assert guichet.sweep("balayer_comptes")["seen"] == 0
    assert photo(guichet) == avant


def plusieurs(guichet: Guichet, nombre: int) -> None:
    """Accounts to activate."""
    for i in range(nombre):
        email = f"personne{i}@exemple.fr"
        nom = "Abcdefghij"[: i + 3]
        autre = {"nom": nom, "nom_usage": nom, "email": email, "confirmation_email": email}
        assert deposer(guichet, guichet.client(f"192.0.2.{i}"), **autre).status == 303
    guichet.deliver()


@pytest.mark.rule("W1")
def test_un_balayage_tue_en_route_finit_la_fois_suivante(
    guichet: Guichet, visiteur: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.intervenants.inscription import usecases

    plusieurs(guichet, 3)
    guichet.advance(seconds=SEPT_JOURS)
    vrai, passes = usecases.supprimer_le_compte_non_active, []

    def tue(ctx: Any, compte_id: str) -> bool:
        if passes:
            raise SystemExit("killed")
        passes.append(compte_id)
        return vrai(ctx, compte_id)

    monkeypatch.setattr(usecases, "supprimer_le_compte_non_active", tue)
    with pytest.raises(SystemExit):
        guichet.sweep("balayer_comptes")
    assert len([r for r in guichet.rows("comptes") if r["sk"]["S"] == "COMPTE"]) == 2
    monkeypatch.setattr(usecases, "supprimer_le_compte_non_active", vrai)
    assert guichet.sweep("balayer_comptes") == {"due": 2, "seen": 2, "changed": 2, "failed": 0}
    assert guichet.sweep("balayer_comptes") == {"due": 0, "seen": 0, "changed": 0, "failed": 0}
    assert len(actes(guichet, "supprimer_un_compte_non_active")) == 3


@pytest.mark.rule("W1")
def test_un_compte_qui_resiste_n_arrete_pas_le_balayage_et_se_compte(
    guichet: Guichet, visiteur: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.commun.comptes import public

    plusieurs(guichet, 3)
    resiste = compte(guichet, "personne1@exemple.fr")
    guichet.advance(seconds=SEPT_JOURS)
    vrai = public.supprimer_le_compte

    def parfois(act: Any, compte_id: str) -> bool:
        if compte_id == resiste:
            raise RuntimeError("broken row")
        return vrai(act, compte_id)

    monkeypatch.setattr(public, "supprimer_le_compte", parfois)
    assert guichet.sweep("balayer_comptes") == {"due": 3, "seen": 3, "changed": 2, "failed": 1}
    runs = [r for r in guichet.rows("noyau") if r["pk"]["S"] == "BALAYAGE#balayer-comptes"]
    assert [tuple(r[c]["N"] for c in ("dus", "vus", "changes", "echecs")) for r in runs] == [("3", "3", "2", "1")]
    monkeypatch.setattr(public, "supprimer_le_compte", vrai)
    assert guichet.sweep("balayer_comptes") == {"due": 1, "seen": 1, "changed": 1, "failed": 0}


@pytest.mark.rule("W1")
def test_un_balayage_a_court_de_temps_dit_ce_qui_reste_du(guichet: Guichet) -> None:
    from chalicelib.core.context import live_context
    from chalicelib.core.sweeps import sweep

    ctx = live_context()
    assert vars(sweep(ctx, "essai", range(7), lambda _: True, lasts=-1)) == {
        "due": 7, "seen": 0, "changed": 0, "failed": 0,
    }  # fmt: skip
    (run,) = [r for r in guichet.rows("noyau") if r["pk"]["S"] == "BALAYAGE#essai"]
    assert (run["dus"]["N"], run["vus"]["N"]) == ("7", "0")


@pytest.mark.rule("W1", "B4")
def test_l_activation_et_le_balayage_au_meme_instant_ne_laissent_pas_de_demi_compte(
    guichet: Guichet, visiteur: Client
) -> None:
    lien = lien_recu(guichet, visiteur)
    page = visiteur.get(lien)
    guichet.advance(seconds=SEPT_JOURS)
    guichet.sweep("balayer_comptes")
    tardif = visiteur.get(lien)
    assert (tardif.status, tardif.page.h1) == (410, ["Ce lien a expiré"])
    assert visiteur.submit(page, lien).status in {403, 410}
    assert guichet.rows("intervenants") == []


@pytest.mark.rule("W1")
def test_l_horloge_d_un_balayage_est_l_heure_prevue(guichet: Guichet, visiteur: Client) -> None:
    from chalicelib.core.context import iso

    lien_recu(guichet, visiteur)
    prevu = guichet.now + timedelta(seconds=SEPT_JOURS - 1)
    guichet.advance(days=30)
    rejoue = guichet.app.handler_map["balayer_comptes"]({"scheduled_time": iso(prevu)}, None)
    assert rejoue == {"due": 0, "seen": 0, "changed": 0, "failed": 0}
