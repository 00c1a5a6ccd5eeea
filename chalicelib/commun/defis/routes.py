"""The captcha without the rest of its page: another picture, a sound."""

import re

from chalicelib.commun.comptes.rules import Access
from chalicelib.commun.defis import queries
from chalicelib.commun.defis.forms import DefiForm
from chalicelib.core.context import Context
from chalicelib.core.errors import NotFound
from chalicelib.core.web.pages import Pages, Reply, page

bp = Pages(__name__)
CAPTCHA, SON = (f"commun/defis/templates/{n}.html" for n in ("captcha", "son"))
_POUR = re.compile("[a-z]{0,20}")


@bp.page("/captcha", access=Access.PUBLIC)
def get_captcha(ctx: Context) -> Reply:
    """Rule B1: « Générer une autre image », without the rest of the page."""
    pour = ctx.request.query.first("pour")
    if not _POUR.fullmatch(pour):
        raise NotFound
    return queries.page_avec_defi(ctx, CAPTCHA, 200, DefiForm(pour))


@bp.page("/captcha/{defi}/son", access=Access.PUBLIC)
def get_son(ctx: Context, defi: str) -> Reply:
    """Rule T5: the code, to hear."""
    return page(SON, son=queries.son_du_defi(ctx, defi), fragment=ctx.request.wants_fragment)
