"""Reference data for the other slices: read from the package at first use, then kept for the life of the process.

Every list comes sorted for a French reader. A code that is not known gives None or nothing, never an error.
"""

import gzip
from bisect import bisect_left
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from chalicelib.commun.referentiels.rules import (
    Commune,
    Departement,
    Langue,
    Pays,
    Region,
    SousSpecialite,
    Structure,
    TypeStructure,
    a_forme_de_code_postal,
    cle_de_tri,
)

_DONNEES = Path(__file__).with_name("donnees")


def regions() -> tuple[Region, ...]:
    """Rule C5: the 18 regions and the inhabited overseas collectivities, by name."""
    return tuple(_regions().values())


def region(code: str) -> Region | None:
    """The region of this INSEE code."""
    return _regions().get(code)


def departements(regions: Iterable[str] | None = None) -> tuple[Departement, ...]:
    """Rule C5: the departments of these regions (codes), by name; all of them when no regions are given."""
    tous = tuple(_departements().values())
    if regions is None:
        return tous
    voulues = frozenset(regions)
    return tuple(d for d in tous if d.region in voulues)


def departement(code: str) -> Departement | None:
    """The department of this INSEE code."""
    return _departements().get(code)


def pays() -> tuple[Pays, ...]:
    """The countries and territories one can live in, by name. To show France first: `pays_par_code(FRANCE)`."""
    return tuple(_pays().values())


def pays_par_code(code: str) -> Pays | None:
    """The country of this ISO alpha-2 code."""
    return _pays().get(code)


@cache
def nationalites() -> tuple[Pays, ...]:
    """Rule C1: the states whose nationality one can have, by nationality (« Afghane », « Albanaise »...)."""
    return tuple(sorted((p for p in pays() if p.nationalite), key=lambda p: cle_de_tri(p.nationalite or "")))


def communes(code_postal: str) -> tuple[Commune, ...]:
    """Rule C1: the communes that this postal code serves, by name; none when the code is unknown, as a CEDEX is."""
    items = _ligne_du_code_postal(code_postal).split("|")
    trouvees = (_commune(code_postal, item) for item in items if item)
    return tuple(sorted(trouvees, key=lambda c: cle_de_tri(c.nom)))


def code_postal_existe(code_postal: str) -> bool:
    """Rule C1: does this postal code serve a commune? A CEDEX does not: do not refuse an address on this answer."""
    return _ligne_du_code_postal(code_postal) != ""


def structures() -> tuple[Structure, ...]:
    """Rule C6: the structures of the CNFPT, by name, which puts the delegations before the institutes."""
    return tuple(_structures().values())


def noms_des_structures() -> tuple[str, ...]:
    """Rule T2: what nobody's password is made of."""
    return tuple(structure.nom for structure in structures())


def structure(code: str) -> Structure | None:
    """The structure of this slug."""
    return _structures().get(code)


@cache
def sous_specialites() -> tuple[SousSpecialite, ...]:
    """Rule D1: the sub-specialities, by speciality then by title."""
    lignes = _lignes("sous_specialites.tsv")
    lues = (SousSpecialite(cle, groupe, code, nom, bool(exemple)) for cle, groupe, code, nom, exemple in lignes)
    return tuple(sorted(lues, key=lambda s: (cle_de_tri(s.specialite), cle_de_tri(s.intitule))))


@cache
def langues() -> tuple[Langue, ...]:
    """Rule D8: the languages, those of France first, by name."""
    lues = (Langue(code, nom[0].upper() + nom[1:], sorte == "regionale") for code, nom, sorte in _lignes("langues.tsv"))
    return tuple(sorted(lues, key=lambda langue: (not langue.regionale, cle_de_tri(langue.nom))))


@cache
def liste(nom: str) -> tuple[tuple[str, str], ...]:
    """Rules D2, D6, D7: a short list of the page « Parcours », as codes and names, in the order of the manual."""
    return tuple((code, libelle) for liste_, _, code, libelle in _lignes("listes.tsv") if liste_ == nom)


@cache
def _regions() -> dict[str, Region]:
    """Regions by code, in the order of their names."""
    lues = (Region(*champs) for champs in _lignes("regions.tsv"))
    return {r.code: r for r in sorted(lues, key=lambda r: cle_de_tri(r.nom))}


@cache
def _departements() -> dict[str, Departement]:
    """Departments by code, in the order of their names."""
    lus = (Departement(*champs) for champs in _lignes("departements.tsv"))
    return {d.code: d for d in sorted(lus, key=lambda d: cle_de_tri(d.nom))}


@cache
def _pays() -> dict[str, Pays]:
    """Countries by code, in the order of their names."""
    lus = (Pays(*champs) for champs in _lignes("pays.tsv"))
    return {p.code: p for p in sorted(lus, key=lambda p: cle_de_tri(p.nom))}


@cache
def _structures() -> dict[str, Structure]:
    """Structures by code, in the order of their names."""
    lues = (
        Structure(code, nom, TypeStructure(genre), region) for code, nom, genre, region in _lignes("structures.tsv")
    )
    return {s.code: s for s in sorted(lues, key=lambda s: cle_de_tri(s.nom))}


@cache
def _codes_postaux() -> list[bytes]:
    """The lines of the file of postal codes, sorted: only the one that is asked for is ever decoded."""
    return gzip.decompress((_DONNEES / "communes.tsv.gz").read_bytes()).splitlines()


def _ligne_du_code_postal(code_postal: str) -> str:
    """What follows this postal code in the file, or an empty text."""
    if not a_forme_de_code_postal(code_postal):
        return ""
    tete = f"{code_postal}\t".encode()
    lignes = _codes_postaux()
    rang = bisect_left(lignes, tete)
    if rang == len(lignes) or not lignes[rang].startswith(tete):
        return ""
    return lignes[rang].removeprefix(tete).decode()


def _commune(code_postal: str, item: str) -> Commune:
    """Decode « 053Bourg-en-Bresse » or, where the department is not the postal code's, « 2A004Ajaccio »."""
    taille = 5 if item[3].isdigit() else 3
    return Commune(code=(code_postal[:2] + item[:taille])[-5:], nom=item[taille:])


def _lignes(fichier: str) -> list[list[str]]:
    """The lines of a tabulated file of the package, cut into fields."""
    return [ligne.split("\t") for ligne in (_DONNEES / fichier).read_text(encoding="utf-8").splitlines()]
