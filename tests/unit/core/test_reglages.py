"""Settings: complete, or a failure that names what is missing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib.core.settings import _REQUIRED, Settings, settings

ENTIERS = {
    "STAGE": "prod",
    "ESPACES": "intervenants,familles",
    "BASE_URL": "https://portail.exemple.fr/",
    "MAIL_FROM": "Portail <nepasrepondre@exemple.fr>",
}
FACULTATIFS = ["BASE_PATH", "BUCKET_SUFFIX", "VERSION", "ORGANISME", "SOURCE_URL", "EMPLOYEURS_URL", "MOT_DE_PASSE_MAX"]


@pytest.fixture
def environnement(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """An environment with what is required and nothing else."""
    for nom in [*ENTIERS, *FACULTATIFS, "MOT_DE_PASSE_CLASSES"]:
        monkeypatch.delenv(nom, raising=False)
    for nom, valeur in ENTIERS.items():
        monkeypatch.setenv(nom, valeur)
    settings.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    settings.cache_clear()


def lus() -> Settings:
    """Read anew."""
    settings.cache_clear()
    return settings()


@pytest.mark.usefixtures("environnement")
def test_les_noms_se_deduisent_de_l_etage() -> None:
    reglages = lus()
    assert reglages.table("comptes") == "guichet-prod-comptes"
    assert reglages.queue("mails") == "guichet-prod-mails"
    assert reglages.bucket == "guichet-prod-fichiers"
    assert reglages.base_url == "https://portail.exemple.fr"
    assert reglages.espaces == ("intervenants", "familles")


@pytest.mark.parametrize("nom", ENTIERS)
def test_ce_qui_manque_est_nomme(nom: str, environnement: pytest.MonkeyPatch) -> None:
    assert set(_REQUIRED) == set(ENTIERS)
    for absence in (environnement.delenv, lambda n: environnement.setenv(n, "")):
        absence(nom)
        with pytest.raises(RuntimeError, match=f"missing settings: {nom}$"):
            lus()


@pytest.mark.usefixtures("environnement")
def test_tout_ce_qui_manque_est_nomme_a_la_fois(environnement: pytest.MonkeyPatch) -> None:
    environnement.delenv("STAGE")
    environnement.delenv("MAIL_FROM")
    with pytest.raises(RuntimeError, match="STAGE, MAIL_FROM"):
        lus()


@pytest.mark.rule("Z1", "B2")
def test_le_mot_de_passe_du_manuel_est_le_reglage_par_defaut(environnement: pytest.MonkeyPatch) -> None:
    assert (lus().mot_de_passe_max, lus().mot_de_passe_classes) == (24, True)
    environnement.setenv("MOT_DE_PASSE_MAX", "128")
    environnement.setenv("MOT_DE_PASSE_CLASSES", "non")
    assert (lus().mot_de_passe_max, lus().mot_de_passe_classes) == (128, False)


@pytest.mark.rule("S5")
def test_l_organisme_est_un_reglage(environnement: pytest.MonkeyPatch) -> None:
    environnement.setenv("ORGANISME", "Ville de Belfort")
    environnement.setenv("BASE_PATH", "/api/")
    environnement.setenv("ESPACES", "familles")
    assert (lus().organisme, lus().base_path, lus().espace) == ("Ville de Belfort", "/api", "Espace Famille")


@pytest.mark.rule("C3", "T6")
def test_un_autre_service_se_demande_en_https(environnement: pytest.MonkeyPatch) -> None:
    assert lus().employeurs_url == "https://recherche-entreprises.api.gouv.fr"
    for bonne in ("https://repertoire.exemple.fr/v1/", "http://127.0.0.1:8030/"):
        environnement.setenv("EMPLOYEURS_URL", bonne)
        assert lus().employeurs_url == bonne.rstrip("/")
    for mauvaise in ("http://repertoire.exemple.fr", "file:///etc/passwd", "", "http://127.0.0.1.exemple.fr"):
        environnement.setenv("EMPLOYEURS_URL", mauvaise)
        with pytest.raises(RuntimeError, match="EMPLOYEURS_URL is neither https nor on this machine"):
            lus()
