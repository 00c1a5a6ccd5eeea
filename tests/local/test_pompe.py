"""The pump: what it understands (pure), what it delivers (running)."""

import json
import time
from datetime import datetime
from typing import Any

import pytest

from infra.local.environnement import RefusLocal, exiger_local
from infra.local.motifs import convient, verifier
from infra.local.pompe import SIGNATURE, enregistrement, manques, verdict
from infra.local.portail import Portail
from infra.local.ressources import Clients
from tests import chrono
from tests.local.conftest import Client

SEAU = "guichet-local-fichiers"


@pytest.mark.parametrize(
    ("resultat", "attendu"),
    [
        (None, set()),
        ({}, set()),
        ({"batchItemFailures": None}, set()),
        ({"batchItemFailures": []}, set()),
        ({"batchItemFailures": [{"itemIdentifier": "a"}]}, {"a"}),
        ({"batchItemFailures": [{"itemIdentifier": "c"}]}, {"a", "b"}),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, {"a", "b"}),
        ({"batchItemFailures": ["a"]}, {"a", "b"}),
        ("texte", {"a", "b"}),
    ],
)
def test_manques(resultat: Any, attendu: set[str]) -> None:
    assert manques(resultat, {"a", "b"}) == attendu


@pytest.mark.parametrize(
    ("motif", "attendu"),
    [
        ({"source": ["aws.s3"]}, True),
        ({"source": ["aws.s3", "x"], "detail": {"object": {"key": [{"prefix": "quarantaine/"}]}}}, True),
        ({"detail": {"object": {"key": [{"prefix": "disponible/"}]}}}, False),
        ({"detail": {"object": {"key": [{"suffix": ".pdf"}]}}}, True),
        ({"detail": {"absent": [{"exists": False}]}}, True),
        ({"detail": {"bucket": {"name": [{"anything-but": ["autre"]}]}}}, True),
        ({"detail": {"bucket": {"nom": ["b"]}}}, False),
        ({"detail-type": ["Object Deleted"]}, False),
    ],
)
def test_motif(motif: dict[str, Any], attendu: bool) -> None:
    detail = {"bucket": {"name": "b"}, "object": {"key": "quarantaine/a.pdf"}}
    verifier(motif)
    assert convient(motif, {"source": "aws.s3", "detail-type": "Object Created", "detail": detail}) is attendu


def test_un_motif_inconnu_est_refuse() -> None:
    with pytest.raises(RefusLocal):
        verifier({"detail": {"size": [{"numeric": [">", 1]}]}})


@pytest.mark.parametrize(
    "endpoint", ["https://sqs.eu-west-3.amazonaws.com", "http://10.0.0.1:4566", "http://exemple:80", "x"]
)
def test_la_pompe_refuse_ce_qui_n_est_pas_local(endpoint: str) -> None:
    with pytest.raises(RefusLocal):
        exiger_local(endpoint)
    with pytest.raises(RefusLocal):
        Clients(endpoint)


def test_enregistrement_sqs() -> None:
    message = {
        "MessageId": "1",
        "ReceiptHandle": "r",
        "Body": "b",
        "MD5OfBody": "m",
        "Attributes": {"ApproximateReceiveCount": "1"},
        "MessageAttributes": {"n": {"StringValue": "v", "DataType": "String"}},
    }
    lu = enregistrement(message, "arn:x")
    assert (lu["messageId"], lu["body"], lu["eventSourceARN"]) == ("1", "b", "arn:x")
    assert lu["messageAttributes"]["n"]["stringValue"] == "v"


def test_verdict() -> None:
    evenement = {"detail": {"bucket": {"name": "b"}, "object": {"key": "quarantaine/a"}}}
    sain = verdict(evenement, {"ETag": '"e"', "VersionId": "v"}, b"bonjour")["detail"]
    infecte = verdict(evenement, {"ETag": '"e"'}, b"..." + SIGNATURE + b"...")["detail"]
    assert sain["scanResultDetails"] == {"scanResultStatus": "NO_THREATS_FOUND", "threats": None}
    assert sain["s3ObjectDetails"]["eTag"] == "e" and sain["s3ObjectDetails"]["objectKey"] == "quarantaine/a"
    assert infecte["scanResultDetails"]["scanResultStatus"] == "THREATS_FOUND"
    assert len(SIGNATURE) == 68


def vus(web: Client, quoi: str, contient: str = "") -> list[Any]:
    return [v for v in web.json("/vus") if v[0] == quoi and contient in json.dumps(v)]


def attendre(web: Client, quoi: str, contient: str, nombre: int = 1) -> list[Any]:
    limite = time.monotonic() + 8
    while len(trouves := vus(web, quoi, contient)) < nombre and time.monotonic() < limite:
        time.sleep(0.05)
    return trouves


def poster(aws: Clients, *corps: str) -> float:
    url = aws.sqs.get_queue_url(QueueName="guichet-local-mails")["QueueUrl"]
    for un in corps:
        aws.sqs.send_message(QueueUrl=url, MessageBody=un)
    return time.monotonic()


def test_un_courriel_part_entier_en_moins_d_une_seconde(petit: Portail, aws: Clients) -> None:
    debut = poster(aws, "jean@demo.fr")
    courriel = petit.attendre_mail("jean@demo.fr", "Activez")
    assert chrono.tient(time.monotonic() - debut, 1)
    assert courriel["subject"] == "Activez votre compte été" and courriel["to"] == "jean@demo.fr"
    assert "Été : https://x.example/a?b=c" in courriel["text"] and "<p>Été <b>oui</b></p>" in courriel["html"]
    entetes = {nom.lower(): valeur for nom, valeur in courriel["headers"]}
    assert entetes["list-unsubscribe"] == "<https://x.example/>" and "perdu" not in entetes["message-id"]
    assert abs(datetime.fromisoformat(courriel["sent_at"]).timestamp() - horloge(petit)) < 5


def horloge(petit: Portail) -> float:
    return datetime.fromisoformat(petit.heure()["now"]).timestamp()


def test_un_message_refuse_revient_seul_puis_va_au_rebut(petit: Portail, aws: Clients, web: Client) -> None:
    poster(aws, "refuse", "bien@demo.fr")
    assert attendre(web, "mails", '"refuse"')
    poster(aws, "casse")
    limite = time.monotonic() + 8
    while time.monotonic() < limite:
        if next(f for f in petit.files() if f["name"] == "mails-dlq")["visible"] >= 2:
            break
        time.sleep(0.1)
    else:
        pytest.fail(f"rien au rebut : {petit.files()}")
    assert len(petit.mails("bien@demo.fr")) == 1


def test_un_depot_est_annonce_puis_analyse(aws: Clients, web: Client) -> None:
    debut = time.time()
    aws.s3.put_object(Bucket=SEAU, Key="quarantaine/sain é.pdf", Body=b"bonjour")
    (depot,) = attendre(web, "depot", "sain ")
    (analyse,) = attendre(web, "verdict", "sain ")
    assert depot[2]["detail-type"] == "Object Created" and depot[2]["detail"]["object"]["version-id"]
    assert analyse[1] - debut < 1.5
    assert analyse[2]["detail"]["scanResultDetails"]["scanResultStatus"] == "NO_THREATS_FOUND"
    assert analyse[2]["detail"]["s3ObjectDetails"]["objectKey"] == "quarantaine/sain é.pdf"


def test_un_depot_infecte_est_reconnu(aws: Clients, web: Client) -> None:
    aws.s3.put_object(Bucket=SEAU, Key="quarantaine/infecte", Body=b"%PDF-" + SIGNATURE)
    (analyse,) = attendre(web, "verdict", "quarantaine/infecte")
    assert analyse[2]["detail"]["scanResultDetails"]["scanResultStatus"] == "THREATS_FOUND"


def test_hors_quarantaine_rien_n_est_annonce(aws: Clients, web: Client) -> None:
    aws.s3.put_object(Bucket=SEAU, Key="disponible/x", Body=b"x")
    aws.s3.put_object(Bucket=SEAU, Key="quarantaine/apres", Body=b"x")
    assert attendre(web, "verdict", "quarantaine/apres")
    assert not vus(web, "depot", "disponible/x") and not vus(web, "verdict", "disponible/x")


def test_un_saut_de_l_horloge_execute_une_fois_la_derniere_echeance(petit: Portail, web: Client) -> None:
    avant = len(vus(web, "balayage"))
    petit.avancer(10 * 86400)
    passes = vus(web, "balayage")[avant:]
    assert len(passes) == 1
    (etat,) = petit.planifications()
    prevu = datetime.fromisoformat(etat["last_scheduled_time"])
    assert passes[0][2] == {"schedule": "balayer-mails", "scheduled_time": prevu.strftime("%Y-%m-%dT%H:%M:%SZ")}
    assert 0 <= horloge(petit) - prevu.timestamp() < 86400 + 3600
    assert etat["last_status"] == "fait" and etat["next_run"] > etat["last_run"]


def test_executer_maintenant(petit: Portail) -> None:
    fait = petit.executer("balayer-mails")
    assert fait["result"]["recu"]["schedule"] == "balayer-mails" and fait["error"] is None
