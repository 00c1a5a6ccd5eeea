"""One portal for the races of a worker, four processes behind its front; each story finds the limits' windows empty."""

from collections.abc import Iterator

import pytest

from infra.local.portail import Portail
from infra.local.portail import portail as ouvrir_le_portail
from tests.races.monde import Monde, Registre

OUVRIERS = 4


@pytest.fixture(scope="session")
def portail() -> Iterator[Portail]:
    """The real front, the emulator and the pump."""
    with ouvrir_le_portail(workers=OUVRIERS, env={"VERSION": "essai"}) as ouvert:
        yield ouvert


@pytest.fixture
def monde(portail: Portail) -> Monde:
    """The portal an hour later."""
    ici = Monde(portail, Registre(portail.endpoint))
    ici.plus_tard()
    return ici
