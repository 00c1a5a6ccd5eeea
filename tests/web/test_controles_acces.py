"""Who gets in and how far: sessions, passwords, links, captchas, other people's objects (docs/controles.csv)."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import boto3
import pytest

from chalicelib.commun.comptes import queries
from chalicelib.core.settings import settings
from chalicelib.intervenants.inscription import rules as inscription
from infra.local.comptes import MOT_DE_PASSE as DEMO
from tests import chrono
from tests.client import ORIGIN, Answer, Client
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.parcours import (
    IDENTITE,
    MOT_DE_PASSE,
    Scene,
    actes,
    deposer,
    erreurs,
    lien_d_activation,
    personnel,
    photo,
    scene,
    se_connecter,
)

guichet = parcours.guichet
SESSION, EMAIL = "__Host-session", IDENTITE["email"]
CONNEXIONS = 1000 if chrono.PREUVE else 60
FORM = {"content-type": "application/x-www-form-urlencoded", "origin": ORIGIN, "sec-fetch-site": "same-origin"}


def jeton(client: Client) -> str:
    """The secret part of a session's cookie."""
    return client.cookies[SESSION].split(".")[1]


def ecrire_l_etat(guichet: Guichet, email: str, etat: str) -> None:
    """The account's state, as the slice that archives will write it."""
    for row in guichet.rows("comptes"):
        if row.get("email", {}).get("S") == email:
            boto3.client("dynamodb").put_item(TableName="guichet-test-comptes", Item=row | {"etat": {"S": etat}})


# Sessions


@pytest.mark.rule("T1")
@pytest.mark.controle("T02")
def test_les_sessions_ne_se_devinent_ni_ne_se_lisent(guichet: Guichet, visiteur: Client) -> None:
    parcours.inscrit(visiteur)
    jetons = []
    for _ in range(CONNEXIONS):
        autre = guichet.client()
        guichet.advance(minutes=1)  # the limits are not the matter
        assert se_connecter(autre, EMAIL).status == 303
        jetons.append(jeton(autre))
    assert len(set(jetons)) == CONNEXIONS and all(re.fullmatch(r"[\w-]{43,}", j) for j in jetons)
    assert len({j[:6] for j in jetons}) == CONNEXIONS and len({j[-6:] for j in jetons}) == CONNEXIONS
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    bits = "".join(f"{alphabet.index(c):06b}" for j in jetons for c in j[:42])
    assert abs(bits.count("1") - len(bits) / 2) < 4 * (len(bits) / 4) ** 0.5, "monobit, four standard deviations"
    tables = str(photo(guichet, ()))
    assert not [j for j in jetons if j in tables]
    assert all(hashlib.sha256(j.encode()).hexdigest() in tables for j in jetons[-20:])


@pytest.mark.rule("T1")
@pytest.mark.controle("T04", "T06")
def test_une_session_expiree_est_refusee_meme_si_sa_ligne_est_encore_la(guichet: Guichet, visiteur: Client) -> None:
    """DynamoDB takes its time to delete what is past its TTL: the end is checked by the code."""
    parcours.inscrit(visiteur)
    for _ in range(12 * 4):
        guichet.advance(minutes=15)
        assert visiteur.get("/session").status == 200
    guichet.advance(seconds=1)
    (ligne,) = [r for r in guichet.rows("comptes") if r["sk"]["S"].startswith("SESSION#")]
    assert int(ligne["ttl"]["N"]) < guichet.now.timestamp()
    assert visiteur.get("/mon-profil").location == "/connexion?suite=/mon-profil&fin=oui"


@pytest.mark.rule("T1", "N4")
@pytest.mark.controle("T07", "T04")
@pytest.mark.parametrize("etat", ["ARCHIVE", "A_ACTIVER"])
def test_un_compte_ferme_perd_toutes_ses_sessions(guichet: Guichet, visiteur: Client, etat: str) -> None:
    parcours.inscrit(visiteur)
    fenetres = [visiteur, guichet.client("198.51.100.4"), guichet.client("198.51.100.5")]
    for autre in fenetres[1:]:
        se_connecter(autre, EMAIL)
    assert len({jeton(f) for f in fenetres}) == 3 and {f.get("/mon-profil").status for f in fenetres} == {200}
    ecrire_l_etat(guichet, EMAIL, etat)
    assert {f.get("/mon-profil").location for f in fenetres} == {"/connexion?suite=/mon-profil&fin=oui"}


@pytest.mark.rule("T6", "N4")
@pytest.mark.controle("T39", "T04")
def test_un_compte_archive_n_ouvre_que_ce_qu_ouvre_un_visiteur(guichet: Guichet) -> None:
    lieu = scene(guichet)
    cookie = lieu.clients["validé"].cookies[SESSION]
    ecrire_l_etat(guichet, "charlie@exemple.fr", "ARCHIVE")
    avant = photo(guichet)
    for motif, methodes in guichet.app.routes.items():
        for methode, route in methodes.items():
            acces = route.view_function.access
            if acces.public:
                continue
            archive = guichet.client("192.0.2.70")
            archive.cookies = {SESSION: cookie}
            corps = f"commande={lieu.commande('validé')}" if methode == "POST" else None
            reponse = archive.send(methode, lieu.chemin(motif, "validé"), corps, FORM if corps else {})
            assert reponse.status in {303, 401} and "CHARLIE" not in reponse.body, motif
            assert reponse.headers.get("location", "/").startswith(("/connexion", "/")), motif
    assert photo(guichet) == avant


@pytest.mark.rule("T4", "X3")
@pytest.mark.controle("T21")
def test_une_origine_ne_se_cache_pas_derriere_des_en_tetes(guichet: Guichet, visiteur: Client) -> None:
    parcours.inscrit(visiteur)
    robot = guichet.client("203.0.113.1")
    champs = {n: v[0] for n, v in robot.get("/connexion").page.form("/connexion")["fields"].items()}

    def essai(i: int, **saisie: str) -> Answer:
        faux = {
            "x-forwarded-for": f"10.0.0.{i}, 10.1.1.{i}",
            "x-real-ip": f"10.0.1.{i}",
            "forwarded": f"for=10.0.2.{i}",
        }
        faux |= {"cf-connecting-ip": f"10.0.3.{i}", "true-client-ip": f"10.0.4.{i}", "x-client-ip": f"10.0.5.{i}"}
        return robot.post("/connexion", list((champs | saisie).items()), **faux)

    statuts = [essai(i, identifiant=f"p{i}@exemple.fr", mot_de_passe="Azerty-1").status for i in range(100)]
    assert statuts == [422] * 20 + [429] * 80
    guichet.advance(minutes=1)
    assert essai(1, identifiant=EMAIL, mot_de_passe=MOT_DE_PASSE).status == 303
    assert [a["source"] for a in actes(guichet, "se_connecter")] == ["203.0.113.1"]
    assert "10.0." not in str(guichet.rows("audit")) + str(guichet.rows("comptes"))


# Passwords


@pytest.fixture
def phrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that takes long passwords, without classes (rule Z1)."""
    libre = replace(settings(), mot_de_passe_max=128, mot_de_passe_classes=False)
    monkeypatch.setattr(queries, "settings", lambda: libre)


PHRASE = "Les canards vont et viennent sur le lac de Gérardmer 👩🏽‍🏫 "
LONGS = {
    "64": PHRASE.ljust(64, "x")[:64],
    "128": (PHRASE * 3)[:127] + "y",
    "émoji": "🦆🦢🐸🐟🪷🪨🌧️⛵",
}


@pytest.mark.rule("Z1", "T2")
@pytest.mark.controle("T22", "T23")
@pytest.mark.usefixtures("phrases")
@pytest.mark.parametrize("mot", LONGS.values(), ids=LONGS)
def test_un_long_mot_de_passe_compte_jusqu_a_sa_derniere_lettre(guichet: Guichet, visiteur: Client, mot: str) -> None:
    parcours.s_inscrire(guichet, visiteur, mot_de_passe=mot, confirmation_mot_de_passe=mot)
    assert visiteur.get("/mon-profil").status == 200
    rangs = {len(mot) - 1, min(72, len(mot) - 1), 0}  # bcrypt would forget what comes after the 72nd
    faux = [mot[:r] + ("z" if mot[r] != "z" else "w") + mot[r + 1 :] for r in rangs] + [mot[:-1], mot.swapcase()]
    for autre in {f for f in faux if f != mot}:
        assert se_connecter(guichet.client(), EMAIL, autre).status == 422
    assert se_connecter(guichet.client(), EMAIL, mot).status == 303


@pytest.mark.rule("Z1", "T2")
@pytest.mark.controle("T22", "T23")
@pytest.mark.usefixtures("phrases")
@pytest.mark.parametrize("longueur", [7, 129, 1001, 50_000])
def test_un_mot_de_passe_hors_des_bornes_est_refuse_sans_calcul(
    guichet: Guichet, visiteur: Client, monkeypatch: pytest.MonkeyPatch, longueur: int
) -> None:
    from chalicelib.commun.comptes import usecases

    calculs: list[str] = []
    monkeypatch.setattr(usecases, "hash_password", lambda mot: calculs.append(mot) or "x")
    mot = ("canard " * 9000)[:longueur]
    reponse = deposer(guichet, visiteur, mot_de_passe=mot, confirmation_mot_de_passe=mot)
    assert reponse.status == 422 and list(erreurs(reponse).values()) == ["#mot_de_passe"]
    assert calculs == [] and mot not in reponse.body and guichet.rows("comptes") == []
    assert se_connecter(guichet.client(), EMAIL, mot).status == 422


@pytest.mark.rule("T2")
@pytest.mark.controle("T24")
def test_les_trois_mille_mots_de_passe_les_plus_courants_sont_refuses() -> None:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    from chalicelib.commun.comptes.rules import Faute, faute_de_fond
    from chalicelib.core.passwords import common_passwords

    courants = common_passwords()
    for mot in list(FREQUENCY_LISTS["passwords"])[:3000]:
        variantes = [mot, mot.upper(), mot.capitalize()]
        variantes += [f"{mot.capitalize()}1!", f"{mot.capitalize()}-12"] if mot.isalpha() and len(mot) > 3 else []
        assert {faute_de_fond(v, (), courants) for v in variantes} <= {Faute.COURANT, Faute.CONTEXTUEL}, mot


@pytest.mark.rule("T2")
@pytest.mark.controle("T24")
@pytest.mark.parametrize(
    "mot",
    [
        "Dubois-1985!",
        "JEAN.dubois1",
        "Dubois.Jean-54",
        "exemple-FR-12!",
        "Intervenant-1!",
        "cnfpT2026!",
        "CNFPT_cnfpt1",
        "Grand-Est-2026!",
        "Bretagne.2026",
    ],
)
def test_un_mot_de_passe_tire_de_soi_ou_du_site_est_refuse(guichet: Guichet, visiteur: Client, mot: str) -> None:
    reponse = deposer(guichet, visiteur, mot_de_passe=mot, confirmation_mot_de_passe=mot)
    assert reponse.status == 422
    assert [m[:42] for m in erreurs(reponse)] == ["Choisissez un mot de passe sans votre nom,"]


@pytest.mark.rule("T2")
@pytest.mark.controle("T24")
@pytest.mark.parametrize("mot", ["27/03/1985-Ab", "Ne27031985!", "1985-03-27Aa", "Ab-270385"])
def test_un_mot_de_passe_tire_de_sa_naissance_est_refuse(guichet: Guichet, visiteur: Client, mot: str) -> None:
    assert deposer(guichet, visiteur, mot_de_passe=mot, confirmation_mot_de_passe=mot).status == 422


SAISIE_SECRETE = re.compile(r"<input[^>]*name=\"([^\"]*mot_de_passe(?:_actuel)?)\"[^>]*>")


@pytest.mark.rule("T2", "A1")
@pytest.mark.controle("T25")
@pytest.mark.parametrize(
    ("chemin", "usage", "combien"), [("/connexion", "current-password", 1), ("/", "current-password", 1),
                                     ("/deposer-un-cv", "new-password", 2)],
)  # fmt: skip
def test_un_champ_de_mot_de_passe_se_cache_et_se_colle(
    guichet: Guichet, visiteur: Client, chemin: str, usage: str, combien: int
) -> None:
    corps = visiteur.get(chemin).body
    champs = [m.group() for m in SAISIE_SECRETE.finditer(corps)]
    assert len(champs) == combien
    for champ in champs:
        assert 'type="password"' in champ and f'autocomplete="{usage}"' in champ and "maxlength" not in champ
        assert not re.search(r"on(paste|copy|drop)|readonly|value=", champ)
    boutons = re.findall(r"<button[^>]*aria-pressed=\"false\"[^>]*>", corps)
    assert len(boutons) >= combien and all('type="button"' in b for b in boutons)


@pytest.mark.rule("J3", "J4", "J5", "T2")
@pytest.mark.controle("T25")
@pytest.mark.parametrize(
    ("chemin", "usages"),
    [("/mon-compte/mot-de-passe", ["current-password", "new-password", "new-password"]),
     ("/mon-compte/adresse-e-mail", ["current-password"])],
)  # fmt: skip
def test_un_changement_demande_le_mot_de_passe_actuel(
    guichet: Guichet, visiteur: Client, chemin: str, usages: list[str]
) -> None:
    parcours.inscrit(visiteur)
    champs = [m.group() for m in SAISIE_SECRETE.finditer(visiteur.get(chemin).body)]
    assert [re.findall('autocomplete="([^"]*)"', champ) for champ in champs] == [[usage] for usage in usages]
    assert all('type="password"' in c and not re.search(r"on(paste|copy|drop)|readonly|value=", c) for c in champs)


# Enumeration, links, captchas


@pytest.mark.rule("Z2", "B3", "T5")
@pytest.mark.controle("T31")
def test_un_compte_existant_ne_se_dit_qu_apres_l_image(guichet: Guichet, visiteur: Client) -> None:
    parcours.inscrit(visiteur)
    connu, inconnu = (
        {},
        {"nom": "MARTIN", "nom_usage": "MARTIN", "email": "m@exemple.fr", "confirmation_email": "m@exemple.fr"},
    )
    for faute in ({"captcha": "000000"}, {"captcha": ""}, {"defi": "0" * 26}, {"confirmation_mot_de_passe": "x"}):
        reponses = [deposer(guichet, guichet.client(), **qui, **faute) for qui in (connu, inconnu)]
        assert [r.status for r in reponses] == [422, 422]
        assert erreurs(reponses[0]) == erreurs(reponses[1]) and "existe déjà" not in reponses[0].body
    dits = [erreurs(deposer(guichet, guichet.client(), **qui)) for qui in (
        {"nom": "MARTIN", "nom_usage": "MARTIN"}, {"email": "m@exemple.fr", "confirmation_email": "m@exemple.fr"},
    )]  # fmt: skip
    assert dits[0] == dits[1] and len(dits[0]) == 1, "by the same words for an identity or an address"


@pytest.mark.rule("T3")
@pytest.mark.controle("T32")
def test_le_jeton_d_un_lien_est_long_et_n_est_garde_que_hache(guichet: Guichet, visiteur: Client) -> None:
    assert deposer(guichet, visiteur).status == 303
    lien = lien_d_activation(guichet.deliver()[-1]).removeprefix("/activation/")
    assert re.fullmatch(r"[\w-]{22,}", lien)
    tables = str(photo(guichet, ()))
    assert lien not in tables and hashlib.sha256(lien.encode()).hexdigest() in tables


@pytest.mark.rule("T3", "J6")
@pytest.mark.controle("T32", "T35")
def test_un_jeton_ne_sert_qu_a_ce_pour_quoi_il_fut_fait(guichet: Guichet, visiteur: Client) -> None:
    deposer(guichet, visiteur)
    lien = lien_d_activation(guichet.deliver()[-1])
    personnel("g@demo.fr", ["grand-est"])
    agent = guichet.client()
    page = se_connecter(agent, "g@demo.fr", DEMO)
    etape, avant = agent.cookies["__Host-etape"], photo(guichet)
    assert visiteur.get(f"/activation/{etape}").page.h1 == ["Ce lien n’est pas reconnu"]
    agent.cookies["__Host-etape"] = lien.removeprefix("/activation/")
    assert agent.submit(page, "/connexion/code", code="123456").status == 422 and SESSION not in agent.cookies
    bon = lien.removeprefix("/activation/")
    for autre in (bon[:-1], bon + "A", bon.swapcase(), bon[:-1] + ("A" if bon[-1] != "A" else "B")):
        assert visiteur.get(f"/activation/{autre}").page.h1 == ["Ce lien n’est pas reconnu"]
    assert photo(guichet) == avant and visiteur.get(lien).status == 200


@pytest.mark.rule("T5")
@pytest.mark.controle("T36")
@pytest.mark.parametrize("source", ["192.0.2.1", "203.0.113.9"], ids=["même origine", "autre origine"])
def test_une_image_resolue_ne_se_rejoue_pas(guichet: Guichet, visiteur: Client, source: str) -> None:
    parcours.ouvrir_les_documents(visiteur)
    page = visiteur.get("/deposer-un-cv")
    bon = guichet.captcha(page)
    assert visiteur.submit(page, "/deposer-un-cv", **IDENTITE, captcha=bon).status == 303
    avant, rejeu = photo(guichet), guichet.client(source)
    rejeu.cookies = dict(visiteur.cookies)
    defi = page.page.form("/deposer-un-cv")["fields"]["defi"][0]
    for chemin, autre in (("/deposer-un-cv", {"nom": "MARTIN"}), ("/activation/renvoyer", {"email": EMAIL})):
        reponse = rejeu.submit(rejeu.get(chemin), chemin, **IDENTITE | autre, defi=defi, captcha=bon)
        assert reponse.status == 422 and "#captcha" in erreurs(reponse).values()
    assert photo(guichet) == avant


@pytest.mark.rule("T5")
@pytest.mark.controle("T36")
def test_une_image_resolue_pour_un_formulaire_ne_sert_pas_a_un_autre(guichet: Guichet, visiteur: Client) -> None:
    page = visiteur.get("/deposer-un-cv")
    defi, bon = page.page.form("/deposer-un-cv")["fields"]["defi"][0], guichet.captcha(page)
    renvoi = visiteur.get("/activation/renvoyer")
    assert visiteur.submit(renvoi, "/activation/renvoyer", email=EMAIL, defi=defi, captcha=bon).status == 422


# Other people's objects

IDS = re.compile(r"[0-9a-hjkmnp-tv-z]{26}")


def moissonner(lieu: Scene, role: str, depart: tuple[str, ...]) -> set[tuple[str, str]]:
    """Every address with an id that somebody meets, by links and forms, page after page."""
    client, vues, file = lieu.clients[role], set(), [("GET", chemin) for chemin in depart]
    trouvees: set[tuple[str, str]] = set()
    while file:
        methode, chemin = file.pop()
        if (methode, chemin) in vues or "/statique/" in chemin or not chemin.startswith("/"):
            continue
        vues.add((methode, chemin))
        if IDS.search(chemin):
            trouvees.add((methode, chemin))
        if methode == "GET" and "deconnexion" not in chemin:
            page = client.get(chemin).page
            file += [("GET", lien.partition("#")[0]) for lien in page.links]
            file += [((f["method"] or "get").upper(), f["action"] or "") for f in page.forms]
    return trouvees


VOISINS: dict[str, tuple[str, tuple[str, ...]]] = {
    "en inscription": ("validé", ("/mon-profil", "/mon-profil/cv")),
    "validé": ("en inscription", ("/mon-profil", "/mon-profil/cv")),
    "gestionnaire": ("autre gestionnaire", ("/gestion/inscriptions",)),
}


@pytest.mark.rule("T6")
@pytest.mark.controle("T40", "T41")
@pytest.mark.parametrize("role", VOISINS)
def test_ce_que_l_un_rencontre_n_existe_pas_pour_l_autre(guichet: Guichet, role: str) -> None:
    assert list(ce_que_l_autre_voit(guichet, role)) == []


def ce_que_l_autre_voit(guichet: Guichet, role: str) -> Iterator[str]:
    """The addresses that somebody meets, and that are not answered to another as ones that do not exist."""
    lieu = scene(guichet)
    autre, depart = VOISINS[role]
    adresses = {(m, c) for m, c in moissonner(lieu, role, depart) if "/mes-connexions" not in c}
    assert len(adresses) >= 2
    avant, voisin = photo(guichet), lieu.clients[autre]

    def essayer(methode: str, chemin: str, **entetes: str) -> tuple[int, str]:
        corps = f"commande={lieu.commande(autre)}" if methode == "POST" else None
        reponse = voisin.send(methode, chemin, corps, (FORM if corps else {}) | entetes)
        return reponse.status, re.sub(r'(name="commande" value|data-session-fin)="[^"]*"', "", reponse.body)

    for methode, chemin in sorted(adresses):
        inconnue = IDS.sub("0" * 26, chemin)
        for entetes in ({}, {"hx-request": "true"}):
            sienne = essayer(methode, chemin, **entetes)
            nomme = IDS.search(chemin.partition("?")[0])  # an id of the query is only a place in a list
            if sienne != essayer(methode, inconnue, **entetes) or (nomme and sienne[0] != 404):
                yield f"{methode} {IDS.sub('…', chemin)}"
    if photo(guichet) != avant:
        yield "ce que l’autre essaie change quelque chose"


def test_une_adresse_qui_s_ouvre_a_un_autre_se_voit(guichet: Guichet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: applications that forget their structure."""
    scene(guichet)
    monkeypatch.setattr(inscription, "peut_traiter", lambda demande, structures: demande is not None)
    monkeypatch.setattr(guichet.app, "asked", defaultdict(set))
    assert "GET /gestion/inscriptions/…" in ce_que_l_autre_voit(guichet, "gestionnaire")


@pytest.mark.rule("T6")
@pytest.mark.controle("T40")
def test_les_ids_ne_se_devinent_pas(guichet: Guichet) -> None:
    """Made at one instant, they differ by ten characters drawn at random at least."""
    from chalicelib.core.context import Context

    ids = [Context(now=guichet.now).new_id() for _ in range(200)]
    assert all(IDS.fullmatch(i) for i in ids) and len({i[-10:] for i in ids}) == len({i[10:] for i in ids}) == 200
