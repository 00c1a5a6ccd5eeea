"""Rows of accounts. One account's rows share `COMPTE#<id>`; marks of uniqueness and tokens stand alone."""

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from pynamodb.attributes import BooleanAttribute, JSONAttribute, ListAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.commun.comptes.rules import (
    ACTIVATION_VALIDE,
    Civilite,
    Compte,
    EtatCompte,
    EtatDuLien,
    Identite,
    Jeton,
    Role,
    cle_email,
    etat_du_lien,
)
from chalicelib.core.context import Context, iso
from chalicelib.core.table import Act, Row, fallen_due, get, get_many, meta, seconds, shard, update_if
from chalicelib.core.web.secret import digest

JETON_GARDE = timedelta(days=60)


class CompteRow(Row):
    """An account."""

    Meta = meta("comptes")
    role = UnicodeAttribute()
    etat = UnicodeAttribute()
    email = UnicodeAttribute()
    civilite = UnicodeAttribute()
    nom = UnicodeAttribute()
    nom_usage = UnicodeAttribute(default="")
    prenom = UnicodeAttribute()
    naissance = UnicodeAttribute()
    empreinte = UnicodeAttribute()
    valide = BooleanAttribute(default=False)
    structures: Any = ListAttribute(default=list)
    totp = UnicodeAttribute(null=True)
    dernier_pas = NumberAttribute(default=0)
    generation = NumberAttribute(default=0)
    documents: Any = JSONAttribute(default=dict)
    cree_le = UnicodeAttribute()
    lien_actif = UnicodeAttribute(default="")
    provisoire_jusqu_a = UnicodeAttribute(null=True)


class SessionRow(Row):
    """A session; its sort key holds the hash of the token."""

    Meta = meta("comptes")
    ouverte_le = UnicodeAttribute()
    source = UnicodeAttribute(default="")
    appareil = UnicodeAttribute(default="")
    generation = NumberAttribute(default=0)


class MarqueRow(Row):
    """Rule B3: what only one account may have (an address, an identity)."""

    Meta = meta("comptes")
    compte = UnicodeAttribute()


class JetonRow(Row):
    """A link sent by e-mail (rule T3), or a login that waits for its code."""

    Meta = meta("comptes")
    compte = UnicodeAttribute()
    but = UnicodeAttribute()
    expire_le = UnicodeAttribute()
    etat = UnicodeAttribute(default=EtatDuLien.VALABLE.value)
    essais = NumberAttribute(default=0)
    suite = UnicodeAttribute(default="")
    generation = NumberAttribute(default=0)


def pk(compte_id: str) -> str:
    """The partition of an account."""
    return f"COMPTE#{compte_id}"


def compte_of(row: CompteRow, **session: Any) -> Compte:
    """The row as the rules see it."""
    identite = Identite(Civilite[row.civilite], row.nom, row.prenom, date.fromisoformat(row.naissance), row.nom_usage)
    return Compte(
        id=row.pk.removeprefix("COMPTE#"),
        role=Role[row.role],
        etat=EtatCompte[row.etat],
        email=row.email,
        identite=identite,
        valide=row.valide,
        generation=int(row.generation),
        structures=tuple(row.structures),
        cree_le=row.cree_le,
        lien_actif=row.lien_actif,
        documents=dict(row.documents or {}),
        provisoire_jusqu_a=row.provisoire_jusqu_a or "",
        **session,
    )


def ref(compte_id: str) -> tuple[type[Row], str, str]:
    """Where an account is, for a read with others (table.get_many)."""
    return CompteRow, pk(compte_id), "COMPTE"


def lire(compte_id: str) -> CompteRow | None:
    """An account by its id."""
    return get(CompteRow, pk(compte_id), "COMPTE")


def lire_avec_session(compte_id: str, token: str) -> tuple[CompteRow | None, SessionRow | None]:
    """The account and one of its sessions, in one call: what each page of somebody logged in costs."""
    compte, session = get_many(
        (CompteRow, pk(compte_id), "COMPTE"), (SessionRow, pk(compte_id), f"SESSION#{digest(token)}")
    )
    return compte, session


def lire_par_email(email: str) -> CompteRow | None:
    """An account by its address."""
    marque = get(MarqueRow, _cle("EMAIL", cle_email(email)), "MARQUE")
    return lire(marque.compte if marque else "0" * 26)  # as many reads for an unknown address


def lire_par_identite(identite: Identite) -> CompteRow | None:
    """An account by the identity of its holder."""
    marque = get(MarqueRow, _cle("IDENTITE", identite.cle), "MARQUE")
    return lire(marque.compte) if marque else None


def _cle(kind: str, value: str) -> str:
    return f"{kind}#{hashlib.sha256(value.encode()).hexdigest()}"


def creer(act: Act, row: CompteRow, identite: Identite) -> None:
    """Rule B3: the account with its marks; two at once for one identity or address: one wins."""
    compte_id = row.pk.removeprefix("COMPTE#")
    act.create(row, "compte")
    act.create(MarqueRow(_cle("EMAIL", cle_email(row.email)), "MARQUE", compte=compte_id), "email")
    act.create(MarqueRow(_cle("IDENTITE", identite.cle), "MARQUE", compte=compte_id), "identite")


def changer_identite(act: Act, compte: Compte, nouvelle: Identite) -> None:
    """Write another identity and move its mark."""
    ancienne = compte.identite
    act.update(
        CompteRow(pk(compte.id), "COMPTE"),
        [
            CompteRow.civilite.set(nouvelle.civilite.name),
            CompteRow.nom.set(nouvelle.nom),
            CompteRow.nom_usage.set(nouvelle.nom_usage),
            CompteRow.prenom.set(nouvelle.prenom),
            CompteRow.naissance.set(nouvelle.naissance.isoformat()),
        ],
    )
    if nouvelle.cle != ancienne.cle:
        act.delete(MarqueRow(_cle("IDENTITE", ancienne.cle), "MARQUE"))
        act.create(MarqueRow(_cle("IDENTITE", nouvelle.cle), "MARQUE", compte=compte.id), "identite")


def supprimer(act: Act, row: CompteRow) -> None:
    """Delete an account that is still to be activated, with its marks: the address is free again (rule B4)."""
    compte = compte_of(row)
    act.delete(row, CompteRow.etat == EtatCompte.A_ACTIVER.value, "etat")
    act.delete(MarqueRow(_cle("EMAIL", cle_email(row.email)), "MARQUE"))
    act.delete(MarqueRow(_cle("IDENTITE", compte.identite.cle), "MARQUE"))


def activer(act: Act, compte_id: str) -> None:
    """The account may log in; it no longer falls due."""
    act.update(
        CompteRow(pk(compte_id), "COMPTE"),
        [CompteRow.etat.set(EtatCompte.ACTIF.value), CompteRow.due_pk.remove(), CompteRow.due_at.remove()],
        CompteRow.etat == EtatCompte.A_ACTIVER.value,
        "etat",
    )


def valider(act: Act, compte_id: str) -> None:
    """Rule E5."""
    act.update(CompteRow(pk(compte_id), "COMPTE"), [CompteRow.valide.set(True)])


def changer_le_mot_de_passe(act: Act, compte: Compte, empreinte: str) -> None:
    """Rules J4, T1: another password, if nobody changed this account since it was read: Conflict("compte") else."""
    _nouvelle_generation(act, compte, CompteRow.empreinte.set(empreinte), CompteRow.provisoire_jusqu_a.remove())


def changer_l_adresse(act: Act, compte: Compte, email: str) -> None:
    """Rules B3, J3: another address, and its mark: Conflict("email") when somebody has it."""
    _nouvelle_generation(act, compte, CompteRow.email.set(email))
    act.delete(MarqueRow(_cle("EMAIL", cle_email(compte.email)), "MARQUE"))
    act.create(MarqueRow(_cle("EMAIL", cle_email(email)), "MARQUE", compte=compte.id), "email")


def _nouvelle_generation(act: Act, compte: Compte, *changes: Any) -> None:
    inchange = (CompteRow.generation == compte.generation) & (CompteRow.etat == EtatCompte.ACTIF.value)
    actions = [*changes, CompteRow.generation.set(compte.generation + 1)]
    act.update(CompteRow(pk(compte.id), "COMPTE"), actions, inchange, "compte")


def ecrire_jeton(
    act: Act, token: str, compte_id: str, but: str, validite: timedelta, suite: str = "", generation: int = 0
) -> None:
    """Rule T3: a token stored hashed, with its end."""
    act.create(
        JetonRow(
            f"JETON#{digest(token)}",
            "JETON",
            compte=compte_id,
            but=but,
            suite=suite,
            generation=generation,
            expire_le=iso(act.ctx.now + validite),
            ttl=seconds(act.ctx, validite + JETON_GARDE),
        ),
        "jeton",
    )


def lire_jeton(token: str, but: str) -> JetonRow | None:
    """A token for this use."""
    row = get(JetonRow, f"JETON#{digest(token)}", "JETON")
    return row if row and row.but == but else None


def jeton_of(row: JetonRow, instant: str) -> Jeton:
    """The token as the rules see it at `instant`."""
    etat = etat_du_lien(row.etat, row.expire_le, instant)
    return Jeton(row.pk.removeprefix("JETON#"), row.compte, int(row.generation), etat)


def user_jeton(act: Act, empreinte: str) -> None:
    """Spend a token: at most one act does."""
    row = JetonRow(f"JETON#{empreinte}", "JETON")
    act.update(row, [JetonRow.etat.set(EtatDuLien.UTILISE.value)], JetonRow.etat == EtatDuLien.VALABLE.value, "jeton")


def remplacer_jeton(act: Act, empreinte: str) -> None:
    """Rule T3: an older link is dead once a newer one leaves."""
    row = JetonRow(f"JETON#{empreinte}", "JETON")
    act.update(row, [JetonRow.etat.set(EtatDuLien.REMPLACE.value)])


def ouvrir_session(act: Act, compte: Compte, token: str, fin: timedelta) -> None:
    """A session, kept hashed."""
    ctx: Context = act.ctx
    act.create(
        SessionRow(
            pk(compte.id),
            f"SESSION#{digest(token)}",
            generation=compte.generation,
            ouverte_le=ctx.instant,
            source=ctx.source,
            appareil=ctx.agent[:200],
            ttl=seconds(ctx, fin),
        ),
        "session",
    )


def sessions(compte_id: str) -> list[SessionRow]:
    """The sessions of an account."""
    return list(SessionRow.query(pk(compte_id), SessionRow.sk.startswith("SESSION#"), consistent_read=True))


def remplacer_session(act: Act, compte_id: str, empreinte: str) -> None:
    """Rule T1: a session ended by an act: entering again ends the one that one came with, its owner ends another."""
    act.delete(SessionRow(pk(compte_id), f"SESSION#{empreinte}"))


def fermer_session(compte_id: str, token: str) -> None:
    """Rule T1: logging out ends the session on the server."""
    SessionRow(pk(compte_id), f"SESSION#{digest(token)}").delete()


def compter_un_essai(row: JetonRow, maximum: int) -> bool:
    """Count a try of a code; False when they are used up. Atomic: parallel guesses do not get more."""
    return update_if(row, [JetonRow.essais.add(1)], JetonRow.essais < maximum)


def user_pas(act: Act, row: CompteRow, pas: int) -> None:
    """Rule J6: a code of the second factor serves once, and none older than it."""
    act.update(CompteRow(row.pk, "COMPTE"), [CompteRow.dernier_pas.set(pas)], CompteRow.dernier_pas < pas, "pas")


def echeance_d_activation(row: CompteRow, ctx: Context) -> None:
    """Rule B4: the account falls due seven days after its creation."""
    row.due_pk = shard("ACTIVATION", row.pk)
    row.due_at = iso(ctx.now + ACTIVATION_VALIDE)


def comptes_non_actives(instant: str) -> Iterator[CompteRow]:
    """Accounts whose seven days are over."""
    return fallen_due(CompteRow, "ACTIVATION", instant)


def noter_lien(act: Act, compte: Compte, empreinte: str) -> None:
    """Remember which link is the living one."""
    cle = CompteRow(pk(compte.id), "COMPTE")
    etat = CompteRow.etat == EtatCompte.A_ACTIVER.value
    act.update(cle, [CompteRow.lien_actif.set(empreinte)], etat & (CompteRow.lien_actif == compte.lien_actif), "lien")
