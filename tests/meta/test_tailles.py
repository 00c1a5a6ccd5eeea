"""Sizes: app.py 60 lines, a module 400, a function 40, a view 20, complexity 8."""

from __future__ import annotations

import ast

import pytest

from tests.meta.sources import RACINE, outil, pythons, relatif

APP, MODULE, FONCTION, VUE = 60, 400, 40, 20
_Fonction = ast.FunctionDef | ast.AsyncFunctionDef


def exces(nom: str, source: str) -> list[str]:
    """What is too long in a file; docstrings, decorators and the line of `def` do not count."""
    limite = APP if nom == "app.py" else MODULE
    longueur = len(source.splitlines())
    trouves = [f"{nom} : {longueur} lignes, {limite} au plus"] if longueur > limite else []
    for noeud in ast.walk(ast.parse(source)):
        if isinstance(noeud, _Fonction):
            limite, quoi = (VUE, "vue") if est_une_vue(noeud) else (FONCTION, "fonction")
            if corps(noeud) > limite:
                trouves.append(f"{nom}:{noeud.lineno} {noeud.name} : {quoi} de {corps(noeud)} lignes, {limite} au plus")
    return trouves


def corps(fonction: _Fonction) -> int:
    """Lines of the body, docstring left out."""
    debut = 1 if ast.get_docstring(fonction, clean=False) is not None else 0
    lignes = fonction.body[debut:]
    return (lignes[-1].end_lineno or 0) - lignes[0].lineno + 1 if lignes else 0


def est_une_vue(fonction: _Fonction) -> bool:
    """Whether a function answers a page: it is decorated by `bp.page(...)`."""
    appels = (d.func for d in fonction.decorator_list if isinstance(d, ast.Call))
    return any(isinstance(appel, ast.Attribute) and appel.attr == "page" for appel in appels)


def test_rien_ne_depasse() -> None:
    assert [trop for f in pythons() for trop in exces(relatif(f), f.read_text(encoding="utf-8"))] == []


def test_rien_n_est_trop_complexe() -> None:
    fait = outil("ruff", "check", "--select", "C901", "--no-cache", "app.py", "chalicelib")
    assert fait.returncode == 0, fait.stdout


# The planted red


def plantee(lignes: int, decorateur: str = "", doc: bool = True) -> str:
    """A function of so many lines."""
    docstring = '    """Doc.\n\n    Doc.\n    """\n' if doc else ""
    return f"{decorateur}\ndef f(ctx):\n{docstring}" + "    x = 1\n" * lignes


@pytest.mark.parametrize(
    ("nom", "source", "rouge"),
    [
        pytest.param("app.py", "x = 1\n" * 60, "", id="app.py à sa limite"),
        pytest.param("app.py", "x = 1\n" * 61, "61 lignes, 60", id="app.py trop long"),
        pytest.param("m.py", "x = 1\n" * 400, "", id="module à sa limite"),
        pytest.param("m.py", "x = 1\n" * 401, "401 lignes, 400", id="module trop long"),
        pytest.param("m.py", plantee(40), "", id="fonction à sa limite"),
        pytest.param("m.py", plantee(41), "fonction de 41", id="fonction trop longue"),
        pytest.param("m.py", plantee(41, doc=False), "fonction de 41", id="fonction sans docstring"),
        pytest.param("m.py", "async " + plantee(41)[1:], "fonction de 41", id="fonction asynchrone"),
        pytest.param("m.py", "class C:\n    def f(s):\n" + "        x = 1\n" * 41, "fonction de 41", id="méthode"),
        pytest.param("m.py", plantee(20, "@bp.page('/x', access=A)"), "", id="vue à sa limite"),
        pytest.param("m.py", plantee(21, "@bp.page('/x', access=A)"), "vue de 21", id="vue trop longue"),
    ],
)
def test_ce_qui_depasse_est_rouge(nom: str, source: str, rouge: str) -> None:
    trouves = exces(nom, source)
    assert rouge in trouves[0] if rouge else trouves == []


@pytest.mark.parametrize(("branches", "code"), [pytest.param(7, 0, id="huit"), pytest.param(8, 1, id="neuf")])
def test_une_fonction_trop_complexe_est_rouge(branches: int, code: int) -> None:
    source = "def f(x):\n" + "".join(f"    if x == {n}:\n        x += 1\n" for n in range(branches)) + "    return x\n"
    fait = outil("ruff", "check", "--select", "C901", "--stdin-filename", "chalicelib/x.py", "-", entree=source)
    assert fait.returncode == code, fait.stdout
    assert ("C901" in fait.stdout) is bool(code)


def test_la_composition_n_a_aucune_route() -> None:
    assert "route(" not in (RACINE / "app.py").read_text(encoding="utf-8")
