"""The bench's fixtures, and the number of points at the end of the run. GUICHET_PREUVE=1: every point; else a sample,
drawn by GUICHET_GRAINE (printed)."""

import os
import secrets
from typing import Any

from tests.faults import bilan, fixtures

guichet, fil, repertoire, monde = fixtures.guichet, fixtures.fil, fixtures.repertoire, fixtures.monde
# Workers of xdist inherit it; where they do not, they share the name of their run.
GRAINE = os.environ.setdefault(
    "GUICHET_GRAINE", os.environ.get("PYTEST_XDIST_TESTRUNUID", str(secrets.randbelow(10**6)))
)


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: Any) -> None:
    """How many points, and how to draw the same ones again."""
    rapports = bilan.rapports(terminalreporter, "faults")
    points, total, scenes = (bilan.somme(rapports, nom) for nom in ("points", "points_en_tout", "scenes"))
    reseau = bilan.somme(rapports, "points_du_reseau")
    if not points:
        return
    terminalreporter.write_line(
        f"fautes : {points} points éprouvés sur {total}, {scenes} scènes, {reseau} sur le réseau, "
        f"{bilan.secondes(rapports)} s, GUICHET_GRAINE={GRAINE}"
    )
    bilan.ecrire(
        config,
        exitstatus,
        "fautes",
        rapports,
        points=points,
        points_en_tout=total,
        scenes=scenes,
        sur_le_reseau=reseau,
        seed=GRAINE,
    )
