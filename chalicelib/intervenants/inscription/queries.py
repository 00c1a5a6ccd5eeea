"""What the pages of an application show."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from chalicelib.commun.comptes import public as comptes
from chalicelib.commun.contenus import public as contenus
from chalicelib.commun.pieces import public as pieces
from chalicelib.commun.pieces.public import EtatPiece, Piece
from chalicelib.commun.referentiels import public as referentiels
from chalicelib.commun.referentiels.rules import cle_de_tri
from chalicelib.core.context import PARIS, Context, from_iso
from chalicelib.core.errors import NotFound
from chalicelib.core.table import get_many
from chalicelib.core.tableur import csv_text
from chalicelib.intervenants.inscription import rules, store
from chalicelib.intervenants.inscription.rules import Demande, Etat, Filtre
from chalicelib.intervenants.profil import public as profil
from chalicelib.intervenants.profil.public import Mode

PAR_PAGE, EXPORT_MAX = 20, 5000


def documents(ctx: Context) -> list[dict[str, Any]]:
    """Rule B1: the three documents, and whether this visitor opened them."""
    ouverts = contenus.ouverts(ctx)
    return [
        {"nom": nom, "libelle": libelle, "href": f"/documents/{nom}", "ouvert": nom in ouverts}
        for nom, libelle in rules.DOCUMENTS.items()
    ]


def taches(ctx: Context) -> dict[str, Any]:
    """Rule S3: the parts of the application, with their state."""
    lue, demande_lue = get_many(profil.ref_du_profil(ctx.user.id), store.ref(ctx.user.id))
    if lue is None:
        raise NotFound
    fiche = profil.profil_lu(lue)
    form = profil.formulaire(ctx, fiche, ctx.user)
    _, cv, dernier = profil.cv_de(ctx.user.id)
    complete = form.est_valable(complet=True)
    demande = store.demande_of(demande_lue) if demande_lue else Demande(ctx.user.id)
    manques = sum(bool(field.errors) for field in form)
    return {
        "fiche": fiche,
        "complete": complete,
        "lecture_seule": fiche.mode is Mode.LECTURE_SEULE,
        "valide": fiche.mode is Mode.VALIDE,
        "etat_identification": _etat(fiche.enregistre_le, complete, manques),
        "etat_cv": _etat_du_cv(cv, dernier),
        "demande": demande,
        "representer_le": rules.peut_representer_le(demande),
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


def complements_echus(ctx: Context) -> Iterator[Demande]:
    """Rule E4: what the sweep looks at."""
    return store.echues(ctx.instant)


def liste_de_travail(ctx: Context, filtre: Filtre) -> dict[str, Any]:
    """Rules E2, S4: what waits in the gestionnaire's structures, and for how long; a page at a time."""
    demandes = _en_attente(ctx, filtre, PAR_PAGE + 1)
    montrees = demandes[:PAR_PAGE]
    return {
        "demandes": [
            (d, referentiels.structure(d.structure), rules.attente(ctx.days_since(rules.rang(d)))) for d in montrees
        ],
        "entiere": not filtre.apres and len(demandes) <= PAR_PAGE,
        "suite": rules.curseur(montrees[-1]) if len(demandes) > PAR_PAGE else None,
        "structures": [s for s in map(referentiels.structure, ctx.user.structures) if s],
        "filtre": filtre,
    }


def suivante(ctx: Context, apres: str) -> str | None:
    """Rule E2: the account whose application comes after the place `apres` in the gestionnaire's list, or first."""
    demandes = _en_attente(ctx, Filtre(apres=apres), 1) or _en_attente(ctx, Filtre(), 1)
    return demandes[0].compte if demandes and rules.curseur(demandes[0]) != apres else None


def recherche(ctx: Context, debut: str) -> dict[str, Any]:
    """Rules S4, T6: applications of the gestionnaire's structures, whatever their state; the first ones."""
    lues = [d for s in ctx.user.structures for d in store.chercher(s, debut, PAR_PAGE + 1)]
    trouvees = [d for d in lues if rules.peut_traiter(d, ctx.user.structures)]
    trouvees.sort(key=lambda d: cle_de_tri(d.nom))
    return {
        "demandes": [(d, referentiels.structure(d.structure)) for d in trouvees[:PAR_PAGE]],
        "encore": len(trouvees) > PAR_PAGE,
    }


def export_de_la_liste(ctx: Context, filtre: Filtre) -> str:
    """Rule S4: the same list for a spreadsheet, whole up to EXPORT_MAX lines."""
    lignes = []
    for d in _en_attente(ctx, filtre, EXPORT_MAX):
        structure, transmise = referentiels.structure(d.structure), from_iso(d.transmise_le).astimezone(PARIS)
        nom = structure.nom if structure else ""
        attente = ctx.days_since(rules.rang(d))
        lignes.append((d.reference, d.nom, nom, d.etat.libelle, f"{transmise:%d/%m/%Y %H:%M}", attente))
    return csv_text(("Référence", "Intervenant", "Structure", "État", "Transmise le", "Jours depuis"), lignes)


def _en_attente(ctx: Context, filtre: Filtre, limite: int) -> list[Demande]:
    demandes: list[Demande] = []
    for structure in filtre.structures(ctx.user.structures):
        demandes += store.en_attente(structure, limite, filtre.apres, filtre.recentes, filtre.etat)
    demandes.sort(key=rules.curseur, reverse=filtre.recentes)
    return demandes[:limite]


def cv_de_la_demande(demande: Demande) -> Piece | None:
    """The CV handed in with the application; the one in force when it was replaced since."""
    cv = pieces.piece(demande.compte, demande.cv) if demande.cv else None
    return cv if cv and cv.etat is EtatPiece.DISPONIBLE else profil.cv_de(demande.compte)[1]


def dossier(ctx: Context, compte_id: str) -> dict[str, Any]:
    """Rule E2: the whole profile on one page, its CV's pages beside it. NotFound as `usecases.demande_a_traiter`."""
    lues = get_many(store.ref(compte_id), comptes.ref_du_compte(compte_id), profil.ref_du_profil(compte_id))
    if None in lues:
        raise NotFound
    demande, compte = store.demande_of(lues[0]), comptes.compte_lu(lues[1])
    if not rules.peut_traiter(demande, ctx.user.structures):
        raise NotFound
    fiche, cv = profil.profil_lu(lues[2]), cv_de_la_demande(demande)
    return {
        "demande": demande,
        "compte": compte,
        "blocs": profil.recapitulatif(profil.formulaire(ctx, fiche, compte), compte),
        "cv": cv,
        "pages": pieces.liens_des_pages(cv) if cv else [],
        "structure": referentiels.structure(demande.structure),
        "a_decider": demande.etat is Etat.TRANSMISE,
        "place": rules.curseur(replace(demande, etat=Etat.TRANSMISE)),
        "decisions": store.decisions(compte_id),
        "representer_le": rules.peut_representer_le(demande),
        "textes_prets": rules.TEXTES_PRETS,
        "attente": rules.attente(ctx.days_since(demande.transmise_le)),
    }
