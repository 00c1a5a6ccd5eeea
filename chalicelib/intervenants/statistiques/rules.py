"""What statistics say of delays (rule R2). Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from chalicelib.intervenants.inscription.rules import TRANCHES, Mois, tranche

MOIS = 12
NOMS = ("janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
LARGEUR, HAUTEUR, PAS = 720, 220, 60  # of the drawing, in its own units; a bar each PAS


@dataclass(frozen=True)
class Barre:
    """A month of the drawing: its bar is made of a part for each delay, from the bottom up."""

    x: int
    nom: str
    total: int
    parts: tuple[tuple[int, int, int], ...]  # rank of the delay, top, height


def libelles() -> list[str]:
    """The delays in words."""
    bornes = [f"{debut} à {fin} jours" for debut, fin in zip((b + 1 for b in TRANCHES), TRANCHES[1:], strict=False)]
    return [f"{TRANCHES[0]} jours au plus", *bornes, f"plus de {TRANCHES[-1]} jours"]


def douze_mois(today: date) -> list[str]:
    """The last twelve months, this one included, oldest first: « 2026-11 »."""
    rang = today.year * 12 + today.month - 1
    return [f"{r // 12}-{r % 12 + 1:02}" for r in range(rang - MOIS + 1, rang + 1)]


def nom_du_mois(mois: str) -> str:
    """« 2026-11 » -> « nov. 2026 »."""
    return f"{NOMS[int(mois[5:]) - 1]} {mois[:4]}"


def reunir(lus: Iterable[Mois], attendus: list[str]) -> list[Mois]:
    """The months asked for, each the sum of what several structures decided; zeros where there is nothing."""
    sommes = {mois: Mois(mois) for mois in attendus}
    for lu in lus:
        avant = sommes.get(lu.mois)
        if avant is None:
            continue
        tranches = tuple(a + b for a, b in zip(avant.tranches, lu.tranches, strict=True))
        sommes[lu.mois] = Mois(
            lu.mois, tranches, avant.jours + lu.jours, avant.validees + lu.validees,
            avant.complements + lu.complements, avant.rejets + lu.rejets,
        )  # fmt: skip
    return list(sommes.values())


def par_tranche(jours: Iterable[int]) -> list[int]:
    """How many of these delays fall in each."""
    rangs = [tranche(j) for j in jours]
    return [rangs.count(rang) for rang in range(len(TRANCHES) + 1)]


def delai_moyen(mois: Iterable[Mois]) -> str:
    """The mean delay of all decisions, in words; "" when there is none."""
    tous = list(mois)
    combien = sum(m.decisions for m in tous)
    if not combien:
        return ""
    moyenne = sum(m.jours for m in tous) / combien
    if moyenne < 1:
        return "moins d’un jour"
    nombre = f"{moyenne:.1f}".replace(".", ",").removesuffix(",0")
    return f"{nombre} jour" if moyenne < 2 else f"{nombre} jours"


def barres(mois: list[Mois]) -> list[Barre]:
    """The drawing: heights in proportion to the month that has most."""
    plus = max((m.decisions for m in mois), default=0) or 1
    out = []
    for rang, m in enumerate(mois):
        bas, parts = HAUTEUR, []
        for delai, combien in enumerate(m.tranches):
            haut = round(combien * (HAUTEUR - 20) / plus)
            bas -= haut
            parts.append((delai, bas, haut))
        out.append(Barre(rang * PAS + 12, NOMS[int(m.mois[5:]) - 1], m.decisions, tuple(parts)))
    return out
