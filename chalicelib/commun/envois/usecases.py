"""Acts on mails that could not be sent."""

from typing import Any

from chalicelib.core import audit, outbox
from chalicelib.core.context import Context
from chalicelib.core.errors import Conflict
from chalicelib.core.table import Act

REBONDS = {
    "Email Bounced": ("bounce", "bouncedRecipients", "REBOND"),
    "Email Complaint Received": ("complaint", "complainedRecipients", "PLAINTE"),
}


def renvoyer(ctx: Context, mail_id: str) -> str:
    """Rule V1: a dead mail is tried again."""
    act = Act(ctx)
    if not outbox.replay(act, mail_id):
        return "/administration/envois"
    audit.note(act, "renvoyer_un_mail", mail_id)
    try:
        return act.commit("/administration/envois")
    except Conflict:  # somebody else was first
        return "/administration/envois"


def noter_les_rebonds(ctx: Context, event: dict[str, Any]) -> None:
    """Rule V1: SES tells that an address does not exist any more, or that its owner complained. Safe to run twice."""
    partie, destinataires, raison = REBONDS[event["detail-type"]]
    detail = event["detail"][partie]
    if detail.get("bounceType", "Permanent") != "Permanent":
        return
    for destinataire in detail[destinataires]:
        outbox.mark_address(ctx, destinataire["emailAddress"], raison)
