"""Many people at once through the journey, on the whole portal: none is refused, nothing acknowledged is lost."""

from typing import Any

import pytest

from infra.bench import charge
from infra.bench.__main__ import ATTENTE
from infra.local.portail import portail
from tests import chrono

GENS = 60 if chrono.PREUVE else 12  # make bench: two hundred, with nothing beside them


@pytest.mark.rule("T4", "V1", "X3")
def test_des_gens_qui_viennent_ensemble_arrivent_tous_et_rien_ne_se_perd(monkeypatch: pytest.MonkeyPatch) -> None:
    comptes: list[tuple[Any, ...]] = []
    compter, lire = charge._perdus, charge._lignes

    def noter(*ou: Any) -> list[str]:
        comptes.append(ou)
        return compter(*ou)

    monkeypatch.setattr(charge, "_perdus", noter)
    with portail(workers=2, delai=ATTENTE) as ouvert:
        figures = charge.courir(ouvert, GENS)
        assert (figures["finis"], figures["erreurs"], figures["perdus"]) == (GENS, [], [])
        # Planted: an application that somebody was told of, and that is not there.
        monkeypatch.setattr(charge, "_lignes", lambda *de: [li for li in lire(*de) if li["sk"] != "DEMANDE"])
        assert len(compter(*comptes[0])) == GENS
