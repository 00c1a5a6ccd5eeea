"""A very small app for the tests of the local run: it shows what it receives, and misbehaves when asked to."""

import json
import os
import time
from typing import Any

import boto3
from chalice import Chalice, Response

app = Chalice(app_name="petit")
EVENEMENTS: list[Any] = []
HTML = {"Content-Type": "text/html; charset=utf-8"}


def page(corps: str, statut: int = 200, **entetes: Any) -> Response:
    return Response(corps, status_code=statut, headers=HTML | entetes)


@app.route("/")
def accueil() -> Response:
    return page(f"<h1>Accueil</h1><p>{os.getpid()}</p>")


TYPES = ["application/json", "text/plain", "application/x-www-form-urlencoded", "application/octet-stream"]


@app.route("/echo/{mot}", methods=["GET", "POST"], content_types=TYPES)
def echo(mot: str) -> Response:
    return Response(json.dumps(app.current_request.to_original_event()), headers={"Content-Type": "application/json"})


@app.route("/echo/fixe/suite")
def fixe() -> Response:
    return page("fixe")


@app.route("/cookies")
def cookies() -> Response:
    return page("deux", **{"Set-Cookie": ["a=1", "b=2"], "Server": "moi"})


@app.route("/dormir/{secondes}")
def dormir(secondes: str) -> Response:
    time.sleep(float(secondes))
    return page("debout")


@app.route("/mourir")
def mourir() -> Response:
    os._exit(3)


@app.route("/injecter")
def injecter() -> Response:
    return page("non", **{"X-A": ["a\r\nX-B: c"]})


@app.route("/gros/{octets}")
def gros(octets: str) -> Response:
    return page("x" * int(octets))


@app.route("/statut/{code}")
def statut(code: str) -> Response:
    return page("", int(code))


@app.route("/heure")
def heure() -> Response:
    from chalicelib.core.context import live_context

    return page(live_context().now.isoformat())


@app.route("/vus")
def vus() -> Response:
    """What the handlers were given so far."""
    lus = boto3.client("dynamodb").scan(TableName="guichet-local-noyau")["Items"]
    return Response([json.loads(i["v"]["S"]) for i in sorted(lus, key=lambda i: i["sk"]["S"]) if i["pk"]["S"] == "vu"])


def noter(quoi: str, evenement: Any) -> None:
    valeur = json.dumps([quoi, time.time(), evenement])
    cle = {"pk": {"S": "vu"}, "sk": {"S": f"{time.time_ns()}"}, "v": {"S": valeur}}
    boto3.client("dynamodb").put_item(TableName="guichet-local-noyau", Item=cle)


@app.on_sqs_message(queue="guichet-local-mails", batch_size=10, name="envoyer_mails")
def envoyer_mails(event: Any) -> Any:
    manques = []
    for record in event.to_dict()["Records"]:
        if record["body"] == "casse":
            raise ValueError("casse")
        if record["body"] == "refuse":
            manques.append({"itemIdentifier": record["messageId"]})
            continue
        boto3.client("sesv2").send_email(
            FromEmailAddress="CNFPT <nepasrepondre@cnfpt.example>",
            Destination={"ToAddresses": [record["body"]]},
            Content={"Raw": {"Data": MAIL.replace("DEST", record["body"]).encode()}},
        )
    noter("mails", event.to_dict())
    return {"batchItemFailures": manques}


MAIL = (
    "From: CNFPT <nepasrepondre@cnfpt.example>\r\nTo: DEST\r\n"
    "Subject: =?utf-8?q?Activez_votre_compte_=C3=A9t=C3=A9?=\r\n"
    "Message-ID: <perdu@ici>\r\nList-Unsubscribe: <https://x.example/>\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/alternative; boundary="b"\r\n\r\n'
    "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    "Été : https://x.example/a?b=c\r\n"
    "--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    "<p>Été <b>oui</b></p>\r\n--b--\r\n"
)


@app.on_cw_event(
    {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": ["guichet-local-fichiers"]}, "object": {"key": [{"prefix": "quarantaine/"}]}},
    },
    name="verifier_depot",
)
def verifier_depot(event: Any) -> None:
    noter("depot", event.to_dict())


@app.on_cw_event({"source": ["aws.guardduty"]}, name="recevoir_verdict")
def recevoir_verdict(event: Any) -> None:
    noter("verdict", event.to_dict())


@app.lambda_function(name="balayer_mails")
def balayer_mails(event: Any, context: Any) -> Any:
    noter("balayage", event)
    return {"recu": event}
