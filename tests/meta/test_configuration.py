""".chalice/config.json: each stage has what the settings demand, each Lambda its policy, nothing is for debugging."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

import app
from chalicelib.core.settings import _REQUIRED, settings
from tests.meta.sources import RACINE, pythons, relatif

DOSSIER = RACINE / ".chalice"
CONFIG = json.loads((DOSSIER / "config.json").read_text(encoding="utf-8"))
LOCAL = re.compile(r"debug|localhost|127\.0\.0\.1|AWS_ENDPOINT|TEST|DEMO", re.IGNORECASE)
SECRET = re.compile(r"SECRET|PASSWORD|MOT_DE_PASSE(?!_MAX|_CLASSES)|TOKEN|ACCESS_KEY")


def manques(config: dict[str, Any], handlers: set[str]) -> list[str]:
    """What is missing or out of place in a configuration."""
    trouves = [f"à la racine : {nom}" for nom in config if LOCAL.search(nom)]
    for etage, reglages in config["stages"].items():
        env = reglages.get("environment_variables", {})
        trouves += [f"{etage} : il manque {nom}" for nom in _REQUIRED if not env.get(nom)]
        if env.get("STAGE") != etage:
            trouves.append(f"{etage} : STAGE vaut {env.get('STAGE')}")
        if not str(env.get("BASE_URL", "")).startswith("https://"):
            trouves.append(f"{etage} : BASE_URL n’est pas en https")
        trouves += [f"{etage} : {nom}={env[nom]}" for nom in env if LOCAL.search(f"{nom}={env[nom]}")]
        trouves += [f"{etage} : {nom} est un secret" for nom in env if SECRET.search(nom)]
        trouves += [f"{etage} : {nom}" for nom in reglages if LOCAL.search(nom)]
        lambdas = reglages["lambda_functions"]
        trouves += [f"{etage} : {ecart} n’est pas des deux côtés" for ecart in handlers ^ set(lambdas)]
        trouves += [
            f"{etage} : {nom} sans {voulu}"
            for nom, lambda_ in lambdas.items()
            for voulu in ("iam_policy_file", "lambda_memory_size", "lambda_timeout")
            if not lambda_.get(voulu)
        ]
    return trouves


def handlers() -> set[str]:
    """The Lambdas of the application; the pages are one."""
    return {"api_handler"} | {nom for nom in app.app.handler_map if "." not in nom}


def test_chaque_etage_est_complet() -> None:
    assert len(CONFIG["stages"]) >= 1
    assert manques(CONFIG, handlers()) == []


@pytest.mark.parametrize("etage", CONFIG["stages"])
def test_les_reglages_d_un_etage_se_lisent(etage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for nom in _REQUIRED:
        monkeypatch.delenv(nom)
    for nom, valeur in CONFIG["stages"][etage]["environment_variables"].items():
        monkeypatch.setenv(nom, valeur)
    settings.cache_clear()
    try:
        assert settings().stage == etage
        assert set(settings().espaces) <= {"intervenants", "familles"}
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_chaque_lambda_a_sa_propre_politique() -> None:
    for etage in CONFIG["stages"].values():
        politiques = [lambda_["iam_policy_file"] for lambda_ in etage["lambda_functions"].values()]
        assert len(set(politiques)) == len(politiques)
        for fichier in politiques:
            assert json.loads((DOSSIER / fichier).read_text(encoding="utf-8"))["Statement"]


def test_les_noms_d_environnement_sont_ceux_que_les_reglages_lisent() -> None:
    source = (RACINE / "chalicelib/core/settings.py").read_text(encoding="utf-8")
    for etage in CONFIG["stages"].values():
        assert [nom for nom in etage["environment_variables"] if f'"{nom}"' not in source] == []


def test_rien_n_est_en_mode_de_mise_au_point() -> None:
    assert app.app.debug is False
    fautifs = [relatif(f) for f in pythons() if re.search(r"debug\s*=\s*True|breakpoint\(", f.read_text("utf-8"))]
    assert fautifs == []


# The planted red


def bonne() -> dict[str, Any]:
    """A small good configuration."""
    lambda_ = {"iam_policy_file": "p.json", "lambda_memory_size": 512, "lambda_timeout": 28}
    env = {"STAGE": "prod", "ESPACES": "intervenants", "BASE_URL": "https://portail.example.fr", "MAIL_FROM": "a@b.fr"}
    return {"stages": {"prod": {"environment_variables": env, "lambda_functions": {"api_handler": lambda_}}}}


def test_une_bonne_configuration_est_verte() -> None:
    assert manques(bonne(), {"api_handler"}) == []


@pytest.mark.parametrize(
    ("nom", "valeur", "rouge"),
    [
        ("STAGE", "recette", "STAGE vaut recette"),
        ("ESPACES", "", "il manque ESPACES"),
        ("MAIL_FROM", "", "il manque MAIL_FROM"),
        ("BASE_URL", "http://portail.example.fr", "pas en https"),
        ("AWS_ENDPOINT_URL", "https://x", "AWS_ENDPOINT_URL"),
        ("BASE_URL", "https://localhost:8000", "localhost"),
        ("CHALICE_DEBUG", "1", "CHALICE_DEBUG"),
        ("CSRF_SECRET", "x", "CSRF_SECRET est un secret"),
    ],
)
def test_un_reglage_faux_est_rouge(nom: str, valeur: str, rouge: str) -> None:
    plantee = bonne()
    plantee["stages"]["prod"]["environment_variables"][nom] = valeur
    assert any(rouge in manque for manque in manques(plantee, {"api_handler"}))


def test_une_lambda_sans_politique_ou_en_trop_est_rouge() -> None:
    plantee = bonne()
    plantee["stages"]["prod"]["lambda_functions"]["autre"] = {"lambda_memory_size": 512}
    trouves = manques(plantee, {"api_handler", "balayer"})
    assert "prod : autre sans iam_policy_file" in trouves
    assert {"prod : autre n’est pas des deux côtés", "prod : balayer n’est pas des deux côtés"} <= set(trouves)


def test_le_mode_de_mise_au_point_est_rouge() -> None:
    plantee = bonne() | {"debug": True}
    plantee["stages"]["prod"]["debug"] = True
    assert {"à la racine : debug", "prod : debug"} <= set(manques(plantee, {"api_handler"}))
