"""Mails given up, for the administrateur (rule V1: visible and replayable)."""

from chalicelib.commun.comptes.rules import Access
from chalicelib.commun.envois import queries, usecases
from chalicelib.core.context import Context
from chalicelib.core.web.pages import Pages, Reply, page, redirect

bp = Pages(__name__)


@bp.page("/administration/envois", access=Access.ADMINISTRATEUR)
def get_envois(ctx: Context) -> Reply:
    """Mails given up after their eight tries."""
    return page("commun/envois/templates/envois.html", **queries.en_echec())


@bp.page("/administration/envois/{mail_id}/renvoyer", access=Access.ADMINISTRATEUR, methods=("POST",))
def post_renvoyer(ctx: Context, mail_id: str) -> Reply:
    """Try one again."""
    return redirect(usecases.renvoyer(ctx, mail_id))
