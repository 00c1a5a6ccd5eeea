"""API Gateway (REST, Lambda proxy) as pure functions: routes, events, answers, gateway pages. No socket, no app state.

Faithful on purpose where it hurts: path parameters stay percent-encoded, a body whose type is not binary is text in
which what is not UTF-8 is replaced, a base64 answer is decoded only if the first media type of Accept is a binary one,
HEAD has to be declared, headers of the transport are renamed.
"""

import base64
import gzip
import html
import time
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from infra.local.http1 import Entetes, Reponse, Requete, entetes_valides

CORPS_MAXIMAL = 10 * 1024 * 1024
EVENEMENT_MAXIMAL = 6 * 1024 * 1024
TETE_MAXIMALE = 10_240
DELAI = 29.0

_DE_CONNEXION = frozenset(
    [
        "connection",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "expect",
        "content-length",
    ]
)
_RENOMMES = frozenset(
    [
        "connection",
        "content-length",
        "content-md5",
        "date",
        "host",
        "server",
        "user-agent",
        "www-authenticate",
        "expect",
    ]
)

# kind of gateway response -> status and API Gateway's own message
GENRES = {
    "BAD_REQUEST": (400, "Bad Request"),
    "REQUEST_TIMEOUT": (408, "Request Timeout"),
    "MISSING_AUTHENTICATION_TOKEN": (403, "Missing Authentication Token"),
    "FORBIDDEN": (403, "Forbidden"),
    "REQUEST_TOO_LARGE": (413, "Request Too Long"),
    "HEADERS_TOO_LARGE": (431, "Request Header Fields Too Large"),
    "THROTTLED": (429, "Too Many Requests"),
    "FUNCTION_FAILURE": (502, "Internal server error"),
    "INTEGRATION_TIMEOUT": (504, "Endpoint request timed out"),
}
_TITRES = {
    400: "Requête incorrecte",
    403: "Page introuvable",
    408: "Envoi trop lent",
    413: "Envoi trop volumineux",
    429: "Trop de demandes",
    431: "Requête trop longue",
    502: "Service momentanément indisponible",
    504: "Réponse trop longue à venir",
}


class ReponseMalformee(Exception):
    """What the function returned is not a Lambda proxy answer."""


class Routes:
    """The API's resources: static segments win over parameters, a greedy one comes last."""

    def __init__(self, routes: dict[str, list[str]]) -> None:
        self._arbre: dict[str, Any] = {}
        self._methodes = {motif: frozenset(methodes) for motif, methodes in routes.items()}
        for motif in routes:
            noeud = self._arbre
            for segment in motif.strip("/").split("/"):
                noeud = noeud.setdefault(segment, {})
            noeud[""] = motif

    def trouver(self, methode: str, chemin: str) -> tuple[str, dict[str, str]] | None:
        """The resource and its parameters, or None when API Gateway has no such method or path."""
        nu = chemin[:-1] if chemin.endswith("/") and chemin != "/" else chemin
        segments = nu[1:].split("/") if nu != "/" else []
        trouve = self._descendre(self._arbre, segments) if segments else self._racine()
        if trouve is None or not self._methodes[trouve[0]] & {methode, "ANY"}:
            return None
        return trouve

    def _racine(self) -> tuple[str, dict[str, str]] | None:
        return ("/", {}) if "/" in self._methodes else None

    def _descendre(self, noeud: dict[str, Any], segments: list[str]) -> tuple[str, dict[str, str]] | None:
        if not segments:
            return (noeud[""], {}) if "" in noeud else None
        premier, reste = segments[0], segments[1:]
        if not premier:
            return None
        if premier in noeud and "{" not in premier:
            trouve = self._descendre(noeud[premier], reste)
            if trouve:
                return trouve
        for nom in sorted((n for n in noeud if n.startswith("{")), key=lambda n: n.endswith("+}")):
            gourmand = nom.endswith("+}")
            trouve = self._descendre(noeud[nom], [] if gourmand else reste)
            if trouve:
                valeur = "/".join(segments) if gourmand else premier
                return trouve[0], {nom.strip("{}+"): valeur} | trouve[1]
        return None


def _listes(paires: Entetes) -> dict[str, list[str]]:
    rangees: dict[str, list[str]] = {}
    noms: dict[str, str] = {}
    for nom, valeur in paires:
        rangees.setdefault(noms.setdefault(nom.lower(), nom), []).append(valeur)
    return rangees


def _parametres(requete: str) -> dict[str, list[str]] | None:
    """Query values, decoded, in their order; None when there is none."""
    rangees: dict[str, list[str]] = {}
    for morceau in requete.split("&"):
        if morceau:
            nom, _, valeur = morceau.partition("=")
            rangees.setdefault(unquote_plus(nom), []).append(unquote_plus(valeur))
    return rangees or None


def _derniers(listes: dict[str, list[str]] | None) -> dict[str, str] | None:
    return {nom: valeurs[-1] for nom, valeurs in listes.items()} if listes is not None else None


def _corps(requete: Requete, binaires: list[str]) -> tuple[str | None, bool]:
    if not requete.corps:
        return None, False
    if _binaire(requete.entete("content-type"), binaires):
        return base64.b64encode(requete.corps).decode("ascii"), True
    return requete.corps.decode("utf-8", "replace"), False


def _binaire(type_: str, binaires: list[str]) -> bool:
    return bool(type_) and ("*/*" in binaires or type_.partition(";")[0].strip().lower() in binaires)


def _entetes(requete: Requete, port: int) -> dict[str, list[str]]:
    """The client's headers and those that API Gateway adds."""
    gardes = [(n, v) for n, v in requete.entetes if n.lower() not in _DE_CONNEXION and n.lower() != "x-forwarded-for"]
    chaine = [v for n, v in requete.entetes if n.lower() == "x-forwarded-for"]
    gardes += [
        ("X-Forwarded-For", ", ".join([*chaine, requete.source])),
        ("X-Forwarded-Port", str(port)),
        ("X-Forwarded-Proto", "http"),
        ("X-Amzn-Trace-Id", f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]}"),
    ]
    return _listes(gardes)


@dataclass(frozen=True)
class Api:
    """What the front knows of the deployed API."""

    routes: Routes
    binaires: list[str]
    port: int
    base_path: str = ""
    compression: int | None = None

    def evenement(self, requete: Requete) -> dict[str, Any] | None:
        """The event of a request, or None when the gateway itself answers."""
        chemin = requete.chemin
        if self.base_path:
            if not (chemin + "/").startswith(self.base_path + "/"):
                return None
            chemin = chemin[len(self.base_path) :] or "/"
        trouve = self.routes.trouver(requete.methode, chemin)
        if trouve is None:
            return None
        ressource, parametres = trouve
        listes, entetes = _parametres(requete.requete), _entetes(requete, self.port)
        corps, code = _corps(requete, self.binaires)
        return {
            "resource": ressource,
            "path": chemin,
            "httpMethod": requete.methode,
            "headers": _derniers(entetes),
            "multiValueHeaders": entetes,
            "queryStringParameters": _derniers(listes),
            "multiValueQueryStringParameters": listes,
            "pathParameters": parametres or None,
            "stageVariables": None,
            "requestContext": self._contexte(requete, ressource),
            "body": corps,
            "isBase64Encoded": code,
        }

    def _contexte(self, requete: Requete, ressource: str) -> dict[str, Any]:
        maintenant = time.time()
        absents = [
            "cognitoIdentityPoolId",
            "accountId",
            "cognitoIdentityId",
            "caller",
            "accessKey",
            "principalOrgId",
            "userArn",
            "user",
        ]
        absents += ["cognitoAuthenticationType", "cognitoAuthenticationProvider"]
        identite = dict.fromkeys(absents) | {
            "sourceIp": requete.source,
            "userAgent": requete.entete("user-agent") or None,
        }
        return {
            "resourceId": "local",
            "resourcePath": ressource,
            "httpMethod": requete.methode,
            "extendedRequestId": uuid.uuid4().hex[:16],
            "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(maintenant)),
            "path": requete.chemin,
            "accountId": "000000000000",
            "protocol": f"HTTP/1.{requete.mineure}",
            "stage": "api",
            "domainPrefix": "local",
            "requestTimeEpoch": int(maintenant * 1000),
            "requestId": str(uuid.uuid4()),
            "identity": identite,
            "domainName": requete.entete("host"),
            "deploymentId": "local",
            "apiId": "local",
        }

    def reponse(self, resultat: Any, requete: Requete) -> Reponse:
        """The HTTP answer of what the function returned."""
        if not isinstance(resultat, dict) or not str(resultat.get("statusCode", "")).isdigit():
            raise ReponseMalformee("statusCode")
        corps = resultat.get("body")
        if not isinstance(corps, str | None):
            raise ReponseMalformee("body")
        reponse = Reponse(
            int(resultat["statusCode"]), _entetes_rendus(resultat), self._octets(resultat, corps or "", requete)
        )
        if not 200 <= reponse.statut <= 599 or not entetes_valides(reponse.entetes):
            raise ReponseMalformee("headers")
        self._compresser(reponse, requete)
        return reponse

    def _octets(self, resultat: dict[str, Any], corps: str, requete: Requete) -> bytes:
        premier = requete.entete("accept").split(",")[0]
        if resultat.get("isBase64Encoded") and _binaire(premier, self.binaires):
            try:
                return base64.b64decode(corps, validate=True)
            except ValueError as faux:
                raise ReponseMalformee("base64") from faux
        return corps.encode("utf-8", "replace")

    def _compresser(self, reponse: Reponse, requete: Requete) -> None:
        accepte = {c.partition(";")[0].strip() for c in requete.entete("accept-encoding").lower().split(",")}
        deja = any(nom.lower() == "content-encoding" for nom, _ in reponse.entetes)
        if self.compression is None or len(reponse.corps) < self.compression or deja or "gzip" not in accepte:
            return
        reponse.corps = gzip.compress(reponse.corps, compresslevel=5, mtime=0)
        reponse.entetes.append(("Content-Encoding", "gzip"))


def _entetes_rendus(resultat: dict[str, Any]) -> Entetes:
    multiples, simples = resultat.get("multiValueHeaders") or {}, resultat.get("headers") or {}
    if not isinstance(multiples, dict) or not isinstance(simples, dict):
        raise ReponseMalformee("headers")
    paires = [(str(n), str(v)) for n, valeurs in multiples.items() for v in valeurs]
    connus = {n.lower() for n, _ in paires}
    paires += [(str(n), str(v)) for n, v in simples.items() if str(n).lower() not in connus]
    rendus = [(f"x-amzn-Remapped-{n}" if n.lower() in _RENOMMES else n, v) for n, v in paires]
    if not any(n.lower() == "content-type" for n, _ in rendus):
        rendus.append(("Content-Type", "application/json"))
    return rendus


class Pages:
    """The pages that the gateway answers by itself: those declared (SAM's or OpenAPI's form), else a short one."""

    def __init__(self, declarees: dict[str, dict[str, Any]]) -> None:
        self._declarees = {genre: {cle.lower(): v for cle, v in d.items()} for genre, d in declarees.items()}

    def __call__(self, genre: str) -> Reponse:
        """The answer of one kind of refusal or failure."""
        statut, message = GENRES[genre]
        defaut = "DEFAULT_4XX" if statut < 500 else "DEFAULT_5XX"
        declaree = self._declarees.get(genre) or self._declarees.get(defaut) or {}
        identifiant = str(uuid.uuid4())
        statut = int(declaree.get("statuscode") or statut)
        type_, corps = _modele_de_page(declaree) or ("text/html; charset=utf-8", _page_par_defaut(statut))
        for cle, valeur in {"messageString": f'"{message}"', "message": message}.items():
            corps = corps.replace(f"$context.error.{cle}", valeur)
        corps = corps.replace("$context.requestId", identifiant)
        entetes = {"content-type": ("Content-Type", type_)}
        for nom, valeur in _entetes_de_page(declaree).items():
            entetes[nom.lower()] = (nom, valeur)
        return Reponse(statut, [*entetes.values(), ("x-amzn-RequestId", identifiant)], corps.encode("utf-8"))


def _modele_de_page(declaree: dict[str, Any]) -> tuple[str, str] | None:
    modeles = declaree.get("responsetemplates") or {}
    return next(((str(t), str(c)) for t, c in modeles.items()), None)


def _entetes_de_page(declaree: dict[str, Any]) -> dict[str, str]:
    """SAM's form (`ResponseParameters.Headers.X`) or CloudFormation's (`gatewayresponse.header.X`)."""
    parametres = declaree.get("responseparameters") or {}
    prefixe = "gatewayresponse.header."
    plats = {n.removeprefix(prefixe): v for n, v in parametres.items() if n.startswith(prefixe)}
    return {nom: str(valeur)[1:-1] for nom, valeur in {**(parametres.get("Headers") or {}), **plats}.items()}


def _page_par_defaut(statut: int) -> str:
    titre = html.escape(_TITRES.get(statut, "Service momentanément indisponible"))
    return (
        f'<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{titre}</title></head>'
        f'<body><main><h1>{titre}</h1><p><a href="/">Retour à l\'accueil</a></p></main></body></html>'
    )
