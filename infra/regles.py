"""Les règles de docs/spec et les tests qui les prouvent : `make rules`. Lit les sources, n'exécute aucun test."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

RACINE = Path(__file__).resolve().parent.parent
_REGLE = re.compile(r"^- ([A-Z]{1,2}[0-9]{1,2})\b")
_TITRE = re.compile(r"^## (.+)$")


@dataclass(frozen=True)
class Regle:
    """A rule of the spec: its id, the section that holds it, its text."""

    id: str
    section: str
    texte: str


@dataclass(frozen=True)
class Preuve:
    """A test that names rules; one whatever its parameters."""

    test: str
    ligne: int
    regles: tuple[str, ...]


def regles(dossier: Path) -> list[Regle]:
    """The rules of the spec, in its order: the lines that begin with « - B1 »."""
    trouvees, section = [], ""
    for fichier in sorted(dossier.glob("*.md")):
        for ligne in fichier.read_text(encoding="utf-8").splitlines():
            if titre := _TITRE.match(ligne):
                section = titre.group(1)
            elif regle := _REGLE.match(ligne):
                trouvees.append(Regle(regle.group(1), section, ligne[regle.end() :].strip()))
    return trouvees


def preuves(racine: Path) -> list[Preuve]:
    """Every test of tests/ that names a rule."""
    trouvees: list[Preuve] = []
    for fichier in sorted((racine / "tests").rglob("test_*.py")):
        nom = fichier.relative_to(racine).as_posix()
        trouvees += preuves_du_source(fichier.read_text(encoding="utf-8"), nom)
    return trouvees


def preuves_du_source(source: str, nom: str) -> list[Preuve]:
    """The same for one file: markers of the test, of its class, of its parameters and of the whole file."""
    arbre = ast.parse(source)
    du_fichier = [regle for noeud in arbre.body if _est_pytestmark(noeud) for regle in _nommees(noeud)]
    return list(_preuves(arbre.body, nom, du_fichier))


def _preuves(corps: list[ast.stmt], nom: str, heritees: list[str]) -> Iterator[Preuve]:
    for noeud in corps:
        if isinstance(noeud, ast.ClassDef):
            propres = [r for d in noeud.decorator_list for r in _nommees(d)]
            propres += [r for n in noeud.body if _est_pytestmark(n) for r in _nommees(n)]
            yield from _preuves(noeud.body, f"{nom}::{noeud.name}", heritees + propres)
        elif isinstance(noeud, ast.FunctionDef | ast.AsyncFunctionDef) and noeud.name.startswith("test"):
            toutes = heritees + [r for d in noeud.decorator_list for r in _nommees(d)]
            if toutes:
                yield Preuve(f"{nom}::{noeud.name}", noeud.lineno, tuple(dict.fromkeys(toutes)))


def _est_pytestmark(noeud: ast.stmt) -> bool:
    cibles = noeud.targets if isinstance(noeud, ast.Assign) else []
    return any(isinstance(cible, ast.Name) and cible.id == "pytestmark" for cible in cibles)


def _nommees(noeud: ast.AST) -> Iterator[str]:
    """The ids of every `pytest.mark.rule(...)` below a node. Raises ValueError for one that is not written out."""
    for appel in ast.walk(noeud):
        if not (isinstance(appel, ast.Call) and ast.unparse(appel.func) in {"pytest.mark.rule", "mark.rule"}):
            continue
        for argument in appel.args:
            if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
                raise ValueError(f"ligne {appel.lineno} : écrivez la règle en toutes lettres")
            yield argument.value


def inconnues(connues: list[Regle], trouvees: list[Preuve]) -> list[str]:
    """Markers that name no rule of the spec."""
    ids = {regle.id for regle in connues}
    return [f"{p.test} (ligne {p.ligne}) : {r}" for p in trouvees for r in p.regles if r not in ids]


def rapport(connues: list[Regle], trouvees: list[Preuve]) -> str:
    """What `make rules` prints."""
    par_regle = {regle.id: [p.test for p in trouvees if regle.id in p.regles] for regle in connues}
    prouvees = [regle for regle in connues if par_regle[regle.id]]
    lignes, section = [], ""
    for regle in prouvees:
        if regle.section != section:
            section = regle.section
            lignes += ["", section]
        tests = par_regle[regle.id]
        lignes.append(f"  {regle.id:<5}{len(tests)} test{'s' if len(tests) > 1 else ''}")
        lignes += [f"         {test}" for test in tests]
    lignes += ["", f"Règles prouvées par au moins un test : {len(prouvees)} sur {len(connues)}"]
    sans = [regle for regle in connues if not par_regle[regle.id]]
    lignes += ["", f"Règles sans test : {len(sans)}"]
    for titre in dict.fromkeys(regle.section for regle in sans):
        lignes.append(f"  {titre} : {', '.join(r.id for r in sans if r.section == titre)}")
    return "\n".join(lignes).lstrip("\n")


def main(racine: Path = RACINE) -> int:
    """Print the report; 1 when a marker names a rule that does not exist."""
    connues, trouvees = regles(racine / "docs" / "spec"), preuves(racine)
    print(rapport(connues, trouvees))
    fausses = inconnues(connues, trouvees)
    for fausse in fausses:
        print(f"Règle inconnue : {fausse}", file=sys.stderr)
    return 1 if fausses else 0


if __name__ == "__main__":
    raise SystemExit(main())
