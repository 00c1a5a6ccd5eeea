"""`python -m infra.bench`: measure, compare with the marks, write docs/performance.md. Everything it starts it ends."""

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from infra.bench import charge, froid, poids, processus, rapport
from infra.local.environnement import RACINE, environnement
from infra.local.portail import Portail, portail

DELAI_MESURES = 480  # four minutes are short on a machine that does something else
# Seconds that a request may wait for a free process: on Lambda it has one at once, here 200 people share two.
ATTENTE = 120


def arguments() -> argparse.Namespace:
    """Options: what to leave out, how many people, where to write."""
    lecteur = argparse.ArgumentParser(prog="python -m infra.bench", description="Mesures du portail.")
    lecteur.add_argument("--gens", type=int, default=200, help="personnes en même temps (0 : pas de charge)")
    lecteur.add_argument("--sans-pages", action="store_true", help="ni P2, ni P3, ni P4")
    lecteur.add_argument("--sans-froid", action="store_true", help="pas de P1")
    lecteur.add_argument("--sortie", type=Path, default=RACINE / "docs" / "performance.md")
    return lecteur.parse_args()


def dire(texte: str) -> None:
    """Where the run is."""
    print(f"{time.strftime('%H:%M:%S')} {texte}", flush=True)


def pages(ouvert: Portail) -> dict[str, Any]:
    """P2, P3, P4, in a process of their own."""
    ou = asdict(ouvert) | {"journal": str(ouvert.journal)}
    commande = [sys.executable, "-m", "infra.bench.mesures", json.dumps(ou)]
    env = environnement(ouvert.endpoint, ouvert.url)
    fait = subprocess.run(
        commande, cwd=RACINE, env=env, capture_output=True, text=True, timeout=DELAI_MESURES, check=False
    )
    if fait.returncode:
        raise RuntimeError(fait.stderr[-3000:])
    return dict(json.loads(fait.stdout.splitlines()[-1]))


def sous_charge(ouvert: Portail, gens: int) -> dict[str, Any]:
    """The load, and the processor that each part used for it."""
    avant = processus.cpu(ouvert.pid)
    figures = charge.courir(ouvert, gens)
    return figures | {"cpu": processus.difference(avant, processus.cpu(ouvert.pid))}


def mesurer(options: argparse.Namespace) -> dict[str, Any]:
    """Everything, one thing after the other: two measures at once would disturb each other."""
    mesures: dict[str, Any] = {}
    if not options.sans_froid:
        dire("P1 démarrage à froid")
        mesures["P1"] = froid.mesurer()
    dire("portail")
    ouvriers, journal = max(2, os.cpu_count() or 2), RACINE / ".run" / "bench.log"
    with portail(workers=ouvriers, delai=ATTENTE, journal=journal, env={"VERSION": "bench"}) as ouvert:
        dire("P8 première page")
        mesures["P8"] = poids.premiere_page(ouvert.url) | {"lighthouse": poids.lighthouse(ouvert.url)}
        if not options.sans_pages:
            dire("P2 P3 P4 pages et actes")
            mesures |= pages(ouvert)
        if options.gens:
            dire(f"charge : {options.gens} personnes")
            mesures["charge"] = sous_charge(ouvert, options.gens)
    mesures["P9"] = poids.paquet()
    return mesures


def main() -> int:
    """Measure and write; says each figure and its mark. A mark not met is read by people; red is for a bench that
    miscounts."""
    options = arguments()
    debut = time.monotonic()
    mesures = mesurer(options)
    table = rapport.ecrire(mesures, options.sortie)
    for ligne in table:
        verdict = {True: "tenu", False: "NON TENU", None: "non mesuré"}[ligne.tenu]
        print(f"  {ligne.id:5} {verdict:10} {ligne.figure}   repère {ligne.repere}   {ligne.quoi}")
    dire(f"{options.sortie.name} écrit, {time.monotonic() - debut:.0f} s")
    fautes = rapport.faux(mesures["P4"]) if "P4" in mesures else []
    print("".join(f"\033[31m{faute}\033[0m\n" for faute in fautes), end="", file=sys.stderr)
    return 1 if fautes else 0


if __name__ == "__main__":
    sys.exit(main())
