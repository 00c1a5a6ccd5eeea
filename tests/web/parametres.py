"""Which fields the code reads in an address or a form, found in its source: by their text, or by a name that stands for
texts. What can't be read that way is told, never left out."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from tests.meta.sources import pythons, relatif

_SOURCES = {"query", "form"}
_LISENT = {"first", "getlist"}


@dataclass
class Lus:
    """Names read in the query, in the form, and where the reading can't be understood."""

    query: set[str] = field(default_factory=set)
    form: set[str] = field(default_factory=set)
    illisibles: list[str] = field(default_factory=list)


@cache
def parametres() -> Lus:
    """Of all that ships."""
    lus = Lus()
    for fichier in pythons():
        lire(relatif(fichier), fichier.read_text(encoding="utf-8"), lus)
    return lus


def lire(nom: str, source: str, lus: Lus) -> None:
    """Of one module. Where a request was given another name, both the query and the form are meant."""
    arbre = ast.parse(source)
    tous = (noeud for noeud in ast.walk(arbre) if isinstance(noeud, ast.arguments))
    arguments = {arg.arg for de in tous for arg in (*de.args, *de.kwonlyargs)}
    connus: dict[str, set[str]] = {}
    for cible, textes in (liaison for noeud in ast.walk(arbre) for liaison in _liaisons(noeud)):
        connus.setdefault(cible, set()).update(textes)
    for noeud in ast.walk(arbre):
        for quoi, ou in _lectures(noeud):
            trouves = _textes(quoi, {n: t for n, t in connus.items() if n not in arguments})
            if not trouves:
                lus.illisibles.append(f"{nom}:{quoi.lineno} {ast.unparse(noeud)}")
            for source_ in {ou} & _SOURCES or _SOURCES:
                getattr(lus, source_).update(trouves)


def _lectures(noeud: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """The expression that names a field, and what it is read in."""
    if isinstance(noeud, ast.Call) and isinstance(noeud.func, ast.Attribute) and noeud.args:
        ou = _source(noeud.func.value)
        if noeud.func.attr in _LISENT or (noeud.func.attr in {"get", "pop"} and ou):
            yield noeud.args[0], ou
    if isinstance(noeud, ast.Subscript) and _source(noeud.value):
        yield noeud.slice, _source(noeud.value)
    if (
        isinstance(noeud, ast.Compare)
        and isinstance(noeud.ops[0], ast.In | ast.NotIn)
        and _source(noeud.comparators[0])
    ):
        yield noeud.left, _source(noeud.comparators[0])


def _source(noeud: ast.expr) -> str:
    """« query » or « form » of `….request.query`."""
    return noeud.attr if isinstance(noeud, ast.Attribute) and noeud.attr in _SOURCES else ""


def _liaisons(noeud: ast.AST) -> Iterator[tuple[str, set[str]]]:
    """Names that stand for texts: a constant, or each text of a list in turn."""
    if isinstance(noeud, ast.Assign) and isinstance(noeud.targets[0], ast.Name):
        yield noeud.targets[0].id, _textes(noeud.value, {})
    if isinstance(noeud, ast.comprehension | ast.For) and isinstance(noeud.target, ast.Name):
        yield noeud.target.id, _textes(noeud.iter, {})


def _textes(noeud: ast.expr, connus: dict[str, set[str]]) -> set[str]:
    if isinstance(noeud, ast.Constant):
        return {noeud.value} if isinstance(noeud.value, str) else set()
    if isinstance(noeud, ast.Name):
        return connus.get(noeud.id, set())
    if isinstance(noeud, ast.Tuple | ast.List | ast.Set):
        return set().union(*(_textes(element, connus) for element in noeud.elts))
    return set()
