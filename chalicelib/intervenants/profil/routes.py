"""Pages of the profile: « Identification » and the CV."""

from dataclasses import replace

from chalicelib.commun.comptes.rules import Access
from chalicelib.commun.employeurs.public import employeur_choisi
from chalicelib.commun.pieces import public as pieces
from chalicelib.core.context import Context
from chalicelib.core.errors import Conflict, Refused
from chalicelib.core.web.pages import Pages, Reply, page, redirect
from chalicelib.intervenants.profil import queries, rules, usecases
from chalicelib.intervenants.profil.forms import IdentificationForm
from chalicelib.intervenants.profil.rules import Mode, Profil

bp = Pages(__name__)
GARDE, SUIVANTE = "/mon-profil/identification?enregistre=oui", "/mon-profil/parcours?depuis=identification"
SUR_L_EMPLOYEUR = ("chercher_employeur", "vider_employeur")
IDENTIFICATION, CV, DEPOT, SUPPRIMER = (
    f"intervenants/profil/templates/{n}.html" for n in ("identification", "cv", "depot", "supprimer")
)


@bp.page("/mon-profil/identification", access=Access.INTERVENANT)
def get_identification(ctx: Context) -> Reply:
    """Rules C1, C5, C6."""
    profil = queries.profil_de(ctx.user)
    form = queries.formulaire(ctx, profil, ctx.user)
    if ctx.request.query.first("manques"):
        form.est_valable(complet=True)
    elif profil.enregistre_le:
        form.est_valable(complet=False)
    return page(IDENTIFICATION, **queries.page_identification(ctx, profil, form))


@bp.page("/mon-profil/identification", access=Access.INTERVENANT, methods=("POST",))
def post_identification(ctx: Context) -> Reply:
    """Rule C8: what is typed is kept, complete or not; errors of format are shown."""
    profil = queries.profil_de(ctx.user)
    action = ctx.request.form.first("action")
    if action in SUR_L_EMPLOYEUR or "employeur_choisi" in ctx.request.form:
        return _employeur(ctx, profil, vider=action == "vider_employeur")
    form = queries.formulaire_envoye(ctx, profil)
    lu = replace(profil, version=_version(form, profil))
    valable = form.est_valable(complet=profil.mode is Mode.VALIDE)
    if not valable and profil.mode is Mode.VALIDE:
        return page(IDENTIFICATION, 422, **queries.page_identification(ctx, profil, form))
    suivante = valable and ctx.request.form.first("suite") == "suivante"
    try:
        return redirect(usecases.enregistrer_l_identification(ctx, lu, form, SUIVANTE if suivante else GARDE))
    except Refused as refus:
        return _refuse(ctx, profil, form, refus)
    except Conflict:
        return _conflit(ctx, form)


def _employeur(ctx: Context, profil: Profil, vider: bool) -> Reply:
    """Rule C3: empty the fields; for who has no script search, or fill them with the choice. Nothing is kept yet, nor
    lost."""
    refus = rules.refus_de_modifier(profil)
    if refus:
        raise Refused(refus)
    choisi = employeur_choisi(ctx.request.form.first("employeur_choisi"))
    form = queries.formulaire_envoye(ctx, profil, choisi, vider)
    valeurs = queries.page_identification(ctx, profil, form)
    if choisi or vider:
        return page(IDENTIFICATION, choisi=choisi, **valeurs)
    return page(IDENTIFICATION, recherche=queries.chercher_l_employeur(ctx, profil, form), **valeurs)


def _version(form: IdentificationForm, profil: Profil) -> int:
    typed = form.version.data or ""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else profil.version


def _refuse(ctx: Context, profil: Profil, form: IdentificationForm, refus: Refused) -> Reply:
    if refus.reason not in (rules.Refus.IDENTITE_PRISE, rules.Refus.TROP_D_IDENTITES):
        raise refus
    form.add_error("nom", refus.reason.value)
    return page(IDENTIFICATION, 422, **queries.page_identification(ctx, profil, form))


def _conflit(ctx: Context, form: IdentificationForm) -> Reply:
    """Rule C8: another tab saved first: what is typed here stays on the page, with what differs."""
    actuel = queries.profil_de(ctx.user)
    if rules.refus_de_modifier(actuel):
        raise Refused(rules.Refus.EN_COURS_D_ETUDE)
    garde = queries.formulaire(ctx, actuel, ctx.user)
    differents = form.differents(garde, rules.champs_differents(form.garde(), actuel.identification))
    form.a_la_version(actuel.version)
    return page(IDENTIFICATION, 409, differents=differents, **queries.page_identification(ctx, actuel, form))


@bp.page("/mon-profil/cv", access=Access.INTERVENANT)
def get_cv(ctx: Context) -> Reply:
    """Rule D10."""
    profil = queries.profil_de(ctx.user)
    _, en_force, dernier = queries.cv_de(ctx.user.id)
    return page(CV, profil=profil, cv=en_force, dernier=dernier, refus=rules.refus_de_modifier(profil))


@bp.page("/mon-profil/cv", access=Access.INTERVENANT, methods=("POST",))
def post_cv(ctx: Context) -> Reply:
    """Rule D10: to the page where the file is sent."""
    return redirect(usecases.annoncer_le_cv(ctx, queries.profil_de(ctx.user)))


@bp.page("/mon-profil/cv/{piece_id}", access=Access.INTERVENANT)
def get_depot(ctx: Context, piece_id: str) -> Reply:
    """Rules U1, U2: send the file, then see it checked."""
    return page(DEPOT, with_files=True, **pieces.a_deposer(ctx, piece_id, pieces.CV, f"/mon-profil/cv/{piece_id}"))


@bp.page("/mon-profil/cv/{piece_id}/original", access=Access.INTERVENANT)
def get_original(ctx: Context, piece_id: str) -> Reply:
    """The owner's own file."""
    return redirect(pieces.lien_de_l_original(pieces.sienne(ctx, piece_id, pieces.CV)))


@bp.page("/mon-profil/cv/{piece_id}/supprimer", access=Access.INTERVENANT)
def get_supprimer_cv(ctx: Context, piece_id: str) -> Reply:
    """Rule D10: asked before it is done."""
    return page(SUPPRIMER, piece=pieces.sienne(ctx, piece_id, pieces.CV, a_retirer=True))


@bp.page("/mon-profil/cv/{piece_id}/supprimer", access=Access.INTERVENANT, methods=("POST",))
def post_supprimer_cv(ctx: Context, piece_id: str) -> Reply:
    """Rule D10."""
    return redirect(usecases.supprimer_le_cv(ctx, queries.profil_de(ctx.user), piece_id))
