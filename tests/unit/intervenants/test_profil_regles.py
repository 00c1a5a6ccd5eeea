"""The law of the profile: names, birth, postal codes, departments, who may change what."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.intervenants.profil.rules import (
    COORDONNEES_PRO,
    EMPLOYEUR,
    Mode,
    Profil,
    Refus,
    Situation,
    Statut,
    TypeEmployeur,
    avec_l_identique,
    champs_caches,
    champs_differents,
    champs_poses,
    departements_hors_regions,
    faute_de_code_postal,
    faute_de_naissance,
    faute_de_nom,
    identification_de_depart,
    refus_de_modifier,
    sans_espaces,
    situations,
    statuts_interroges,
    structure_modifiable,
    type_d_employeur,
)
from tests.unit.delais import sans_attendre
from tests.unit.fabriques import AUJOURD_HUI, compte, identite


def ans(nombre: int) -> date:
    """The day of birth of who is this old today."""
    return AUJOURD_HUI.replace(year=AUJOURD_HUI.year - nombre)


@pytest.mark.rule("E1", "E5", "G4")
@pytest.mark.parametrize(
    ("mode", "refus", "structure_libre"),
    [
        pytest.param(Mode.LIBRE, None, True, id="avant transmission"),
        pytest.param(Mode.LECTURE_SEULE, Refus.EN_COURS_D_ETUDE, False, id="à l’étude"),
        pytest.param(Mode.VALIDE, None, False, id="validé : tout sauf la structure"),
    ],
)
def test_ce_qui_peut_changer_dans_un_profil(mode: Mode, refus: Refus | None, structure_libre: bool) -> None:
    profil = Profil("c1", mode=mode)
    assert refus_de_modifier(profil) is refus
    assert structure_modifiable(profil) is structure_libre


@pytest.mark.rule("C1", "C6")
def test_un_profil_neuf_reprend_l_identite_du_compte() -> None:
    depart = identification_de_depart(compte(identite=identite(nom_usage="MARTIN")))
    assert depart["civilite"] == "MONSIEUR" and depart["naissance"] == "27/03/1985"
    assert (depart["nom"], depart["nom_usage"], depart["prenom"]) == ("DUBOIS", "MARTIN", "Jean")
    assert (depart["pays"], depart["nationalite"], depart["identique"]) == ("FR", "FR", "")
    assert Profil("c1", depart).structure == ""
    assert Profil("c1", {"structure": "grand-est"}).structure == "grand-est"


@pytest.mark.rule("C1")
@pytest.mark.parametrize(
    ("saisi", "coche"),
    [
        pytest.param({"nom": "DUBOIS", "nom_usage": "DUBOIS"}, "oui", id="les mêmes"),
        pytest.param({"nom": "DUBOIS", "nom_usage": "MARTIN", "identique": ""}, "", id="deux noms"),
        pytest.param({"nom": "DUBOIS", "nom_usage": "", "identique": "oui"}, "oui", id="coché à la main"),
        pytest.param({"nom": "", "nom_usage": "", "identique": ""}, "", id="rien encore"),
    ],
)
def test_identique_est_coche_quand_les_deux_noms_le_sont(saisi: dict[str, str], coche: str) -> None:
    assert avec_l_identique(saisi)["identique"] == coche


@pytest.mark.rule("C3")
@pytest.mark.parametrize(
    ("statut", "attendu"),
    [
        (Statut.FONCTIONNAIRE, TypeEmployeur.PUBLIC),
        (Statut.AGENT_NON_TITULAIRE, TypeEmployeur.PUBLIC),
        (Statut.INDEPENDANT, TypeEmployeur.PRIVE),
        (Statut.SALARIE_PRIVE, TypeEmployeur.PRIVE),
        (Statut.SANS, None),
        (None, None),
    ],
)
def test_le_type_d_employeur_vient_du_statut(statut: Statut | None, attendu: TypeEmployeur | None) -> None:
    assert type_d_employeur(statut) is attendu


@pytest.mark.rule("C2", "C3", "C4")
def test_ce_qui_n_est_pas_pose_est_cache() -> None:
    tous = champs_caches(None, adresse_pro=True)
    assert {*EMPLOYEUR, *COORDONNEES_PRO, "temps", "position"} <= tous and "statut" not in tous
    for statut in Statut:
        for autre in (True, False):
            poses, caches = champs_poses(statut, autre), champs_caches(statut, autre)
            assert poses | caches == tous and not poses & caches
    sans = champs_poses(Statut.SANS, adresse_pro=True)
    assert sans == {"situation"}
    assert "pro_ville" in champs_caches(Statut.FONCTIONNAIRE, adresse_pro=False)
    assert statuts_interroges("position") == [Statut.FONCTIONNAIRE]
    assert statuts_interroges("fonction_publique") == [Statut.FONCTIONNAIRE, Statut.AGENT_NON_TITULAIRE]
    assert Statut.SANS not in statuts_interroges("employeur_raison_sociale")


@pytest.mark.rule("C2")
def test_la_situation_va_avec_le_statut() -> None:
    assert situations(Statut.SANS) == (Situation.RETRAITE, Situation.SANS_ACTIVITE)
    assert {situations(s) for s in Statut if s is not Statut.SANS} == {
        (Situation.EN_ACTIVITE, Situation.EN_INTERRUPTION)
    }


@pytest.mark.rule("B1", "C1")
@pytest.mark.parametrize(
    "nom",
    [
        "DUBOIS",
        "Lefèvre",
        "Le-Fèvre",
        "de  la Tour",
        "D’Alembert",
        "O'Brien",
        "van 't Hoff",
        "Saint-Exupéry",
        "J. R. Martin",
        "Martin Jr.",
        "Nguyễn",
        "Иванов",
        "李",
        "Lefe\u0300vre",
        "X",
    ],
)
def test_un_nom_prend_des_lettres_de_partout(nom: str) -> None:
    assert faute_de_nom(nom) is None


@pytest.mark.rule("B1", "C1")
@pytest.mark.parametrize(
    "nom",
    [
        pytest.param("Jean2", id="chiffre"),
        pytest.param("Jean@Dubois", id="arobase"),
        pytest.param("<b>Jean</b>", id="balise"),
        pytest.param("Jean\nDubois", id="fin de ligne"),
        pytest.param("{{7*7}}", id="gabarit"),
        pytest.param("Jean\u202eDubois", id="sens de lecture inversé"),
        pytest.param("https://evil.fr", id="adresse entière"),
        pytest.param("-", id="tiret seul"),
        pytest.param("Jean-", id="tiret final"),
        pytest.param("_", id="tiret bas"),
        pytest.param("", id="vide"),
    ],
)
def test_un_nom_ne_prend_que_des_lettres(nom: str) -> None:
    assert "lettres" in (faute_de_nom(nom) or "")


@pytest.mark.rule("V2")
@pytest.mark.parametrize("nom", ["evil.com", "www.evil.com", "Gagnez.sur.evil.com"])
def test_un_nom_ne_peut_pas_etre_une_adresse_de_site(nom: str) -> None:
    """A mail client makes a link of it: « Bonjour www.evil.com » in a mail that the portal sends to a stranger."""
    assert faute_de_nom(nom)


@pytest.mark.rule("C1")
@pytest.mark.parametrize("nom", [pytest.param("Adébáyọ\u0300", id="yoruba"), pytest.param("कुमार", id="hindi")])
def test_un_nom_prend_aussi_les_lettres_a_signes_combinants(nom: str) -> None:
    assert faute_de_nom(nom) is None


_DEMESURES = [
    pytest.param("a. " * 26 + "1", id="initiales, dans la limite du champ"),
    pytest.param("a." * 39 + "1", id="initiales serrées, dans la limite du champ"),
    pytest.param("a. " * 30_000 + "1", id="initiales sans fin"),
    pytest.param("a" * 100_000 + "1", id="lettres"),
    pytest.param(" '-" * 30_000, id="séparateurs"),
    pytest.param("a-" * 50_000, id="traits d’union"),
    pytest.param("a" + " " * 100_000 + "1", id="espaces"),
]


@pytest.mark.rule("S2", "T4")
@pytest.mark.parametrize("nom", _DEMESURES)
def test_un_nom_demesure_est_juge_sans_attendre(nom: str) -> None:
    with sans_attendre():
        assert faute_de_nom(nom)


@pytest.mark.rule("B1", "C1")
@pytest.mark.parametrize(
    ("naissance", "bonne"),
    [
        pytest.param(date(1985, 3, 27), True, id="quarantaine"),
        pytest.param(AUJOURD_HUI - timedelta(days=1), False, id="hier"),
        pytest.param(AUJOURD_HUI, False, id="aujourd’hui"),
        pytest.param(AUJOURD_HUI + timedelta(days=1), False, id="demain"),
        pytest.param(ans(16), True, id="seize ans aujourd’hui"),
        pytest.param(ans(16) + timedelta(days=1), False, id="seize ans demain"),
        pytest.param(ans(111) + timedelta(days=1), True, id="cent onze ans demain"),
        pytest.param(ans(111), False, id="cent onze ans aujourd’hui"),
        pytest.param(date.min, False, id="an 1"),
        pytest.param(date.max, False, id="an 9999"),
    ],
)
def test_on_a_de_seize_a_cent_dix_ans(naissance: date, bonne: bool) -> None:
    assert (faute_de_naissance(naissance, AUJOURD_HUI) is None) is bonne


@pytest.mark.rule("C1", "S2")
@pytest.mark.parametrize(
    ("code_postal", "pays", "bon"),
    [
        pytest.param("54000", "FR", True, id="France"),
        pytest.param("54 000", "FR", True, id="France, espace"),
        pytest.param("54.000", "FR", True, id="France, point"),
        pytest.param("54-000", "FR", True, id="France, tiret"),
        pytest.param("54\u00a0000", "FR", True, id="France, espace insécable"),
        pytest.param("5400", "FR", False, id="France, quatre chiffres"),
        pytest.param("540000", "FR", False, id="France, six chiffres"),
        pytest.param("2A004", "FR", False, id="France, lettre"),
        pytest.param("٥٤٠٠٠", "FR", False, id="France, chiffres arabes"),
        pytest.param("F-54000", "FR", False, id="France, préfixe"),
        pytest.param("97100", "GP", True, id="Guadeloupe"),
        pytest.param("971", "GP", False, id="Guadeloupe, trois chiffres"),
        pytest.param("98800", "NC", True, id="Nouvelle-Calédonie"),
        pytest.param("B-1000", "BE", True, id="Belgique"),
        pytest.param("SW1A 1AA", "GB", True, id="Royaume-Uni"),
        pytest.param("x", "", True, id="pays pas encore choisi"),
    ],
)
def test_le_pays_decide_du_format_du_code_postal(code_postal: str, pays: str, bon: bool) -> None:
    assert (faute_de_code_postal(code_postal, pays) is None) is bon


@pytest.mark.rule("S2")
@given(st.text())
def test_oter_les_espaces_deux_fois_n_ote_rien_de_plus(texte: str) -> None:
    assert sans_espaces(sans_espaces(texte)) == sans_espaces(texte)
    assert not set(sans_espaces(texte)) & set(" .-\t\n\u00a0")


@pytest.mark.rule("C5")
@pytest.mark.parametrize(
    ("departements", "regions", "hors"),
    [
        pytest.param({"54": "44"}, ["44"], [], id="dans sa région"),
        pytest.param({"54": "44", "35": "53"}, ["44"], ["35"], id="un hors des régions"),
        pytest.param({"54": "44", "35": "53"}, [], ["54", "35"], id="aucune région"),
        pytest.param({}, ["44"], [], id="aucun département"),
        pytest.param({"2A": "94", "2B": "94"}, ["94"], [], id="Corse"),
    ],
)
def test_un_departement_est_d_une_region_choisie(departements: dict, regions: list[str], hors: list[str]) -> None:
    assert departements_hors_regions(departements, regions) == hors


@pytest.mark.rule("C8")
@pytest.mark.parametrize(
    ("mien", "autre", "attendus"),
    [
        pytest.param({"ville": "Nancy"}, {"ville": "Nancy"}, [], id="pareils"),
        pytest.param({"ville": "Nancy"}, {"ville": "Metz"}, ["ville"], id="un champ"),
        pytest.param({"ville": "Nancy"}, {}, ["ville"], id="vide de l’autre côté"),
        pytest.param({"ville": ""}, {}, [], id="vide et absent sont pareils"),
        pytest.param({"regions": []}, {"regions": ""}, [], id="liste vide et vide sont pareils"),
        pytest.param({"regions": ["44"]}, {"regions": ["44", "53"]}, ["regions"], id="listes"),
        pytest.param({"b": "1", "a": "1"}, {}, ["a", "b"], id="dans l’ordre"),
    ],
)
def test_les_champs_qu_un_autre_onglet_a_laisses_autrement(mien: dict, autre: dict, attendus: list[str]) -> None:
    assert champs_differents(mien, autre) == attendus
    assert champs_differents(autre, mien) == attendus
