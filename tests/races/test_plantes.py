"""The races themselves, put to the proof: on a portal where faults are planted (plante/app.py) each is red, for its own
reason. A race that sees nothing there would see nothing anywhere."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.local.environnement import RACINE
from infra.local.portail import Portail
from infra.local.portail import portail as ouvrir_le_portail
from tests.races import courses
from tests.races.conftest import OUVRIERS, echauffer
from tests.races.monde import Monde, Registre
from tests.races.scenes import annonce_de_cv


@pytest.fixture(scope="module")
def plante(portail: Portail, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monde]:
    """The planted portal, with the staff of the demo."""
    racine = tmp_path_factory.mktemp("plante")
    shutil.copy(Path(__file__).with_name("plante") / "app.py", racine)
    for nom in ("infra", ".chalice"):
        (racine / nom).symlink_to(RACINE / nom)
    with ouvrir_le_portail(workers=OUVRIERS, racine=racine, env={"VERSION": "essai"}) as ouvert:
        ici = Monde(ouvert, Registre(ouvert.endpoint))
        ici.plus_tard(portail.heure()["offset_seconds"])  # the staff's last codes are of that time
        echauffer(ouvert)
        _amener_le_personnel(Registre(portail.endpoint), ici.registre)
        yield ici


def _amener_le_personnel(de: Registre, vers: Registre) -> None:
    comptes = [li for li in de.lignes("comptes", "COMPTE") if li["email"].endswith("@demo.fr")]
    siens = {li["pk"].removeprefix("COMPTE#") for li in comptes}
    for ligne in [*comptes, *(li for li in de.lignes("comptes", "MARQUE") if li["compte"] in siens)]:
        de.copier("comptes", ligne, vers)


DEPARTS = 3

COURSES = [
    pytest.param(courses.meme_identite, 8, r"'COMPTE': (\d+)", 1, id="marques sans condition"),
    pytest.param(courses.meme_captcha, 8, r"'COMPTE': (\d+)", 1, id="captcha regardé puis dépensé"),
    pytest.param(courses.meme_lien, 8, r"'SESSION': (\d+)", 1, id="lien qui sert encore"),
    pytest.param(courses.meme_demande, 2, r"'DECISION': (\d+)", 1, id="décision sans condition"),
    pytest.param(courses.meme_version, 4, r"'enregistrer_l_identification': (\d+)", 1, id="version ignorée"),
    pytest.param(courses.meme_mot_de_passe, 16, r"(\d+) mots de passe regardés", 10, id="compteur lu puis écrit"),
    pytest.param(courses.meme_connexion, 12, r"(\d+) codes regardés", 5, id="essais lus puis écrits"),
]


@pytest.mark.parametrize(("course", "fois", "motif", "permis"), COURSES)
def test_une_faute_plantee_se_voit(
    plante: Monde, course: Callable[..., None], fois: int, motif: str, permis: int
) -> None:
    """Chance has its part in a race: a planted fault may need another start to show."""
    dites = []
    for _ in range(DEPARTS):
        plante.plus_tard()
        try:
            course(plante, fois)
        except AssertionError as vue:
            dites.append(str(vue))
        trouves = [re.search(motif, dite) for dite in dites]
        if any(trouve and int(trouve.group(1)) > permis for trouve in trouves):
            return
    pytest.fail(f"rien vu en {DEPARTS} départs : {dites}")


def test_une_commande_oubliee_se_voit(plante: Monde) -> None:
    plante.plus_tard()
    with pytest.raises(AssertionError, match="'PIECE': 6"):
        courses.meme_commande(plante, annonce_de_cv(plante))


def test_une_personne_gardee_en_memoire_se_voit(plante: Monde) -> None:
    plante.plus_tard()
    with pytest.raises(AssertionError, match="la page de l’autre"):
        courses.deux_personnes(plante, 80)
