"""Acts on a profile."""

from datetime import timedelta
from typing import Any

from chalicelib.commun.comptes import public as comptes
from chalicelib.commun.comptes.rules import Compte
from chalicelib.commun.pieces import public as pieces
from chalicelib.commun.pieces.public import CV
from chalicelib.core import audit
from chalicelib.core.context import Context
from chalicelib.core.errors import Conflict, Refused, TooMany
from chalicelib.core.table import Act
from chalicelib.core.web.limits import Limit, consume
from chalicelib.intervenants.profil import rules, store
from chalicelib.intervenants.profil.forms import IdentificationForm
from chalicelib.intervenants.profil.rules import Mode, Profil, Refus

IDENTITES = Limit("identites", 10, timedelta(days=1))  # rule Z2: who tries identities learns little


def enregistrer_l_identification(ctx: Context, profil: Profil, form: IdentificationForm, resultat: str) -> str:
    """Rule C8: keep what is typed, complete or not. A good identity also becomes the account's (rule B3).

    Raises Conflict("version") when another tab saved since, Refused when the profile is read-only, or when the
    identity is somebody else's or one too many.
    """
    refus = rules.refus_de_modifier(profil)
    if refus:
        raise Refused(refus)
    act = Act(ctx)
    store.enregistrer(act, profil, _a_garder(form, profil))
    identite = form.identite()
    if identite and identite != ctx.user.identite:
        _compter_l_identite(ctx)
        comptes.changer_identite(act, ctx.user, identite)
    audit.note(act, "enregistrer_l_identification", profil.compte)
    try:
        return act.commit(resultat)
    except Conflict as conflict:
        if conflict.label == "identite":
            raise Refused(Refus.IDENTITE_PRISE) from conflict
        raise


def _compter_l_identite(ctx: Context) -> None:
    try:
        consume(ctx, IDENTITES, ctx.user.id)
    except TooMany as trop:
        raise Refused(Refus.TROP_D_IDENTITES) from trop


def _a_garder(form: IdentificationForm, profil: Profil) -> dict[str, Any]:
    typed = form.garde()
    if not rules.structure_modifiable(profil):
        typed["structure"] = profil.structure
    if profil.mode is Mode.VALIDE:  # others read it: nothing that the statut hides stays behind it
        typed.update(dict.fromkeys(form.champs_caches() & typed.keys(), ""))
        typed.pop("employeur_anterieur", None)
    return typed


def creer_le_profil(act: Act, compte: Compte) -> None:
    """A profile for a new account, in the transaction of the act."""
    store.creer(act, compte.id, rules.identification_de_depart(compte))


def annoncer_le_cv(ctx: Context, profil: Profil) -> str:
    """Rule D10: a CV is about to come; answers the page where it is sent."""
    act = commencer(ctx, profil)
    return conclure(act, f"/mon-profil/cv/{pieces.annoncer(act, profil.compte, CV)}")


def supprimer_le_cv(ctx: Context, profil: Profil, piece_id: str) -> str:
    """Rule D10: the CV can be deleted."""
    act = commencer(ctx, profil)
    pieces.supprimer(act, pieces.sienne(ctx, piece_id, CV, a_retirer=True))
    return conclure(act, "/mon-profil/cv")


def commencer(ctx: Context, profil: Profil) -> Act:
    """Rule E1: an act that is refused once the profile is locked, be it meanwhile."""
    refus = rules.refus_de_modifier(profil)
    if refus:
        raise Refused(refus)
    act = Act(ctx)
    store.exiger_le_mode(act, profil)
    return act


def conclure(act: Act, resultat: str) -> str:
    """Write an act that `commencer` began."""
    try:
        return act.commit(resultat)
    except Conflict as conflict:
        if conflict.label == "mode":
            raise Refused(Refus.EN_COURS_D_ETUDE) from conflict
        raise


def verrouiller(act: Act, profil: Profil) -> None:
    """Rule E1: read-only until treated, in the transaction of the act."""
    store.changer_le_mode(act, profil, Mode.LECTURE_SEULE)


def ouvrir(act: Act, profil: Profil, valide: bool) -> None:
    """Rules E4, E5: open again, in the transaction of the act."""
    store.changer_le_mode(act, profil, Mode.VALIDE if valide else Mode.LIBRE)
