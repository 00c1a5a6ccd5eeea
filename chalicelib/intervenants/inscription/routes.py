"""Pages of an application: « Déposer un CV », activation, transmission; and the staff's."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from chalicelib.commun.comptes import public as comptes
from chalicelib.commun.comptes.rules import Access, EtatDuLien
from chalicelib.commun.defis.public import page_a_reprendre, page_avec_defi
from chalicelib.commun.pieces import public as pieces
from chalicelib.core.context import Context
from chalicelib.core.errors import Conflict, NotFound, Refused
from chalicelib.core.web import session
from chalicelib.core.web.pages import Pages, Reply, page, redirect
from chalicelib.core.web.urls import url
from chalicelib.intervenants.inscription import queries, usecases
from chalicelib.intervenants.inscription.forms import (
    ChoixForm,
    ComplementForm,
    CompteForm,
    LotForm,
    RechercheForm,
    RejetForm,
    RenvoiForm,
)
from chalicelib.intervenants.inscription.rules import Etat, Filtre, Issue, vue

bp = Pages(__name__)
_T = "intervenants/inscription/templates"
COMPTE, ENVOYE, ACTIVER, RENVOYER = (f"{_T}/{n}.html" for n in ("compte", "envoye", "activer", "renvoyer"))
TACHES, VERIFIER, TRANSMISE = (f"{_T}/{n}.html" for n in ("taches", "verifier", "transmise"))
LISTE, DOSSIER, RECHERCHE = (f"{_T}/{n}.html" for n in ("gestion_liste", "gestion_dossier", "gestion_recherche"))
LOT, ISSUES = (f"{_T}/{n}.html" for n in ("gestion_lot", "gestion_issues"))
_FORMES: dict[str, type[ComplementForm | RejetForm]] = {"complement": ComplementForm, "rejeter": RejetForm}
_A_OUVRIR = "Ouvrez ce document : « {} »."


@bp.page("/deposer-un-cv", access=Access.PUBLIC)
def get_compte(ctx: Context) -> Reply:
    """Rule B1."""
    if ctx.user is not None:
        return redirect("/")
    return page_avec_defi(ctx, COMPTE, 200, CompteForm(today=ctx.today), documents=queries.documents(ctx))


@bp.page("/deposer-un-cv", access=Access.PUBLIC, methods=("POST",))
def post_compte(ctx: Context) -> Reply:
    """Rules B1 to B4: the form first, then the captcha, then the tables."""
    form, documents = CompteForm.of(ctx, today=ctx.today), queries.documents(ctx)
    a_ouvrir = [(_A_OUVRIR.format(d["libelle"]), f"#document-{d['nom']}") for d in documents if not d["ouvert"]]
    encore = page_a_reprendre(ctx, COMPTE, form, a_ouvrir, documents=documents)
    if encore:
        return encore
    try:
        suite = usecases.ouvrir_un_compte(
            ctx, form.identite(), form.email.data, form.mot_de_passe.data, "/deposer-un-cv/envoye"
        )
    except Refused as refus:
        form.add_error("email", refus.reason.value)
        return page_avec_defi(ctx, COMPTE, 409, form, documents=documents, deja=refus.reason.name)
    return redirect(suite)


@bp.page("/deposer-un-cv/envoye", access=Access.PUBLIC)
def get_envoye(ctx: Context) -> Reply:
    """Rule B4: the mail is on its way; what to do if it does not come."""
    return page(ENVOYE, renvoi=ctx.request.query.first("renvoi") == "oui")


@bp.page("/activation/{jeton}", access=Access.PUBLIC, secret=True)
def get_activation(ctx: Context, jeton: str) -> Reply:
    """Rule T3: opening the link only shows a button (mail scanners follow links)."""
    return _page_du_lien(ctx, jeton)


def _page_du_lien(ctx: Context, jeton: str) -> Reply:
    etat = comptes.etat_du_lien(ctx, jeton)
    return page(ACTIVER, 200 if etat is EtatDuLien.VALABLE else 410, etat=etat.name, jeton=jeton)


@bp.page("/activation/{jeton}", access=Access.PUBLIC, methods=("POST",), secret=True)
def post_activation(ctx: Context, jeton: str) -> Reply:
    """Rules B4, B5."""
    cookie = usecases.activer_le_compte(ctx, jeton)
    if cookie is None:
        return _page_du_lien(ctx, jeton)
    return redirect("/mon-profil").with_cookies(cookie, session.forget(session.VISIT))


@bp.page("/activation/renvoyer", access=Access.PUBLIC)
def get_renvoyer(ctx: Context) -> Reply:
    """Rule B5: the mail again."""
    return page_avec_defi(ctx, RENVOYER, 200, RenvoiForm())


@bp.page("/activation/renvoyer", access=Access.PUBLIC, methods=("POST",))
def post_renvoyer(ctx: Context) -> Reply:
    """Rule B5."""
    form = RenvoiForm.of(ctx)
    encore = page_a_reprendre(ctx, RENVOYER, form)
    if encore:
        return encore
    return redirect(usecases.renvoyer_l_activation(ctx, form.email.data, "/deposer-un-cv/envoye?renvoi=oui"))


@bp.page("/mon-profil", access=Access.INTERVENANT)
def get_taches(ctx: Context) -> Reply:
    """Rule S3: the task list."""
    return page(TACHES, **queries.taches(ctx))


@bp.page("/mon-profil/verification", access=Access.INTERVENANT)
def get_verification(ctx: Context) -> Reply:
    """Rules E1, S3."""
    return page(VERIFIER, **queries.verification(ctx))


@bp.page("/mon-profil/transmission", access=Access.INTERVENANT, methods=("POST",))
def post_transmission(ctx: Context) -> Reply:
    """Rule E1."""
    try:
        return redirect(usecases.transmettre(ctx))
    except Refused as refus:
        values = queries.verification(ctx)
        erreurs = [(texte, url(href)) for texte, href in values["manques"]] or [refus.reason.value]
        return page(VERIFIER, 422, autres_erreurs=erreurs, **values)


@bp.page("/mon-profil/transmission", access=Access.INTERVENANT)
def get_transmission(ctx: Context) -> Reply:
    """Rule E1: the confirmation."""
    return page(TRANSMISE, **queries.transmission(ctx))


@bp.page("/gestion/inscriptions", access=Access.GESTIONNAIRE)
def get_liste(ctx: Context) -> Reply:
    """Rule E2: the work list."""
    return _liste(ctx, _filtre(ctx))


def _liste(ctx: Context, filtre: Filtre, status: int = 200, form: LotForm | None = None) -> Reply:
    return page(LISTE, status, recherche=RechercheForm(), form=form, **queries.liste_de_travail(ctx, filtre))


def _filtre(ctx: Context) -> Filtre:
    """What an address says, or a form that began on the list."""
    demande = ctx.request.form if ctx.request.method == "POST" else ctx.request.query
    recentes = demande.first("ordre") == "recentes"
    structure = demande.first("structure") if demande.first("structure") in ctx.user.structures else ""
    etat = Etat.__members__.get(demande.first("etat"), Etat.TRANSMISE)
    apres = demande.first("apres")
    return Filtre(structure, recentes, apres if vue(apres) else "", etat)


@bp.page("/gestion/inscriptions/lot", access=Access.GESTIONNAIRE, methods=("POST",))
def post_lot(ctx: Context) -> Reply:
    """Rules E2, S4, ADR 15: several applications were chosen in the list: the page that asks for one text."""
    choix = LotForm.of(ctx)
    if not choix.validate():
        return _liste(ctx, _filtre(ctx), 422, choix)
    return _lot(ctx, choix, str(choix.acte.data))


def _lot(
    ctx: Context, choix: ChoixForm, acte: str, status: int = 200, form: ComplementForm | RejetForm | None = None
) -> Reply:
    values = queries.lot(ctx, choix.choix.data) | {"acte": acte, "filtre": _filtre(ctx)}
    if all(issue != Issue.A_DECIDER.name for *_, issue in values["lignes"]):
        return page(ISSUES, 409, perdu=form.message if form else "", **values)
    return page(LOT, status, form=form or _FORMES[acte](), **values)


@bp.page("/gestion/inscriptions/lot/complement", access=Access.GESTIONNAIRE, methods=("POST",))
def post_lot_complement(ctx: Context) -> Reply:
    """Rules E2, E4, ADR 15."""
    return _decider_le_lot(ctx, "complement", Etat.COMPLEMENT)


@bp.page("/gestion/inscriptions/lot/rejeter", access=Access.GESTIONNAIRE, methods=("POST",))
def post_lot_rejeter(ctx: Context) -> Reply:
    """Rules E2, E3, ADR 15."""
    return _decider_le_lot(ctx, "rejeter", Etat.REJETEE)


def _decider_le_lot(ctx: Context, acte: str, etat: Etat) -> Reply:
    """Answered by a page, not a redirection: sent again, it decides nothing more and says the same."""
    choix, form, filtre = ChoixForm.of(ctx), _FORMES[acte].of(ctx), _filtre(ctx)
    if not choix.validate():
        return _liste(ctx, filtre, 422, choix)
    if not form.validate():
        return _lot(ctx, choix, acte, 422, form)
    vues = [v for v in map(vue, choix.choix.data) if v]
    faites = usecases.decider_le_lot(ctx, vues, etat, form.message)
    values = queries.lot(ctx, choix.choix.data, faites)
    perdu = "" if faites == {v.compte for v in vues} else form.message
    return page(ISSUES, 200 if faites else 409, acte=acte, filtre=filtre, perdu=perdu, **values)


@bp.page("/gestion/inscriptions.csv", access=Access.GESTIONNAIRE)
def get_export(ctx: Context) -> Reply:
    """Rule S4: the list for a spreadsheet; who takes it away is audited."""
    usecases.compter_l_export(ctx)
    body = queries.export_de_la_liste(ctx, replace(_filtre(ctx), apres=""))
    usecases.noter_la_lecture(ctx, ctx.user.id, "exporter_les_demandes")
    nom = f"demandes-{ctx.today.isoformat()}.csv"
    entetes = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": f'attachment; filename="{nom}"'}
    return Reply(body=body, headers=entetes)


@bp.page("/gestion/inscriptions/suivante", access=Access.GESTIONNAIRE)
def get_suivante(ctx: Context) -> Reply:
    """Rule E2: the next application in one click; back to the list after the last."""
    filtre = _filtre(ctx)
    compte_id, liste = queries.suivante(ctx, filtre), replace(filtre, apres="")
    return redirect(liste.adresse("/gestion/inscriptions" + (f"/{compte_id}" if compte_id else "")))


@bp.page("/gestion/inscriptions/recherche", access=Access.GESTIONNAIRE)
def get_recherche(ctx: Context) -> Reply:
    """Rule S4."""
    return page(RECHERCHE, form=RechercheForm())


@bp.page("/gestion/inscriptions/recherche", access=Access.GESTIONNAIRE, methods=("POST",))
def post_recherche(ctx: Context) -> Reply:
    """Rule S4."""
    form = RechercheForm.of(ctx)
    if not form.validate():
        return page(RECHERCHE, 422, form=form)
    usecases.compter_la_recherche(ctx)
    return page(RECHERCHE, form=form, **queries.recherche(ctx, form.recherche.data))


@bp.page("/gestion/inscriptions/{compte_id}", access=Access.GESTIONNAIRE)
def get_dossier(ctx: Context, compte_id: str) -> Reply:
    """Rule E2: the whole profile."""
    vu = _dossier(ctx, compte_id, decidee=ctx.request.query.first("decidee") == "oui")
    usecases.noter_la_lecture(ctx, compte_id, "lire_un_profil")
    return vu


def _dossier(ctx: Context, compte_id: str, status: int = 200, piece_id: str = "", **values: Any) -> Reply:
    defaut = {"decidee": False, "conflit": False, "complement": ComplementForm(), "rejet": RejetForm(), "perdu": ""}
    defaut["filtre"] = _filtre(ctx)
    return page(DOSSIER, status, with_files=True, **queries.dossier(ctx, compte_id, piece_id), **(defaut | values))


def _decision(ctx: Context, compte_id: str, decider: Callable[[], str], **saisi: Any) -> Reply:
    """Rule E2: the second of two gestionnaires sees what the first did, and what they had typed themselves (S2)."""
    try:
        return redirect(decider())
    except Conflict:
        return _dossier(ctx, compte_id, 409, conflit=True, **saisi)


@bp.page("/gestion/inscriptions/{compte_id}/valider", access=Access.GESTIONNAIRE, methods=("POST",))
def post_valider(ctx: Context, compte_id: str) -> Reply:
    """Rules E2, E5."""
    return _decision(ctx, compte_id, lambda: usecases.valider(ctx, compte_id, _filtre(ctx)))


@bp.page("/gestion/inscriptions/{compte_id}/complement", access=Access.GESTIONNAIRE, methods=("POST",))
def post_complement(ctx: Context, compte_id: str) -> Reply:
    """Rules E2, E4."""
    form = ComplementForm.of(ctx)
    if not form.validate():
        return _dossier(ctx, compte_id, 422, complement=form, form=form, perdu=form.message)
    acte = partial(usecases.demander_un_complement, ctx, compte_id, form.message, _filtre(ctx))
    return _decision(ctx, compte_id, acte, complement=form, perdu=form.message)


@bp.page("/gestion/inscriptions/{compte_id}/rejeter", access=Access.GESTIONNAIRE, methods=("POST",))
def post_rejeter(ctx: Context, compte_id: str) -> Reply:
    """Rules E2, E3."""
    form = RejetForm.of(ctx)
    if not form.validate():
        return _dossier(ctx, compte_id, 422, rejet=form, form=form, perdu=form.message)
    acte = partial(usecases.rejeter, ctx, compte_id, form.message, _filtre(ctx))
    return _decision(ctx, compte_id, acte, rejet=form, perdu=form.message)


@bp.page("/gestion/inscriptions/{compte_id}/cv", access=Access.GESTIONNAIRE)
def get_cv(ctx: Context, compte_id: str) -> Reply:
    """Rule U3: the original, access checked, audited, by a short-lived link."""
    demande = usecases.demande_a_traiter(ctx, compte_id)
    cv = queries.cv_de_la_demande(demande, pieces.pieces(compte_id))
    if cv is None:
        raise NotFound
    usecases.noter_la_lecture(ctx, compte_id, "lire_un_cv")
    return redirect(pieces.lien_de_l_original(cv))


@bp.page("/gestion/inscriptions/{compte_id}/diplomes/{piece_id}", access=Access.GESTIONNAIRE)
def get_diplome(ctx: Context, compte_id: str, piece_id: str) -> Reply:
    """Rules D7, E2, U3: the pages of a diploma beside the profile, access checked, audited."""
    vu = _dossier(ctx, compte_id, piece_id=piece_id)
    usecases.noter_la_lecture(ctx, compte_id, "lire_un_profil", "lire_un_diplome")
    return vu


@bp.page("/gestion/inscriptions/{compte_id}/diplomes/{piece_id}/original", access=Access.GESTIONNAIRE)
def get_original_du_diplome(ctx: Context, compte_id: str, piece_id: str) -> Reply:
    """Rule U3: the original, access checked, audited, by a short-lived link."""
    diplome = queries.diplome(usecases.demande_a_traiter(ctx, compte_id), piece_id)
    usecases.noter_la_lecture(ctx, compte_id, "telecharger_un_diplome")
    return redirect(pieces.lien_de_l_original(diplome))
