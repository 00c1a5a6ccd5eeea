"""The menu that each person sees."""

from __future__ import annotations

import pytest

from chalicelib.commun.comptes.rules import Compte, Role
from chalicelib.intervenants.accueil.rules import Entree, menu
from tests.unit.fabriques import compte

NON_VALIDE, VALIDE = compte(), compte(valide=True)
CHANGER = "Changer mon mot de passe"
GESTIONNAIRE, ADMINISTRATEUR = compte(Role.GESTIONNAIRE), compte(Role.ADMINISTRATEUR)


def libelles(entrees: list[Entree]) -> list[str]:
    """What is read."""
    return [entree.libelle for entree in entrees]


def actifs(entrees: list[Entree]) -> list[str]:
    """What is shown as the present page."""
    return [e.libelle for entree in entrees for e in (entree, *entree.sous_menu) if e.actif]


@pytest.mark.rule("A1", "G0", "G1")
@pytest.mark.parametrize(
    ("user", "attendus"),
    [
        pytest.param(None, ["Accueil", "Remplir un CV en ligne"], id="visiteur"),
        pytest.param(NON_VALIDE, ["Mon profil", CHANGER, "Aide et Contact"], id="intervenant non validé"),
        pytest.param(VALIDE, ["Accueil", "Mon compte"], id="intervenant validé"),
        pytest.param(GESTIONNAIRE, ["Demandes d’inscription", "Délais de traitement", CHANGER], id="gestionnaire"),
        pytest.param(ADMINISTRATEUR, ["Envois en échec", CHANGER], id="administrateur"),
    ],
)
def test_chacun_a_son_menu(user: Compte | None, attendus: list[str]) -> None:
    assert libelles(menu(user, "/")) == attendus


@pytest.mark.rule("G0", "G1")
def test_mon_compte_n_apparait_qu_une_fois_la_demande_validee() -> None:
    assert "Mon compte" not in libelles(menu(NON_VALIDE, "/"))
    mon_compte = menu(VALIDE, "/")[1]
    assert libelles(mon_compte.sous_menu) == ["Mes informations", "Mon parcours", CHANGER]


@pytest.mark.rule("G1")
@pytest.mark.parametrize(
    ("user", "chemin", "attendus"),
    [
        pytest.param(None, "/", ["Accueil"], id="accueil"),
        pytest.param(None, "/deposer-un-cv/envoye", ["Remplir un CV en ligne"], id="sous-page"),
        pytest.param(None, "/deposer-un-cv-autrement", [], id="autre page de même début"),
        pytest.param(None, "/connexion", [], id="page hors du menu"),
        pytest.param(NON_VALIDE, "/mon-profil/cv", ["Mon profil"], id="profil en inscription"),
        pytest.param(VALIDE, "/mon-profil/parcours/abc", ["Mon compte", "Mon parcours"], id="parcours d’un validé"),
        pytest.param(VALIDE, "/mon-compte/mot-de-passe", ["Mon compte", CHANGER], id="mot de passe d’un validé"),
        pytest.param(GESTIONNAIRE, "/gestion/inscriptions/abc", ["Demandes d’inscription"], id="dossier"),
    ],
)
def test_le_menu_dit_ou_l_on_est(user: Compte | None, chemin: str, attendus: list[str]) -> None:
    assert actifs(menu(user, chemin)) == attendus


@pytest.mark.rule("G1")
@pytest.mark.parametrize("user", [None, NON_VALIDE, VALIDE, GESTIONNAIRE, ADMINISTRATEUR])
def test_chaque_entree_du_menu_mene_a_une_page_qui_existe(user: Compte | None) -> None:
    import app

    toutes = [e for entree in menu(user, "/") for e in (entree, *entree.sous_menu)]
    assert [e.href for e in toutes if "GET" not in app.app.routes.get(e.href, {})] == []
    assert len({e.href for e in menu(user, "/")}) == len(menu(user, "/"))
