"""What a reference item is, and the order in which a French reader looks for it."""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum

FRANCE = "FR"
"""ISO code of France: first in every choice of a country or a nationality."""

_CODES_POSTAUX_FRANCAIS = frozenset(("FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "WF", "PF", "NC", "TF"))
_FORMAT_CODE_POSTAL = re.compile(r"[0-9]{5}")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})


@dataclass(frozen=True, slots=True)
class Region:
    """A region, or an overseas collectivity that stands at the same rank; `code` is the INSEE one."""

    code: str
    nom: str


@dataclass(frozen=True, slots=True)
class Departement:
    """A department and the code of its region; an overseas collectivity is a department of itself."""

    code: str
    nom: str
    region: str


@dataclass(frozen=True, slots=True)
class Pays:
    """A country or territory of ISO 3166 (`code`: alpha-2).

    `nationalite` agrees with the word « nationalité » (« Française »). It is None for a territory whose people have
    the nationality of another state: one may live in Guadeloupe or Hong Kong, one is French or Chinese.
    """

    code: str
    nom: str
    nationalite: str | None = None


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of today; `code` is the INSEE one, which is not a postal code."""

    code: str
    nom: str


class TypeStructure(Enum):
    """Kinds of structures."""

    DELEGATION = "delegation"
    INET = "inet"
    INSET = "inset"

    @property
    def libelle(self) -> str:
        """The kind in full, as people read it."""
        return _LIBELLES[self]


_LIBELLES = {
    TypeStructure.DELEGATION: "Délégation régionale",
    TypeStructure.INET: "Institut national des études territoriales",
    TypeStructure.INSET: "Institut national spécialisé d’études territoriales",
}


@dataclass(frozen=True, slots=True)
class Structure:
    """A structure of the CNFPT; `code` is a stable slug, `region` the code of the region where it stands."""

    code: str
    nom: str
    type: TypeStructure
    region: str


@dataclass(frozen=True, slots=True)
class SousSpecialite:
    """Rule D1: a sub-speciality of the référentiel, under its speciality. `code`: that of the body, when it is known;
    `exemple`: an entry that stands in for the real list until it is imported (rule Z7)."""

    cle: str
    specialite: str
    code: str
    nom: str
    exemple: bool

    @property
    def intitule(self) -> str:
        """« A2C - Assemblées, secrétariat général et protocole »."""
        return f"{self.code} - {self.nom}" if self.code else f"{self.nom} (exemple)" if self.exemple else self.nom


@dataclass(frozen=True, slots=True)
class Langue:
    """Rule D8: a language, of France (`regionale`) or foreign."""

    code: str
    nom: str
    regionale: bool


def cle_de_tri(nom: str) -> str:
    """The key that sorts as a French reader expects: accents and case count for nothing, a hyphen is a space.

    Two spellings of one name have the same key: it also serves to recognise what somebody typed.
    """
    decompose = unicodedata.normalize("NFD", nom.casefold().translate(_LIGATURES))
    lettres = "".join(c for c in decompose if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^a-z0-9]", " ", lettres).split())


def a_forme_de_code_postal(saisie: str) -> bool:
    """Rule C1: is this five digits, the French format? Whether such a code is in use is another question."""
    return _FORMAT_CODE_POSTAL.fullmatch(saisie) is not None


def exige_un_code_postal_francais(pays: str) -> bool:
    """Rule C1: do addresses of this country (ISO code) take a French postal code? Overseas France included."""
    return pays in _CODES_POSTAUX_FRANCAIS
