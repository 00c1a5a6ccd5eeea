"""Events about files: what reaches the quarantine, the scanner's verdicts, pages to draw, what falls due."""

import json
from typing import Any

from chalice import Blueprint

from chalicelib.commun.pieces import queries, usecases
from chalicelib.core.context import live_context
from chalicelib.core.queues import each_message
from chalicelib.core.settings import settings
from chalicelib.core.sweeps import sweep, sweep_context

bp = Blueprint(__name__)
_DEPOTS = {
    "source": ["aws.s3"],
    "detail-type": ["Object Created"],
    "detail": {"bucket": {"name": [settings().bucket]}, "object": {"key": [{"prefix": "quarantaine/"}]}},
}
_VERDICTS = {
    "source": ["aws.guardduty"],
    "detail-type": ["GuardDuty Malware Protection Object Scan Result"],
    "detail": {"s3ObjectDetails": {"bucketName": [settings().bucket]}},
}


@bp.on_cw_event(_DEPOTS, name="verifier_depot")
def verifier_depot(event: Any) -> None:
    """Rule U1."""
    usecases.controler(live_context(), event.detail["object"]["key"])


@bp.on_cw_event(_VERDICTS, name="recevoir_verdict")
def recevoir_verdict(event: Any) -> None:
    """Rule U1."""
    objet, resultat = event.detail["s3ObjectDetails"], event.detail["scanResultDetails"]
    usecases.recevoir_le_verdict(
        live_context(), objet["objectKey"], objet["eTag"].strip('"'), resultat["scanResultStatus"]
    )


@bp.on_sqs_message(queue=settings().queue("images"), batch_size=1, name="dessiner_pages")
def dessiner_pages(event: Any) -> dict[str, Any]:
    """Rule U3."""
    return each_message(event, lambda body: usecases.dessiner(**_noms(body)))


def _noms(body: str) -> dict[str, str]:
    message = json.loads(body)
    return {"proprietaire": message["proprietaire"], "piece_id": message["piece"]}


@bp.lambda_function(name="balayer_pieces")
def balayer_pieces(event: dict[str, str], context: Any) -> dict[str, int]:
    """Rules U4, W1."""
    ctx = sweep_context(event)
    return vars(sweep(ctx, "balayer-pieces", queries.echues(ctx), lambda row: usecases.echoir(ctx, row)))
