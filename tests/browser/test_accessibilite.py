"""Every page, in every state, in the browser: what RGAA and the spec ask of all (rules S1, S2)."""

from collections.abc import Callable

import pytest
from infra.local.portail import Portail
from playwright.sync_api import Page

from tests.browser import controles, visite
from tests.browser.conftest import Ouvrir


@pytest.mark.rule("S1", "S2", "S3", "S5", "S6")
@pytest.mark.parametrize("chapitre", [pytest.param(c, id=c.__name__.replace("_", " ")) for c in visite.CHAPITRES])
def test_chaque_page_dans_chaque_etat_est_accessible(
    chapitre: Callable[[visite.Visite], None], portail: Portail, ouvrir: Ouvrir
) -> None:
    fautes: list[str] = []

    def voir(page: Page, nom: str) -> None:
        fautes.extend(f"{nom} : {faute}" for faute in controles.verifier(page))

    chapitre(visite.Visite(portail, ouvrir, voir))
    assert not fautes, "\n".join(fautes)
