"""Every act x every AWS call that it makes x every way in which the call can fail (HARNESS; T59)."""

from typing import Any

import pytest

from tests.faults import scenes
from tests.faults.banc import Banc
from tests.faults.conftest import GRAINE, PREUVE
from tests.faults.monde import Monde


def _eprouver(monde: Monde, scene: scenes.Scene, record_property: Any, par_sorte: int) -> None:
    banc = Banc(monde, scene)
    assert not banc.en_bonne_marche()
    points = banc.points() if PREUVE else banc.echantillon(GRAINE, par_sorte)
    record_property("points", len(points))
    record_property("points_en_tout", len(banc.points()))
    fautes = [faute for point in points for faute in banc.eprouver(point)]
    assert not fautes, f"{len(fautes)} fautes\n" + "\n".join(fautes[:40])


@pytest.mark.rule("S6", "T4", "V1", "W1", "X3")
@pytest.mark.parametrize("scene", scenes.SCENES, ids=str)
def test_une_faute_ne_laisse_ni_acte_a_moitie_fait_ni_personne_sans_reponse(
    monde: Monde, scene: scenes.Scene, record_property: Any
) -> None:
    _eprouver(monde, scene, record_property, 1)


@pytest.mark.rule("S6")
@pytest.mark.parametrize("scene", scenes.pages(), ids=str)
def test_une_page_que_l_on_ne_peut_pas_lire_le_dit(monde: Monde, scene: scenes.Scene, record_property: Any) -> None:
    _eprouver(monde, scene, record_property, 1)
