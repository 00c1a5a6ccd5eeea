"""The files of the house, as its gates read them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

RACINE = Path(__file__).resolve().parents[2]
PAQUET = RACINE / "chalicelib"
_IGNORES = {"__pycache__", "vendor", "_templates"}


def relatif(fichier: Path) -> str:
    """The path as people write it."""
    return fichier.relative_to(RACINE).as_posix()


def pythons() -> Iterator[Path]:
    """What ships: app.py and chalicelib."""
    yield RACINE / "app.py"
    yield from (f for f in sorted(PAQUET.rglob("*.py")) if not _IGNORES & set(f.parts))


def gabarits() -> list[Path]:
    """Every template."""
    trouves = (f for f in sorted(PAQUET.rglob("*")) if f.suffix in {".html", ".txt"} and "templates" in f.parts)
    return [f for f in trouves if not _IGNORES & set(f.parts)]


def textes(source: str) -> Iterator[ast.Constant]:
    """The strings of a module, docstrings left out."""
    arbre = ast.parse(source)
    docs = {
        id(n.body[0].value)
        for n in ast.walk(arbre)
        if isinstance(n, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(n, clean=False) is not None
        if isinstance(n.body[0], ast.Expr)
    }
    for noeud in ast.walk(arbre):
        if isinstance(noeud, ast.Constant) and isinstance(noeud.value, str) and id(noeud) not in docs:
            yield noeud


def sans_jinja(gabarit: str) -> str:
    """The markup alone: comments, statements and expressions taken out."""
    return re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", gabarit, flags=re.DOTALL)


def sans_commentaires(gabarit: str) -> str:
    """A template without its comments, which are English."""
    return re.sub(r"\{#.*?#\}", "", gabarit, flags=re.DOTALL)


def outil(nom: str, *arguments: str, cwd: Path = RACINE, entree: str = "") -> subprocess.CompletedProcess[str]:
    """Run a tool of the environment that runs the tests."""
    commande = [str(Path(sys.executable).parent / nom), *arguments]
    return subprocess.run(commande, cwd=cwd, input=entree, capture_output=True, text=True, check=False, timeout=120)
