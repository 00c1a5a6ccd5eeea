"""What a run of the harness says when it ends: a line for people, a file for the page of proofs."""

import json
from pathlib import Path
from typing import Any

from tests import chrono

PREUVE = chrono.PREUVE


def rapports(terminalreporter: Any, dossier: str) -> list[Any]:
    """The reports of a folder's tests; their user_properties travel with them from xdist's workers."""
    tous = terminalreporter.getreports("passed") + terminalreporter.getreports("failed")
    return [rapport for rapport in tous if rapport.nodeid.startswith(f"tests/{dossier}/")]


def somme(rapports_: list[Any], nom: str) -> int:
    """The sum of a property."""
    return sum(int(valeur) for rapport in rapports_ for cle, valeur in rapport.user_properties if cle == nom)


def secondes(rapports_: list[Any]) -> int:
    """From the first test to the end of the last one."""
    return round(max(r.stop for r in rapports_) - min(r.start for r in rapports_))


def ecrire(config: Any, statut: int, nom: str, rapports_: list[Any], **valeurs: Any) -> None:
    """Write build/preuves/<nom>.json, when all was tried to its end: every point, every test of the folder."""
    choisis = config.option.keyword or config.option.markexpr or any("::" in arg or ".py" in arg for arg in config.args)
    ailleurs = hasattr(config, "workerinput")  # a worker of xdist knows its own share only
    if not PREUVE or statut > 1 or choisis or ailleurs:
        return
    echecs = len({rapport.nodeid for rapport in rapports_ if rapport.failed})
    bilan = {**valeurs, "seconds": secondes(rapports_), "echecs": echecs}
    chemin = Path(config.rootpath) / "build" / "preuves" / f"{nom}.json"
    chemin.parent.mkdir(parents=True, exist_ok=True)
    chemin.write_text(json.dumps(bilan, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
