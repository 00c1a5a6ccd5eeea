"""Make `infra/local/employeurs.tsv`, the extract that the local stand-in of the register of employers serves.

    python -m infra.employeurs SOURCE

SOURCE is a directory that holds employeurs_publics_communes_siren.tsv, employeurs_publics_epci_siren.tsv (names and
SIREN of @etalab/decoupage-administratif 6.0.0, Licence Ouverte 2.0) and codes_postaux_communes.compact.tsv. Kept:
communes whose postal code ends with 000 or 100, which are towns, and groups of communes other than the smallest.

No source gives the number of the seat's establishment (NIC): one is made for the demonstration, with a good key.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from chalicelib.commun.employeurs.rules import faute_de_siret
from infra.local.employeurs import DONNEES
from infra.referentiels import Ligne, tableau, typographie

NATURES = {"CA": "7348", "CU": "7343", "METRO": "7344", "MET69": "7229"}
"""Legal categories of INSEE; the smallest groups (CC) are left out."""


def main(source: Path, destination: Path = DONNEES) -> None:
    """Write the file and say what it weighs."""
    contenu = tableau([*communes(source), *groupes(source)])
    destination.write_bytes(contenu)
    sys.stdout.write(f"{destination.name}: {len(contenu)} bytes\n")


def communes(source: Path) -> Iterator[Ligne]:
    """siren, nic, nom, nature, code postal, ville."""
    lieux = villes(source)
    for siren, nom, insee in lignes(source, "employeurs_publics_communes_siren.tsv"):
        if insee in lieux:
            yield siren, nic(siren), f"COMMUNE DE {typographie(nom).upper()}", "7210", lieux[insee], nom.upper()


def groupes(source: Path) -> Iterator[Ligne]:
    """The same, without an address: no source gives it."""
    for siren, nom, genre in lignes(source, "employeurs_publics_epci_siren.tsv"):
        if genre in NATURES:
            yield siren, nic(siren), typographie(nom).upper(), NATURES[genre], "", ""


def villes(source: Path) -> dict[str, str]:
    """INSEE code -> postal code, where the latter is a town's and serves the commune first."""
    trouvees: dict[str, str] = {}
    for code, items in lignes(source, "codes_postaux_communes.compact.tsv", titres=0):
        if code.endswith(("000", "100")):
            for item in items.split("|"):
                trouvees.setdefault((code[:2] + item[: 5 if item[3].isdigit() else 3])[-5:], code)
    return trouvees


def lignes(source: Path, nom: str, titres: int = 1) -> Iterator[list[str]]:
    """The lines of a tabulated file, without its titles."""
    return (ligne.split("\t") for ligne in (source / nom).read_text(encoding="utf-8").splitlines()[titres:])


def nic(siren: str) -> str:
    """The first number of an establishment that has a good key."""
    return next(n for n in (f"{rang:05d}" for rang in range(10, 20)) if faute_de_siret(siren + n) is None)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
