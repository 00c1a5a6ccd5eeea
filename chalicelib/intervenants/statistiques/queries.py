"""What the page of statistics shows."""

from typing import Any

from chalicelib.commun.referentiels import public as referentiels
from chalicelib.core.context import Context
from chalicelib.intervenants.inscription import public as inscription
from chalicelib.intervenants.statistiques import rules


def delais(ctx: Context, structure: str) -> dict[str, Any]:
    """Rules R2, T6: delays of the gestionnaire's structures, or of one of them: what waits, what was decided."""
    siennes = [structure] if structure in ctx.user.structures else list(ctx.user.structures)
    attendus = rules.douze_mois(ctx.today)
    lus = [m for s in siennes for m in inscription.mois_de_la_structure(s, attendus[0])]
    mois = rules.reunir(lus, attendus)
    attentes = [ctx.days_since(depuis) for s in siennes for depuis in inscription.attentes_de_la_structure(s)]
    return {
        "structures": [s for s in map(referentiels.structure, ctx.user.structures) if s],
        "structure": structure if structure in ctx.user.structures else "",
        "libelles": rules.libelles(),
        "attentes": rules.par_tranche(attentes),
        "plus_ancienne": max(attentes, default=None),
        "mois": [(rules.nom_du_mois(m.mois), m) for m in mois],
        "delai_moyen": rules.delai_moyen(mois),
        "decisions": sum(m.decisions for m in mois),
        "barres": rules.barres(mois),
        "dessin": (rules.LARGEUR, rules.HAUTEUR),
    }
