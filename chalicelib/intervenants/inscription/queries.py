"""What the pages of an application show."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from heapq import merge
from itertools import islice
from typing import Any

from chalicelib.commun.comptes import public as comptes
from chalicelib.commun.comptes.rules import Compte
from chalicelib.commun.contenus import public as contenus
from chalicelib.commun.pieces import public as pieces
from chalicelib.commun.pieces.public import CV, DIPLOME, EtatPiece, Piece
from chalicelib.commun.referentiels import public as referentiels
from chalicelib.commun.referentiels.rules import cle_de_tri
from chalicelib.core.context import PARIS, Context, from_iso
from chalicelib.core.errors import NotFound
from chalicelib.core.tableur import csv_text
from chalicelib.intervenants.inscription import rules, store
from chalicelib.intervenants.inscription.rules import Demande, Ensemble, Etat, Filtre
from chalicelib.intervenants.parcours import public as parcours
from chalicelib.intervenants.parcours.public import Parcours
from chalicelib.intervenants.profil import public as profil
from chalicelib.intervenants.profil.public import IdentificationForm, Mode

PAR_PAGE, EXPORT_MAX = rules.CHOIX_MAX, 5000


def documents(ctx: Context) -> list[dict[str, Any]]:
    """Rule B1: the three documents, and whether this visitor opened them."""
    ouverts = contenus.ouverts(ctx)
    return [
        {"nom": nom, "libelle": libelle, "href": f"/documents/{nom}", "ouvert": nom in ouverts}
        for nom, libelle in rules.DOCUMENTS.items()
    ]


def _sien(ctx: Context) -> Ensemble:
    tout = store.lire_tout(ctx.user.id)
    if tout is None:
        raise NotFound
    return tout


def taches(ctx: Context) -> dict[str, Any]:
    """Rule S3: the parts of the application, with their state."""
    tout = _sien(ctx)
    fiche, demande = tout.fiche, tout.demande or Demande(ctx.user.id)
    form = profil.formulaire(ctx, fiche, ctx.user)
    form.est_valable(complet=True)
    _, cv, dernier = profil.cv_de(ctx.user.id)
    manques = sum(bool(field.errors) for field in form)
    restes = len(_manques_du_parcours(tout.parcours))
    return {
        "fiche": fiche,
        "complete": not manques and not restes,
        "lecture_seule": fiche.mode is Mode.LECTURE_SEULE,
        "valide": fiche.mode is Mode.VALIDE,
        "etat_identification": _etat(bool(fiche.enregistre_le), manques),
        "etat_parcours": _etat(bool(tout.parcours.revision), restes),
        "etat_cv": _etat_du_cv(cv, dernier),
        "demande": demande,
        **_de_nouveau(ctx, demande),
    }


def _de_nouveau(ctx: Context, demande: Demande) -> dict[str, Any]:
    return {"representer_le": rules.peut_representer_le(demande), "trop_tot": rules.trop_tot(demande, ctx.today)}


def _manques_du_parcours(page: Parcours) -> list[tuple[str, str]]:
    form = parcours.formulaire(page)
    form.est_valable(complet=True)
    return parcours.manques(page, form)


def _etat(commence: bool, manques: int) -> tuple[str, str]:
    if not manques:
        return ("termine", "Terminé")
    if not commence:
        return ("a_faire", "À commencer")
    return ("incomplet", f"Incomplet : {manques} réponse{'s' if manques > 1 else ''} à donner")


def _etat_du_cv(cv: Piece | None, dernier: Piece | None) -> tuple[str, str]:
    """Rule D10: it is optional: one that was refused, which its page tells, leaves nothing to do."""
    if dernier and dernier.en_cours:
        return ("en_cours", "En cours de vérification")
    return ("termine", "Terminé") if cv else ("a_faire", "Facultatif")


def verification(ctx: Context) -> dict[str, Any]:
    """Rules E1, S3: every answer before transmission, and what is missing."""
    tout = _sien(ctx)
    form = profil.formulaire(ctx, tout.fiche, ctx.user)
    form.est_valable(complet=True)
    toutes, cv, dernier = profil.cv_de(ctx.user.id)
    manques = [(e, f"/mon-profil/identification?manques=oui#{field.id}") for field in form for e in field.errors]
    manques += [(e, f"/mon-profil/parcours?manques=oui#{ou}") for e, ou in _manques_du_parcours(tout.parcours)]
    reponses = _reponses(tout, form, ctx.user, toutes)
    return {
        **reponses,
        "modifies": _modifies(tout, reponses, cv),
        "complete": not manques,
        "manques": manques,
        "cv": cv,
        "cv_en_cours": bool(dernier and dernier.en_cours),
        "fiche": tout.fiche,
        "demande": tout.demande,
        **_de_nouveau(ctx, tout.demande or Demande(ctx.user.id)),
        "structure": referentiels.structure(tout.fiche.structure),
    }


def _reponses(tout: Ensemble, form: IdentificationForm, compte: Compte, toutes: list[Piece]) -> dict[str, Any]:
    """Rule S3: all answers of the profile, block by block, then table by table."""
    page = tout.parcours
    blocs = [*profil.recapitulatif(form, compte), *parcours.recapitulatif(page, parcours.formulaire(page))]
    return {"blocs": blocs, "tableaux": parcours.tableaux(page, toutes)}


def _modifies(tout: Ensemble, reponses: dict[str, Any], cv: Piece | None) -> tuple[str, ...] | None:
    """Rule E4: what changed since the transmission of which a complement is asked; None when none is."""
    if tout.remise is None or tout.demande is None or tout.demande.etat is not Etat.COMPLEMENT:
        return None
    dites = rules.empreintes(reponses["blocs"], reponses["tableaux"], cv.id if cv else "")
    return rules.modifies(tout.remise.empreintes, dites)


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
            (d, referentiels.structure(d.structure), rules.attente(ctx.days_since(rules.rang(d))), rules.curseur(d))
            for d in montrees
        ],
        "entiere": not filtre.apres and len(demandes) <= PAR_PAGE,
        "suite": rules.curseur(montrees[-1]) if len(demandes) > PAR_PAGE else None,
        "structures": [s for s in map(referentiels.structure, ctx.user.structures) if s],
        "filtre": filtre,
    }


def lot(ctx: Context, choix: Iterable[str], faites: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Rules E2, T6: the applications chosen in the list, and what became of each; NotFound when there is none."""
    places = list(choix)
    vues = {vue.compte: vue for vue in map(rules.vue, places) if vue}
    lues = [d for d in store.lire_toutes(vues) if rules.peut_traiter(d, ctx.user.structures)]
    if not lues:
        raise NotFound
    lignes = [
        (
            d,
            referentiels.structure(d.structure),
            rules.attente(ctx.days_since(d.transmise_le)),
            rules.curseur(d),
            rules.issue(vues[d.compte], d, d.compte in faites).name,
        )
        for d in lues
    ]
    return {"lignes": lignes, "introuvables": len(places) - len(lues)}


def suivante(ctx: Context, filtre: Filtre) -> str | None:
    """Rule E2: whose application comes first in the rest of the gestionnaire's list; None at its end."""
    demandes = _en_attente(ctx, filtre, 1)
    return demandes[0].compte if demandes else None


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
        lignes.append((d.reference, d.nom, nom, d.libelle, f"{transmise:%d/%m/%Y %H:%M}", attente))
    return csv_text(("Référence", "Intervenant", "Structure", "État", "Transmise le", "Jours depuis"), lignes)


def _en_attente(ctx: Context, filtre: Filtre, limite: int) -> list[Demande]:
    listes = [
        store.en_attente(structure, limite, filtre.apres, filtre.recentes, filtre.etat)
        for structure in filtre.structures(ctx.user.structures)
    ]
    return list(islice(merge(*listes, key=rules.curseur, reverse=filtre.recentes), limite))


def cv_de_la_demande(demande: Demande, toutes: list[Piece]) -> Piece | None:
    """The CV handed in with the application; the one in force when it was replaced since."""
    remis = (p for p in toutes if p.id == demande.cv and p.etat is EtatPiece.DISPONIBLE)
    return next(remis, None) or pieces.en_force(toutes, CV)[0]


def diplome(demande: Demande, piece_id: str) -> Piece:
    """Rule D7: a diploma of the person, in force; else NotFound."""
    return _diplome(pieces.piece(demande.compte, piece_id))


def _diplome(piece: Piece | None) -> Piece:
    if piece is None or piece.usage != DIPLOME or piece.etat is not EtatPiece.DISPONIBLE:
        raise NotFound
    return piece


def _montree(demande: Demande, toutes: list[Piece], piece_id: str) -> Piece | None:
    """Rules D7, U3: the file whose pages stand beside the profile: the diploma asked for, else the CV; None without."""
    if not piece_id:
        return cv_de_la_demande(demande, toutes)
    return _diplome(next((piece for piece in toutes if piece.id == piece_id), None))


def dossier(ctx: Context, compte_id: str, piece_id: str = "") -> dict[str, Any]:
    """Rule E2: the whole profile on one page, a file's pages beside it: the CV's, or the diploma's `piece_id`. NotFound
    as `usecases.demande_a_traiter`, and for a diploma that is not theirs."""
    tout, compte = store.lire_tout(compte_id), comptes.compte(compte_id)
    if tout is None or compte is None or not rules.peut_traiter(tout.demande, ctx.user.structures):
        raise NotFound
    demande, toutes = tout.demande or Demande(compte_id), pieces.pieces(compte_id)
    montree = _montree(demande, toutes, piece_id)
    return {
        "demande": demande,
        "compte": compte,
        **_reponses(tout, profil.formulaire(ctx, tout.fiche, compte), compte, toutes),
        "cv": cv_de_la_demande(demande, toutes),
        "montree": montree,
        "pages": pieces.liens_des_pages(montree) if montree else [],
        "structure": referentiels.structure(demande.structure),
        "a_decider": demande.etat is Etat.TRANSMISE,
        "decisions": tout.decisions,
        "modifies": tout.remise.modifies if tout.remise else None,
        "place": rules.curseur(replace(demande, etat=Etat.TRANSMISE)),
        "representer_le": rules.peut_representer_le(demande),
        "attente": rules.attente(ctx.days_since(demande.transmise_le)),
    }
