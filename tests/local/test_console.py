"""The console: what it gives, and whom it refuses."""

import json
from datetime import UTC, datetime

import pytest

from infra.local.comptes import SECRET_TOTP, code_totp
from infra.local.console_pages import duree, instant, liens
from infra.local.portail import Portail
from infra.local.ressources import Clients
from tests.local.conftest import Client

JSON = {"Content_Type": "application/json"}


def test_hote_etranger_refuse(console: Client) -> None:
    assert console("/api/captchas", Host="mechant.example")[0] == 403
    assert console("/", Host=f"localhost:{console.hote.rpartition(':')[2]}")[0] == 200


@pytest.mark.parametrize(
    "entetes", [{"Origin": "http://mechant.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"}]
)
def test_origine_etrangere_refusee(console: Client, petit: Portail, entetes: dict[str, str]) -> None:
    avant = petit.heure()["offset_seconds"]
    assert console("/api/clock", "POST", b'{"advance_seconds": 5}', **JSON, **entetes)[0] == 403
    assert console("/horloge", "POST", b"secondes=3600", **entetes)[0] == 403
    assert petit.heure()["offset_seconds"] == avant


def test_l_api_ne_lit_que_du_json(console: Client) -> None:
    assert (
        console("/api/clock", "POST", b"advance_seconds=5", Content_Type="application/x-www-form-urlencoded")[0] == 415
    )
    assert console("/api/clock", "POST", b"{", **JSON)[0] == 400
    assert console("/api/clock", "POST", b"[1]", **JSON)[0] == 400
    assert console("/api/clock", "POST", b"x" * 70_000, **JSON)[0] == 413


def test_horloge(console: Client) -> None:
    avant = console.json("/api/clock")
    apres = console.json("/api/clock", "POST", {"advance_seconds": 90})
    assert apres["offset_seconds"] == avant["offset_seconds"] + 90 and apres["now"] > avant["now"]
    for faux in (-1, "5", None, True, 1e12):
        assert console("/api/clock", "POST", json.dumps({"advance_seconds": faux}).encode(), **JSON)[0] == 400


def test_avancer_par_la_page(console: Client) -> None:
    avant = console.json("/api/clock")["offset_seconds"]
    statut, entetes, _ = console("/horloge", "POST", b"jours=1&heures=2", Origin=f"http://{console.hote}")
    assert (statut, entetes["Location"]) == (303, "/horloge")
    assert console.json("/api/clock")["offset_seconds"] == avant + 26 * 3600
    assert console("/horloge", "POST", b"jours=-1")[0] == 400


def test_captchas_du_plus_recent_au_plus_ancien(console: Client, aws: Clients) -> None:
    for i, cree in enumerate(("2026-11-21T10:00:00.000000Z", "2026-11-21T11:00:00.000000Z")):
        ligne = {"pk": f"CAPTCHA#c{i}", "sk": "CAPTCHA", "reponse": f"40719{i}", "cree_le": cree}
        aws.dynamodb.put_item(TableName="guichet-local-noyau", Item={k: {"S": v} for k, v in ligne.items()})
    assert [(c["id"], c["answer"]) for c in console.json("/api/captchas")] == [("c1", "407191"), ("c0", "407190")]
    assert "407191" in console("/captchas")[2].decode()


def test_files_et_planifications(console: Client) -> None:
    assert {"name", "dlq", "visible", "in_flight", "delayed"} <= console.json("/api/queues")[0].keys()
    assert [s["name"] for s in console.json("/api/schedules")] == ["balayer-mails"]
    assert console("/api/schedules/balayer-mails/run", "POST")[0] == 200
    assert console("/api/schedules/balayer_mails/run", "POST", b"{}", **JSON)[0] == 200
    assert console("/api/schedules/autre/run", "POST")[0] == 404
    assert console("/planifications/balayer-mails", "POST")[0] == 303


@pytest.mark.parametrize(
    "chemin", ["/", "/horloge", "/planifications", "/captchas", "/files", "/comptes", "/?a=x@y.fr"]
)
def test_pages(console: Client, chemin: str) -> None:
    statut, entetes, corps = console(chemin)
    page = corps.decode()
    assert statut == 200 and '<html lang="fr">' in page and page.count("<h1>") == 1
    assert "default-src 'none'" in entetes["Content-Security-Policy"] and entetes["Cache-Control"] == "no-store"
    assert "<script" not in page


def test_refus(console: Client) -> None:
    assert console("/rien")[0] == 404 and console("/api/mails", "POST")[0] == 405
    assert "n'existe pas" in console.json("/api/rien")["error"]


def test_un_courriel_et_ses_pieces(petit: Portail, console: Client, aws: Clients) -> None:
    brut = (
        "From: a@cnfpt.example\r\nTo: piece@demo.fr\r\nSubject: Objet <b>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="m"\r\n\r\n--m\r\nContent-Type: text/html\r\n\r\n'
        '<a href="https://x.example/lien">Lien</a>\r\n--m\r\nContent-Type: application/pdf\r\n'
        'Content-Disposition: attachment; filename="a.pdf"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\nYf9i\r\n--m--\r\n"
    )
    destination = {"ToAddresses": ["piece@demo.fr"], "BccAddresses": ["cachee@demo.fr"]}
    contenu = {"Raw": {"Data": brut.encode()}}
    aws.sesv2.send_email(FromEmailAddress="a@cnfpt.example", Destination=destination, Content=contenu)
    courriel = petit.attendre_mail("cachee@demo.fr")
    assert courriel["to"] == "piece@demo.fr, cachee@demo.fr" and courriel["attachments"] == ["a.pdf"]
    page = console(f"/courriels/{courriel['id']}")[2].decode()
    assert "Objet &lt;b&gt;" in page and 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    assert "https://x.example/lien" in page and "piece@demo.fr" in console("/?a=piece@demo.fr")[2].decode()
    assert console(f"/courriels/{courriel['id']}/pieces/0")[2] == b"a\xffb"
    assert b"Content-Disposition: attachment" in console(f"/courriels/{courriel['id']}/brut")[2]
    assert console("/courriels/999999")[0] == 404


def test_totp() -> None:
    """RFC 6238, appendix B (SHA-1), last six digits."""
    assert code_totp(datetime.fromtimestamp(59, UTC), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ") == "287082"
    assert len(code_totp(datetime.now(UTC), SECRET_TOTP)) == 6


def test_mots_de_la_console() -> None:
    assert instant("2026-12-01T11:00:00Z") == "1er décembre 2026 à 12:00:00"
    assert instant(None) == "jamais"
    assert duree(90_061) == "1 jour, 1 heure, 1 minute, 1 seconde" and duree(0) == "aucune"
    assert liens("<a> https://x.fr/a?b=c&d.") == (
        '&lt;a&gt; <a href="https://x.fr/a?b=c&amp;d" rel="noopener">https://x.fr/a?b=c&amp;d</a>.'
    )
