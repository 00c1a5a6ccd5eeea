"""Rows of links that change an identifier, in the partition of their account: the newest of each use."""

from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.commun.comptes import public as comptes
from chalicelib.commun.comptes.rules import Compte
from chalicelib.commun.identifiants.rules import VALIDITE, But, Lien
from chalicelib.core.context import iso
from chalicelib.core.table import Act, Row, get, meta, seconds
from chalicelib.core.web.secret import digest


class LienRow(Row):
    """The newest link of an account for one use; goes by its TTL."""

    Meta = meta("comptes")
    jeton = UnicodeAttribute()
    generation = NumberAttribute()
    expire_le = UnicodeAttribute()
    adresse = UnicodeAttribute(default="")


def ref(compte_id: str, but: But) -> tuple[type[Row], str, str]:
    """Where a link is, for a read with others (table.get_many)."""
    _, pk, _ = comptes.ref_du_compte(compte_id)
    return LienRow, pk, f"LIEN#{but.value}"


def lire(compte_id: str, but: But) -> Lien | None:
    """The newest link of an account for this use."""
    row = get(*ref(compte_id, but))
    return lien_of(row) if row else None


def lien_of(row: Any) -> Lien:
    """The row as the rules see it."""
    return Lien(row.jeton, int(row.generation), row.expire_le, row.adresse)


def noter(act: Act, compte: Compte, but: But, token: str, adresse: str = "") -> None:
    """Rule T3: this link is the newest; the one before is dead."""
    _, pk, sk = ref(compte.id, but)
    expire_le = iso(act.ctx.now + VALIDITE[but])
    row = LienRow(pk, sk, jeton=digest(token), generation=compte.generation, expire_le=expire_le, adresse=adresse)
    row.ttl = seconds(act.ctx, VALIDITE[but])
    act.put(row)


def oublier(act: Act, compte_id: str, but: But, lien: Lien) -> None:
    """The link served or is no longer wanted, if it is still the newest: Conflict("lien") else."""
    _, pk, sk = ref(compte_id, but)
    act.delete(LienRow(pk, sk), LienRow.jeton == lien.empreinte, "lien")
