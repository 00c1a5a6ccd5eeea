"""The bench's fixtures, and the number of points at the end of the run. GUICHET_PREUVE=1: every point; else a sample,
drawn by GUICHET_GRAINE (printed)."""

import functools
import logging
import os
import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.employeurs import Employeurs
from tests.faults import bilan
from tests.faults import fil as fils
from tests.faults.monde import Monde
from tests.web import parcours

guichet = parcours.guichet
# Workers of xdist inherit it; where they do not, they share the name of their run.
GRAINE = os.environ.setdefault(
    "GUICHET_GRAINE", os.environ.get("PYTEST_XDIST_TESTRUNUID", str(secrets.randbelow(10**6)))
)


@pytest.fixture
def fil(monkeypatch: pytest.MonkeyPatch) -> fils.Fil:
    """The wire, stretched before the portal's first call."""
    return fils.poser(monkeypatch)


@pytest.fixture(scope="session")
def repertoire() -> Iterator[str]:
    """The register of public employers: its stand-in's address."""
    serveur = Employeurs()
    serveur.demarrer()
    yield serveur.url
    serveur.arreter()


@pytest.fixture
def monde(fil: fils.Fil, guichet: Any, repertoire: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Monde]:
    """The portal, ready for its scenes. What is pure and slow is done once for each file: its check, its drawing."""
    from chalicelib.core import contenu
    from chalicelib.core.settings import settings

    monkeypatch.setattr(contenu, "verifier", _verifier())
    monkeypatch.setattr(contenu, "pages_images", _pages())
    monkeypatch.setenv("EMPLOYEURS_URL", repertoire)
    settings.cache_clear()
    logging.disable(logging.CRITICAL)
    yield Monde(guichet, fil)
    logging.disable(logging.NOTSET)
    monkeypatch.undo()
    settings.cache_clear()


@functools.cache
def _verifier() -> Any:
    from chalicelib.core import contenu

    return functools.cache(contenu.verifier)


@functools.cache
def _pages() -> Any:
    from chalicelib.core import contenu

    dessiner = contenu.pages_images
    return functools.cache(lambda *demande: tuple(dessiner(*demande)))


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: Any) -> None:
    """How many points, and how to draw the same ones again."""
    rapports = bilan.rapports(terminalreporter, "faults")
    points, total, scenes = (bilan.somme(rapports, nom) for nom in ("points", "points_en_tout", "scenes"))
    reseau = bilan.somme(rapports, "points_du_reseau")
    if not points:
        return
    terminalreporter.write_line(
        f"fautes : {points} points éprouvés sur {total}, {scenes} scènes, {reseau} sur le réseau, "
        f"{bilan.secondes(rapports)} s, GUICHET_GRAINE={GRAINE}"
    )
    bilan.ecrire(
        config,
        exitstatus,
        "fautes",
        rapports,
        points=points,
        points_en_tout=total,
        scenes=scenes,
        sur_le_reseau=reseau,
        seed=GRAINE,
    )
