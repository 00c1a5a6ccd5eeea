"""Reference data as pages ask it."""

from chalicelib.commun.comptes.rules import Access
from chalicelib.commun.referentiels import public
from chalicelib.core.context import Context
from chalicelib.core.errors import NotFound
from chalicelib.core.web.pages import Pages, Reply, page

bp = Pages(__name__)


@bp.page("/communes", access=Access.PUBLIC, stateless=True)
def get_communes(ctx: Context) -> Reply:
    """Rule C1: the communes of a postal code, as options of the town's list."""
    code = "".join(ctx.request.query.first("code_postal").split())[:12]
    return page("commun/referentiels/templates/communes.html", communes=public.communes(code))


@bp.page("/structures/{code}", access=Access.PUBLIC)
def get_structure(ctx: Context, code: str) -> Reply:
    """Rule C6: « Plus d'informations »."""
    structure = public.structure(code)
    if structure is None:
        raise NotFound
    region = public.region(structure.region) if structure.region else None
    return page("commun/referentiels/templates/structure.html", structure=structure, region=region)
