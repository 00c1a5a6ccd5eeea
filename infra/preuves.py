"""`make proof`: what the whole run proved, in docs/preuves.md. Reads the tests' XML and the harness's figures."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree

from infra.regles import RACINE, preuves, regles

RESULTATS = RACINE / "build" / "preuves"
PARTIES = {
    "unit": "règles et noyau, sans AWS",
    "meta": "la maison : architecture, tailles, gabarits, journaux, règles",
    "web": "chaque page et chaque événement, sur moto",
    "local": "ce que lance `make run`",
    "deploiement": "le paquet réel, déployé avec ses droits",
    "browser": "parcours, accessibilité, sans script, téléphone, clavier",
    "faults": "chaque appel à AWS, en panne",
    "races": "plusieurs à la fois, sur l’émulateur",
}


def parties(tests: ElementTree.Element) -> dict[str, Counter[str]]:
    """Tests passed, failed and seconds, by folder of tests/."""
    comptes: dict[str, Counter[str]] = {nom: Counter() for nom in PARTIES}
    for cas in tests.iter("testcase"):
        dossier = cas.get("classname", "").split(".")[1]
        rates = any(cas.find(balise) is not None for balise in ("failure", "error", "skipped"))
        comptes[dossier]["manques" if rates else "passes"] += 1
        comptes[dossier]["centiemes"] += round(float(cas.get("time", 0)) * 100)
    return comptes


def rapport(tests: ElementTree.Element, figures: dict[str, Any], jour: date) -> str:
    """The page."""
    comptes = parties(tests)
    prouvees = {regle for preuve in preuves(RACINE) for regle in preuve.regles}
    connues = regles(RACINE / "docs" / "spec")
    lignes = [
        "# Preuves",
        "",
        f"Écrit par `make proof` le {jour:%d/%m/%Y} : {os.cpu_count()} cœurs ({platform.machine()}), Python "
        f"{platform.python_version()}. Rien n’est échantillonné.",
        "",
        "| tests | ce qu’ils prouvent | réussis | manqués | secondes |",
        "|---|---|---|---|---|",
    ]
    for nom, sens in PARTIES.items():
        c = comptes[nom]
        lignes.append(f"| `tests/{nom}` | {sens} | {c['passes']} | {c['manques']} | {c['centiemes'] // 100} |")
    lignes += [
        "",
        f"Règles de la spécification qui ont un test : {len(prouvees)} sur {len(connues)} (`make rules`).",
        "",
    ]
    for nom, valeurs in figures.items():
        lignes += [f"## {nom.capitalize()}", ""]
        lignes += [f"- {cle.replace('_', ' ')} : {valeur}" for cle, valeur in valeurs.items()] + [""]
    return "\n".join(lignes)


def main() -> int:
    """Write the page; 1 when something was missed."""
    tests = ElementTree.parse(RESULTATS / "tests.xml").getroot()  # noqa: S314 - the file is our own
    figures = {f.stem: json.loads(f.read_text("utf-8")) for f in sorted(RESULTATS.glob("*.json"))}
    (RACINE / "docs" / "preuves.md").write_text(rapport(tests, figures, datetime.now(UTC).date()), encoding="utf-8")
    manques = sum(c["manques"] for c in parties(tests).values())
    print(f"docs/preuves.md : {manques} manqués", file=sys.stderr if manques else sys.stdout)
    return 1 if manques else 0


if __name__ == "__main__":
    raise SystemExit(main())
