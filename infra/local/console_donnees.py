"""What the console reads from the emulator. It may scan, as nothing of the portal may: it only sees this machine."""

from typing import Any

from infra.local.environnement import PREFIXE
from infra.local.ressources import Clients

_COMPTEURS = {
    "visible": "ApproximateNumberOfMessages",
    "in_flight": "ApproximateNumberOfMessagesNotVisible",
    "delayed": "ApproximateNumberOfMessagesDelayed",
}


def captchas(clients: Clients) -> list[dict[str, Any]]:
    """The captchas that wait for their answer, newest first."""
    pages = clients.dynamodb.get_paginator("scan").paginate(
        TableName=f"{PREFIXE}noyau",
        FilterExpression="begins_with(pk, :p)",
        ExpressionAttributeValues={":p": {"S": "CAPTCHA#"}},
    )
    lus = [_captcha(ligne) for page in pages for ligne in page["Items"]]
    return sorted(lus, key=lambda c: str(c["created_at"]), reverse=True)


def _captcha(ligne: dict[str, dict[str, str]]) -> dict[str, Any]:
    def valeur(nom: str) -> str:
        return next(iter(ligne.get(nom, {"S": ""}).values()))

    return {"id": valeur("pk").partition("#")[2], "answer": valeur("reponse"), "created_at": valeur("cree_le")}


def files(clients: Clients) -> list[dict[str, Any]]:
    """The portal's queues: what waits, what is being treated, what was given up."""
    urls = clients.sqs.list_queues(QueueNamePrefix=PREFIXE).get("QueueUrls", [])
    lues = []
    for url in sorted(urls):
        attributs = clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        nom = url.rsplit("/", 1)[1].removeprefix(PREFIXE)
        compteurs = {cle: int(attributs.get(source, 0)) for cle, source in _COMPTEURS.items()}
        lues.append({"name": nom, "dlq": nom.endswith("-dlq"), **compteurs})
    return lues
