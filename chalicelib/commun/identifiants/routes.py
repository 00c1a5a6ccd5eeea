"""Pages that change an identifier: password, forgotten password, address."""

from chalicelib.commun.comptes.rules import Access
from chalicelib.commun.defis.public import page_a_reprendre, page_avec_defi
from chalicelib.commun.identifiants import queries, usecases
from chalicelib.commun.identifiants.forms import AdresseForm, MotDePasseForm, OubliForm, ReinitialisationForm
from chalicelib.commun.identifiants.rules import But, LienSuivi, Refus
from chalicelib.core.context import Context
from chalicelib.core.errors import Conflict, Refused
from chalicelib.core.web.pages import Pages, Reply, page, redirect

bp = Pages(__name__)
MOT_DE_PASSE, OUBLI, ENVOYE, REINITIALISER, LIEN_MORT, ADRESSE, CONFIRMER = (
    f"commun/identifiants/templates/{nom}.html"
    for nom in ("mot_de_passe", "oubli", "envoye", "reinitialiser", "lien_mort", "adresse", "confirmer_adresse")
)


@bp.page("/mon-compte/mot-de-passe", access=Access.CONNECTE)
def get_mot_de_passe(ctx: Context) -> Reply:
    """Rule J4."""
    change = ctx.request.query.first("change") == "oui"
    return page(MOT_DE_PASSE, form=MotDePasseForm(compte=ctx.user), change=change)


@bp.page("/mon-compte/mot-de-passe", access=Access.CONNECTE, methods=("POST",))
def post_mot_de_passe(ctx: Context) -> Reply:
    """Rule J4."""
    form = MotDePasseForm.of(ctx, compte=ctx.user)
    if not form.validate():
        return page(MOT_DE_PASSE, 422, form=form, change=False)
    try:
        suite, cookie = usecases.changer_son_mot_de_passe(ctx, form.mot_de_passe_actuel.data, form.mot_de_passe.data)
    except Refused as refus:
        form.add_error("mot_de_passe_actuel", refus.reason.value)
        return page(MOT_DE_PASSE, 422, form=form, change=False)
    return redirect(suite).with_cookies(cookie)


@bp.page("/mot-de-passe-oublie", access=Access.PUBLIC)
def get_oubli(ctx: Context) -> Reply:
    """Rule J5."""
    return page_avec_defi(ctx, OUBLI, 200, OubliForm())


@bp.page("/mot-de-passe-oublie", access=Access.PUBLIC, methods=("POST",))
def post_oubli(ctx: Context) -> Reply:
    """Rule J5: the form first, then the captcha, then the tables."""
    form = OubliForm.of(ctx)
    encore = page_a_reprendre(ctx, OUBLI, form)
    if encore:
        return encore
    return redirect(usecases.demander_un_mot_de_passe(ctx, form.email.data, "/mot-de-passe-oublie/envoye"))


@bp.page("/mot-de-passe-oublie/envoye", access=Access.PUBLIC)
def get_envoye(ctx: Context) -> Reply:
    """Rule J5: the same words for any address."""
    return page(ENVOYE)


@bp.page("/nouveau-mot-de-passe/{jeton}", access=Access.PUBLIC, secret=True)
def get_reinitialiser(ctx: Context, jeton: str) -> Reply:
    """Rules J5, T3: following the link spends nothing."""
    lien = queries.lien(ctx, jeton, But.MOT_DE_PASSE)
    if lien.compte is None:
        return _lien_mort(lien, But.MOT_DE_PASSE)
    return page(REINITIALISER, form=ReinitialisationForm(compte=lien.compte), jeton=jeton)


def _lien_mort(lien: LienSuivi, but: But) -> Reply:
    """Rule T3: why a link no longer serves, and what to do."""
    return page(LIEN_MORT, 410, etat=lien.etat.name, but=but.name)


@bp.page("/nouveau-mot-de-passe/{jeton}", access=Access.PUBLIC, methods=("POST",), secret=True)
def post_reinitialiser(ctx: Context, jeton: str) -> Reply:
    """Rule J5."""
    lien = queries.lien(ctx, jeton, But.MOT_DE_PASSE)
    if lien.compte is None:
        return _lien_mort(lien, But.MOT_DE_PASSE)
    form = ReinitialisationForm.of(ctx, compte=lien.compte)
    if not form.validate():
        return page(REINITIALISER, 422, form=form, jeton=jeton)
    try:
        return redirect(usecases.reinitialiser(ctx, lien, form.mot_de_passe.data))
    except Refused as refus:
        form.add_error("mot_de_passe", refus.reason.value)
        return page(REINITIALISER, 422, form=form, jeton=jeton)
    except Conflict:
        return _lien_mort(queries.lien(ctx, jeton, But.MOT_DE_PASSE), But.MOT_DE_PASSE)


@bp.page("/mon-compte/adresse-e-mail", access=Access.CONNECTE)
def get_adresse(ctx: Context) -> Reply:
    """Rule J3: the address, the change that waits, the form of another one."""
    dit = next((quoi for quoi in ("demandee", "annulee", "change") if ctx.request.query.first(quoi) == "oui"), "")
    return _page_adresse(ctx, 200, AdresseForm(), dit)


def _page_adresse(ctx: Context, status: int, form: AdresseForm, dit: str = "") -> Reply:
    return page(ADRESSE, status, form=form, dit=dit, attente=queries.adresse_en_attente(ctx))


@bp.page("/mon-compte/adresse-e-mail", access=Access.CONNECTE, methods=("POST",))
def post_adresse(ctx: Context) -> Reply:
    """Rule J3."""
    form = AdresseForm.of(ctx)
    if not form.validate():
        return _page_adresse(ctx, 422, form)
    try:
        return redirect(usecases.demander_une_adresse(ctx, form.email.data, form.mot_de_passe_actuel.data))
    except Refused as refus:
        champ = "mot_de_passe_actuel" if refus.reason is Refus.ACTUEL else "email"
        form.add_error(champ, refus.reason.value)
        return _page_adresse(ctx, 422, form)


@bp.page("/mon-compte/adresse-e-mail/annuler", access=Access.CONNECTE, methods=("POST",))
def post_annuler(ctx: Context) -> Reply:
    """Rule J3."""
    return redirect(usecases.annuler_l_adresse(ctx))


@bp.page("/nouvelle-adresse/{jeton}", access=Access.PUBLIC, secret=True)
def get_confirmer(ctx: Context, jeton: str) -> Reply:
    """Rules J3, T3: following the link only shows a button."""
    lien = queries.lien(ctx, jeton, But.ADRESSE)
    if lien.dernier is None:
        return _lien_mort(lien, But.ADRESSE)
    return page(CONFIRMER, adresse=lien.dernier.adresse, jeton=jeton, prise=False)


@bp.page("/nouvelle-adresse/{jeton}", access=Access.PUBLIC, methods=("POST",), secret=True)
def post_confirmer(ctx: Context, jeton: str) -> Reply:
    """Rules J3, B3: of two who confirm one address at once, the second is told."""
    lien = queries.lien(ctx, jeton, But.ADRESSE)
    if lien.dernier is None:
        return _lien_mort(lien, But.ADRESSE)
    try:
        suite, cookie = usecases.changer_d_adresse(ctx, lien)
    except Conflict as conflit:
        if conflit.label == "email":
            return page(CONFIRMER, 409, adresse=lien.dernier.adresse, jeton=jeton, prise=True)
        return _lien_mort(queries.lien(ctx, jeton, But.ADRESSE), But.ADRESSE)
    return redirect(suite).with_cookies(cookie) if cookie else redirect(suite)
