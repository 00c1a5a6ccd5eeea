"""Acts on mails that could not be sent."""

from chalicelib.core import outbox
from chalicelib.core.context import Context


def renvoyer(ctx: Context, mail_id: str) -> str:
    """Rule V1: a dead mail is tried again."""
    outbox.replay(ctx, mail_id)
    return "/administration/envois"
