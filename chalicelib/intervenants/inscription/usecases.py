"""Acts of an application's life: open an account, activate it, transmit, validate, sweep."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from chalicelib.commun.comptes import public as comptes
from chalicelib.commun.comptes.rules import Compte, EtatCompte, Identite, Role, cle_email, compte_fictif
from chalicelib.commun.contenus import public as contenus
from chalicelib.commun.pieces import public as pieces
from chalicelib.commun.referentiels import public as referentiels
from chalicelib.core import audit, log, outbox
from chalicelib.core.context import Context, iso
from chalicelib.core.errors import AlreadyDone, Conflict, NotFound, Refused
from chalicelib.core.table import Act, get_many, result_of_command
from chalicelib.core.web.limits import Limit, consume
from chalicelib.intervenants.inscription import mails, rules, store
from chalicelib.intervenants.inscription.rules import Demande, Ensemble, Etat, Filtre, Refus, Remise, Vue
from chalicelib.intervenants.parcours import public as parcours
from chalicelib.intervenants.profil import public as profil

INSCRIPTIONS = Limit("inscriptions", 30, timedelta(hours=1))
RENVOIS = Limit("renvois", 5, timedelta(hours=1))  # of an address, from an origin: a stranger's do not count for others
RENVOIS_PARTOUT = Limit("renvois-partout", 20, timedelta(hours=1))  # nobody's mailbox is filled

_ACTES = {
    Etat.VALIDEE: "valider_la_demande",
    Etat.COMPLEMENT: "demander_un_complement",
    Etat.REJETEE: "rejeter_la_demande",
}

EXPORTS = Limit("exports", 5, timedelta(minutes=5))  # one a minute: each is the work of many pages
RECHERCHES = Limit("recherches", 60, timedelta(minutes=5))  # nobody reads a list by asking for every name


def ouvrir_un_compte(
    ctx: Context, identite: Identite, email: str, mot_de_passe: str, resultat: str, encore: int = 0
) -> str:
    """Rules B1, B3, B4: an account to activate, and the mail with its link. Refused when it exists already.

    `encore`: accounts whose seven days are over, deleted on the way: one may hold the address, another the identity.
    """
    consume(ctx, INSCRIPTIONS, ctx.source)
    act = Act(ctx)
    compte_id, jeton = comptes.nouveau_compte(act, identite, email, mot_de_passe, contenus.versions())
    compte = Compte(compte_id, Role.INTERVENANT, EtatCompte.A_ACTIVER, email, identite, cree_le=ctx.instant)
    outbox.add(act, mails.activation(compte, jeton))
    audit.note(act, "ouvrir_un_compte", compte_id)
    try:
        result = act.commit(resultat)
    except Conflict as conflict:
        autre = comptes.compte_de_l_adresse(email) if conflict.label == "email" else None
        autre = autre or comptes.compte_de_l_identite(identite)
        if autre and encore < 2 and comptes.activation_echue(ctx, autre):  # the sweep has not come yet (rule B4)
            supprimer_le_compte_non_active(ctx, autre.id)
            return ouvrir_un_compte(ctx, identite, email, mot_de_passe, resultat, encore + 1)
        raise Refused(_deja(autre)) from conflict
    log.event("compte.ouvert", compte=compte_id)
    return result


def _deja(autre: Compte | None) -> Refus:
    """Rules B3, Z2: the same words for an identity or an address; an archived account is said so."""
    archive = autre is not None and autre.etat is EtatCompte.ARCHIVE
    return Refus.COMPTE_ARCHIVE if archive else Refus.COMPTE_EXISTANT


def activer_le_compte(ctx: Context, jeton: str) -> str | None:
    """Rules B4, B5: the link is spent, the profile made, the person logged in. Answers the cookie; None: dead link."""
    act = Act(ctx)
    active = comptes.activer(act, jeton)
    if active is None:
        return _rentrer(ctx, jeton)
    compte, cookie = active
    profil.creer_le_profil(act, compte)
    audit.note(act, "activer_le_compte", compte.id)
    try:
        act.commit("/mon-profil")
    except (AlreadyDone, Conflict):
        return _rentrer(ctx, jeton)
    log.event("compte.active", compte=compte.id)
    return cookie


def _rentrer(ctx: Context, jeton: str) -> str | None:
    """A double click: the browser shows the second answer, which needs a session too; None for another command."""
    compte = comptes.compte_du_lien(jeton) if result_of_command(ctx) is not None else None
    if compte is None:
        return None
    act = Act(replace(ctx, command=None))
    cookie, _ = comptes.ouvrir_session(act, compte)
    audit.note(act, "se_connecter", compte.id)
    act.commit()
    return cookie


def renvoyer_l_activation(ctx: Context, email: str, resultat: str) -> str:
    """Rule B5: the mail again, limited in rate; says the same whether or not the address waits for it."""
    consume(ctx, RENVOIS, f"{cle_email(email)}|{ctx.source}")
    consume(ctx, RENVOIS_PARTOUT, cle_email(email))
    act = Act(ctx)
    trouve = comptes.renvoyer_l_activation(act, email)
    if trouve is None:
        outbox.feign(act, mails.activation(compte_fictif(email), ctx.token()))
        audit.note(act, "renvoyer_l_activation", "")
        return act.commit(resultat)
    outbox.add(act, mails.activation(*trouve))
    audit.note(act, "renvoyer_l_activation", trouve[0].id)
    try:
        return act.commit(resultat)
    except Conflict:
        return resultat


def transmettre(ctx: Context) -> str:
    """Rule E1: the application goes to its structure; the profile is read-only until it is treated."""
    compte: Compte = ctx.user
    tout = store.lire_tout(compte.id)
    if tout is None:
        raise NotFound
    fiche, actuelle = tout.fiche, tout.demande or Demande(compte.id)
    form = profil.formulaire(ctx, fiche, compte)
    complete = form.est_valable(complet=True) and parcours.est_complet(tout.parcours)
    toutes, cv, _ = profil.cv_de(compte.id)
    en_cours = any(piece.en_cours for piece in toutes) or pieces.arrive_a_l_instant(toutes)
    refus = rules.refus_de_transmettre(actuelle, complete, en_cours, ctx.today)
    if refus:
        raise Refused(refus)
    completee = actuelle.etat is Etat.COMPLEMENT
    demande = Demande(
        compte=compte.id,
        etat=Etat.TRANSMISE,
        structure=fiche.structure,
        reference=actuelle.reference if completee else rules.reference(ctx.new_id(), ctx.today.year),
        premiere_etude_le=actuelle.premiere_etude_le if completee else "",
        nom=f"{compte.identite.nom_usage or compte.identite.nom} {compte.identite.prenom}",
        transmise_le=ctx.instant,
        cv=cv.id if cv else "",
    )
    act = Act(ctx)
    profil.verrouiller(act, fiche)
    parcours.exiger_inchange(act, tout.parcours)
    pieces.abandonner_les_attendus(act, toutes)
    if cv:
        pieces.exiger_disponible(act, cv)
    store.transmettre(act, demande, actuelle, remise(tout, form, compte, toutes, demande.cv, completee))
    outbox.add(act, mails.transmise(compte, demande, _nom_de(demande.structure)))
    audit.note(act, "transmettre_la_demande", compte.id, structure=demande.structure)
    try:
        result = act.commit("/mon-profil/transmission")
    except Conflict as conflict:
        deja = conflict.label == "demande"
        raise Refused(Refus.DEJA_TRANSMISE if deja else Refus.MODIFIEE_ENTRE_TEMPS) from conflict
    log.event("inscription.transmise", structure=demande.structure)
    return result


def remise(
    tout: Ensemble,
    form: profil.IdentificationForm,
    compte: Compte,
    toutes: list[pieces.Piece],
    cv: str,
    completee: bool,
) -> Remise:
    """Rule E4: what its person hands in, and what of it is new when a complement was asked. `form`: checked, as it is
    read before; `cv`: its id, or ""."""
    page = tout.parcours
    blocs = profil.recapitulatif(form, compte)
    blocs += parcours.recapitulatif(page, parcours.formulaire(page))
    dites = rules.empreintes(blocs, parcours.tableaux(page, toutes), cv)
    avant = tout.remise.empreintes if tout.remise and completee else None
    return Remise(dites, None if avant is None else rules.modifies(avant, dites))


def valider(ctx: Context, compte_id: str, filtre: Filtre = rules.USUEL) -> str:
    """Rules E2, E5: the profile joins the CVthèque. `filtre`: of the list that it was opened from, as below."""
    return _decider(ctx, compte_id, Etat.VALIDEE, filtre=filtre)


def demander_un_complement(ctx: Context, compte_id: str, message: str, filtre: Filtre = rules.USUEL) -> str:
    """Rules E2, E4: the profile opens again, for two months."""
    return _decider(ctx, compte_id, Etat.COMPLEMENT, message, filtre=filtre)


def rejeter(ctx: Context, compte_id: str, motif: str, filtre: Filtre = rules.USUEL) -> str:
    """Rules E2, E3: with a reason; the person may present again a year after the first analysis."""
    return _decider(ctx, compte_id, Etat.REJETEE, motif, filtre=filtre)


def decider_le_lot(ctx: Context, vues: Iterable[Vue], etat: Etat, message: str) -> frozenset[str]:
    """Rules E2 to E4, ADR 15: one decision of several applications, each an act of its own. Answers the accounts of
    those that are decided so, now or when the same form was sent before."""
    return frozenset(vue.compte for vue in vues if _decider_la_vue(ctx, vue, etat, message))


def _decider_la_vue(ctx: Context, vue: Vue, etat: Etat, message: str) -> bool:
    """No command: one form is several acts. The row's condition makes each happen once."""
    try:
        _decider(replace(ctx, command=None), vue.compte, etat, message, vue.transmise_le)
    except NotFound:
        return False
    except Conflict:
        actuelle = store.lire(vue.compte)
        return actuelle is not None and rules.est_decidee_ainsi(actuelle, vue, etat, ctx.user.nom_affiche, message)
    return True


def _decider(
    ctx: Context, compte_id: str, etat: Etat, message: str = "", transmise_le: str = "", filtre: Filtre = rules.USUEL
) -> str:
    """Rule E2: once; the second of two gestionnaires gets Conflict and sees what the first did. `transmise_le`: the
    transmission that they saw, when the page showed several."""
    lues = get_many(store.ref(compte_id), comptes.ref_du_compte(compte_id), profil.ref_du_profil(compte_id))
    if None in lues:
        raise NotFound
    demande, compte, fiche = store.demande_of(lues[0]), comptes.compte_lu(lues[1]), profil.profil_lu(lues[2])
    if not rules.peut_traiter(demande, ctx.user.structures):
        raise NotFound
    if demande.etat is not Etat.TRANSMISE or transmise_le not in {"", demande.transmise_le}:
        raise Conflict("etat")
    decidee = replace(
        demande,
        etat=etat,
        decidee_le=ctx.instant,
        decidee_par=ctx.user.nom_affiche,
        premiere_etude_le=demande.premiere_etude_le or ctx.instant,
        message=message,
        echeance=iso(rules.echeance_du_complement(ctx.now)) if etat is Etat.COMPLEMENT else "",
    )
    act = Act(ctx)
    store.decider(act, decidee, demande)
    profil.ouvrir(act, fiche, valide=etat is Etat.VALIDEE)
    if etat is Etat.VALIDEE:
        comptes.valider(act, compte_id)
    outbox.add(act, mails.DECISIONS[etat](compte, decidee, _nom_de(demande.structure)))
    audit.note(act, _ACTES[etat], compte_id, structure=demande.structure)
    result = act.commit(filtre.adresse(f"/gestion/inscriptions/{compte_id}?decidee=oui"))
    log.event(f"inscription.{etat.name.lower()}", structure=demande.structure)
    return result


def echoir(ctx: Context, demande: Demande) -> bool:
    """Rule E4: a complement that does not come is reminded 15 days before its end, then archives the application."""
    compte = comptes.compte(demande.compte)
    if compte is None or demande.etat is not Etat.COMPLEMENT:
        return False
    act = Act(ctx)
    if demande.echeance <= ctx.instant:
        archivee = replace(demande, etat=Etat.ARCHIVEE, decidee_le=ctx.instant, decidee_par="", message="", echeance="")
        store.decider(act, archivee, demande)
        outbox.add(act, mails.archivee(compte, archivee, _nom_de(demande.structure)))
        audit.note(act, "archiver_la_demande", compte.id, structure=demande.structure)
    elif not demande.rappelee:
        store.noter_le_rappel(act, demande)
        outbox.add(act, mails.rappel(compte, demande, _nom_de(demande.structure)))
        audit.note(act, "rappeler_le_complement", compte.id)
    else:
        return False
    act.commit()
    return True


def demande_a_traiter(ctx: Context, compte_id: str) -> Demande:
    """Rule T6: the application, if it is of one of the gestionnaire's structures; else NotFound."""
    demande = store.lire(compte_id)
    if demande is None or not rules.peut_traiter(demande, ctx.user.structures):
        raise NotFound
    return demande


def compter_l_export(ctx: Context) -> None:
    """Rule T4: lists taken away are few."""
    consume(ctx, EXPORTS, ctx.user.id)


def compter_la_recherche(ctx: Context) -> None:
    """Rule T4: who looks for people, one after the other, is not a machine."""
    consume(ctx, RECHERCHES, ctx.user.id)


def noter_la_lecture(ctx: Context, compte_id: str, *lectures: str) -> None:
    """Rule U3: reading somebody's profile or file is audited."""
    act = Act(ctx)
    for lecture in lectures:
        audit.note(act, lecture, compte_id)
    act.commit()


def supprimer_le_compte_non_active(ctx: Context, compte_id: str) -> bool:
    """Rule B4: past seven days without activation the account goes, and the address is free again."""
    act = Act(replace(ctx, command=None))
    adresse = comptes.supprimer_le_compte(act, compte_id)
    if adresse is None:
        return False
    outbox.forget(act, adresse)
    audit.note(act, "supprimer_un_compte_non_active", compte_id)
    act.commit()
    log.event("compte.non_active_supprime")
    return True


def _nom_de(code: str) -> str:
    structure = referentiels.structure(code)
    return structure.nom if structure else ""
