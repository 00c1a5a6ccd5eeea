"""Acts on accounts: log in, log out, sessions, links by e-mail."""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from chalicelib.commun.comptes import mails, rules, store
from chalicelib.commun.comptes.rules import Compte, EtatCompte, Refus
from chalicelib.core import audit, log, outbox, totp
from chalicelib.core.context import Context, from_iso
from chalicelib.core.errors import Conflict, NotFound, Refused, TooMany
from chalicelib.core.passwords import hash_password, verify
from chalicelib.core.table import Act
from chalicelib.core.web import limits, session
from chalicelib.core.web.secret import digest
from chalicelib.core.web.urls import chemin_local

PAR_COMPTE = limits.Limit("connexion-compte", 10, timedelta(minutes=15))  # from one origin
PAR_ADRESSE = limits.Limit("connexion-adresse", 100, timedelta(minutes=15))  # from all of them
AVIS = limits.Limit("avis-de-blocage", 1, timedelta(days=1))  # who tries for hours does not fill a mailbox
PAR_ORIGINE = limits.Limit("connexion-origine", 20, timedelta(minutes=1))
ACTUEL = limits.Limit("mot-de-passe-actuel", 10, timedelta(minutes=15))
CODES = limits.Limit("codes", 20, timedelta(minutes=15))  # only who has the password gets here
CODE = "CODE"


@dataclass(frozen=True)
class Entree:
    """What a right password gives: a session's cookie, or a token for the second factor."""

    cookie: str = ""
    jeton_du_code: str = ""
    compte: Compte | None = None


def se_connecter(ctx: Context, email: str, mot_de_passe: str, suite: str) -> Entree:
    """Rules T1, T4: the same answer and the same time for an unknown address, a wrong password, a closed account."""
    limits.consume(ctx, PAR_ORIGINE, ctx.source)
    try:
        essais = limits.consume(ctx, PAR_COMPTE, _de_la(ctx, email))  # first: what it refuses counts for nobody else
        limits.consume(ctx, PAR_ADRESSE, rules.cle_email(email))
    except TooMany:
        _prevenir_du_blocage(ctx, email)
        raise
    row = store.lire_par_email(email)
    juste = verify(row.empreinte if row else None, mot_de_passe)
    if row is None or not juste or row.etat != EtatCompte.ACTIF.value:
        log.event("connexion.refusee")
        raise Refused(Refus.IDENTIFIANTS)
    compte = store.compte_of(row)
    if rules.provisoire_echu(compte, ctx.instant):
        raise Refused(Refus.PROVISOIRE_ECHU)
    if compte.role.est_personnel:
        return _demander_le_code(ctx, compte, suite)
    if essais > 1:
        limits.forgive(ctx, PAR_COMPTE, _de_la(ctx, email))
    return _entrer(ctx, compte)


def _de_la(ctx: Context, email: str) -> str:
    """Who tries, and from where: a stranger's tries do not lock the owner out (rule T4)."""
    return f"{rules.cle_email(email)}|{ctx.source}"


def _prevenir_du_blocage(ctx: Context, email: str) -> None:
    """Rule T4: who is locked out is told by e-mail, once a day; as much is done for an address that nobody has."""
    if limits.told(ctx, AVIS, rules.cle_email(email)):
        return
    row = store.lire_par_email(email)
    connu = row is not None and row.etat == EtatCompte.ACTIF.value
    compte = store.compte_of(row) if row is not None and connu else rules.compte_fictif(email)
    act = Act(_sans_commande(ctx))
    limits.once(act, AVIS, rules.cle_email(email))
    (outbox.add if connu else outbox.feign)(act, mails.blocage(compte))
    audit.note(act, "prevenir_du_blocage", compte.id)
    with suppress(Conflict):  # told by another try at this very instant
        act.commit()


def _demander_le_code(ctx: Context, compte: Compte, suite: str) -> Entree:
    token = ctx.token()
    act = Act(_sans_commande(ctx))
    store.ecrire_jeton(act, token, compte.id, CODE, rules.CODE_VALIDE, suite, compte.generation)
    act.commit()
    return Entree(jeton_du_code=token, compte=compte)


def donner_le_code(ctx: Context, token: str, code: str) -> tuple[Entree, str]:
    """The second factor of the staff (rule J6): single use, five tries; answers the entry and where to go on."""
    limits.consume(ctx, PAR_ORIGINE, ctx.source)
    jeton = store.lire_jeton(token, CODE)
    row = store.lire(jeton.compte) if jeton else None
    vivant = jeton and jeton.etat == rules.EtatDuLien.VALABLE.value and jeton.expire_le > ctx.instant
    if jeton is None or row is None or not row.totp or not vivant or jeton.generation != row.generation:
        raise Refused(Refus.CODE_EPUISE)
    limits.consume(ctx, CODES, jeton.compte)
    if not store.compter_un_essai(jeton, rules.ESSAIS_DU_CODE):
        raise Refused(Refus.CODE_EPUISE)
    pas = totp.step_of(row.totp, code, int(ctx.now.timestamp()))
    if pas is None:
        raise Refused(Refus.CODE)
    act = Act(ctx)  # a code serves once: the same form sent twice is led where the first was
    store.user_jeton(act, digest(token))
    store.user_pas(act, row, pas)
    try:
        entree = _entrer(ctx, store.compte_of(row), act, chemin_local(jeton.suite) or "/")
    except Conflict as error:
        raise Refused(Refus.CODE) from error
    limits.forgive(ctx, PAR_COMPTE, _de_la(ctx, row.email))
    return entree, jeton.suite


def _entrer(ctx: Context, compte: Compte, act: Act | None = None, resultat: str = "") -> Entree:
    act = act or Act(_sans_commande(ctx))
    cookie, connecte = ouvrir_session(act, compte)
    audit.note(act, "se_connecter", compte.id)
    act.commit(resultat)
    log.event("connexion.ouverte", compte=compte.id)
    return Entree(cookie=cookie, compte=connecte)


def ouvrir_session(act: Act, compte: Compte) -> tuple[str, Compte]:
    """A new session in the transaction of the act, with a new id (no fixation): its cookie, and the account in it.

    The session that the browser came with ends.
    """
    token = act.ctx.token()
    if act.ctx.user is not None:
        store.remplacer_session(act, act.ctx.user.id, act.ctx.user.session)
    store.ouvrir_session(act, compte, token, rules.SESSION_ABSOLUE)
    return session.write(compte.id, token, act.ctx.now), replace(compte, session=digest(token))


def _sans_commande(ctx: Context) -> Context:
    """Logging in twice opens two sessions: the second answer must carry its cookie, so no command is spent."""
    return replace(ctx, command=None)


def utilisateur(ctx: Context, cookie: session.SessionCookie) -> Compte | None:
    """Who a cookie stands for, if the session still lives (rule T1): one read."""
    row, ouverte = store.lire_avec_session(cookie.owner, cookie.token)
    if row is None or ouverte is None or row.etat != EtatCompte.ACTIF.value:
        return None
    if ouverte.generation != row.generation:
        return None
    role = rules.Role[row.role]
    debut = from_iso(ouverte.ouverte_le)
    vue = ctx.now.fromtimestamp(cookie.seen, ctx.now.tzinfo)
    fin = rules.fin_de_session(role, debut, vue)
    if ctx.now > fin:
        return None
    prochaine_fin = rules.fin_de_session(role, debut, ctx.now)
    reste = int((prochaine_fin - ctx.now).total_seconds())
    return store.compte_of(row, session=digest(cookie.token), session_ouverte_le=debut, secondes_de_session=reste)


def se_deconnecter(ctx: Context, cookie: session.SessionCookie) -> None:
    """Rule T1: the session ends on the server."""
    store.fermer_session(cookie.owner, cookie.token)


def fermer_une_connexion(ctx: Context, connexion_id: str) -> str:
    """Rule T1: the person ends one of their sessions, on another device; NotFound when it is not theirs."""
    lignes = [row.sk.removeprefix("SESSION#") for row in store.sessions(ctx.user.id)]
    autres = (e for e in lignes if e != ctx.user.session)
    empreinte = next((e for e in autres if e[: rules.ID_DE_CONNEXION] == connexion_id), None)
    if empreinte is None:
        raise NotFound
    act = Act(ctx)
    store.remplacer_session(act, ctx.user.id, empreinte)
    audit.note(act, "fermer_une_connexion", ctx.user.id)
    return act.commit("/mes-connexions")


def prouver(ctx: Context, mot_de_passe: str) -> bool:
    """Rules J3, J4, T4: whether who is logged in knows their password; ten tries in a quarter of an hour."""
    limits.consume(ctx, ACTUEL, ctx.user.id)
    row = store.lire(ctx.user.id)
    if not verify(row.empreinte if row else None, mot_de_passe):
        log.event("mot_de_passe.refuse", compte=ctx.user.id)
        return False
    limits.forgive(ctx, ACTUEL, ctx.user.id)
    return True


def est_le_provisoire(compte: Compte, mot_de_passe: str) -> bool:
    """Rules J1, J2: whether this is the password that somebody was given, and may not choose for themselves."""
    row = store.lire(compte.id) if compte.a_personnaliser else None
    return row is not None and verify(row.empreinte, mot_de_passe)


def changer_le_mot_de_passe(act: Act, compte: Compte, mot_de_passe: str) -> Compte:
    """Rules J4, J5, T1: sessions, links and codes given before end, in the transaction of the act.

    Answers the account as it will be; the commit raises Conflict("compte") when somebody changed it meanwhile.
    """
    store.changer_le_mot_de_passe(act, compte, hash_password(mot_de_passe))
    return replace(compte, generation=compte.generation + 1)


def changer_l_adresse(act: Act, compte: Compte, email: str) -> Compte:
    """Rules J3, T1: the identifier of the next login, as above; Conflict("email") when somebody has it."""
    store.changer_l_adresse(act, compte, email)
    return replace(compte, generation=compte.generation + 1, email=email)


def nouveau_jeton(act: Act, compte: Compte, but: str, validite: timedelta) -> str:
    """Rule T3: a token for a link by e-mail, in the transaction of the act."""
    token = act.ctx.token()
    store.ecrire_jeton(act, token, compte.id, but, validite, generation=compte.generation)
    return token


def rouvrir_l_entree(ctx: Context, email: str) -> None:
    """Rule T4: who has just chosen a password by a link of their own is let in, whatever a stranger tried."""
    limits.forgive(ctx, PAR_ADRESSE, rules.cle_email(email))
    limits.forgive(ctx, PAR_COMPTE, _de_la(ctx, email))


def nouveau_compte(
    act: Act, identite: rules.Identite, email: str, mot_de_passe: str, documents: dict[str, str]
) -> tuple[str, str]:
    """Rule B1, B3: an account to activate, in the transaction of the act. Answers its id and the token of its link.

    The act's commit raises Conflict("email") or Conflict("identite") when another account has them.
    """
    ctx = act.ctx
    compte_id, token = ctx.new_id(), ctx.token()
    row = store.CompteRow(
        store.pk(compte_id), "COMPTE",
        role=rules.Role.INTERVENANT.value, etat=EtatCompte.A_ACTIVER.value,
        email=email, civilite=identite.civilite.name, nom=identite.nom, nom_usage=identite.nom_usage,
        prenom=identite.prenom, naissance=identite.naissance.isoformat(),
        empreinte=hash_password(mot_de_passe), documents=documents, cree_le=ctx.instant, lien_actif=digest(token),
    )  # fmt: skip
    store.echeance_d_activation(row, ctx)
    store.creer(act, row, identite)
    store.ecrire_jeton(act, token, compte_id, "ACTIVATION", rules.ACTIVATION_VALIDE)
    return compte_id, token


def nouveau_lien_d_activation(act: Act, compte: Compte) -> str:
    """Another link for an account to activate; the older one is dead. The account's seven days do not move (B4)."""
    token = act.ctx.token()
    store.remplacer_jeton(act, compte.lien_actif)
    store.noter_lien(act, compte, digest(token))
    store.ecrire_jeton(act, token, compte.id, "ACTIVATION", rules.fin_d_activation(compte) - act.ctx.now)
    return token


def activer(act: Act, token: str) -> tuple[Compte, str] | None:
    """Rules B4, B5: spend the link and open a session, in the transaction of the act; None when the link is dead."""
    jeton = store.lire_jeton(token, "ACTIVATION")
    if jeton is None:
        return None
    etat = rules.etat_du_lien(jeton.etat, jeton.expire_le, act.ctx.instant)
    row = store.lire(jeton.compte)
    if row is None or etat is not rules.EtatDuLien.VALABLE:
        return None
    compte = store.compte_of(row)
    store.user_jeton(act, digest(token))
    store.activer(act, compte.id)
    return ouvrir_session(act, compte)[::-1]


def compte_du_lien(token: str) -> Compte | None:
    """The account that an activation link made active, if it did."""
    jeton = store.lire_jeton(token, "ACTIVATION")
    row = store.lire(jeton.compte) if jeton else None
    return store.compte_of(row) if row and row.etat == EtatCompte.ACTIF.value else None


def renvoyer_l_activation(act: Act, email: str) -> tuple[Compte, str] | None:
    """Rule B5: a new link for an account to activate; None for any other address, and past its seven days."""
    row = store.lire_par_email(email)
    if row is None or row.etat != EtatCompte.A_ACTIVER.value:
        return None
    compte = store.compte_of(row)
    if rules.fin_d_activation(compte) < act.ctx.now:
        return None
    return compte, nouveau_lien_d_activation(act, compte)


def supprimer_le_compte(act: Act, compte_id: str) -> str | None:
    """Rule B4: delete an account that was never activated; answers its address, None when it is gone already."""
    row = store.lire(compte_id)
    if row is None or row.etat != EtatCompte.A_ACTIVER.value:
        return None
    store.supprimer(act, row)
    return str(row.email)
