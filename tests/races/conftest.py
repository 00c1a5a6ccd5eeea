"""One portal for the races of a worker, four processes behind its front; each story finds the limits' windows empty.
GUICHET_PREUVE=1: each race is run five times."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from infra.local.portail import Portail
from infra.local.portail import portail as ouvrir_le_portail
from tests.faults import bilan
from tests.races.monde import Monde, Registre, Visiteur, ensemble

OUVRIERS = 4
REPETITIONS = 5 if bilan.PREUVE else 1


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


@pytest.fixture
def courir(monde: Monde, record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Run a race, as often as the run asks, each time an hour later."""

    def courir(course: Callable[[Monde], None]) -> None:
        record_property("courses", 1)
        record_property("repetitions", REPETITIONS)
        for rang in range(REPETITIONS):
            if rang:
                monde.plus_tard()
            course(monde)

    return courir


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: Any) -> None:
    """How many races, and how often."""
    rapports = bilan.rapports(terminalreporter, "races")
    courses, fois = (bilan.somme(rapports, nom) for nom in ("courses", "repetitions"))
    if not courses:
        return
    terminalreporter.write_line(f"courses : {courses}, {fois} départs, {bilan.secondes(rapports)} s")
    bilan.ecrire(config, exitstatus, "courses", rapports, courses=courses, repetitions=fois)
