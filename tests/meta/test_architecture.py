"""The arrows of the house: import-linter's contracts, what they cannot say, and words that two files alone may use."""

from __future__ import annotations

import ast
import configparser
import re
import shutil
import tomllib
from pathlib import Path

import grimp
import pytest

from tests.meta.sources import PAQUET, RACINE, outil, pythons, relatif

ESPACES = ("commun", "intervenants", "familles")


# A foreign slice is entered by its public face or its pure rules


def tranche(module: str) -> str | None:
    """« chalicelib.commun.comptes », of a module that stands in a slice."""
    morceaux = module.split(".")
    return ".".join(morceaux[:3]) if len(morceaux) > 3 and morceaux[1] in ESPACES else None


def intrusions(imports: dict[str, set[str]]) -> list[str]:
    """Imports that enter a foreign slice by another door."""
    trouvees = []
    for module, importes in sorted(imports.items()):
        portes = {"rules"} if module.endswith(".rules") else {"public", "rules"}
        for autre in sorted(importes):
            etrangere = tranche(module) and tranche(autre) not in (None, tranche(module))
            if etrangere and autre.rpartition(".")[2] not in portes:
                trouvees.append(f"{module} -> {autre}")
    return trouvees


def test_on_entre_chez_un_voisin_par_public_ou_par_ses_regles() -> None:
    graphe = grimp.build_graph("chalicelib", cache_dir=None)
    imports = {module: graphe.find_modules_directly_imported_by(module) for module in graphe.modules}
    assert sum(tranche(module) is not None for module in imports) > 30
    assert intrusions(imports) == []


@pytest.mark.parametrize(
    ("module", "autre", "rouge"),
    [
        ("chalicelib.intervenants.profil.usecases", "chalicelib.commun.comptes.store", True),
        ("chalicelib.intervenants.profil.routes", "chalicelib.commun.comptes.queries", True),
        ("chalicelib.intervenants.profil.forms", "chalicelib.intervenants.inscription.forms", True),
        ("chalicelib.intervenants.profil.rules", "chalicelib.commun.comptes.public", True),
        ("chalicelib.intervenants.profil.usecases", "chalicelib.commun.comptes.public", False),
        ("chalicelib.intervenants.profil.rules", "chalicelib.commun.comptes.rules", False),
        ("chalicelib.intervenants.profil.usecases", "chalicelib.intervenants.profil.store", False),
        ("chalicelib.intervenants.profil.store", "chalicelib.core.table", False),
    ],
)
def test_entrer_par_une_autre_porte_est_rouge(module: str, autre: str, rouge: bool) -> None:
    assert bool(intrusions({module: {autre}})) is rouge


# The contracts of .importlinter, and one violation of each

_PROFIL = "chalicelib/intervenants/profil"
PLANTES = {
    "floors": [("chalicelib/core/dates.py", "import chalicelib.commun.comptes.rules")],
    "slice": [(f"{_PROFIL}/rules.py", "import chalicelib.intervenants.profil.store")],
    "slice, autre nom de fichier": [(f"{_PROFIL}/utils.py", "")],
    "acyclic": [
        ("chalicelib/commun/pieces/rules.py", "import chalicelib.commun.contenus.rules"),
        ("chalicelib/commun/contenus/rules.py", "import chalicelib.commun.pieces.rules"),
    ],
    "pure": [(f"{_PROFIL}/rules.py", "import boto3")],
    "thin": [(f"{_PROFIL}/routes.py", "import chalicelib.intervenants.profil.store")],
    "dynamo": [(f"{_PROFIL}/queries.py", "import pynamodb.models")],
}


def contrats() -> dict[str, str]:
    """Id -> name of each contract."""
    lu = configparser.ConfigParser()
    lu.read(RACINE / ".importlinter", encoding="utf-8")
    prefixe = "importlinter:contract:"
    return {s.removeprefix(prefixe): lu[s]["name"] for s in lu.sections() if s.startswith(prefixe)}


@pytest.fixture
def copie(tmp_path: Path) -> Path:
    """The package's code, where things can be planted."""
    inutiles = shutil.ignore_patterns("__pycache__", "static", "templates", "donnees", "sons", "_templates")
    shutil.copytree(PAQUET, tmp_path / "chalicelib", ignore=inutiles)
    shutil.copy(RACINE / ".importlinter", tmp_path)
    return tmp_path


def test_les_contrats_sont_tenus() -> None:
    fait = outil("lint-imports", "--no-cache")
    assert fait.returncode == 0, fait.stdout
    assert f"{len(contrats())} kept, 0 broken" in fait.stdout


def test_chaque_contrat_a_sa_faute_plantee() -> None:
    assert {plante.partition(",")[0] for plante in PLANTES} == set(contrats())


@pytest.mark.parametrize("plante", PLANTES)
def test_une_faute_plantee_rompt_son_contrat(plante: str, copie: Path) -> None:
    for fichier, ligne in PLANTES[plante]:
        with (copie / fichier).open("a", encoding="utf-8") as ouvert:
            ouvert.write(f"\n{ligne}\n")
    fait = outil("lint-imports", "--no-cache", cwd=copie)
    assert fait.returncode == 1, fait.stdout + fait.stderr
    assert f"{contrats()[plante.partition(',')[0]]} BROKEN" in fait.stdout


# What ships knows neither the tests nor what serves on one machine


def imports_interdits(source: str) -> list[str]:
    """Imports of what is never packaged."""
    noms = []
    for noeud in ast.walk(ast.parse(source)):
        if isinstance(noeud, ast.Import):
            noms += [alias.name for alias in noeud.names]
        elif isinstance(noeud, ast.ImportFrom):
            noms.append(noeud.module or "")
    return [nom for nom in noms if nom.partition(".")[0] in {"infra", "tests", "moto", "pytest", "app"}]


def test_ce_qui_part_en_production_ignore_les_tests_et_infra() -> None:
    trouves = {relatif(f): imports_interdits(f.read_text(encoding="utf-8")) for f in pythons()}
    assert {fichier: noms for fichier, noms in trouves.items() if noms} == {}


@pytest.mark.parametrize("ligne", ["from infra.local import demo", "import tests.client", "def f():\n    import moto"])
def test_importer_infra_ou_les_tests_est_rouge(ligne: str) -> None:
    assert imports_interdits(ligne)
    assert not imports_interdits("import boto3\nfrom chalicelib.core import log")


# Time, chance and the environment come from the context and the settings

ATTENDUS = {
    "os.environ", "os.getenv", "datetime.datetime.now", "datetime.date.today", "time.time", "uuid", "secrets", "random",
}  # fmt: skip
PERMIS = ("chalicelib/core/settings.py", "chalicelib/core/context.py")


def bannis(source: str, fichier: str) -> list[str]:
    """The banned words that ruff finds in a file, by their names."""
    options = ("--select", "TID251", "--output-format", "concise", "--stdin-filename", fichier)
    sortie = outil("ruff", "check", *options, "-", entree=source).stdout
    return re.findall(r"TID251 `([^`]+)` is banned", sortie)


def test_les_mots_bannis_sont_ceux_de_la_maison_et_le_code_s_en_passe() -> None:
    lint = tomllib.loads((RACINE / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    assert set(lint["flake8-tidy-imports"]["banned-api"]) >= ATTENDUS
    exemptes = {motif for motif, regles in lint["per-file-ignores"].items() if "TID251" in regles}
    assert {motif for motif in exemptes if motif.startswith("chalicelib")} == set(PERMIS)
    fait = outil("ruff", "check", "--no-cache", "app.py", "chalicelib")
    assert fait.returncode == 0, fait.stdout


@pytest.mark.parametrize("mot", sorted(ATTENDUS))
def test_un_mot_banni_est_rouge_sauf_dans_ses_deux_fichiers(mot: str) -> None:
    module = mot.partition(".")[0]
    source = f"import {module}\n\nprint({mot})\n"
    assert mot in bannis(source, "chalicelib/commun/comptes/queries.py")
    for permis in PERMIS:
        assert bannis(source, permis) == []


@pytest.mark.parametrize(
    "source",
    [
        "from os import environ\n",
        "import os as o\n\no.environ['STAGE']\n",
        "from datetime import datetime, UTC\n\ndatetime.now(UTC)\n",
        "import datetime as d\n\nd.date.today()\n",
        "from time import time\n",
        "from random import choice\n",
        "from uuid import uuid4\n",
        "def f():\n    import secrets\n\n    return secrets.token_hex()\n",
    ],
)
def test_un_mot_banni_est_rouge_sous_ses_autres_formes(source: str) -> None:
    assert bannis(source, "chalicelib/commun/comptes/queries.py")


_SILENCES = re.compile(r"#\s*(?:noqa(?!:\s*[A-Z])|noqa:[^#\n]*(?:TID251|C901)|ruff:\s*noqa|type:\s*ignore(?!\[)).*")


def silences(source: str) -> list[str]:
    """Comments that would switch these gates off."""
    return _SILENCES.findall(source)


def test_personne_ne_fait_taire_les_controles() -> None:
    trouves = {relatif(f): silences(f.read_text(encoding="utf-8")) for f in pythons()}
    assert {fichier: noms for fichier, noms in trouves.items() if noms} == {}


@pytest.mark.parametrize(
    ("commentaire", "rouge"),
    [
        ("# noqa", True),
        ("# noqa: TID251", True),
        ("# noqa: S603, C901", True),
        ("# ruff: noqa", True),
        ("# type: ignore", True),
        ("# noqa: S603  (why)", False),
        ("# type: ignore[attr-defined]", False),
    ],
)
def test_faire_taire_un_controle_est_rouge(commentaire: str, rouge: bool) -> None:
    assert bool(silences(f"x = 1  {commentaire}\n")) is rouge
