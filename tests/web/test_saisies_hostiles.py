"""Whatever is typed or sent: never a failure, a French answer, the input kept and shown as text (rules S2, V2, T6)."""

import base64
import random
import re
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from markupsafe import Markup
from wtforms import StringField

from chalicelib.commun.comptes.rules import Identite
from chalicelib.core.web.forms import DateFr
from chalicelib.intervenants.parcours.rules import BLOCS
from tests.client import ORIGIN, Answer, Client
from tests.faults import etats, fixtures, scenes
from tests.faults.bilan import PREUVE
from tests.faults.conftest import GRAINE
from tests.faults.monde import Monde
from tests.web.conftest import Guichet
from tests.web.memoire import tout
from tests.web.parcours import (
    DOCUMENTS,
    IDENTITE,
    LIGNES,
    MOT_DE_PASSE,
    en_poste,
    erreurs,
    inscrit,
    photo,
    rempli,
    scene,
    tout_remplir,
    transmettre,
)

guichet, fil, repertoire, monde = fixtures.guichet, fixtures.fil, fixtures.repertoire, fixtures.monde
FORM = {"content-type": "application/x-www-form-urlencoded", "origin": ORIGIN, "sec-fetch-site": "same-origin"}
POLYGLOTTE = (
    "\"'><img src=x onerror=alert(1)><script>alert(1)</script></textarea><svg/onload=alert(1)>javascript:alert(1)"
)

PAR_FORMULAIRE = 8  # texts of a sample; `make proof` types them all
# What is typed -> what the page gives back.
SAISIES = {
    "vide": ("", ""),
    "espaces": ("   ", ""),
    "longue": ("a" * 2_400, "a" * 2_400),  # more than any field takes; in all of them, less than a body holds
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


_BALISES = re.compile("<script>alert|<img src=x|<svg/onload")


def inoffensive(reponse: Answer) -> None:
    """No failure, no trace, nothing of what was typed became markup (client.check looks at each tag's attributes)."""
    assert reponse.status < 500, reponse.status
    assert not _BALISES.search(reponse.body)
    assert "Traceback" not in reponse.body and "dynamodb" not in reponse.body.lower()
    assert not re.search(r"(?<![\w.])49(?!\d)", valeurs_montrees(reponse))


def valeurs_montrees(reponse: Answer) -> str:
    """The fields' values as the page gives them back."""
    champs = [f["fields"] for f in reponse.page.forms]
    return " ".join(v for f in champs for nom, vs in f.items() if nom not in {"commande", "defi"} for v in vs)


RENDUES_AUTREMENT = {"captcha", "mot_de_passe", "mot_de_passe_actuel", "confirmation_mot_de_passe"}
"""A secret never comes back, and a captcha is a new one."""
GARDES = frozenset({"commande", "defi"})
"""By which a page knows itself again."""
SUR_PLACE = ("/lot/complement", "/lot/rejeter")
"""The acts whose result is the page that answers (ADR 15)."""
BROUILLONS = ("/identification", "/mon-profil/parcours")
"""The forms that are kept as they are, complete or not (rule C8)."""


def formulaires() -> list[scenes.Formulaire]:
    """A scene for each form, well filled (tests/faults/scenes.py), and one for each table of « Parcours »."""
    ajouter, chemin = "POST /mon-profil/parcours/{bloc}/ajouter", "/mon-profil/parcours/{}/ajouter"
    lignes = [
        scenes.Formulaire(ajouter, bloc, etats.rempli, "jean", chemin.format(bloc), {**LIGNES[bloc], "suite": "page"})
        for bloc in BLOCS
    ]
    uns = {(acte.cle, acte.depart): acte for acte in [*reversed(scenes.FORMULAIRES), *lignes]}
    return sorted(uns.values(), key=str)


FORMULAIRES = formulaires()


def textes(monde: Monde, acte: scenes.Formulaire) -> set[str]:
    """The fields where one types, of the form that the scene is in front of."""
    acte.preparer(monde)
    return set(monde.valeurs["textes"])


def remplir_de(monde: Monde, acte: scenes.Formulaire, saisie: str, gardes: frozenset[str] = GARDES) -> Answer:
    """Send the form with that text in every field but those it keeps; its beginning where one does not type."""
    acte.preparer(monde)
    action, champs = monde.valeurs["formulaire"]
    noms, ecrits = monde.valeurs["controles"] - gardes, monde.valeurs["textes"]
    envois = [(nom, saisie if nom in ecrits else saisie[:99]) for nom in sorted(noms)]
    reponse = acte.envoyer(monde, action, [*((n, v) for n, v in champs if n in gardes), *envois]).reponse
    assert reponse is not None
    return reponse


def rend_la_saisie(monde: Monde, acte: scenes.Formulaire, saisie: str, rendue: str | None) -> int:
    """A form filled with that text comes back with it, as text, and says what is wrong; or it was taken, and it is text
    wherever the person is led, and in the mails. Answers the status."""
    ecrits = textes(monde, acte) - RENDUES_AUTREMENT
    gardes = GARDES | {"choix"} if ecrits else GARDES  # the applications of a lot, or no text would be read
    avant, reponse = tout(("noyau", "comptes")), remplir_de(monde, acte, saisie, gardes)
    client = monde.client(acte.qui)
    inconnue = {404} if "choix" in monde.valeurs["controles"] - gardes else set()  # a text is no application
    assert reponse.status in {200, 303, 422} | inconnue, reponse.status
    inoffensive(reponse)
    if reponse.status == 422:
        assert erreurs(reponse) and all(re.match(r"[A-ZÀÉÊ]", e) and e.endswith(".") for e in erreurs(reponse))
    fait = reponse.status == 303 or (reponse.status == 200 and acte.cle.endswith(SUR_PLACE))
    if fait:
        inoffensive(client.follow(reponse) if reponse.status == 303 else reponse)
        for mail in monde.guichet.deliver():
            assert not _BALISES.search(mail.get_body(("html",)).get_content()) and "Bcc" not in mail
    else:
        assert tout(("noyau", "comptes")) == avant, "refused, and yet something changed"
    page = client.get(acte.depart.format(**monde.valeurs)) if reponse.status == 303 else reponse
    inoffensive(page)
    forme = acte.formulaire(page)
    if forme is None or (reponse.status == 303 and not acte.cle.endswith(BROUILLONS)):
        return reponse.status
    for champ in ecrits if rendue is not None else ():
        rendu = " ".join(forme["fields"][champ])
        assert " ".join(rendu.split()) == " ".join(str(rendue).split()), champ
    return reponse.status


@pytest.mark.rule("S2", "B1", "C8", "D12", "J6")
@pytest.mark.controle("T44", "T47")
@pytest.mark.parametrize("acte", FORMULAIRES, ids=str)
def test_un_formulaire_rend_la_saisie_en_texte(
    monde: Monde, subtests: pytest.Subtests, acte: scenes.Formulaire
) -> None:
    saisies = SAISIES if textes(monde, acte) else {"HTML": SAISIES["HTML"]}
    if len(saisies) > PAR_FORMULAIRE and not PREUVE:
        tirees = random.Random(f"{GRAINE}/{acte}").sample(list(saisies), PAR_FORMULAIRE)  # noqa: S311
        saisies = {nom: SAISIES[nom] for nom in {*tirees, "HTML"}}
    for nom, (saisie, rendue) in saisies.items():
        with subtests.test(nom):
            rend_la_saisie(monde, acte, saisie, rendue)
    if "choix" in monde.valeurs["controles"]:
        with subtests.test("choix"):
            reponse = remplir_de(monde, acte, POLYGLOTTE)
            assert reponse.status in {404, 422}
            inoffensive(reponse)


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


def route_unique() -> list[scenes.Formulaire]:
    """One form for each route that posts."""
    return list({acte.cle: acte for acte in FORMULAIRES}.values())


def test_chaque_route_qui_poste_est_parcourue() -> None:
    postes = [acte for acte in scenes.actes() if acte.startswith("POST ")]
    assert sorted(acte.cle for acte in route_unique()) == postes


def inconnus(page: Answer, connus: dict[str, set[str]]) -> list[str]:
    """The fields of a page's forms that no scene of their routes has in front of it."""
    postent = [forme for forme in page.page.forms if (forme["method"] or "").lower() == "post"]
    return [
        f"{page.path} : {forme['action']} {nom}"
        for forme in postent
        if (cle := f"POST {scenes.route_de(forme)}") != "POST "
        for nom in sorted(forme["names"] - connus.get(cle, set()))
    ]


def champs_parcourus(monde: Monde) -> dict[str, set[str]]:
    """Route -> the fields of the forms that are walked."""
    connus: dict[str, set[str]] = {}
    for acte in FORMULAIRES:
        acte.preparer(monde)
        connus.setdefault(acte.cle, set()).update(monde.valeurs["controles"])
    return connus


@pytest.mark.controle("T44", "T47")
def test_chaque_champ_que_les_pages_montrent_est_parcouru(monde: Monde, subtests: pytest.Subtests) -> None:
    """Every page that can be read, as those who may read it see it: no form, no field of its own."""
    connus = champs_parcourus(monde)
    for lecture in scenes.pages():
        with subtests.test(str(lecture)):
            lecture.preparer(monde)
            page = lecture.jouer(monde).reponse
            assert page is not None and inconnus(page, connus) == []


def test_un_champ_que_personne_ne_parcourt_se_voit() -> None:
    html = '<form method="post" action="/connexion"><input name="identifiant"><textarea name="mot"></textarea></form>'
    page = Answer(
        200, {}, [], html + '<form method="post" action="https://bucket.test/"><input name="key"></form>', "/"
    )
    assert inconnus(page, {"POST /connexion": {"identifiant"}}) == ["/ : /connexion mot"]
    assert len(inconnus(page, {})) == 2


@pytest.mark.rule("S2", "S6")
@pytest.mark.controle("T44")
@pytest.mark.parametrize("acte", route_unique(), ids=lambda acte: acte.cle)
def test_un_corps_malforme_a_une_reponse_claire(
    monde: Monde, subtests: pytest.Subtests, acte: scenes.Formulaire
) -> None:
    acte.preparer(monde)
    client, (chemin, _), avant = monde.client(acte.qui), monde.valeurs["formulaire"], tout()
    for nom, (corps, statut) in CORPS.items():
        with subtests.test(nom):
            reponse = client.send("POST", chemin, corps, FORM)
            inoffensive(reponse)
            assert reponse.status == statut and reponse.page.h1[0][0].isupper()
    assert tout() == avant


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


@pytest.mark.parametrize(("faute", "saisie"), [(_oublieux, "a" * 2_400), (_brut, POLYGLOTTE * 20)])
def test_une_saisie_perdue_ou_rendue_telle_quelle_se_voit(
    monde: Monde, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests, faute: Any, saisie: str
) -> None:
    """In each form where something is typed that comes back; a long text, which none takes."""
    ecrits = [acte for acte in FORMULAIRES if textes(monde, acte) - RENDUES_AUTREMENT]
    assert len(ecrits) > 15
    for acte in ecrits:
        acte.preparer(monde)  # by the portal as it is
    monkeypatch.setattr(StringField, "_value", faute)
    monkeypatch.setattr(DateFr, "_value", faute)
    for acte in ecrits:
        with subtests.test(str(acte)), pytest.raises(AssertionError):
            rend_la_saisie(monde, acte, saisie, saisie)


def test_un_nom_montre_sans_etre_protege_se_voit(
    guichet: Guichet, visiteur: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    inscrit(visiteur, prenom="<script>alert(1)</script>")
    inoffensive(visiteur.get("/mon-profil"))
    monkeypatch.setattr(Identite, "nom_affiche", property(lambda identite: Markup(identite.prenom)))  # noqa: S704
    with pytest.raises(AssertionError):
        inoffensive(visiteur.get("/mon-profil"))
