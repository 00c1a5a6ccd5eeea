"""Every page, in every state, in the browser: what RGAA and the spec ask of all (rules S1, S2)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page

from infra.local.portail import Portail
from tests.browser import controles, visite
from tests.browser.conftest import Ouvrir


@pytest.mark.rule("S1", "S2", "S3", "S5", "S6")
@pytest.mark.controle("T14", "T25")
@pytest.mark.parametrize("chapitre", [pytest.param(c, id=c.__name__.replace("_", " ")) for c in visite.CHAPITRES])
def test_chaque_page_dans_chaque_etat_est_accessible(
    chapitre: Callable[[visite.Visite], None],
    portail: Portail,
    ouvrir: Ouvrir,
    record_property: Callable[[str, object], None],
) -> None:
    fautes: list[str] = []
    regards: dict[BrowserContext, controles.Regard] = {}

    def voir(page: Page, nom: str) -> None:
        record_property("vue", urlsplit(page.url).path)
        record_property("branches", f"{regards[page.context].de(page):x}")
        fautes.extend(f"{nom} : {faute}" for faute in controles.verifier(page))

    @contextmanager
    def fenetre() -> Iterator[Page]:
        with ouvrir() as page:
            controles.preparer(page)
            regards[page.context] = controles.Regard(page.context)
            yield page

    chapitre(visite.Visite(portail, fenetre, voir))
    assert not fautes, "\n".join(fautes)


@pytest.mark.rule("S1")
def test_la_ponctuation_double_ne_quitte_pas_son_mot(portail: Portail, ordinateur: Page) -> None:
    fautes: list[str] = []
    for chemin in ("/", "/mentions-legales", "/deposer-un-cv", "/aide-et-contact"):
        ordinateur.goto(portail.url + chemin)
        fautes += controles.typographie(ordinateur)
    assert not fautes, "\n".join(fautes)


@pytest.mark.rule("S1", "S5")
@pytest.mark.parametrize("theme", ["light", "dark"], ids=["clair", "sombre"])
@pytest.mark.parametrize("chemin", ["/", "/deposer-un-cv"], ids=["accueil", "formulaire"])
def test_le_foyer_se_voit_a_l_ecran(portail: Portail, ordinateur: Page, chemin: str, theme: str) -> None:
    ordinateur.emulate_media(color_scheme=theme)
    ordinateur.goto(portail.url + chemin)
    fautes = controles.foyers_vus(ordinateur)
    assert not fautes, "\n".join(fautes)
