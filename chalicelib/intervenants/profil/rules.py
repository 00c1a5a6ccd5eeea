"""The law of the profile: what « Identification » asks, when it may be changed. Pure."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any

from chalicelib.commun.comptes.rules import Compte
from chalicelib.commun.referentiels.rules import a_forme_de_code_postal, exige_un_code_postal_francais

AGE_MIN, AGE_MAX = 16, 110  # years; 16: the age from which one may be employed (Code du travail, L4153-1)


class Mode(Enum):
    """How a profile may be changed (rules E1, G4)."""

    LIBRE = "LIBRE"
    LECTURE_SEULE = "LECTURE_SEULE"
    VALIDE = "VALIDE"


class Refus(Enum):
    """Why a profile can't be changed now."""

    EN_COURS_D_ETUDE = "Votre demande est en cours d’étude : votre profil peut être lu, mais pas modifié."
    IDENTITE_PRISE = "Un compte existe déjà pour cette personne : vérifiez le nom, le prénom et la date de naissance."


@dataclass(frozen=True)
class Profil:
    """A profile: what was typed in « Identification » (by field name), its version, how it may be changed."""

    compte: str
    identification: dict[str, Any] = field(default_factory=dict)
    version: int = 0
    mode: Mode = Mode.LIBRE
    enregistre_le: str = ""

    @property
    def structure(self) -> str:
        """Code of the structure de rattachement (rule C6), or ""."""
        return str(self.identification.get("structure", ""))


def refus_de_modifier(profil: Profil) -> Refus | None:
    """Rule E1: read-only while it is treated."""
    return Refus.EN_COURS_D_ETUDE if profil.mode is Mode.LECTURE_SEULE else None


def structure_modifiable(profil: Profil) -> bool:
    """Rule G4: once validated, all is editable but the structure de rattachement."""
    return profil.mode is Mode.LIBRE


def identification_de_depart(compte: Compte) -> dict[str, Any]:
    """What « Le formateur » shows before anything was saved: the identity given when the account was opened."""
    identite = compte.identite
    return {
        "civilite": identite.civilite.name,
        "nom": identite.nom,
        "nom_usage": identite.nom_usage,
        "prenom": identite.prenom,
        "naissance": identite.naissance.strftime("%d/%m/%Y"),
        "pays": "FR",
        "nationalite": "FR",
    }


# Letters, or initials with their dots; a dot ends a part, so that no name reads as the address of a site (rule V2).
_PARTIE = r"(?:(?:[^\W\d_]\.){2,}|[^\W\d_]+\.?)"  # no text matches both branches: linear
_NOM = re.compile(rf"['’]?{_PARTIE}(?:[ \-'’]+{_PARTIE})*")


def faute_de_nom(texte: str) -> str | None:
    """Names take letters of any alphabet, accents, spaces, hyphens, apostrophes; nothing else."""
    composes = unicodedata.normalize("NFC", texte)
    lettres = "".join(c for c in composes if not unicodedata.category(c).startswith("M"))
    if _NOM.fullmatch(lettres):
        return None
    return "n’écrivez que des lettres ; les accents, traits d’union, apostrophes et espaces sont acceptés."


def faute_de_naissance(naissance: date, today: date) -> str | None:
    """A day of birth lies in the past, in a human life, and lets one work."""
    if naissance >= today:
        return "La date de naissance doit être passée : vérifiez l’année."
    age = today.year - naissance.year - ((today.month, today.day) < (naissance.month, naissance.day))
    if age < AGE_MIN:
        return f"Vérifiez l’année de naissance : il faut avoir au moins {AGE_MIN} ans."
    if age > AGE_MAX:
        return f"Vérifiez l’année de naissance : elle donne plus de {AGE_MAX} ans."
    return None


def faute_de_code_postal(code_postal: str, pays: str) -> str | None:
    """Rule C1: French format in France, free elsewhere."""
    if exige_un_code_postal_francais(pays) and not a_forme_de_code_postal(sans_espaces(code_postal)):
        return "Saisissez un code postal de cinq chiffres, par exemple 54000."
    return None


def sans_espaces(texte: str) -> str:
    """Rule S2: spaces, dots and dashes in codes are accepted."""
    return re.sub(r"[\s.\-]", "", texte)


def departements_hors_regions(departements: dict[str, str], regions: list[str]) -> list[str]:
    """Rule C5: codes of the departments that are in none of the regions chosen. `departements`: code -> region."""
    return [code for code, region in departements.items() if region not in regions]


def champs_differents(mien: dict[str, Any], autre: dict[str, Any]) -> list[str]:
    """Rule C8: names of the fields that another tab left otherwise."""
    return sorted(name for name in mien.keys() | autre.keys() if (mien.get(name) or "") != (autre.get(name) or ""))
