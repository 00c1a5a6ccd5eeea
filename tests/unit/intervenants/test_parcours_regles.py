"""The law of « Parcours »: alerts, years, where a button leads."""

import pytest

from chalicelib.intervenants.parcours import rules
from chalicelib.intervenants.parcours.rules import BLOCS, INITIALES, LIGNES_MAX, Ligne, Parcours, Refus


@pytest.mark.rule("D9", "M1")
@pytest.mark.parametrize(
    ("choisies", "attendues"),
    [
        pytest.param([], [], id="aucune"),
        pytest.param(["regions", "specialites"], ["specialites", "regions"], id="les deux premières s’ajoutent"),
        pytest.param(["specialites", "specialites-et-regions"], ["specialites-et-regions"], id="la troisième remplace"),
        pytest.param(["lune"], [], id="inconnue"),
    ],
)
def test_les_alertes_en_vigueur(choisies: list[str], attendues: list[str]) -> None:
    assert rules.alertes_en_vigueur(choisies) == attendues


@pytest.mark.rule("D3", "D5", "D7")
@pytest.mark.parametrize(
    "texte", ["2019", "2012/2013", "2019, 2012", "depuis 2016", "03/2018 - 06/2020", "de 1999 à 2004", "2027", "1940"]
)
def test_des_annees_ordinaires_sont_acceptees(texte: str) -> None:
    assert rules.faute_d_annees(texte, 2026) is None


@pytest.mark.rule("D3", "D5", "D7")
@pytest.mark.parametrize(
    ("texte", "debut"),
    [("hier", "écrivez l’année"), ("84", "écrivez l’année"), ("٢٠١٩", "écrivez l’année"), ("2028", "vérifiez l’année"),
     ("1939", "vérifiez l’année"), ("2013-2012", "la fin (2012)"), ("de 2004 à 1999", "la fin (1999)")],
)  # fmt: skip
def test_une_annee_impossible_est_dite(texte: str, debut: str) -> None:
    assert (rules.faute_d_annees(texte, 2026) or "").startswith(debut)


@pytest.mark.rule("D12", "E5")
def test_un_tableau_plein_ou_a_garder_le_dit() -> None:
    plein = Parcours("c", lignes=tuple(Ligne(str(n), INITIALES.code) for n in range(LIGNES_MAX)))
    assert rules.refus_d_ajouter(plein, INITIALES) is Refus.TABLEAU_PLEIN
    assert rules.refus_d_ajouter(plein, BLOCS["langues"]) is None
    seule = Parcours("c", lignes=(Ligne("1", INITIALES.code),))
    assert rules.refus_de_supprimer(seule, INITIALES, valide=True) is Refus.DERNIERE_LIGNE
    assert rules.refus_de_supprimer(seule, INITIALES, valide=False) is None
    assert rules.refus_de_supprimer(plein, INITIALES, valide=True) is None
