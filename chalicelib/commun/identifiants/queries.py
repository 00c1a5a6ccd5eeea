"""What pages show of identifiers."""

from chalicelib.commun.comptes import public as comptes
from chalicelib.commun.identifiants import rules, store
from chalicelib.commun.identifiants.rules import But, Lien, LienSuivi
from chalicelib.core.context import Context
from chalicelib.core.table import get_many


def lien(ctx: Context, token: str, but: But) -> LienSuivi:
    """Rule T3: what a link by e-mail is worth now."""
    jeton = comptes.jeton(ctx, token, but.value)
    if jeton is None:
        return rules.suivre(None, None, None)
    lu, dernier = get_many(comptes.ref_du_compte(jeton.compte), store.ref(jeton.compte, but))
    compte = comptes.compte_lu(lu) if lu else None
    return rules.suivre(jeton, compte, store.lien_of(dernier) if dernier else None)


def adresse_en_attente(ctx: Context) -> Lien | None:
    """Rule J3: the change of address that waits for its link to be followed."""
    demande = store.lire(ctx.user.id, But.ADRESSE)
    return demande if demande and demande.vit(ctx.user, ctx.instant) else None
