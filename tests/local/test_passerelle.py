"""API Gateway's rules, without a socket."""

import gzip
from typing import Any

import pytest

from infra.local.http1 import ErreurHTTP, Requete, analyser_tete
from infra.local.passerelle import Api, Pages, ReponseMalformee, Routes

ROUTES = Routes(
    {
        "/": ["GET"],
        "/annonces": ["GET", "POST"],
        "/annonces/{numero}": ["GET"],
        "/annonces/recherche": ["GET"],
        "/annonces/{numero}/candidater": ["GET"],
        "/annonces/recherche/aide": ["GET"],
        "/static/{proxy+}": ["GET"],
    }
)
API = Api(ROUTES, ["application/octet-stream"], 8000, compression=100)


def requete(methode: str = "GET", cible: str = "/", corps: bytes = b"", **entetes: str) -> Requete:
    paires = [("Host", "127.0.0.1:8000"), *((n.replace("_", "-"), v) for n, v in entetes.items())]
    return Requete(methode, cible, paires, corps)


@pytest.mark.parametrize(
    ("methode", "chemin", "attendu"),
    [
        ("GET", "/", ("/", {})),
        ("GET", "/annonces/recherche", ("/annonces/recherche", {})),
        ("GET", "/annonces/12", ("/annonces/{numero}", {"numero": "12"})),
        ("GET", "/annonces/12/", ("/annonces/{numero}", {"numero": "12"})),
        ("GET", "/annonces/a%2Fb", ("/annonces/{numero}", {"numero": "a%2Fb"})),
        ("GET", "/annonces/recherche/candidater", ("/annonces/{numero}/candidater", {"numero": "recherche"})),
        ("GET", "/static/a/b.css", ("/static/{proxy+}", {"proxy": "a/b.css"})),
        ("GET", "/static", None),
        ("GET", "//annonces", None),
        ("GET", "/annonces//candidater", None),
        ("GET", "/annonces/12/autre", None),
        ("POST", "/annonces", ("/annonces", {})),
        ("POST", "/annonces/12", None),
        ("HEAD", "/", None),
    ],
)
def test_ressource(methode: str, chemin: str, attendu: Any) -> None:
    assert ROUTES.trouver(methode, chemin) == attendu


def test_evenement_complet() -> None:
    evenement = API.evenement(
        requete("GET", "/annonces/a%20b?x=1&x=%C3%A9+z&vide", Cookie="a=1", X_Forwarded_For="9.9.9.9")
    )
    assert evenement is not None
    assert evenement["resource"] == evenement["requestContext"]["resourcePath"] == "/annonces/{numero}"
    assert evenement["path"] == evenement["requestContext"]["path"] == "/annonces/a%20b"
    assert evenement["pathParameters"] == {"numero": "a%20b"}
    assert evenement["multiValueQueryStringParameters"] == {"x": ["1", "é z"], "vide": [""]}
    assert evenement["queryStringParameters"] == {"x": "é z", "vide": ""}
    assert evenement["headers"]["Cookie"] == "a=1"
    assert evenement["headers"]["X-Forwarded-For"] == "9.9.9.9, 127.0.0.1"
    assert evenement["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"
    assert (evenement["body"], evenement["isBase64Encoded"]) == (None, False)


def test_sans_parametre_ni_requete_tout_est_nul() -> None:
    evenement = API.evenement(requete())
    assert evenement is not None
    for cle in ("pathParameters", "queryStringParameters", "multiValueQueryStringParameters", "stageVariables"):
        assert evenement[cle] is None


def test_un_corps_texte_perd_ce_qui_n_est_pas_utf8_un_corps_binaire_est_code() -> None:
    texte = API.evenement(requete("POST", "/annonces", b"a\xffb", Content_Type="text/plain"))
    binaire = API.evenement(requete("POST", "/annonces", b"a\xffb", Content_Type="application/octet-stream"))
    assert texte is not None and binaire is not None
    assert (texte["body"], texte["isBase64Encoded"]) == ("a\ufffdb", False)
    assert (binaire["body"], binaire["isBase64Encoded"]) == ("Yf9i", True)


def test_prefixe_de_l_etape() -> None:
    api = Api(ROUTES, [], 8000, base_path="/api")
    evenement = api.evenement(requete(cible="/api/annonces/1"))
    assert evenement is not None
    assert (evenement["path"], evenement["requestContext"]["path"]) == ("/annonces/1", "/api/annonces/1")
    assert api.evenement(requete(cible="/annonces/1")) is None
    assert api.evenement(requete(cible="/apiannonces")) is None


def test_reponse() -> None:
    rendu = {
        "statusCode": 200,
        "body": "é",
        "headers": {"Date": "hier"},
        "multiValueHeaders": {"Set-Cookie": ["a", "b"]},
    }
    reponse = API.reponse(rendu, requete())
    assert reponse.corps == "é".encode()
    assert reponse.entetes == [
        ("Set-Cookie", "a"),
        ("Set-Cookie", "b"),
        ("x-amzn-Remapped-Date", "hier"),
        ("Content-Type", "application/json"),
    ]


@pytest.mark.parametrize(
    "rendu",
    [
        None,
        "texte",
        {"body": "x"},
        {"statusCode": "abc"},
        {"statusCode": 99},
        {"statusCode": 200, "body": {"a": 1}},
        {"statusCode": 200, "headers": ["a"]},
        {"statusCode": 200, "multiValueHeaders": {"X-A": ["a\r\nX-B: b"]}},
        {"statusCode": 200, "headers": {"X A": "b"}},
    ],
)
def test_reponse_malformee(rendu: Any) -> None:
    with pytest.raises(ReponseMalformee):
        API.reponse(rendu, requete())


def test_le_base64_n_est_decode_que_si_le_premier_accept_est_binaire() -> None:
    rendu = {"statusCode": 200, "body": "Yf9i", "isBase64Encoded": True}
    assert API.reponse(rendu, requete(Accept="application/octet-stream, */*")).corps == b"a\xffb"
    assert API.reponse(rendu, requete(Accept="text/html, application/octet-stream")).corps == b"Yf9i"


def test_compression() -> None:
    def octets(taille: int, accepte: str, **entetes: str) -> bytes:
        return API.reponse(
            {"statusCode": 200, "body": "x" * taille, "headers": entetes}, requete(Accept_Encoding=accepte)
        ).corps

    assert gzip.decompress(octets(100, "br, gzip;q=0.8")) == b"x" * 100
    assert octets(99, "gzip") == b"x" * 99
    assert octets(100, "br") == b"x" * 100
    assert octets(100, "gzip", **{"Content-Encoding": "br"}) == b"x" * 100


def test_pages_declarees_ou_par_defaut() -> None:
    declaree = {
        "statusCode": 404,
        "responseParameters": {"gatewayresponse.header.Content-Type": "'text/html; charset=utf-8'"},
        "responseTemplates": {"application/json": "<p>$context.error.message $context.requestId"},
    }
    reponse = Pages({"MISSING_AUTHENTICATION_TOKEN": declaree})("MISSING_AUTHENTICATION_TOKEN")
    assert reponse.statut == 404
    assert ("Content-Type", "text/html; charset=utf-8") in reponse.entetes
    assert reponse.corps.startswith(b"<p>Missing Authentication Token ") and b"$" not in reponse.corps
    assert Pages({"DEFAULT_5XX": declaree | {"statusCode": None}})("FUNCTION_FAILURE").statut == 502
    seule = Pages({})("THROTTLED")
    assert seule.statut == 429 and "Trop de demandes" in seule.corps.decode()


@pytest.mark.parametrize(
    "tete",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /\r\nHost: x\r\n\r\n",
        b"GET / HTTP/2.0\r\nHost: x\r\n\r\n",
        b"GET /\x1b[2J HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http:x HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n plie\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: b\x00c\r\n\r\n",
    ],
)
def test_tete_refusee(tete: bytes) -> None:
    with pytest.raises(ErreurHTTP):
        analyser_tete(tete)
