"""Every form of the portal, sent five times at one instant with one command: it acts once and answers all alike."""

from collections.abc import Callable

import pytest

from tests.races.courses import meme_commande
from tests.races.monde import Monde
from tests.races.scenes import SCENES


def _routes_qui_postent() -> list[str]:
    import app as application

    return sorted(motif for motif, methodes in application.app.routes.items() if set(methodes) - {"GET", "HEAD"})


def test_chaque_formulaire_du_portail_a_sa_scene() -> None:
    assert _routes_qui_postent() == sorted(SCENES)


@pytest.mark.rule("T4")
@pytest.mark.parametrize("route", SCENES)
def test_un_formulaire_envoye_cinq_fois_agit_une_fois(
    courir: Callable[[Callable[[Monde], None]], None], route: str
) -> None:
    courir(lambda monde: meme_commande(monde, SCENES[route](monde)))
