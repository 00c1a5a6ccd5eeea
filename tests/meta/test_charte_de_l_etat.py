"""The State’s design system is reserved to it (rule Z6): neither its package, nor its classes, nor its typeface."""

import re

import pytest

from tests.meta.sources import PAQUET, RACINE, gabarits, relatif
from tests.web.conftest import Guichet

SIGNES = {
    "paquet": re.compile(r"@gouvfr|\bdsfr\b|gouvernementfr|systeme-de-design", re.IGNORECASE),
    "classe": re.compile(r"""class="[^"]*(?<![\w-])fr-[a-z]|\.fr-[a-z]|data-fr-[a-z]"""),
    "caractère": re.compile(r"""(?:font|family|url)[^;{}]*\bMarianne\b""", re.IGNORECASE),
}
DEPENDANCES = ("package.json", "package-lock.json", "requirements.in", "requirements.txt")


def emprunts(texte: str) -> set[str]:
    """What a text takes from the State's design system."""
    return {nom for nom, signe in SIGNES.items() if signe.search(texte)}


def _textes() -> dict[str, str]:
    statiques = [f for f in PAQUET.rglob("static*/**/*") if f.suffix in {".css", ".js", ".mjs", ".svg", ".html"}]
    fichiers = [*gabarits(), *statiques, *(RACINE / nom for nom in DEPENDANCES)]
    return {relatif(f): f.read_text(encoding="utf-8") for f in fichiers}


@pytest.mark.rule("Z6")
def test_rien_n_est_pris_a_la_charte_de_l_etat() -> None:
    textes = _textes()
    assert any(nom.endswith(".css") for nom in textes) and any(nom.endswith(".js") for nom in textes)
    assert {nom: pris for nom, texte in textes.items() if (pris := emprunts(texte))} == {}


@pytest.mark.rule("Z6")
def test_aucune_police_de_l_etat_ni_d_ailleurs_n_est_servie(guichet: Guichet) -> None:
    assert not [f.name for f in PAQUET.rglob("*.woff*") if "marianne" in f.name.casefold()]
    assert emprunts(guichet.client().get("/").body) == set()


@pytest.mark.parametrize(
    ("texte", "signe"),
    [
        ('<link rel="stylesheet" href="/dsfr.min.css">', "paquet"),
        ('"@gouvfr/dsfr": "1.12.1"', "paquet"),
        ('<button class="bouton fr-btn">', "classe"),
        (".fr-container { margin: 0 }", "classe"),
        ('body { font-family: "Marianne", arial }', "caractère"),
    ],
)
def test_un_emprunt_plante_se_voit(texte: str, signe: str) -> None:
    assert emprunts(texte) == {signe}
    assert emprunts('<p lang="fr-FR" class="offre-frais">Marianne Dupont, en français</p>') == set()
