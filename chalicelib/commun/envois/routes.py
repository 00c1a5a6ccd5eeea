"""Mails given up, for the administrateur (rule V1: visible and replayable)."""

from chalicelib.commun.comptes.rules import Access
from chalicelib.commun.envois import usecases
from chalicelib.core import outbox
from chalicelib.core.context import Context
from chalicelib.core.web.pages import Pages, Reply, page, redirect

bp = Pages(__name__)
RAISONS = {
    "ESSAIS": "Huit essais sans succès",
    "REBOND": "L’adresse n’existe plus",
    "PLAINTE": "Signalé comme indésirable",
}


@bp.page("/administration/envois", access=Access.ADMINISTRATEUR)
def get_envois(ctx: Context) -> Reply:
    """Mails given up after their eight tries."""
    morts = [
        {
            "id": row.pk.removeprefix("MAIL#"),
            "to": row.to,
            "subject": row.subject,
            "le": row.gsi1sk,
            "raison": RAISONS.get(row.raison or "", ""),
        }
        for row in outbox.dead()
    ]
    return page("commun/envois/templates/envois.html", morts=morts)


@bp.page("/administration/envois/{mail_id}/renvoyer", access=Access.ADMINISTRATEUR, methods=("POST",))
def post_renvoyer(ctx: Context, mail_id: str) -> Reply:
    """Try one again."""
    return redirect(usecases.renvoyer(ctx, mail_id))
