"""The portal as its scenes need it. A test file takes it by `guichet, fil, repertoire, monde = …`, all four."""

import functools
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.employeurs import Employeurs
from tests.faults import fil as fils
from tests.faults.monde import Monde
from tests.web import parcours

guichet = parcours.guichet


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
