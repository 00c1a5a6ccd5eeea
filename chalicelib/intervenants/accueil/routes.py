"""The home page (rule A1) and, once logged in, where a person starts."""

from chalicelib.commun.comptes import public as comptes
from chalicelib.commun.comptes.rules import Access, Role
from chalicelib.core.context import Context
from chalicelib.core.web.pages import Pages, Reply, page, redirect

bp = Pages(__name__)
_DEPART = {Role.GESTIONNAIRE: "/gestion/inscriptions", Role.ADMINISTRATEUR: "/administration/envois"}


@bp.page("/", access=Access.PUBLIC)
def get_accueil(ctx: Context) -> Reply:
    """Rule A1; somebody logged in goes to their own start."""
    if ctx.user is None:
        return page("intervenants/accueil/templates/accueil.html", **comptes.page_connexion(ctx))
    depart = _DEPART.get(ctx.user.role) or ("" if ctx.user.valide else "/mon-profil")
    return redirect(depart) if depart else page("intervenants/accueil/templates/espace.html")
