"""Page « Parcours » of the profile, the lines of its tables, their diplomas."""

from chalicelib.commun.comptes.rules import Access
from chalicelib.commun.pieces import public as pieces
from chalicelib.commun.pieces.public import DIPLOME
from chalicelib.core.context import Context
from chalicelib.core.errors import Conflict, Refused
from chalicelib.core.web.forms import PortalForm
from chalicelib.core.web.pages import Pages, Reply, page, redirect
from chalicelib.intervenants.parcours import queries, rules, usecases
from chalicelib.intervenants.parcours.forms import FORMS, LigneForm, ParcoursForm
from chalicelib.intervenants.parcours.rules import Bloc, Parcours
from chalicelib.intervenants.profil import public as profil
from chalicelib.intervenants.profil.public import Mode

bp = Pages(__name__)
PARCOURS, LIGNE, SUPPRIMER, DEPOT, SUPPRIMER_DIPLOME = (
    f"intervenants/parcours/templates/{n}.html"
    for n in ("parcours", "ligne", "supprimer", "depot", "supprimer_diplome")
)
GARDE = "/mon-profil/parcours?enregistre=oui"


@bp.page("/mon-profil/parcours", access=Access.INTERVENANT)
def get_parcours(ctx: Context) -> Reply:
    """Rules D1 to D12."""
    fiche, parcours = queries.lire(ctx)
    form = queries.formulaire(parcours)
    demande, autres = ctx.request.query, []
    if demande.first("manques"):
        form.est_valable(complet=True)
        autres = _a_ajouter(parcours, form)
    elif parcours.enregistre_le:
        form.est_valable(complet=False)
    reste = queries.manques_de_l_identification(ctx, fiche) if demande.first("depuis") == "identification" else 0
    values = queries.page_parcours(ctx, fiche, parcours, form)
    return page(PARCOURS, autres_erreurs=autres, identification=reste, **values)


def _a_ajouter(parcours: Parcours, form: ParcoursForm) -> list[tuple[str, str]]:
    return [(message, f"#{bouton}") for message, bouton in queries.a_ajouter(parcours, form)]


@bp.page("/mon-profil/parcours", access=Access.INTERVENANT, methods=("POST",))
def post_parcours(ctx: Context) -> Reply:
    """Rules C8, D12: what is typed is kept, complete or not; then on to where the button leads."""
    fiche, parcours = queries.lire(ctx)
    form = ParcoursForm(ParcoursForm.repris(ctx.request.form, parcours.reponses))
    valide, suite = fiche.mode is Mode.VALIDE, rules.suite_demandee(ctx.request.form.first("suite"))
    valable = form.est_valable(complet=valide)
    autres = _a_ajouter(parcours, form) if valide and not suite else []
    if valide and (autres or not valable):
        values = queries.page_parcours(ctx, fiche, parcours, form)
        return page(PARCOURS, 422, autres_erreurs=autres, identification=0, **values)
    fin = "/mon-profil/verification" if valable and ctx.request.form.first("suite") == "suivante" else GARDE
    version = _version(form, parcours.version)
    try:
        return redirect(usecases.enregistrer(ctx, fiche, parcours, version, form, suite or fin))
    except Conflict:
        return _page_en_conflit(ctx, form)


def _version(form: PortalForm, actuelle: int) -> int:
    typed = str(form["version"].data or "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else actuelle


def _page_en_conflit(ctx: Context, form: ParcoursForm) -> Reply:
    """Rule C8: another tab saved first: what is typed here stays on the page, with what differs."""
    fiche, parcours = queries.lire(ctx)
    noms = profil.champs_differents(form.garde(), parcours.reponses)
    differents = form.differents(queries.formulaire(parcours), noms)
    form.a_la_version(parcours.version)
    values = queries.page_parcours(ctx, fiche, parcours, form)
    return page(PARCOURS, 409, differents=differents, autres_erreurs=[], identification=0, **values)


@bp.page("/mon-profil/parcours/{bloc}/ajouter", access=Access.INTERVENANT)
def get_ajouter(ctx: Context, bloc: str) -> Reply:
    """Rule D12: « ajouter … » opens its own form."""
    nomme = queries.bloc_nomme(bloc)
    refus = rules.refus_d_ajouter(queries.lire_pour_modifier(ctx), nomme)
    if refus:
        raise Refused(refus)
    return page(LIGNE, **queries.page_de_ligne(ctx, nomme, queries.formulaire_de_ligne(ctx, nomme)))


@bp.page("/mon-profil/parcours/{bloc}/ajouter", access=Access.INTERVENANT, methods=("POST",))
def post_ajouter(ctx: Context, bloc: str) -> Reply:
    """Rule D12."""
    nomme, form = _envoye(ctx, bloc)
    if not form.validate():
        queries.lire_pour_modifier(ctx)
        return page(LIGNE, 422, **queries.page_de_ligne(ctx, nomme, form))
    try:
        return redirect(usecases.ajouter(ctx, nomme, form, _avec_diplome(ctx)))
    except Refused as refus:
        if refus.reason is not rules.Refus.TABLEAU_PLEIN:
            raise
        values = queries.page_de_ligne(ctx, nomme, form)
        return page(LIGNE, 422, autres_erreurs=[refus.reason.value], **values)


def _envoye(ctx: Context, bloc: str, ligne_id: str = "") -> tuple[Bloc, LigneForm]:
    nomme, envoye = queries.bloc_nomme(bloc), ctx.request.form
    if ligne_id and "reprendre" in envoye:
        ligne = queries.ligne_nommee(queries.lire_pour_modifier(ctx), nomme, ligne_id)
        envoye = FORMS[nomme.code].repris(envoye, ligne.saisie)
    return nomme, FORMS[nomme.code](envoye, today=ctx.today)


def _avec_diplome(ctx: Context) -> bool:
    return bool(ctx.request.form.first("suite") == "diplome")


@bp.page("/mon-profil/parcours/{bloc}/{ligne_id}", access=Access.INTERVENANT)
def get_modifier(ctx: Context, bloc: str, ligne_id: str) -> Reply:
    """Rule D12: « Modifier » a line."""
    nomme = queries.bloc_nomme(bloc)
    ligne = queries.ligne_nommee(queries.lire_pour_modifier(ctx), nomme, ligne_id)
    form = queries.formulaire_de_ligne(ctx, nomme, ligne)
    return page(LIGNE, **queries.page_de_ligne(ctx, nomme, form, ligne_id))


@bp.page("/mon-profil/parcours/{bloc}/{ligne_id}", access=Access.INTERVENANT, methods=("POST",))
def post_modifier(ctx: Context, bloc: str, ligne_id: str) -> Reply:
    """Rule D12."""
    nomme, form = _envoye(ctx, bloc, ligne_id)
    if not form.validate():
        queries.ligne_nommee(queries.lire_pour_modifier(ctx), nomme, ligne_id)
        return page(LIGNE, 422, **queries.page_de_ligne(ctx, nomme, form, ligne_id))
    try:
        return redirect(usecases.modifier(ctx, nomme, ligne_id, _version(form, 0), form, _avec_diplome(ctx)))
    except Conflict as conflict:
        if conflict.label != "ligne":
            raise
        return _ligne_en_conflit(ctx, nomme, ligne_id, form)


def _ligne_en_conflit(ctx: Context, bloc: Bloc, ligne_id: str, form: LigneForm) -> Reply:
    """Rule C8: another window changed this line first."""
    ligne = queries.ligne_nommee(queries.lire_pour_modifier(ctx), bloc, ligne_id)
    noms = profil.champs_differents(form.garde(), ligne.saisie)
    differents = form.differents(queries.formulaire_de_ligne(ctx, bloc, ligne), noms)
    form.a_la_version(ligne.version)
    return page(LIGNE, 409, differents=differents, **queries.page_de_ligne(ctx, bloc, form, ligne_id))


@bp.page("/mon-profil/parcours/{bloc}/{ligne_id}/supprimer", access=Access.INTERVENANT)
def get_supprimer_ligne(ctx: Context, bloc: str, ligne_id: str) -> Reply:
    """Rule D12: asked before it is done."""
    nomme = queries.bloc_nomme(bloc)
    ligne = queries.ligne_nommee(queries.lire_pour_modifier(ctx), nomme, ligne_id)
    return page(SUPPRIMER, **queries.page_de_suppression(nomme, ligne))


@bp.page("/mon-profil/parcours/{bloc}/{ligne_id}/supprimer", access=Access.INTERVENANT, methods=("POST",))
def post_supprimer_ligne(ctx: Context, bloc: str, ligne_id: str) -> Reply:
    """Rule D12."""
    return redirect(usecases.supprimer(ctx, queries.bloc_nomme(bloc), ligne_id))


@bp.page("/mon-profil/diplomes/{piece_id}", access=Access.INTERVENANT)
def get_depot_de_diplome(ctx: Context, piece_id: str) -> Reply:
    """Rules D7, U1, U2: send the file, then see it checked."""
    return page(DEPOT, with_files=True, **pieces.a_deposer(ctx, piece_id, DIPLOME, f"/mon-profil/diplomes/{piece_id}"))


@bp.page("/mon-profil/diplomes/{piece_id}/original", access=Access.INTERVENANT)
def get_diplome(ctx: Context, piece_id: str) -> Reply:
    """The owner's own file."""
    return redirect(pieces.lien_de_l_original(pieces.sienne(ctx, piece_id, DIPLOME)))


@bp.page("/mon-profil/diplomes/{piece_id}/supprimer", access=Access.INTERVENANT)
def get_supprimer_diplome(ctx: Context, piece_id: str) -> Reply:
    """Rule D7: asked before it is done."""
    return page(SUPPRIMER_DIPLOME, piece=pieces.sienne(ctx, piece_id, DIPLOME, a_retirer=True))


@bp.page("/mon-profil/diplomes/{piece_id}/supprimer", access=Access.INTERVENANT, methods=("POST",))
def post_supprimer_diplome(ctx: Context, piece_id: str) -> Reply:
    """Rule D7."""
    return redirect(usecases.supprimer_le_diplome(ctx, piece_id))
