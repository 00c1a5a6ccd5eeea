"""One portal for the races of a worker, four processes behind its front; each story finds the limits' windows empty."""

from collections.abc import Iterator
from functools import partial

import pytest

from infra.local.portail import Portail
from infra.local.portail import portail as ouvrir_le_portail
from tests.races.monde import Monde, Registre, Visiteur, ensemble

OUVRIERS = 4


@pytest.fixture(scope="session")
def portail() -> Iterator[Portail]:
    """The real front, the emulator and the pump."""
    with ouvrir_le_portail(workers=OUVRIERS, env={"VERSION": "essai"}) as ouvert:
        echauffer(ouvert)
        yield ouvert


def echauffer(portail: Portail) -> None:
    """Every process has drawn a page before the first race, so that none comes too late to it."""
    visiteurs = [Visiteur(portail=portail) for _ in range(OUVRIERS)]
    ensemble([partial(visiteur.get, "/deposer-un-cv") for visiteur in visiteurs])


@pytest.fixture
def monde(portail: Portail) -> Monde:
    """The portal an hour later."""
    ici = Monde(portail, Registre(portail.endpoint))
    ici.plus_tard()
    return ici
