"""Delays: what statistics say of them (rule R2)."""

from datetime import date

import pytest

from chalicelib.intervenants.inscription.rules import Mois, tranche
from chalicelib.intervenants.statistiques import rules


@pytest.mark.rule("R2")
@pytest.mark.parametrize(("jours", "rang"), [(0, 0), (7, 0), (8, 1), (15, 1), (16, 2), (30, 2), (31, 3), (400, 3)])
def test_un_delai_tombe_dans_une_tranche(jours: int, rang: int) -> None:
    assert tranche(jours) == rang


@pytest.mark.rule("R2")
def test_les_tranches_se_disent() -> None:
    assert rules.libelles() == ["7 jours au plus", "8 à 15 jours", "16 à 30 jours", "plus de 30 jours"]
    assert rules.par_tranche([0, 7, 9, 31, 90]) == [2, 1, 0, 2]


@pytest.mark.rule("R2")
def test_douze_mois_finissent_par_celui_ci() -> None:
    mois = rules.douze_mois(date(2026, 3, 1))
    assert (mois[0], mois[-1], len(mois)) == ("2025-04", "2026-03", 12)
    assert rules.nom_du_mois("2026-03") == "mars 2026"


@pytest.mark.rule("R2")
def test_plusieurs_structures_s_additionnent_mois_par_mois() -> None:
    lus = [
        Mois("2026-02", (1, 0, 0, 1), 40, 1, 1, 0),
        Mois("2026-02", (2, 0, 0, 0), 2, 0, 0, 2),
        Mois("2024-01", (9, 9, 9, 9), 1),
    ]
    reunis = rules.reunir(lus, ["2026-01", "2026-02"])
    assert reunis == [Mois("2026-01"), Mois("2026-02", (3, 0, 0, 1), 42, 1, 1, 2)]
    assert rules.delai_moyen(reunis) == "10,5 jours"
    assert rules.delai_moyen([Mois("2026-01")]) == ""
    assert rules.delai_moyen([Mois("2026-01", (2, 0, 0, 0), 1)]) == "moins d’un jour"
    assert rules.delai_moyen([Mois("2026-01", (2, 0, 0, 0), 4)]) == "2 jours"
    assert rules.delai_moyen([Mois("2026-01", (2, 0, 0, 0), 3)]) == "1,5 jour"


@pytest.mark.rule("R2")
def test_le_dessin_tient_dans_son_cadre_et_suit_les_nombres() -> None:
    barres = rules.barres([Mois("2026-01"), Mois("2026-02", (3, 0, 0, 1)), Mois("2026-03", (0, 2, 0, 0))])
    assert [b.nom for b in barres] == ["janv.", "févr.", "mars"] and [b.total for b in barres] == [0, 4, 2]
    hauteurs = [sum(haut for _, _, haut in b.parts) for b in barres]
    assert hauteurs[0] == 0 and hauteurs[1] == 2 * hauteurs[2] == rules.HAUTEUR - 20
    assert all(y >= 0 and y + h <= rules.HAUTEUR for b in barres for _, y, h in b.parts)
