"""What is measured inside a process of its own, on the tables of a portal that runs: P2, P3, P4, as JSON."""

import json
import logging
import sys
from pathlib import Path

from infra.bench import actes, pages, scenes
from infra.bench.memoire import Memoire
from infra.local.portail import Portail


def main() -> None:
    """The argument is where the portal is."""
    lu = json.loads(sys.argv[1])
    portail = Portail(lu["url"], lu["console_url"], lu["endpoint"], Path(lu["journal"]), lu["pid"])
    logging.disable(logging.CRITICAL)
    memoire = Memoire().installer()
    scene = scenes.ouvrir(portail)
    exemples = scenes.exemples(scene)
    rendu = {
        "P3": pages.appels(memoire, scene, exemples),
        "P4": actes.mesurer(memoire, scene),
        "P2": pages.processeur(memoire, scene, exemples),
    }
    sys.__stdout__.write(json.dumps(rendu) + "\n")


if __name__ == "__main__":
    main()
