"""Texts of the portal, static files, and what robots ask."""

from chalicelib.commun.comptes.rules import Access
from chalicelib.commun.contenus import queries
from chalicelib.commun.contenus.rules import DOCUMENTS
from chalicelib.core.context import Context
from chalicelib.core.errors import NotFound
from chalicelib.core.web.pages import Pages, Reply, page

bp = Pages(__name__)
_T = "commun/contenus/templates"


@bp.page("/documents/{nom}", access=Access.PUBLIC)
def get_document(ctx: Context, nom: str) -> Reply:
    """Rule B1: a document counts once it was opened; the cookie says so."""
    if nom not in DOCUMENTS:
        raise NotFound
    reply = page(f"{_T}/{nom}.html", document=DOCUMENTS[nom], titre=DOCUMENTS[nom].titre)
    return reply.with_cookies(queries.cookie_des_ouverts(ctx, nom)) if ctx.user is None else reply


@bp.page("/mentions-legales", access=Access.PUBLIC)
def get_mentions(ctx: Context) -> Reply:
    """Rule A5."""
    return get_document(ctx, "mentions-legales")


@bp.page("/accessibilite", access=Access.PUBLIC)
def get_accessibilite(ctx: Context) -> Reply:
    """The accessibility statement."""
    return page(f"{_T}/accessibilite.html")


@bp.page("/aide-et-contact", access=Access.PUBLIC)
def get_contact(ctx: Context) -> Reply:
    """How to be helped."""
    return page(f"{_T}/contact.html")


@bp.page("/code-source", access=Access.PUBLIC)
def get_code_source(ctx: Context) -> Reply:
    """Where the program's source is (licence AGPL-3.0-or-later, section 13)."""
    return page(f"{_T}/code-source.html")


@bp.page("/plan-du-site", access=Access.PUBLIC)
def get_plan(ctx: Context) -> Reply:
    """The second way to find a page (RGAA 12.1)."""
    return page(f"{_T}/plan.html")


@bp.page("/statique/{nom}", access=Access.PUBLIC, stateless=True)
def get_statique(ctx: Context, nom: str) -> Reply:
    """A static file."""
    return queries.fichier_statique(nom)


@bp.page("/robots.txt", access=Access.PUBLIC, stateless=True)
def get_robots(ctx: Context) -> Reply:
    """Robots may read the public pages."""
    body = "User-agent: *\nDisallow: /activation/\nDisallow: /connexion\nDisallow: /captcha\n"
    body += "Disallow: /mot-de-passe-oublie\nDisallow: /nouveau-mot-de-passe/\nDisallow: /nouvelle-adresse/\n"
    body += "Disallow: /mon-compte\nDisallow: /mon-profil\nDisallow: /mes-connexions\n"
    body += "Disallow: /gestion\nDisallow: /administration\n"
    return Reply(body=body, headers={"Content-Type": "text/plain; charset=utf-8"})
