"""Pages of statistics."""

from chalicelib.commun.comptes.rules import Access
from chalicelib.core.context import Context
from chalicelib.core.web.pages import Pages, Reply, page
from chalicelib.intervenants.statistiques import queries

bp = Pages(__name__)


@bp.page("/gestion/statistiques", access=Access.GESTIONNAIRE)
def get_statistiques(ctx: Context) -> Reply:
    """Rule R2: delays of applications, of one's structures."""
    vues = queries.delais(ctx, ctx.request.query.first("structure"))
    return page("intervenants/statistiques/templates/delais.html", **vues)
