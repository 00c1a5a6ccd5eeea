"""Les règles de docs/spec, les contrôles de docs/controles.csv et les tests qui les prouvent : `make rules`.

Lit les sources, n'exécute aucun test.
"""

from __future__ import annotations

import ast
import csv
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

RACINE = Path(__file__).resolve().parent.parent
_REGLE = re.compile(r"^- ([A-Z]{1,2}[0-9]{1,2})\b")
_TITRE = re.compile(r"^## (.+)$")
CONTROLES = "docs/controles.csv"
ATTENTES = "tests/meta/test_controles.py"
"""Where the checks that wait for something are listed, with what they wait for."""


@dataclass(frozen=True)
class Regle:
    """A rule of the spec: its id, the section that holds it, its text."""

    id: str
    section: str
    texte: str


@dataclass(frozen=True)
class Preuve:
    """A test that names rules or checks; one whatever its parameters."""

    test: str
    ligne: int
    regles: tuple[str, ...]


@dataclass(frozen=True)
class Attente:
    """What a check waits for: something that the portal does not do yet, and what of the check that leaves unproved."""

    chose: str
    reste: str


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


def controles(fichier: Path) -> list[str]:
    """The ids of the checks, in the order of their table; none without the table."""
    if not fichier.exists():
        return []
    with fichier.open(encoding="utf-8", newline="") as lignes:
        return [ligne["id"] for ligne in csv.DictReader(lignes)]


def attentes(racine: Path) -> dict[str, list[Attente]]:
    """The checks that wait for something, as ATTENTES tells them; read, not run."""
    fichier = racine / ATTENTES
    for noeud in ast.parse(fichier.read_text(encoding="utf-8")).body if fichier.exists() else ():
        if isinstance(noeud, ast.AnnAssign) and ast.unparse(noeud.target) == "ATTENTES" and noeud.value:
            lues = ast.literal_eval(noeud.value)
            return {id_: [Attente(*quoi) for quoi in choses.items()] for id_, choses in lues.items()}
    return {}


def preuves(racine: Path, marque: str = "rule") -> list[Preuve]:
    """Every test of tests/ that names a rule (or, for the mark « controle », a check)."""
    trouvees: list[Preuve] = []
    for fichier in sorted((racine / "tests").rglob("test_*.py")):
        nom = fichier.relative_to(racine).as_posix()
        trouvees += preuves_du_source(fichier.read_text(encoding="utf-8"), nom, marque)
    return trouvees


def preuves_du_source(source: str, nom: str, marque: str = "rule") -> list[Preuve]:
    """The same for one file: markers of the test, of its class, of its parameters and of the whole file."""
    arbre = ast.parse(source)
    du_fichier = [regle for noeud in arbre.body if _est_pytestmark(noeud) for regle in _nommees(noeud, marque)]
    return list(_preuves(arbre.body, nom, du_fichier, marque))


def _preuves(corps: list[ast.stmt], nom: str, heritees: list[str], marque: str) -> Iterator[Preuve]:
    for noeud in corps:
        if isinstance(noeud, ast.If):  # tests that only a whole run collects
            yield from _preuves(noeud.body, nom, heritees, marque)
        elif isinstance(noeud, ast.ClassDef):
            propres = [r for d in noeud.decorator_list for r in _nommees(d, marque)]
            propres += [r for n in noeud.body if _est_pytestmark(n) for r in _nommees(n, marque)]
            yield from _preuves(noeud.body, f"{nom}::{noeud.name}", heritees + propres, marque)
        elif isinstance(noeud, ast.FunctionDef | ast.AsyncFunctionDef) and noeud.name.startswith("test"):
            toutes = heritees + [r for d in noeud.decorator_list for r in _nommees(d, marque)]
            if toutes:
                yield Preuve(f"{nom}::{noeud.name}", noeud.lineno, tuple(dict.fromkeys(toutes)))


def _est_pytestmark(noeud: ast.stmt) -> bool:
    cibles = noeud.targets if isinstance(noeud, ast.Assign) else []
    return any(isinstance(cible, ast.Name) and cible.id == "pytestmark" for cible in cibles)


def _nommees(noeud: ast.AST, marque: str) -> Iterator[str]:
    """The ids of every `pytest.mark.rule(...)` below a node. Raises ValueError for one that is not written out."""
    noms = {f"pytest.mark.{marque}", f"mark.{marque}"}
    for appel in ast.walk(noeud):
        if not (isinstance(appel, ast.Call) and ast.unparse(appel.func) in noms):
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


def controles_inconnus(connus: list[str], trouvees: list[Preuve], attendus: dict[str, list[Attente]]) -> list[str]:
    """Markers and waits that name no check of the table."""
    faux = [f"{p.test} (ligne {p.ligne}) : {c}" for p in trouvees for c in p.regles if c not in connus]
    return faux + [f"{ATTENTES} : {id_}" for id_ in attendus if id_ not in connus]


def rapport_des_controles(connus: list[str], trouvees: list[Preuve], attendus: dict[str, list[Attente]]) -> str:
    """What `make rules` prints of the checks: which have tests, and which wait for what."""
    par_controle = {id_: [p.test for p in trouvees if id_ in p.regles] for id_ in connus}
    lignes = ["Contrôles (docs/controles.csv)"]
    for id_, tests in par_controle.items():
        lignes.append(f"  {id_:<5}{len(tests)} test{'s' if len(tests) > 1 else ''}")
        lignes += [f"         {test}" for test in tests]
        lignes += [f"         attend {a.chose} : {a.reste}" for a in attendus.get(id_, ())]
    prouves = sum(bool(tests) for tests in par_controle.values())
    return "\n".join([*lignes, "", f"Contrôles prouvés par au moins un test : {prouves} sur {len(connus)}"])


def main(racine: Path = RACINE) -> int:
    """Print the report; 1 when a marker names a rule or a check that does not exist."""
    connues, trouvees = regles(racine / "docs" / "spec"), preuves(racine)
    print(rapport(connues, trouvees))
    connus, marques, attendus = controles(racine / CONTROLES), preuves(racine, "controle"), attentes(racine)
    if connus:
        print(f"\n{rapport_des_controles(connus, marques, attendus)}")
    fausses = [f"Règle inconnue : {fausse}" for fausse in inconnues(connues, trouvees)]
    fausses += [f"Contrôle inconnu : {faux}" for faux in controles_inconnus(connus, marques, attendus)]
    for fausse in fausses:
        print(fausse, file=sys.stderr)
    return 1 if fausses else 0


if __name__ == "__main__":
    raise SystemExit(main())
