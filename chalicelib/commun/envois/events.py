"""Sending what the outbox holds."""

import json
from typing import Any

from chalice import Blueprint

from chalicelib.commun.envois import usecases
from chalicelib.core import outbox, outbox_ids
from chalicelib.core.context import live_context
from chalicelib.core.queues import each_message
from chalicelib.core.settings import settings
from chalicelib.core.sweeps import sweep, sweep_context

bp = Blueprint(__name__)


@bp.on_sqs_message(queue=settings().queue("mails"), batch_size=10, name="envoyer_mails")
def envoyer_mails(event: Any) -> dict[str, Any]:
    """Rule V1: each mail at least once; a failed sending is postponed by the outbox itself."""
    return each_message(event, lambda body: outbox.send(live_context(), json.loads(body)["mail"]))


@bp.on_cw_event({"source": ["aws.ses"], "detail-type": list(usecases.REBONDS)}, name="recevoir_rebond")
def recevoir_rebond(event: Any) -> None:
    """Rule V1: bounces and complaints mark the address."""
    usecases.noter_les_rebonds(live_context(), event.to_dict())


@bp.lambda_function(name="balayer_mails")
def balayer_mails(event: dict[str, str], context: Any) -> dict[str, int]:
    """Rules V1, W1: mails that the queue was never told of, or that wait for another try."""
    ctx = sweep_context(event)
    return vars(sweep(ctx, "balayer-mails", outbox.waiting(ctx), _pousser, lasts=35))


def _pousser(mail_id: str) -> bool:
    outbox_ids.push([mail_id])
    return True
