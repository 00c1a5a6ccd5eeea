"""A portal and a Chromium for each worker; windows that watch what goes wrong in them."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from infra import navigateur
from infra.local.passerelle import Routes
from infra.local.portail import Portail
from infra.local.portail import portail as ouvrir_le_portail
from tests.browser import branches, visite
from tests.browser.controles import Guet
from tests.faults import bilan

OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
COMMUN = {"locale": "fr-FR", "timezone_id": "Europe/Paris", "reduced_motion": "reduce"}
ORDINATEUR = {**COMMUN, "viewport": {"width": 1280, "height": 900}}
TELEPHONE = {**COMMUN, "viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
SANS_SCRIPT = {"java_script_enabled": False}

# A busy machine is slow, not wrong: what no wait would bring is waited for a good while.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)

VISITE = "tests/browser/test_accessibilite.py::test_chaque_page_dans_chaque_etat"

Ouvrir = Callable[..., AbstractContextManager[Page]]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A route or a branch of a template that no chapter of the visit shows makes the run red: nothing is unchecked."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    chapitres = [r for r in bilan.rapports(reporter, "browser") if r.nodeid.startswith(VISITE)] if reporter else []
    if hasattr(session.config, "workerinput") or len(chapitres) < len(visite.CHAPITRES):
        return
    montre = [propriete for rapport in chapitres for propriete in rapport.user_properties]
    oublis = {
        "routes que la visite ne montre pas": jamais_vues([chemin for nom, chemin in montre if nom == "vue"]),
        "branches que la visite ne montre pas": oubliees([nombre for nom, nombre in montre if nom == "branches"]),
    }
    for quoi, lesquelles in oublis.items():
        if lesquelles and reporter:
            reporter.write_line("\n  ".join([f"\n{quoi} :", *lesquelles]), red=True)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def jamais_vues(chemins: list[str]) -> list[str]:
    """The routes asked by GET, pages of their own, that are none of these paths."""
    import app

    routes = Routes({motif: list(methodes) for motif, methodes in app.app.routes.items()})
    vues = {trouvee[0] for chemin in chemins if (trouvee := routes.trouver("GET", chemin))}
    return sorted(m for m, methodes in app.app.routes.items() if "GET" in methodes and m not in vues | visite.SANS_PAGE)


def oubliees(nombres: list[str]) -> list[str]:
    """The branches of the pages' templates that no answer went through (branches.ENTETE), but those left out."""
    jamais = branches.jamais_vues(int(nombre, 16) for nombre in nombres)
    return sorted(str(b) for b in jamais if (b.fichier, b.texte) not in visite.SANS_ETAT)


@pytest.fixture(scope="session")
def portail() -> Iterator[Portail]:
    """The whole portal, one for each worker of xdist: moving its clock disturbs nobody else."""
    with ouvrir_le_portail(workers=2, env={"VERSION": "essai", **branches.OBSERVE}) as ouvert:
        yield ouvert


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser that the machine has, or the one that gets installed."""
    chemin = navigateur.trouver()
    if chemin is None:
        navigateur.installer()
        chemin = navigateur.trouver()
    if chemin is None:
        pytest.fail(navigateur.MARCHE_A_SUIVRE)
    with sync_playwright() as playwright:
        ouvert = playwright.chromium.launch(executable_path=chemin, args=OPTIONS)
        yield ouvert
        asyncio._set_running_loop(ouvert._loop)
        ouvert.close()


@pytest.fixture(autouse=True)
def _boucle_rendue(chromium: Browser) -> Iterator[None]:
    """Playwright leaves its loop marked as running: only while one of its tests runs, others may want their own."""
    asyncio._set_running_loop(chromium._loop)
    yield
    asyncio._set_running_loop(None)


@pytest.fixture
def ouvrir(chromium: Browser) -> Ouvrir:
    """`with ouvrir(TELEPHONE) as page`: a window of a person's own; nothing may have gone wrong in it when it closes.

    `permis`: words of the messages of the console that the story expects.
    """

    @contextmanager
    def fenetre(*profils: dict[str, Any], permis: tuple[str, ...] = ()) -> Iterator[Page]:
        reglages: dict[str, Any] = dict(ORDINATEUR)
        for profil in profils:
            reglages |= profil
        contexte = chromium.new_context(**reglages)
        contexte.set_default_timeout(PATIENCE)
        guet = Guet(contexte)
        guet.permis.update(permis)
        try:
            yield contexte.new_page()
        finally:
            contexte.close()
        assert not guet.fautes, "\n".join(guet.fautes)

    return fenetre


@pytest.fixture
def ordinateur(ouvrir: Ouvrir) -> Iterator[Page]:
    """A window of 1280 by 900."""
    with ouvrir(ORDINATEUR) as page:
        yield page


@pytest.fixture
def telephone(ouvrir: Ouvrir) -> Iterator[Page]:
    """A telephone of 360 by 740, by touch."""
    with ouvrir(TELEPHONE) as page:
        yield page


@pytest.fixture
def sans_script(ouvrir: Ouvrir) -> Iterator[Page]:
    """A window without JavaScript."""
    with ouvrir(SANS_SCRIPT) as page:
        yield page
