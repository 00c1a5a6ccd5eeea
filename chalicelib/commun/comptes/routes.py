"""Login and logout."""

from dataclasses import replace

from chalicelib.commun.comptes import queries, usecases
from chalicelib.commun.comptes.forms import CodeForm, ConnexionForm
from chalicelib.commun.comptes.rules import Access, Refus
from chalicelib.core.context import Context
from chalicelib.core.errors import Refused
from chalicelib.core.web import session
from chalicelib.core.web.pages import Pages, Reply, page, redirect
from chalicelib.core.web.urls import chemin_local

bp = Pages(__name__)
_RECONNECTE = "Votre session est rouverte. Ce que vous aviez saisi n’est pas encore enregistré : envoyez-le maintenant."
PAGE, PAGE_CODE, PAGE_REPRISE, PAGE_CONNEXIONS = (
    f"commun/comptes/templates/{name}.html" for name in ("connexion", "code", "reprise", "connexions")
)
ETAPE = "__Host-etape"
COOKIE_ETAPE = ETAPE + "={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600"


@bp.page("/connexion", access=Access.PUBLIC)
def get_connexion(ctx: Context) -> Reply:
    """Rule A2; `nouveau`: what was just changed by a link (rules J3, J5); `fin`: a session ended."""
    if ctx.user is not None:
        return redirect("/")
    suite, nouveau = ctx.request.query.first("suite"), ctx.request.query.first("nouveau")
    finie = ctx.request.query.first("fin") == "oui"
    return page(PAGE, expiree=False, finie=finie, nouveau=nouveau, **queries.page_connexion(ctx, suite))


@bp.page("/connexion", access=Access.PUBLIC, methods=("POST",))
def post_connexion(ctx: Context) -> Reply:
    """Rules A1, A2, T1."""
    form = ConnexionForm.of(ctx)
    if not form.validate():
        return page(PAGE, 422, form=form, expiree=False)
    try:
        entree = usecases.se_connecter(ctx, form.identifiant.data, form.mot_de_passe.data, form.suite.data or "")
    except Refused as refus:
        form.add_error("identifiant", refus.reason.value)
        return page(PAGE, 422, form=form, expiree=False)
    if entree.jeton_du_code:
        suivant = page(PAGE_CODE, form=CodeForm(data={"reprise": form.reprise.data}))
        return suivant.with_cookies(COOKIE_ETAPE.format(entree.jeton_du_code))
    return _entrer(entree, form.suite.data or "", form.reprise.data or "")


@bp.page("/connexion/code", access=Access.PUBLIC)
def get_code(ctx: Context) -> Reply:
    """Rule J6: the second factor of the staff."""
    if ETAPE not in ctx.request.cookies:
        return redirect("/connexion")
    return page(PAGE_CODE, form=CodeForm())


@bp.page("/connexion/code", access=Access.PUBLIC, methods=("POST",))
def post_code(ctx: Context) -> Reply:
    """Rule J6."""
    form = CodeForm.of(ctx)
    if not form.validate():
        return page(PAGE_CODE, 422, form=form)
    try:
        entree, suite = usecases.donner_le_code(ctx, ctx.request.cookies.get(ETAPE, ""), form.code.data)
    except Refused as refus:
        if refus.reason is Refus.CODE_EPUISE:
            values = queries.page_connexion(ctx, reprise=form.reprise.data or "")
            reply = page(PAGE, 422, expiree=False, refus=refus.reason.value, **values)
            return reply.with_cookies(session.forget(ETAPE))
        form.add_error("code", refus.reason.value)
        return page(PAGE_CODE, 422, form=form)
    return _entrer(entree, suite, form.reprise.data or "")


def _entrer(entree: usecases.Entree, suite: str, reprise: str) -> Reply:
    """To where the person was going; with what they had typed when their session had ended (rule S6)."""
    cookies = (entree.cookie, session.forget(session.VISIT), session.forget(ETAPE))
    kept = queries.reprise(reprise, entree.compte.id) if reprise and entree.compte else None
    if kept:
        action, champs = kept
        reply = page(PAGE_REPRISE, action=action, champs=champs, texte=_RECONNECTE)
        return replace(reply, user=entree.compte, cookies=cookies)
    # What somebody else had typed is not given back; the address that it was sent to may have no page to show.
    return redirect("/" if reprise else chemin_local(suite) or "/").with_cookies(*cookies)


@bp.page("/session", access=Access.CONNECTE)
def get_session(ctx: Context) -> Reply:
    """« Rester connecté »: the session is seen now; answers the seconds that it has left (rule T1)."""
    return Reply(body=str(ctx.user.secondes_de_session), headers={"Content-Type": "text/plain; charset=utf-8"})


@bp.page("/mes-connexions", access=Access.CONNECTE)
def get_connexions(ctx: Context) -> Reply:
    """Rule T1: where one is logged in."""
    return page(PAGE_CONNEXIONS, connexions=queries.mes_connexions(ctx))


@bp.page("/mes-connexions/{connexion_id}/fermer", access=Access.CONNECTE, methods=("POST",))
def post_fermer(ctx: Context, connexion_id: str) -> Reply:
    """Rule T1."""
    return redirect(usecases.fermer_une_connexion(ctx, connexion_id))


@bp.page("/deconnexion", access=Access.CONNECTE, methods=("POST",))
def post_deconnexion(ctx: Context) -> Reply:
    """Rule G0: the logout of every page."""
    cookie = session.read(ctx.request.cookies[session.SESSION])
    if cookie:
        usecases.se_deconnecter(ctx, cookie)
    reply = redirect("/").with_cookies(session.forget())
    return replace(reply, headers={"Clear-Site-Data": '"cache", "storage"'})
