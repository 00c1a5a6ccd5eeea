"""Every act x every AWS call that it makes x every way in which the call can fail (HARNESS; T59)."""

from typing import Any

import pytest

from tests.faults import portee, scenes
from tests.faults.banc import Banc
from tests.faults.bilan import PREUVE
from tests.faults.conftest import GRAINE
from tests.faults.monde import Monde

PAR_ACTE, PAR_PAGE = 5, 1  # points of a sample


def _eprouver(monde: Monde, scene: scenes.Scene, record_property: Any, nombre: int) -> None:
    banc = Banc(monde, scene)
    fautes = banc.en_bonne_marche()
    points = banc.points() if PREUVE else banc.echantillon(GRAINE, nombre)
    record_property("scenes", 1)
    record_property("points", len(points))
    record_property("points_en_tout", len(banc.points()))
    fautes += [faute for point in points for faute in banc.eprouver(point)]
    assert not fautes, f"{len(fautes)} fautes, GUICHET_GRAINE={GRAINE}\n" + "\n".join(fautes[:40])


@pytest.mark.rule("S6", "T4", "V1", "W1", "X3")
@pytest.mark.controle("T59")
@pytest.mark.parametrize("scene", scenes.SCENES, ids=str)
def test_une_faute_ne_laisse_ni_acte_a_moitie_fait_ni_personne_sans_reponse(
    monde: Monde, scene: scenes.Scene, record_property: Any
) -> None:
    _eprouver(monde, scene, record_property, PAR_ACTE)


@pytest.mark.rule("S6")
@pytest.mark.controle("T59")
@pytest.mark.parametrize("scene", [*scenes.pages(), scenes.PREMIERE_VISITE], ids=str)
def test_une_page_que_l_on_ne_peut_pas_lire_le_dit(monde: Monde, scene: scenes.Scene, record_property: Any) -> None:
    banc = Banc(monde, scene)
    assert banc.reference.arrivee is not None and banc.reference.arrivee[2] in {200, 303}, banc.reference.arrivee
    _eprouver(monde, scene, record_property, PAR_PAGE)


def test_chaque_acte_de_l_application_a_sa_scene() -> None:
    assert scenes.sans_scene(scenes.actes(), scenes.SCENES) == []
    assert {scene.cle for scene in scenes.SCENES} <= set(scenes.actes()), "scène d’un acte qui n’existe plus"


def test_chaque_cas_d_usage_est_joue_par_une_scene(monde: Monde) -> None:
    with portee.ecoute() as appeles:
        for scene in [*scenes.SCENES, *scenes.pages()]:
            with appeles.sourd():
                scene.preparer(monde)
            scene.jouer(monde)
    assert portee.declares() - appeles == set()


@pytest.mark.rule("T1", "T6")
@pytest.mark.controle("T59")
def test_quand_les_sessions_ne_se_lisent_pas_personne_n_entre(monde: Monde) -> None:
    gardees = [s for s in scenes.pages() if scenes.acces(s.cle) != "PUBLIC"]
    assert len(gardees) > 8
    for scene in gardees:
        banc = Banc(monde, scene)
        lectures = [p for p in banc.points() if p.appel.operation == "BatchGetItem" and p.sorte.nom == "erreur_interne"]
        assert lectures, f"{scene} ne lit aucune session"
        scene.preparer(monde)
        with monde.fil.ecoute(banc.faute(lectures[0])):
            reponse = scene.jouer(monde).reponse
        assert reponse is not None and reponse.status == 503, scene
        assert "Paul" not in reponse.page.text and "Jean" not in reponse.page.text
