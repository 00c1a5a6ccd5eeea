"""Whatever is typed or sent: never a failure, a French answer, the input kept and shown as text (rules S2, V2, T6)."""

import base64
import re
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from markupsafe import Markup
from wtforms import StringField

from chalicelib.commun.comptes.rules import Identite
from tests.client import ORIGIN, Answer, Client
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.parcours import (
    DOCUMENTS,
    IDENTIFICATION,
    IDENTITE,
    MOT_DE_PASSE,
    en_poste,
    erreurs,
    inscrit,
    personnel,
    photo,
    rempli,
    scene,
    se_connecter,
    tout_remplir,
    transmettre,
    valeurs,
)

guichet = parcours.guichet
FORM = {"content-type": "application/x-www-form-urlencoded", "origin": ORIGIN, "sec-fetch-site": "same-origin"}
POLYGLOTTE = (
    "\"'><img src=x onerror=alert(1)><script>alert(1)</script></textarea><svg/onload=alert(1)>javascript:alert(1)"
)

# What is typed -> what the page gives back.
SAISIES = {
    "vide": ("", ""),
    "espaces": ("   ", ""),
    "longue": ("a" * 4_000, "a" * 4_000),
    "NUL": ("a\x00b", "ab"),
    "caractères de contrôle": ("a\x07\x1b[31mb\x7f\x85", "a[31mb"),
    "fins de ligne": ("a\r\nBcc: x@evil.test\r\n\r\nb", "a Bcc: x@evil.test b"),
    "séparateurs de ligne": ("a\u2028b\u2029c", "a b c"),
    "émoji": ("👩🏽‍🏫 été", "👩🏽‍🏫 été"),
    "sens de lecture inversé": ("a\u202eb", "a\u202eb"),
    "accent décomposé": ("e\u0301", "é"),
    "HTML": (POLYGLOTTE, POLYGLOTTE),
    "formule": ('=HYPERLINK("https://evil.test")', '=HYPERLINK("https://evil.test")'),
    "gabarit": ("{{7*7}}${7*7}#{7*7}<%=7*7%>[[7*7]]", "{{7*7}}${7*7}#{7*7}<%=7*7%>[[7*7]]"),
    "expression DynamoDB": ("attribute_exists(pk) OR #a = :v", "attribute_exists(pk) OR #a = :v"),
    "SQL": ("' OR 1=1; --", "' OR 1=1; --"),
    "chemin": ("../../etc/passwd", "../../etc/passwd"),
    "nombres": ("1e9", "1e9"),
    "NaN": ("NaN", "NaN"),
    "négatif": ("-1", "-1"),
    "chiffres arabes": ("١٢٣", "١٢٣"),
    "expression lente": ("a" * 60 + "!" * 60, "a" * 60 + "!" * 60),
    "zalgo": ("e" + "\u0301\u0300" * 50, None),
}


def inoffensive(reponse: Answer) -> None:
    """No failure, no trace, nothing of what was typed became markup (client.check looks at each tag's attributes)."""
    assert reponse.status < 500, reponse.status
    assert (
        "<script>alert" not in reponse.body and "<img src=x" not in reponse.body and "<svg/onload" not in reponse.body
    )
    assert "Traceback" not in reponse.body and "dynamodb" not in reponse.body.lower()
    assert not re.search(r"(?<![\w.])49(?!\d)", valeurs_montrees(reponse))


def valeurs_montrees(reponse: Answer) -> str:
    """The fields' values as the page gives them back."""
    champs = [f["fields"] for f in reponse.page.forms]
    return " ".join(v for f in champs for nom, vs in f.items() if nom not in {"commande", "defi"} for v in vs)


TEXTES = {
    "/connexion": ("identifiant",),
    "/connexion/code": ("code",),
    "/deposer-un-cv": ("nom", "nom_usage", "prenom", "naissance", "email", "confirmation_email", "captcha"),
    "/activation/renvoyer": ("email", "captcha"),
}


def page_du_formulaire(guichet: Guichet, client: Client, chemin: str) -> Answer:
    """The page that shows a form."""
    if chemin != "/connexion/code":
        return client.get(chemin)
    if not guichet.rows("comptes"):
        personnel("g@demo.fr", ["grand-est"])
    return se_connecter(client, "g@demo.fr", "Guichet-2026!")


def rend_la_saisie(guichet: Guichet, client: Client, chemin: str, saisie: str, rendue: str | None) -> None:
    """A form filled with that text comes back with it, as text, and says what is wrong."""
    page = page_du_formulaire(guichet, client, chemin)
    depart = {nom: v[0] for nom, v in page.page.form(chemin)["fields"].items()}
    champs = depart | dict.fromkeys([*TEXTES[chemin], "mot_de_passe", "civilite", "suite"], saisie)
    champs |= {"confirmation_mot_de_passe": "x"} if chemin == "/deposer-un-cv" else {}
    reponse = client.post(chemin, list(champs.items()))
    assert reponse.status == 422, reponse.status
    inoffensive(reponse)
    assert erreurs(reponse) and all(re.match(r"[A-ZÀÉÊ]", e) and e.endswith(".") for e in erreurs(reponse))
    rendus = valeurs(reponse, chemin)
    for champ in set(TEXTES[chemin]) - {"captcha"}:
        assert rendue is None or " ".join(rendus[champ].split()) == " ".join(rendue.split()), champ


@pytest.mark.rule("S2", "B1", "J6")
@pytest.mark.controle("T44", "T47")
@pytest.mark.parametrize("chemin", TEXTES)
def test_un_formulaire_public_rend_la_saisie_en_texte(
    guichet: Guichet, visiteur: Client, subtests: pytest.Subtests, chemin: str
) -> None:
    avant = photo(guichet)
    for nom, (saisie, rendue) in SAISIES.items():
        with subtests.test(nom):
            rend_la_saisie(guichet, visiteur, chemin, saisie, rendue)
        guichet.advance(minutes=2)  # as somebody who types: the limits are not the matter
    assert photo(guichet, ("noyau", "comptes")) == {t: r for t, r in avant.items() if t != "comptes"}


@pytest.mark.rule("S2", "C8")
@pytest.mark.controle("T44", "T47")
def test_l_identification_garde_la_saisie_en_texte(
    guichet: Guichet, visiteur: Client, subtests: pytest.Subtests
) -> None:
    inscrit(visiteur)
    chemin = "/mon-profil/identification"
    textes = [
        c
        for c in IDENTIFICATION
        if c not in {"nationalite", "pays", "statut", "situation", "regions", "departements", "etranger", "structure"}
    ]
    textes += ["nom", "nom_usage", "prenom", "naissance", "appartement", "batiment", "portable_personnel"]
    textes += ["fonction", "employeur_siret", "pro_email"]
    page = visiteur.get(chemin)
    for nom, (saisie, rendue) in SAISIES.items():
        with subtests.test(nom):
            champs = {n: saisie for n in [*IDENTIFICATION, *textes, "civilite", "suite", "identique"]}
            reponse = visiteur.submit(page, chemin, **champs)
            assert reponse.status == 303, reponse.status
            page = visiteur.follow(reponse)
            inoffensive(page)
            garde = valeurs(page, chemin)
            for champ in textes:
                assert rendue is None or " ".join(garde[champ].split()) == " ".join(rendue.split()), champ
    inoffensive(visiteur.get("/mon-profil"))


@pytest.mark.rule("S2", "E2", "V2")
@pytest.mark.controle("T47")
def test_ce_qu_une_personne_ecrit_n_est_que_du_texte_pour_tous(guichet: Guichet, visiteur: Client) -> None:
    """One polyglot in every free field, then every page and mail where it is shown."""
    libres = ("lieu_naissance", "appartement", "batiment", "voie", "ville")
    compte_id = inscrit(visiteur)
    tout_remplir(visiteur, **dict.fromkeys(libres, POLYGLOTTE[:99]))
    relecture = visiteur.get("/mon-profil/verification")
    inoffensive(relecture)
    assert relecture.page.text.count("\"'><img src=x onerror=alert(1)>") == len(libres)
    assert transmettre(visiteur).status == 303
    agent = en_poste(guichet.client())
    for page in ("/gestion/inscriptions", f"/gestion/inscriptions/{compte_id}"):
        inoffensive(agent.get(page))
    assert agent.get(f"/gestion/inscriptions/{compte_id}").page.text.count("onerror=alert(1)>") == len(libres)
    for mail in guichet.deliver():
        assert "onerror" not in mail.as_string()


CORPS = {
    "octets qui ne sont pas de l’UTF-8": ("nom=%FF%FE&commande=x", 400),
    "demi-caractères": ("nom=%ED%A0%80&commande=x", 400),
    "dix mille champs": ("&".join(f"c{i}={i}" for i in range(10_000)), 400),
    "six cents champs et un": ("&".join(f"c{i}={i}" for i in range(601)), 400),
    "un mégaoctet": ("nom=" + "a" * 1_000_000, 413),
    "pourcents nus": ("nom=%&prenom=%zz&commande=%", 403),
    "corps vide": ("", 403),
    "sans signe égal": ("nom", 403),
    "champs répétés": ("commande=a&commande=b&nom=1&nom=2", 403),
    "tableaux": ("nom[]=1&nom[0]=2&nom[a][b]=3", 403),
    "noms hostiles": (urlencode({POLYGLOTTE: POLYGLOTTE, "__proto__": "1", "": "2"}), 403),
    "points-virgules": ("nom=1;prenom=2", 403),
}


@pytest.mark.rule("S2", "S6")
@pytest.mark.controle("T44")
@pytest.mark.parametrize("chemin", [*TEXTES, "/mon-profil/identification", "/mon-profil/cv", "/deconnexion"])
def test_un_corps_malforme_a_une_reponse_claire(
    guichet: Guichet, visiteur: Client, subtests: pytest.Subtests, chemin: str
) -> None:
    if chemin.startswith("/mon-profil") or chemin == "/deconnexion":
        inscrit(visiteur)
    visiteur.follow(visiteur.get("/connexion"))
    avant = photo(guichet)
    for nom, (corps, statut) in CORPS.items():
        with subtests.test(nom):
            reponse = visiteur.send("POST", chemin, corps, FORM)
            inoffensive(reponse)
            assert reponse.status == statut and reponse.page.h1[0][0].isupper()
    assert photo(guichet) == avant


@pytest.mark.rule("S6")
def test_un_corps_malforme_apres_la_fin_de_la_session_aussi(guichet: Guichet, subtests: pytest.Subtests) -> None:
    for nom, (corps, _) in CORPS.items():
        with subtests.test(nom):
            reponse = guichet.client().send("POST", "/mon-profil/identification", corps, FORM)
            inoffensive(reponse)
            assert reponse.status in {400, 401, 413}


@pytest.mark.rule("C8", "S2")
@pytest.mark.controle("T44")
@pytest.mark.parametrize(
    "lettre",
    [
        pytest.param("a", id="a"),
        pytest.param("é", id="é"),
        pytest.param("€", id="€"),
        pytest.param("😀", id="émoji"),
        pytest.param('"', id="guillemet"),
    ],
)
def test_la_plus_longue_saisie_acceptee_s_enregistre_ou_se_refuse(
    guichet: Guichet, visiteur: Client, lettre: str
) -> None:
    """A body at the limit, not percent-encoded: it must fit in a row of the table, whatever its letters."""
    from chalicelib.core.web.request import MAX_BODY

    inscrit(visiteur)
    page = visiteur.get("/mon-profil/identification")
    tete = urlencode(
        {n: v[0] for n, v in page.page.form("/mon-profil/identification")["fields"].items() if n != "voie"}
    )
    place = MAX_BODY - len(tete) - len("&voie=")
    corps = f"{tete}&voie=" + lettre * (place // len(lettre.encode()))
    reponse = visiteur.send("POST", "/mon-profil/identification", corps, FORM)
    assert reponse.status in {303, 413, 422}, reponse.status
    assert visiteur.get("/mon-profil/identification").status == 200


@pytest.mark.rule("S6", "T6")
@pytest.mark.controle("T44")
def test_une_adresse_hostile_a_une_page(guichet: Guichet, subtests: pytest.Subtests) -> None:
    lieu = scene(guichet)
    valeurs_hostiles = ("x" * 3000, "%00", "%0d%0aSet-Cookie:a=b", "..%2F..", "%F0%9F%98%80", "%FF", "{{7*7}}",
                        "%3Cscript%3E", "COMPTE%23x", "%20", "%E2%80%AE", "a%7Cb")  # fmt: skip
    qui = {"PUBLIC": "visiteur", "INTERVENANT": "validé", "GESTIONNAIRE": "gestionnaire"}
    for motif, methodes in guichet.app.routes.items():
        if "{" not in motif or "GET" not in methodes:
            continue
        client = lieu.clients[qui[methodes["GET"].view_function.access.name]]
        for valeur in valeurs_hostiles:
            with subtests.test(valeur[:20], route=motif):
                reponse = client.get(re.sub(r"{\w+}", valeur, motif))
                inoffensive(reponse)
                assert reponse.status in {404, 410}
                assert "\n" not in reponse.headers.get("location", "")


@pytest.mark.rule("S6")
@pytest.mark.parametrize(
    "code",
    [
        pytest.param(True, id="octets"),
        pytest.param(False, id="demi-caractère"),
    ],
)
def test_un_corps_qui_n_est_pas_du_texte_a_sa_page(
    guichet: Guichet, visiteur: Client, monkeypatch: pytest.MonkeyPatch, code: bool
) -> None:
    """Not what the gateway hands over today; one setting of it (binary types) would."""
    vrai = Client._event

    def evenement(self: Client, *args: Any) -> dict[str, Any]:
        event = vrai(self, *args)
        brut = base64.b64encode(b"nom=\xff\xfe&commande=x").decode()
        return event | ({"body": brut, "isBase64Encoded": True} if code else {"body": "nom=\ud800&commande=x"})

    monkeypatch.setattr(Client, "_event", evenement)
    reponse = visiteur.send("POST", "/connexion", "x", FORM)
    assert (reponse.status, reponse.page.h1) == (400, ["Cette demande n’a pas pu être lue"])


@pytest.mark.rule("S6")
@pytest.mark.controle("T44", "T47")
@pytest.mark.parametrize(
    "chemin",
    [
        "/connexion?suite={}",
        "/gestion/inscriptions?apres={}",
        "/mon-profil/identification?manques={}&enregistre={}",
        "/communes?code_postal={}&code_postal=54000",
        "/?{}={}",
    ],
)
def test_une_question_hostile_a_une_page(guichet: Guichet, subtests: pytest.Subtests, chemin: str) -> None:
    client = guichet.client()
    if "gestion" in chemin:
        en_poste(client)
    if "profil" in chemin:
        rempli(client)
    for nom, (saisie, _) in SAISIES.items():
        with subtests.test(nom):
            reponse = client.get(chemin.replace("{}", quote(saisie)))
            inoffensive(reponse)
            assert reponse.status == 200


@pytest.mark.rule("T1", "S6")
@pytest.mark.controle("T44")
@pytest.mark.parametrize(
    "cookie",
    [
        "__Host-session=",
        "__Host-session=a.b.c.d",
        "__Host-session=" + "x" * 8000,
        "__Host-session=a.b.99999999999999999999.d",
        "__Host-session=é.ü.1.a",
        '__Host-session="\\000\\377"',
        "__Host-visite=" + quote(POLYGLOTTE),
        "__Host-visite=" + "x" * 8000,
        "__Host-documents=" + quote(POLYGLOTTE),
        "__Host-etape=" + "x" * 8000,
        "=; ;;; ,,, a",
        "a=b; Path=/; __Host-session",
        "[]=1; {}=2",
        "\u2028=1",
    ],
    ids=lambda c: c[:28],
)
def test_un_cookie_hostile_a_une_page(guichet: Guichet, visiteur: Client, cookie: str) -> None:
    for chemin in ("/", "/connexion", "/connexion/code", "/deposer-un-cv", "/mon-profil"):
        reponse = visiteur.get(chemin, cookie=cookie)
        inoffensive(reponse)
        assert reponse.status in {200, 303}
    page = visiteur.get("/deposer-un-cv", cookie=cookie)
    reponse = visiteur.post("/deposer-un-cv", [("commande", "x")], cookie=cookie)
    inoffensive(reponse)
    assert reponse.status in {403, 422} and page.status == 200


@pytest.mark.rule("B1")
@pytest.mark.controle("T44")
@pytest.mark.parametrize(
    ("champ", "valeurs_"), [("nom", ["DUBOIS", "MARTIN"]), ("email", [IDENTITE["email"], "pirate@exemple.fr"])]
)
def test_un_champ_repete_ne_trompe_pas_la_comparaison(
    guichet: Guichet, visiteur: Client, champ: str, valeurs_: list[Any]
) -> None:
    for nom in DOCUMENTS:
        visiteur.get(f"/documents/{nom}")
    page = visiteur.get("/deposer-un-cv")
    champs: dict[str, Any] = {**IDENTITE, "captcha": guichet.captcha(page), champ: valeurs_}
    assert visiteur.submit(page, "/deposer-un-cv", **champs).status == 303
    (mail,) = guichet.deliver()
    assert mail["To"] == IDENTITE["email"] and "DUBOIS" in mail.get_body(("plain",)).get_content()
    assert "pirate" not in str(photo(guichet)) and MOT_DE_PASSE not in str(photo(guichet, ()))


# Mistakes planted in the portal, that these walks must see.


def _oublieux(champ: StringField) -> str:
    """A field that does not give back what was typed."""
    return ""


def _brut(champ: StringField) -> str:
    """A field that gives it back as markup."""
    return Markup(champ.data or "")  # noqa: S704


@pytest.mark.parametrize(("faute", "saisie"), [(_oublieux, "formule"), (_brut, "HTML")])
@pytest.mark.parametrize("chemin", TEXTES)
def test_une_saisie_perdue_ou_rendue_telle_quelle_se_voit(
    guichet: Guichet, visiteur: Client, monkeypatch: pytest.MonkeyPatch, chemin: str, faute: Any, saisie: str
) -> None:
    rend_la_saisie(guichet, visiteur, chemin, *SAISIES[saisie])
    monkeypatch.setattr(StringField, "_value", faute)
    with pytest.raises(AssertionError):
        rend_la_saisie(guichet, visiteur, chemin, *SAISIES[saisie])


def test_un_nom_montre_sans_etre_protege_se_voit(
    guichet: Guichet, visiteur: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    inscrit(visiteur, prenom="<script>alert(1)</script>")
    inoffensive(visiteur.get("/mon-profil"))
    monkeypatch.setattr(Identite, "nom_affiche", property(lambda identite: Markup(identite.prenom)))  # noqa: S704
    with pytest.raises(AssertionError):
        inoffensive(visiteur.get("/mon-profil"))
