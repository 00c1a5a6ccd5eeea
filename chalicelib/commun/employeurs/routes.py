"""Public employers as a script asks them."""

from chalicelib.commun.comptes.rules import Access
from chalicelib.commun.employeurs import public
from chalicelib.core.context import Context
from chalicelib.core.web.pages import Pages, Reply, page

bp = Pages(__name__)


@bp.page("/employeurs", access=Access.INTERVENANT)
def get_employeurs(ctx: Context) -> Reply:
    """Rule C3: what the register knows of what is typed."""
    recherche = public.chercher(ctx, ctx.request.query.first("q"))
    return page("commun/employeurs/templates/employeurs.html", recherche=recherche)
