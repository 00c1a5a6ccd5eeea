"""Markers name rules that exist, and `make rules` says which rules have a test."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.meta.sources import RACINE, outil

SPEC = """## B. Un titre [3]

- B1 Première règle.
- B2 *D:* deuxième règle.
  - B3 n'est pas une règle : elle est en retrait.

## FA. Autre

- FA1 Troisième règle.
"""
TESTS = """
import pytest

pytestmark = [pytest.mark.rule("B1")]


@pytest.mark.rule("FA1", "B1")
@pytest.mark.parametrize("x", [1, 2])
def test_un(x): ...


class TestDeux:
    @pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.rule("Z99"))])
    def test_trois(self, x): ...


@pytest.mark.rule("B2")
def pas_un_test(): ...
"""


def charger() -> ModuleType:
    """infra/regles.py, which is a script."""
    spec = importlib.util.spec_from_file_location("regles", RACINE / "infra" / "regles.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["regles"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


REGLES = charger()


@pytest.fixture
def petite_maison(tmp_path: Path) -> Path:
    """A spec of three rules and a file of tests."""
    (tmp_path / "docs/spec").mkdir(parents=True)
    (tmp_path / "docs/spec/0.md").write_text(SPEC, encoding="utf-8")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_petit.py").write_text(TESTS, encoding="utf-8")
    return tmp_path


# The house


def test_chaque_marqueur_nomme_une_regle_de_la_specification() -> None:
    connues = REGLES.regles(RACINE / "docs" / "spec")
    assert len(connues) > 150
    assert len({regle.id for regle in connues}) == len(connues), "an id names one rule"
    assert REGLES.inconnues(connues, REGLES.preuves(RACINE)) == []


def test_make_rules_dit_ce_qui_est_prouve_et_ce_qui_ne_l_est_pas() -> None:
    fait = outil("python", "infra/regles.py")
    assert fait.returncode == 0, fait.stderr
    connues = REGLES.regles(RACINE / "docs" / "spec")
    for regle in connues:
        assert f"{regle.id}" in fait.stdout
    prouvees = {r for preuve in REGLES.preuves(RACINE) for r in preuve.regles}
    assert f"Règles prouvées par au moins un test : {len(prouvees)} sur {len(connues)}" in fait.stdout
    assert f"Règles sans test : {len(connues) - len(prouvees)}" in fait.stdout
    assert "tests/meta/test_regles.py" not in fait.stdout, "nothing is run, nothing planted is counted"


# The planted red


def test_les_regles_et_leurs_sections_se_lisent(petite_maison: Path) -> None:
    connues = REGLES.regles(petite_maison / "docs" / "spec")
    un_titre, autre = "B. Un titre [3]", "FA. Autre"
    assert [(r.id, r.section) for r in connues] == [("B1", un_titre), ("B2", un_titre), ("FA1", autre)]
    assert connues[0].texte == "Première règle."


def test_les_marqueurs_se_lisent_ou_qu_ils_soient(petite_maison: Path) -> None:
    nom = "tests/test_petit.py"
    assert {preuve.test: preuve.regles for preuve in REGLES.preuves(petite_maison)} == {
        f"{nom}::test_un": ("B1", "FA1"),
        f"{nom}::TestDeux::test_trois": ("B1", "Z99"),
    }


def test_un_marqueur_sans_regle_est_rouge(petite_maison: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert REGLES.main(petite_maison) == 1
    sortie = capsys.readouterr()
    assert "Règle inconnue : tests/test_petit.py::TestDeux::test_trois (ligne 14) : Z99" in sortie.err
    assert "B1   2 tests" in sortie.out and "FA1  1 test\n" in sortie.out
    assert "Règles prouvées par au moins un test : 2 sur 3" in sortie.out
    assert "B. Un titre [3] : B2" in sortie.out


def test_un_marqueur_calcule_est_rouge() -> None:
    with pytest.raises(ValueError, match="ligne 2"):
        REGLES.preuves_du_source("import pytest\n@pytest.mark.rule(REGLE)\ndef test_x(): ...", "x.py")
