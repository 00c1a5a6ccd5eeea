"""Acts on identifiers: a new password, a forgotten one, another address."""

from datetime import timedelta

from chalicelib.commun.comptes import public as comptes
from chalicelib.commun.comptes.rules import Compte, EtatCompte, cle_email, compte_fictif
from chalicelib.commun.identifiants import mails, rules, store
from chalicelib.commun.identifiants.rules import But, LienSuivi, Refus
from chalicelib.core import audit, log, outbox
from chalicelib.core.context import Context
from chalicelib.core.errors import Conflict, Refused
from chalicelib.core.mail import Mail
from chalicelib.core.table import Act
from chalicelib.core.web.limits import Limit, consume

OUBLIS = Limit("oublis", 5, timedelta(hours=1))  # of an address, from an origin: a stranger's do not count for others
OUBLIS_PARTOUT = Limit("oublis-partout", 20, timedelta(hours=1))  # nobody's mailbox is filled
ADRESSES = Limit("changements-d-adresse", 5, timedelta(hours=1))
ADRESSES_VISEES = Limit("adresses-visees", 5, timedelta(hours=1))  # nobody's mailbox is filled by a stranger
ADRESSE = "/mon-compte/adresse-e-mail"


def changer_son_mot_de_passe(ctx: Context, actuel: str, nouveau: str) -> tuple[str, str]:
    """Rule J4: no e-mail; other sessions end, this one goes on under a new id. Answers where to go, and its cookie."""
    if not comptes.prouver(ctx, actuel):
        raise Refused(Refus.ACTUEL)
    act = Act(ctx)
    change = comptes.changer_le_mot_de_passe(act, ctx.user, nouveau)
    cookie, _ = comptes.ouvrir_session(act, change)
    audit.note(act, "changer_son_mot_de_passe", change.id)
    suite = act.commit("/mon-compte/mot-de-passe?change=oui")
    log.event("mot_de_passe.change", compte=change.id)
    return suite, cookie


def demander_un_mot_de_passe(ctx: Context, email: str, resultat: str) -> str:
    """Rule J5: says the same, after as long, for any address; what differs is told to the mailbox alone (rule Z2)."""
    consume(ctx, OUBLIS, f"{cle_email(email)}|{ctx.source}")
    consume(ctx, OUBLIS_PARTOUT, cle_email(email))
    compte = comptes.compte_de_l_adresse(email)
    act = Act(ctx)
    if compte is None or comptes.activation_echue(ctx, compte):
        outbox.feign(act, mails.reinitialisation(compte_fictif(email), ctx.token()))
        audit.note(act, "demander_un_mot_de_passe", "")
    else:
        outbox.add(act, _reponse_a_l_oubli(act, compte))
        audit.note(act, "demander_un_mot_de_passe", compte.id)
    try:
        return act.commit(resultat)
    except Conflict:  # the account changed at this very instant
        return resultat


def _reponse_a_l_oubli(act: Act, compte: Compte) -> Mail:
    if compte.etat is EtatCompte.ARCHIVE:
        return mails.archive(compte)
    if compte.etat is EtatCompte.A_ACTIVER:
        return mails.a_activer(compte, comptes.nouveau_lien_d_activation(act, compte))
    return mails.reinitialisation(compte, _nouveau_lien(act, compte, But.MOT_DE_PASSE))


def _nouveau_lien(act: Act, compte: Compte, but: But, adresse: str = "") -> str:
    token = comptes.nouveau_jeton(act, compte, but.value, rules.VALIDITE[but])
    store.noter(act, compte, but, token, adresse)
    return token


def reinitialiser(ctx: Context, lien: LienSuivi, nouveau: str) -> str:
    """Rules J5, T1: the link is spent, all sessions end, nobody is logged in: staff still give their code (rule J6).

    Unlike a change made from the account (J4), it is announced by e-mail: its owner is not alone to read a mailbox.
    Raises Refused for the provisional password again (rule J1), Conflict when the link died meanwhile.
    """
    act = Act(ctx)
    compte = _depenser(act, lien, But.MOT_DE_PASSE)
    if comptes.est_le_provisoire(compte, nouveau):
        raise Refused(Refus.PROVISOIRE)
    comptes.changer_le_mot_de_passe(act, compte, nouveau)
    outbox.add(act, mails.reinitialise(compte))
    audit.note(act, "reinitialiser_son_mot_de_passe", compte.id)
    suite = act.commit("/connexion?nouveau=mot-de-passe")
    comptes.rouvrir_l_entree(ctx, compte.email)
    log.event("mot_de_passe.reinitialise", compte=compte.id)
    return suite


def _depenser(act: Act, lien: LienSuivi, but: But) -> Compte:
    if lien.jeton is None or lien.compte is None or lien.dernier is None:
        raise Conflict("jeton")
    comptes.user_jeton(act, lien.jeton.empreinte)
    store.oublier(act, lien.compte.id, but, lien.dernier)
    return lien.compte


def demander_une_adresse(ctx: Context, email: str, actuel: str) -> str:
    """Rules J3, Z2: a link to the new address, a word to the old one. An address that somebody has gets no link but a
    word to its owner; who asks cannot tell."""
    refus = rules.refus_de_l_adresse(ctx.user, email)
    if refus:
        raise Refused(refus)
    if not comptes.prouver(ctx, actuel):
        raise Refused(Refus.ACTUEL)
    consume(ctx, ADRESSES, ctx.user.id)
    consume(ctx, ADRESSES_VISEES, cle_email(email))
    proprietaire = comptes.compte_de_l_adresse(email)
    act = Act(ctx)
    token = _nouveau_lien(act, ctx.user, But.ADRESSE, email)
    prise = mails.adresse_deja_prise(proprietaire) if proprietaire else None
    outbox.add(act, prise or mails.adresse_a_confirmer(email, token))
    outbox.add(act, mails.adresse_demandee(ctx.user))
    audit.note(act, "demander_une_adresse", ctx.user.id)
    return act.commit(f"{ADRESSE}?demandee=oui")


def annuler_l_adresse(ctx: Context) -> str:
    """Rule J3: the link sent to the new address is dead."""
    demande = store.lire(ctx.user.id, But.ADRESSE)
    suite = f"{ADRESSE}?annulee=oui"
    if demande is None:
        return suite
    act = Act(ctx)
    store.oublier(act, ctx.user.id, But.ADRESSE, demande)
    audit.note(act, "annuler_une_adresse", ctx.user.id)
    try:
        return act.commit(suite)
    except Conflict:  # cancelled, replaced or followed at this very instant: the page shows which
        return suite


def changer_d_adresse(ctx: Context, lien: LienSuivi) -> tuple[str, str]:
    """Rules J3, B3, T1: the new address is the identifier from now on; the old one is told, the other sessions end.

    Answers where to go, and the cookie of who followed the link in their own session (else none: a link by e-mail logs
    nobody in). Raises Conflict("email") when somebody has the address by now, Conflict when the link died meanwhile.
    """
    act = Act(ctx)
    compte = _depenser(act, lien, But.ADRESSE)
    change = comptes.changer_l_adresse(act, compte, lien.dernier.adresse if lien.dernier else "")
    chez_soi = ctx.user is not None and ctx.user.id == compte.id
    cookie = comptes.ouvrir_session(act, change)[0] if chez_soi else ""
    outbox.add(act, mails.adresse_changee(compte))
    audit.note(act, "changer_son_adresse", compte.id)
    suite = act.commit(f"{ADRESSE}?change=oui" if chez_soi else "/connexion?nouveau=adresse")
    log.event("adresse.changee", compte=compte.id)
    return suite, cookie
