"""Acts on « Parcours »: its own answers, the lines of its tables, their diplomas."""

from collections.abc import Callable
from dataclasses import replace

from chalicelib.commun.pieces import public as pieces
from chalicelib.commun.pieces.public import DIPLOME
from chalicelib.core import audit
from chalicelib.core.context import Context
from chalicelib.core.errors import Conflict, NotFound, Refused
from chalicelib.core.table import Act
from chalicelib.intervenants.parcours import rules, store
from chalicelib.intervenants.parcours.forms import LigneForm, ParcoursForm
from chalicelib.intervenants.parcours.rules import INITIALES, Bloc, Ligne, Parcours
from chalicelib.intervenants.profil import public as profil
from chalicelib.intervenants.profil.public import Mode, Profil

ESSAIS = 6


def enregistrer(
    ctx: Context, fiche: Profil, parcours: Parcours, version: int, form: ParcoursForm, resultat: str
) -> str:
    """Rules C8, D2: keep what is typed, complete or not. `version`: of the answers that the person had before them;
    Conflict("version") when another tab saved since. A button of a table that finds nothing new writes nothing."""
    act, reponses = profil.commencer(ctx, fiche), form.garde()
    if parcours.enregistre_le and reponses == parcours.reponses:
        return resultat
    store.enregistrer(act, replace(parcours, version=version), reponses)
    audit.note(act, "enregistrer_le_parcours", parcours.compte)
    return profil.conclure(act, resultat)


def ajouter(ctx: Context, bloc: Bloc, form: LigneForm, avec_diplome: bool) -> str:
    """Rule D12: a line more. `avec_diplome`: on to the page where its file is sent (rule D7)."""
    ligne = Ligne(ctx.new_id(), bloc.code, form.garde())

    def acte() -> str:
        act, parcours, _ = _changer(ctx)
        refus = rules.refus_d_ajouter(parcours, bloc)
        if refus:
            raise Refused(refus)
        store.ajouter(act, parcours, ligne)
        audit.note(act, "ajouter_une_ligne", ligne.id, tableau=bloc.code)
        return profil.conclure(act, _suite(act, parcours, bloc, ligne, "ajoutee", avec_diplome))

    return _encore(acte)


def modifier(ctx: Context, bloc: Bloc, ligne_id: str, version: int, form: LigneForm, avec_diplome: bool) -> str:
    """Rule D12: a line, changed. Raises Conflict("ligne") when it is no longer the one of that version."""

    def acte() -> str:
        act, parcours, _ = _changer(ctx)
        ligne = _ligne(parcours, bloc, ligne_id)
        if ligne.version != version:
            raise Conflict("ligne")
        store.modifier(act, parcours, ligne, form.garde())
        audit.note(act, "modifier_une_ligne", ligne.id, tableau=bloc.code)
        return profil.conclure(act, _suite(act, parcours, bloc, ligne, "modifiee", avec_diplome))

    return _encore(acte)


def supprimer(ctx: Context, bloc: Bloc, ligne_id: str) -> str:
    """Rules D7, D12: a line goes, its files with it."""

    def acte() -> str:
        act, parcours, fiche = _changer(ctx)
        ligne = _ligne(parcours, bloc, ligne_id)
        refus = rules.refus_de_supprimer(parcours, bloc, fiche.mode is Mode.VALIDE)
        if refus:
            raise Refused(refus)
        store.supprimer(act, parcours, ligne)
        if bloc is INITIALES:
            pieces.mettre_fin(act, pieces.pieces(parcours.compte), ligne.id)
        audit.note(act, "supprimer_une_ligne", ligne.id, tableau=bloc.code)
        return profil.conclure(act, _retour(bloc, "supprimee"))

    return _encore(acte)


def supprimer_le_diplome(ctx: Context, piece_id: str) -> str:
    """Rule D7: the file goes, its line stays."""

    def acte() -> str:
        act, _, _ = _changer(ctx)
        pieces.supprimer(act, pieces.sienne(ctx, piece_id, DIPLOME, a_retirer=True))
        return profil.conclure(act, _retour(INITIALES, "diplome-supprime"))

    return _encore(acte)


def _suite(act: Act, parcours: Parcours, bloc: Bloc, ligne: Ligne, fait: str, avec_diplome: bool) -> str:
    if avec_diplome and bloc is INITIALES:
        return f"/mon-profil/diplomes/{pieces.annoncer(act, parcours.compte, DIPLOME, ligne.id)}"
    return _retour(bloc, fait)


def _retour(bloc: Bloc, fait: str) -> str:
    return f"/mon-profil/parcours?bloc={bloc.code}&fait={fait}#{bloc.code}"


def _ligne(parcours: Parcours, bloc: Bloc, ligne_id: str) -> Ligne:
    ligne = parcours.ligne(bloc, ligne_id)
    if ligne is None:
        raise NotFound
    return ligne


def _changer(ctx: Context) -> tuple[Act, Parcours, Profil]:
    """An act on a line, on the page as it is now."""
    fiche, parcours = store.lire(ctx.user.id)
    if fiche is None:
        raise NotFound
    act = profil.commencer(ctx, fiche)
    store.compter(act, parcours)
    return act, parcours, fiche


def _encore(acte: Callable[[], str]) -> str:
    """Another window changed another line meanwhile, or a file was judged: read again, and again."""
    for _ in range(ESSAIS - 1):
        try:
            return acte()
        except Conflict as conflict:
            if conflict.label not in {"revision", "etat"}:
                raise
    return acte()
