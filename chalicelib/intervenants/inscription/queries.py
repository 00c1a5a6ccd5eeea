"""What the pages of an application show."""

from typing import Any

from chalicelib.commun.comptes import public as comptes
from chalicelib.commun.comptes.rules import Compte
from chalicelib.commun.contenus import public as contenus
from chalicelib.commun.pieces import public as pieces
from chalicelib.commun.pieces.public import EtatPiece
from chalicelib.commun.referentiels import public as referentiels
from chalicelib.core.context import PARIS, Context, from_iso
from chalicelib.core.errors import NotFound
from chalicelib.core.web import captcha
from chalicelib.core.web.captcha_dessin import image
from chalicelib.core.web.limits import Limit, consume
from chalicelib.core.web.pages import visit_of
from chalicelib.intervenants.inscription import rules, store
from chalicelib.intervenants.inscription.rules import Demande, Etat
from chalicelib.intervenants.profil import public as profil
from chalicelib.intervenants.profil.public import Mode

CAPTCHAS = Limit("captchas", 60, captcha.LIFE)
PAR_PAGE = 20


def defi(ctx: Context, connu: str = "") -> dict[str, Any]:
    """Rule T5: the challenge still good for this visit, or a new one; with the cookie that a first visit needs."""
    visite, cookies = visit_of(ctx)
    code = captcha.answer(ctx, connu, visite) if connu else None
    if code is None:
        consume(ctx, CAPTCHAS, ctx.source)
        connu = captcha.new(ctx, visite)
        code = captcha.answer(ctx, connu, visite) or ""
    return {"defi": connu, "image": image(code), "cookies": cookies}


def son_du_defi(ctx: Context, connu: str) -> str:
    """Rule T5: the same code, to hear."""
    from chalicelib.core.web.captcha_dessin import son

    code = captcha.answer(ctx, connu, visit_of(ctx)[0])
    if code is None:
        raise NotFound
    return son(code, ctx.chance())


def documents(ctx: Context) -> list[dict[str, Any]]:
    """Rule B1: the three documents, and whether this visitor opened them."""
    ouverts = contenus.ouverts(ctx)
    return [
        {"nom": nom, "libelle": libelle, "href": f"/documents/{nom}", "ouvert": nom in ouverts}
        for nom, libelle in rules.DOCUMENTS.items()
    ]


def demande_de(compte_id: str) -> Demande:
    """The application of an account, in draft before it was transmitted."""
    return store.lire(compte_id) or Demande(compte_id)


def taches(ctx: Context) -> dict[str, Any]:
    """Rule S3: the parts of the application, with their state."""
    fiche = profil.profil_de(ctx.user)
    form = profil.formulaire(ctx, fiche, ctx.user)
    _, cv, dernier = profil.cv_de(ctx.user.id)
    complete = form.est_valable(complet=True)
    manques = sum(bool(field.errors) for field in form)
    return {
        "fiche": fiche,
        "complete": complete,
        "lecture_seule": fiche.mode is Mode.LECTURE_SEULE,
        "valide": fiche.mode is Mode.VALIDE,
        "etat_identification": _etat(fiche.enregistre_le, complete, manques),
        "etat_cv": _etat_du_cv(cv, dernier),
        "demande": demande_de(ctx.user.id) if fiche.mode is not Mode.LIBRE else Demande(ctx.user.id),
    }


def _etat(enregistre_le: str, complete: bool, manques: int) -> tuple[str, str]:
    if complete:
        return ("termine", "Terminé")
    if not enregistre_le:
        return ("a_faire", "À commencer")
    return ("incomplet", f"Incomplet : {manques} réponse{'s' if manques > 1 else ''} à donner")


def _etat_du_cv(cv: Any, dernier: Any) -> tuple[str, str]:
    if dernier and dernier.en_cours:
        return ("en_cours", "En cours de vérification")
    if cv:
        return ("termine", "Terminé")
    if dernier and dernier.etat is EtatPiece.REFUSE:
        return ("probleme", "Il y a un problème")
    return ("a_faire", "Facultatif")


def verification(ctx: Context) -> dict[str, Any]:
    """Rules E1, S3: every answer before transmission, and what is missing."""
    fiche = profil.profil_de(ctx.user)
    form = profil.formulaire(ctx, fiche, ctx.user)
    complete = form.est_valable(complet=True)
    _, cv, dernier = profil.cv_de(ctx.user.id)
    manques = [(e, f"/mon-profil/identification?manques=oui#{field.id}") for field in form for e in field.errors]
    return {
        "blocs": profil.recapitulatif(form, ctx.user),
        "complete": complete,
        "manques": manques,
        "cv": cv,
        "cv_en_cours": bool(dernier and dernier.en_cours),
        "fiche": fiche,
        "structure": referentiels.structure(fiche.structure),
    }


def transmission(ctx: Context) -> dict[str, Any]:
    """Rule E1: the confirmation, openable again."""
    demande = store.lire(ctx.user.id)
    if demande is None:
        raise NotFound
    return {"demande": demande, "structure": referentiels.structure(demande.structure)}


def liste_de_travail(ctx: Context, apres: str) -> dict[str, Any]:
    """Rule E2: what waits in the gestionnaire's structures, oldest first, and for how long."""
    demandes: list[Demande] = []
    for structure in ctx.user.structures:
        demandes += store.en_attente(structure, PAR_PAGE + 1, apres)
    demandes.sort(key=lambda d: d.transmise_le)
    montrees = demandes[:PAR_PAGE]
    return {
        "demandes": [(d, referentiels.structure(d.structure), _attente(ctx, d.transmise_le)) for d in montrees],
        "suite": montrees[-1].transmise_le if len(demandes) > PAR_PAGE else None,
        "structures": [referentiels.structure(code) for code in ctx.user.structures],
        "apres": apres,
    }


def _attente(ctx: Context, depuis: str) -> str:
    return rules.attente((ctx.today - from_iso(depuis).astimezone(PARIS).date()).days)


def dossier(ctx: Context, demande: Demande) -> dict[str, Any]:
    """Rule E2: the whole profile on one page, its CV's pages beside it."""
    compte: Compte | None = comptes.compte(demande.compte)
    if compte is None:
        raise NotFound
    fiche = profil.profil_de(compte)
    cv = pieces.piece(compte.id, demande.cv) if demande.cv else None
    if cv is None or cv.etat is not EtatPiece.DISPONIBLE:  # replaced since, or none was handed in then
        cv = profil.cv_de(compte.id)[1]
    return {
        "demande": demande,
        "compte": compte,
        "blocs": profil.recapitulatif(profil.formulaire(ctx, fiche, compte), compte),
        "cv": cv,
        "pages": pieces.liens_des_pages(cv) if cv else [],
        "structure": referentiels.structure(demande.structure),
        "a_decider": demande.etat is Etat.TRANSMISE,
        "attente": _attente(ctx, demande.transmise_le),
    }
