"""Every answer, whoever asks and whatever comes of it: headers, cookies, addresses (docs/controles.csv)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.client import BaseClient
from botocore.exceptions import EndpointConnectionError

from tests.client import ORIGIN, Answer
from tests.meta.sources import PAQUET
from tests.web import parcours
from tests.web.conftest import Guichet
from tests.web.parcours import ROLES, Scene, photo, scene

guichet = parcours.guichet
COOKIES = {
    "__Host-session": None,
    "__Host-visite": None,
    "__Host-documents": "86400",  # the documents that were opened (rule B1)
    "__Host-etape": "600",  # a login that waits for its code (rule J6)
}
"""All that the portal needs: nothing optional, so nothing to consent to (rule Z4). Name -> how long it is kept."""
STATUTS = {200, 303, 400, 401, 403, 404, 410, 413, 422, 500, 503}
TRANSFORME = re.compile(r"\.(css|js|txt)$")


@dataclass(frozen=True)
class Vue:
    """An answer, who asked it, and by which route."""

    role: str
    route: str
    reponse: Answer

    def __str__(self) -> str:
        return f"{self.role}, {self.route} : {self.reponse.status}"


def routes(guichet: Guichet) -> list[tuple[str, str]]:
    """Method and pattern; logging out comes last."""
    toutes = [(m, motif) for motif, methodes in guichet.app.routes.items() for m in methodes]
    return sorted(toutes, key=lambda r: (r[1] == "/deconnexion", r[0], r[1]))


def recolte(guichet: Guichet, lieu: Scene, **entetes: str) -> Iterator[Vue]:
    """Each role asks each page, sends each form without its command then with it, and meets what breaks."""
    for role in ROLES:
        client = lieu.clients[role]
        for methode, motif in routes(guichet):
            chemin = lieu.chemin(motif, role)
            if methode == "GET":
                yield Vue(role, f"GET {motif}", client.get(chemin, **entetes))
                continue
            for champs in ([], [("commande", lieu.commande(role)), ("email", "x@exemple.fr")]):
                yield Vue(role, f"POST {motif}", client.post(chemin, champs, **entetes))


def refus(guichet: Guichet, lieu: Scene, **entetes: str) -> Iterator[Vue]:
    """What is unreadable, too big, of somebody else, out of order."""
    for motif in ("/connexion", "/activation/{jeton}"):
        chemin, role = lieu.chemin(motif, "visiteur"), "visiteur"
        client, nom = lieu.clients[role], f"POST {motif}"
        for corps in ("nom=%FF", "nom=" + "a" * 200_000):
            form = {"content-type": "application/x-www-form-urlencoded", "origin": ORIGIN}
            yield Vue(role, nom, client.send("POST", chemin, corps, form | entetes))
        with pytest.MonkeyPatch.context() as mp:
            mp.setattr(BaseClient, "_make_api_call", _en_panne)
            yield Vue(role, f"GET {motif}", client.get(chemin, **entetes))
            yield Vue(role, nom, client.post(chemin, [("commande", lieu.commande(role))], **entetes))
    with pytest.MonkeyPatch.context() as mp:
        mp.setattr("chalicelib.intervenants.profil.queries.profil_de", lambda compte: {}["planted"])
        yield Vue("validé", "GET /mon-profil", lieu.clients["validé"].get("/mon-profil/identification", **entetes))


def _en_panne(*_: Any) -> None:
    raise EndpointConnectionError(endpoint_url="https://dynamodb.eu-west-3.amazonaws.com")


FAUX_HOTES = {
    "host": "evil.test",
    "x-forwarded-host": "evil.test",
    "forwarded": "for=1.2.3.4;host=evil.test;proto=http",
    "x-host": "evil.test",
    "x-original-url": "https://evil.test/",
    "x-forwarded-server": "evil.test",
    "x-forwarded-proto": "http",
}


@dataclass(frozen=True)
class Recolte:
    """What everybody was answered, their sessions' secrets, and the mails that left."""

    vues: list[Vue]
    secrets: dict[str, str]
    mails: list[str]


_faite: list[Recolte] = []


@pytest.fixture
def tout(guichet: Guichet) -> Recolte:
    """All of it, asked once for this file, with a lying host; what breaks first, while people are logged in."""
    if not _faite:
        lieu = scene(guichet)
        secrets = {r: c.cookies["__Host-session"].split(".")[1] for r, c in lieu.clients.items() if r != "visiteur"}
        vues = [*refus(guichet, lieu, **FAUX_HOTES), *recolte(guichet, lieu, **FAUX_HOTES)]
        guichet.deliver()
        _faite.append(Recolte(vues, secrets, [mail.as_string() for mail in guichet.sent]))
    return _faite[0]


def _politique(reponse: Answer) -> dict[str, list[str]]:
    directives = [d.split() for d in reponse.headers["content-security-policy"].split(";")]
    return {d[0]: d[1:] for d in directives}


def fautes_d_en_tete(vue: Vue) -> list[str]:
    """Checks T14 to T19 on one answer."""
    entetes, csp, statique = vue.reponse.headers, _politique(vue.reponse), "/statique/" in vue.route
    seau = {
        "https://guichet-test-fichiers.s3.eu-west-3.amazonaws.com",
        "https://guichet-test-fichiers.s3.amazonaws.com",
    }
    permis = {"img-src": {"'self'", "data:"} | seau, "media-src": {"data:"}}
    permis |= {nom: {"'self'"} | seau for nom in ("connect-src", "form-action")}
    permis |= {nom: {"'self'"} for nom in ("script-src", "style-src")}
    permis |= {nom: {"'none'"} for nom in ("default-src", "object-src", "base-uri", "frame-ancestors")}
    faits = {
        "T14": set(csp) == set(permis) and all(v and set(v) <= permis[n] for n, v in csp.items()),
        "T15": csp["frame-ancestors"] == ["'none'"] and entetes["x-frame-options"] == "DENY",
        "T16 transport": _age(entetes["strict-transport-security"]) >= 31_536_000
        and "includeSubDomains" in entetes["strict-transport-security"],
        "T16 nosniff": entetes["x-content-type-options"] == "nosniff",
        "T16 referrer": entetes["referrer-policy"] in {"same-origin", "no-referrer"},
        "T17": entetes["cache-control"] == ("public, max-age=31536000, immutable" if statique else "no-store"),
        "T18": not [nom for nom in entetes if nom.startswith("access-control-")],
        "T19": _bon_type(vue),
    }
    return [f"{nom} : {vue}" for nom, bon in faits.items() if not bon]


def _age(valeur: str) -> int:
    return int(valeur.partition("max-age=")[2].partition(";")[0])


def _bon_type(vue: Vue) -> bool:
    """The type says what the body is, and always its alphabet."""
    genre, _, alphabet = vue.reponse.headers["content-type"].partition("; ")
    corps = vue.reponse.body.lstrip()
    attendu = "text/html"
    if vue.reponse.status == 200:
        attendu = {"GET /session": "text/plain", "GET /robots.txt": "text/plain", "GET /statique/{nom}": "text/css",
                   "GET /gestion/inscriptions.csv": "text/csv"}.get(vue.route, "text/html")  # fmt: skip
    html = corps.startswith("<")
    return (genre, alphabet) == (attendu, "charset=utf-8") and (html or not corps or attendu != "text/html")


@pytest.mark.rule("S6", "T6")
@pytest.mark.controle("T14", "T15", "T16", "T17", "T18", "T19")
def test_chaque_reponse_porte_ses_en_tetes(tout: Recolte) -> None:
    assert len(tout.vues) > 250 and {v.reponse.status for v in tout.vues} >= STATUTS
    assert [faute for vue in tout.vues for faute in fautes_d_en_tete(vue)] == []


@pytest.mark.rule("T3")
@pytest.mark.controle("T16")
def test_une_page_dont_l_adresse_est_un_secret_ne_la_dit_pas_a_la_suivante(tout: Recolte) -> None:
    fautes = [v for v in tout.vues if "{jeton}" in v.route and v.reponse.headers["referrer-policy"] != "no-referrer"]
    assert [str(vue) for vue in fautes] == []


@pytest.mark.rule("T6")
@pytest.mark.controle("T18")
@pytest.mark.parametrize("origine", ["https://evil.test", "null", "https://evil.guichet.test", f"{ORIGIN}.evil.test"])
def test_aucune_page_ne_s_ouvre_a_un_autre_site(guichet: Guichet, origine: str) -> None:
    client = parcours.en_poste(guichet.client())
    for chemin in ("/", "/connexion", "/gestion/inscriptions", "/session", "/robots.txt", "/nulle-part/x"):
        reponse = client.get(chemin, origin=origine)
        assert not [nom for nom in reponse.headers if nom.startswith("access-control-")]
        demandees = {"origin": origine, "access-control-request-method": "POST"}
        assert client.send("OPTIONS", chemin, None, demandees).status == 404


@pytest.mark.rule("T1", "Z4")
@pytest.mark.controle("T01")
def test_chaque_cookie_est_necessaire_et_protege(tout: Recolte) -> None:
    assert len(tout.secrets) == len(ROLES) - 1
    poses = set()
    for vue in tout.vues:
        for cookie in vue.reponse.cookies:
            tete, *attributs = cookie.split("; ")
            nom = tete.partition("=")[0]
            duree = [a.removeprefix("Max-Age=") for a in attributs if a.startswith("Max-Age")]
            fixes = sorted(a for a in attributs if not a.startswith("Max-Age"))
            assert fixes == ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"], vue
            assert nom in COOKIES and duree in ([], ["0"], [COOKIES[nom]]), vue
            poses.add(nom)
        dit = vue.reponse.body + vue.reponse.headers.get("location", "")
        assert tout.secrets.get(vue.role, "no session") not in dit, vue
    assert poses >= {"__Host-session", "__Host-documents"}
    scripts = "".join(f.read_text("utf-8") for f in (PAQUET / "core/static").glob("*.js"))
    assert scripts and "cookie" not in scripts


def repete_l_hote(vue: Vue) -> bool:
    """Whether an answer says the host that the request claimed to ask."""
    dit = vue.reponse.body + str(vue.reponse.headers) + str(vue.reponse.cookies)
    return "evil" in dit or "http://" in vue.reponse.headers.get("location", "")


@pytest.mark.rule("S6", "V1")
@pytest.mark.controle("T20")
def test_aucune_page_ne_repete_l_hote_de_la_demande(tout: Recolte) -> None:
    assert not [str(vue) for vue in tout.vues if repete_l_hote(vue)]
    assert tout.mails and not [mail for mail in tout.mails if "evil" in mail]


LIENS_DEHORS = {"", "guichet.test", "www.cnil.fr", "www.cnfpt.fr", "www.defenseurdesdroits.fr"}
"""Hosts that pages may name, reviewed; the bucket besides."""


@pytest.mark.rule("X1")
@pytest.mark.controle("T57")
def test_aucune_adresse_ne_porte_de_donnee_personnelle(tout: Recolte) -> None:
    assert [faute for vue in tout.vues for faute in adresses_indiscretes(vue, tout.secrets)] == []


_SIENS = re.compile(r"alpha|bravo|charlie|exemple\.fr|demo\.fr|%40|0383|1985", re.IGNORECASE)


def adresses_indiscretes(vue: Vue, secrets: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The addresses of a page that say something of somebody, hold a session, or lead where pages may not."""
    lues = re.findall(r'(?:href|src|action|hx-get|hx-post)="([^"]*)"', vue.reponse.body)
    for adresse in [*lues, vue.reponse.headers.get("location", "")]:
        if adresse.startswith(("data:", "mailto:")):
            continue
        hote = urlsplit(adresse).netloc
        permis = hote in LIENS_DEHORS or hote.startswith("guichet-test-fichiers.s3")
        if _SIENS.search(adresse) or any(s in adresse for s in secrets.values()) or not permis:
            yield str(vue), adresse


@pytest.mark.rule("G0", "T1")
@pytest.mark.controle("T10")
def test_chaque_page_d_une_personne_connectee_a_sa_deconnexion(tout: Recolte) -> None:
    vues = [v for v in tout.vues if v.role != "visiteur" and v.route.startswith("GET") and v.reponse.status == 200]
    pages = [v for v in vues if "<header" in v.reponse.body]
    assert len(pages) > 60
    assert not [str(vue) for vue in pages if not a_sa_sortie(vue)]


def a_sa_sortie(vue: Vue) -> bool:
    """Whether a page has one form that logs out, with its command alone."""
    sorties = [f for f in vue.reponse.page.forms if f["action"] == "/deconnexion"]
    return [(f["method"], len(f["buttons"]), [*f["fields"]]) for f in sorties] == [("post", 1, ["commande"])]


@pytest.mark.parametrize(
    ("corps", "location"),
    [
        pytest.param('<a href="http://evil.test/">', "", id="l’hôte dans un lien"),
        pytest.param("", "http://guichet.test/connexion", id="une redirection en clair"),
    ],
)
def test_un_hote_repete_se_voit(tout: Recolte, corps: str, location: str) -> None:
    """Planted, as the next two."""
    vue = next(v for v in tout.vues if v.role == "validé" and v.reponse.status == 200)
    assert not repete_l_hote(vue)
    entetes = vue.reponse.headers | ({"location": location} if location else {})
    assert repete_l_hote(replace(vue, reponse=replace(vue.reponse, body=vue.reponse.body + corps, headers=entetes)))


@pytest.mark.parametrize("adresse", ["/x?email=a%40b.fr", "/x/alpha", "https://cdn.example/a.js", "/x?s={session}"])
def test_une_adresse_indiscrete_se_voit(tout: Recolte, adresse: str) -> None:
    vue = next(v for v in tout.vues if v.role == "validé" and v.reponse.status == 200)
    plantee = adresse.format(session=next(iter(tout.secrets.values())))
    avec = replace(vue.reponse, body=f'{vue.reponse.body}<a href="{plantee}">')
    assert list(adresses_indiscretes(replace(vue, reponse=avec), tout.secrets)) == [(str(vue), plantee)]


def test_une_page_sans_sortie_se_voit(tout: Recolte) -> None:
    vue = next(v for v in tout.vues if v.role == "validé" and "<header" in v.reponse.body)
    sans = replace(vue.reponse, body=vue.reponse.body.replace('action="/deconnexion"', 'action="/"'))
    assert a_sa_sortie(vue) and not a_sa_sortie(replace(vue, reponse=sans))


# Addresses that are none


@pytest.mark.rule("S6", "T6")
@pytest.mark.controle("T17")
@pytest.mark.parametrize("suffixe", ["/x.css", ".css", ";.png", "%2Fx.js", "%3B.css", "%0A.css", "/..%2Fx.css"])
def test_une_page_ne_se_deguise_pas_en_fichier(guichet: Guichet, suffixe: str) -> None:
    """Else a cache that keeps what ends in .css would keep somebody's page."""
    lieu = scene(guichet)
    for role in ("validé", "gestionnaire", "administrateur"):
        for methode, motif in routes(guichet):
            if methode == "GET" and not TRANSFORME.search(motif) and "/statique/" not in motif and motif != "/":
                reponse = lieu.clients[role].get(lieu.chemin(motif, role) + suffixe)
                assert reponse.status in {404, 410}, (role, motif)


@pytest.mark.rule("S6")
@pytest.mark.controle("T60")
@pytest.mark.parametrize(
    "chemin",
    ["/.git/config", "/.env", "/app.py", "/openapi.json", "/swagger.json", "/docs", "/debug", "/metrics", "/actuator",
     "/statique/", "/statique", "/statique/guichet.css", "/statique/guichet.css.bak", "/statique/000000000000-app.py",
     "/connexion.bak", "/connexion~", "/index.html.bak", "/chalicelib/core/settings.py", "/.chalice/config.json",
     "/api/clock", "/api/captchas", "/api/mails", "/horloge", "/captchas", "/courriels", "/console", "/tests", "/admin",
     "/server-status", "/.well-known/x", "/robots.txt.bak"],
)  # fmt: skip
def test_rien_de_l_atelier_n_est_expose(guichet: Guichet, chemin: str) -> None:
    for client in (guichet.client(), parcours.en_poste(guichet.client(), "a@demo.fr", (), "ADMINISTRATEUR")):
        reponse = client.get(chemin)
        assert reponse.status == 404 and "guichet-test" not in reponse.body


@pytest.mark.rule("T6")
@pytest.mark.controle("T13")
@pytest.mark.parametrize(
    "methode", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO", "post"]
)
def test_une_methode_qui_n_est_pas_declaree_n_agit_pas(guichet: Guichet, methode: str) -> None:
    """Past the gateway, which knows no such route: the application itself refuses."""
    lieu = scene(guichet)
    avant = photo(guichet, ())
    assert list(ce_qui_repond(guichet, lieu, methode)) == []
    assert photo(guichet, ()) == avant


DEGUISEES = {"x-http-method-override": "POST", "content-type": "application/x-www-form-urlencoded"}


def ce_qui_repond(guichet: Guichet, lieu: Scene, methode: str) -> Iterator[tuple[str, str]]:
    """Who is answered, and on which route, by a method that the route does not declare."""
    for role in ("validé", "gestionnaire", "administrateur"):
        client = lieu.clients[role]
        for motif in (motif for motif, methodes in guichet.app.routes.items() if methode not in methodes):
            chemin = lieu.chemin(motif, role)
            trouves = dict(zip(re.findall(r"{(\w+)}", motif), _valeurs(motif, chemin), strict=True))
            corps = f"commande={lieu.commande(role)}&_method=POST"
            evenement = client._event(methode, urlsplit(chemin), (motif, trouves), corps, DEGUISEES)
            if guichet.app(evenement, None)["statusCode"] != 405:
                yield role, motif


def test_une_methode_deguisee_qui_agirait_se_voit(guichet: Guichet, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: the application believes what a header says of the method."""
    lieu, app = scene(guichet), guichet.app

    class Credule:
        routes = app.routes

        def __call__(self, event: dict[str, Any], context: Any) -> Any:
            vraie = event["headers"].get("x-http-method-override", event["requestContext"]["httpMethod"])
            return app({**event, "requestContext": event["requestContext"] | {"httpMethod": vraie}}, context)

    monkeypatch.setattr(guichet, "app", Credule())
    assert ("validé", "/deconnexion") in ce_qui_repond(guichet, lieu, "PUT")


def _valeurs(motif: str, chemin: str) -> tuple[str, ...]:
    lu = re.fullmatch(re.sub(r"{\w+}", "([^/]+)", motif), chemin)
    assert lu
    return lu.groups()


@pytest.mark.rule("T6")
@pytest.mark.controle("T12")
def test_lire_n_ecrit_que_des_images_a_recopier(guichet: Guichet) -> None:
    """Reading leaves its line in the audit (rule X3), a page with a captcha its challenge and its count: no more."""
    lieu = scene(guichet)
    avant, cles = photo(guichet, ("audit",)), parcours.cles()
    for role in ROLES:
        for methode, motif in routes(guichet):
            if methode == "GET":
                lieu.clients[role].get(lieu.chemin(motif, role))
    apres = photo(guichet, ("audit",))
    nouvelles = [row["pk"]["S"] for table in apres for row in apres[table] if row not in avant[table]]
    assert nouvelles and {pk.partition("#")[0] for pk in nouvelles} <= {"CAPTCHA", "LIMITE"}
    perdues = [row["pk"]["S"] for table in avant for row in avant[table] if row not in apres[table]]
    assert {pk.partition("#")[0] for pk in perdues} <= {"LIMITE"} and parcours.cles() == cles
