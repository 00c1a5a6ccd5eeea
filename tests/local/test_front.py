"""The front, with real sockets: shapes, limits, failures, many clients."""

import gzip
import json
import socket
import threading
import time
from typing import Any

import pytest

from infra.local.portail import Portail
from tests import chrono
from tests.local.conftest import Client


def brut(petit: Portail, envoi: bytes, patience: float = 5) -> bytes:
    """Send bytes, read to the end of the connection."""
    hote, port = petit.url.removeprefix("http://").split(":")
    with socket.create_connection((hote, int(port)), patience) as prise:
        prise.sendall(envoi)
        recus = b""
        while morceau := prise.recv(65536):
            recus += morceau
        return recus


def test_page(web: Client) -> None:
    statut, entetes, corps = web("/")
    assert statut == 200 and corps.startswith(b"<h1>Accueil")
    assert entetes["Content-Type"] == "text/html; charset=utf-8"
    assert entetes["x-amzn-RequestId"] and entetes["Connection"] == "keep-alive"


def test_evenement_vu_par_l_application(web: Client) -> None:
    vu = json.loads(web("/echo/a%20b?x=1&x=2", "POST", "é".encode(), Content_Type="text/plain", X_Deux="deux")[2])
    assert vu["resource"] == "/echo/{mot}" and vu["pathParameters"] == {"mot": "a%20b"}
    assert vu["multiValueQueryStringParameters"] == {"x": ["1", "2"]}
    assert (vu["body"], vu["headers"]["X-Deux"], vu["httpMethod"]) == ("é", "deux", "POST")
    assert "Content-Length" not in vu["headers"]


def test_un_corps_par_morceaux(petit: Portail) -> None:
    tete = b"POST /echo/a HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: text/plain\r\nConnection: close\r\n" % port(
        petit
    )
    rendu = brut(petit, tete + b"Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: u\r\n\r\n")
    assert json.loads(rendu.partition(b"\r\n\r\n")[2])["body"] == "abcde"


def port(petit: Portail) -> int:
    return int(petit.url.rpartition(":")[2])


@pytest.mark.parametrize("chemin", ["/inconnue", "/echo", "/echo/a/b/c", "/echo/fixe/suite/plus", "/static/../x"])
def test_adresse_inconnue(web: Client, chemin: str) -> None:
    statut, entetes, corps = web(chemin)
    assert statut == 404 and "Page introuvable" in corps.decode()
    assert entetes["Content-Type"] == "text/html; charset=utf-8" and entetes["Cache-Control"] == "no-store"


def test_methode_inconnue_et_head(web: Client) -> None:
    assert web("/", "DELETE")[0] == 404
    statut, entetes, corps = web("/", "HEAD")
    assert (statut, corps) == (404, b"") and int(entetes["Content-Length"]) > 0
    assert web("/")[0] == 200


def test_barre_finale(web: Client) -> None:
    assert web("/echo/a/")[0] == 200


def test_plusieurs_cookies_et_entetes_renommes(web: Client) -> None:
    entetes = web("/cookies")[1]
    assert entetes.get_all("Set-Cookie") == ["a=1", "b=2"]
    assert entetes["x-amzn-Remapped-Server"] == "moi" and entetes["Server"] is None


def test_aucun_entete_ne_s_injecte(web: Client) -> None:
    statut, entetes, _ = web("/injecter")
    assert statut == 502 and "X-B" not in entetes


def test_hote_inconnu(web: Client) -> None:
    assert web("/", Host="mechant.example")[0] == 403


def test_trop_d_entetes(web: Client) -> None:
    assert web("/", X_A="a" * 10_100)[0] == 200
    assert web("/", X_A="a" * 10_300)[0] == 431


def test_corps_trop_gros(petit: Portail, web: Client) -> None:
    statut, entetes, corps = web("/echo/a", "POST", b"x" * (10 * 1024 * 1024 + 1), Content_Type="text/plain")
    assert statut == 413 and entetes["Connection"] == "close" and "trop volumineux" in corps.decode()
    assert Client(petit.url)("/echo/a", "POST", b"x" * (7 * 1024 * 1024), Content_Type="text/plain")[0] == 413
    assert Client(petit.url)("/echo/a", "POST", b"x" * (2 * 1024 * 1024), Content_Type="text/plain")[0] == 200


def test_reponse_trop_grosse(web: Client) -> None:
    assert web(f"/gros/{5 * 1024 * 1024}")[0] == 200
    statut, _, corps = web(f"/gros/{6 * 1024 * 1024}")
    assert statut == 502 and "indisponible" in corps.decode()


def test_compression(web: Client) -> None:
    statut, entetes, corps = web("/gros/5000", Accept_Encoding="gzip, br")
    assert statut == 200 and entetes["Content-Encoding"] == "gzip" and gzip.decompress(corps) == b"x" * 5000
    assert web("/gros/500", Accept_Encoding="gzip")[1]["Content-Encoding"] is None


def test_statut_sans_corps(web: Client) -> None:
    statut, entetes, corps = web("/statut/204")
    assert (statut, corps, entetes["Content-Length"]) == (204, b"", None)
    assert web("/")[0] == 200


def test_un_ouvrier_mort_est_remplace(web: Client) -> None:
    for _ in range(4):
        statut, _, corps = web("/mourir")
        assert statut == 502 and "indisponible" in corps.decode()
    assert web("/")[0] == 200


def test_une_reponse_trop_lente_est_abandonnee(web: Client) -> None:
    debut = time.monotonic()
    statut, _, corps = web("/dormir/10")
    assert statut == 504 and "Réponse trop longue" in corps.decode()
    duree = time.monotonic() - debut
    assert duree > 1.4 and chrono.tient(duree, 2.5)
    assert web("/dormir/0")[0] == 200


def test_attendre_et_poursuivre(petit: Portail) -> None:
    tete = b"POST /echo/a HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: text/plain\r\n" % port(petit)
    hote = petit.url.removeprefix("http://").split(":")[0]
    with socket.create_connection((hote, port(petit)), 5) as prise:
        prise.sendall(tete + b"Content-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        assert prise.recv(100).startswith(b"HTTP/1.1 100 ")
        prise.sendall(b"abc")
        assert prise.recv(100).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    "entetes",
    [
        b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 3\r\nContent-Length: 4\r\n",
        b"Content-Length: -1\r\n",
        b"Transfer-Encoding: gzip, chunked\r\n",
    ],
)
def test_ce_qui_est_ambigu_est_refuse(petit: Portail, entetes: bytes) -> None:
    rendu = brut(petit, b"POST /echo/a HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\nabc" % (port(petit), entetes))
    assert rendu.startswith(b"HTTP/1.1 400 ") and rendu.count(b"HTTP/1.1") == 1


def test_http_1_0_ferme(petit: Portail) -> None:
    rendu = brut(petit, b"GET / HTTP/1.0\r\nHost: 127.0.0.1:%d\r\n\r\n" % port(petit))
    assert rendu.startswith(b"HTTP/1.1 200 ") and b"Connection: close" in rendu


def test_deux_cents_clients_a_la_fois(petit: Portail) -> None:
    """All connected at once; half of a slow client's request never comes and must not hold the others up."""
    hote = petit.url.removeprefix("http://").split(":")[0]
    lents = [socket.create_connection((hote, port(petit)), 5) for _ in range(20)]
    for prise in lents:
        prise.sendall(b"GET / HTTP/1.1\r\nHos")
    vus: list[Any] = []
    barriere = threading.Barrier(200)

    def client() -> None:
        ouvert = Client(petit.url)
        barriere.wait(20)
        try:
            vus.extend(ouvert("/")[0] for _ in range(3))
        except OSError as erreur:
            vus.append(erreur)

    fils = [threading.Thread(target=client) for _ in range(200)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join(60)
    for prise in lents:
        prise.close()
    assert vus == [200] * 600


def test_l_horloge_du_portail_avance(petit: Portail, web: Client) -> None:
    avant = web("/heure")[2].decode()
    petit.avancer(86400)
    assert web("/heure")[2].decode()[:10] > avant[:10]
