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


class Statut(Enum):
    """Rule C2: « Statut professionnel », in the words of the manual (3.3.4). Stored by name, shown by value."""

    FONCTIONNAIRE = "Fonctionnaire"
    AGENT_NON_TITULAIRE = "Agent non titulaire"
    INDEPENDANT = "Travailleur indépendant"
    SALARIE_PRIVE = "Salarié du secteur privé"
    SANS = "Sans (sans activité ou retraité)"


class Temps(Enum):
    """Rule C2: how long one works for one's employer."""

    COMPLET = "Temps complet"
    NON_COMPLET = "Temps non complet"


class FonctionPublique(Enum):
    """Rule C2: the three of the Code général de la fonction publique."""

    FPE = "Fonction publique de l’État"
    FPT = "Fonction publique territoriale"
    FPH = "Fonction publique hospitalière"


class Situation(Enum):
    """Rule C2: « Situation/Position ». The manual shows « En activité », and who has no activity or is retired."""

    EN_ACTIVITE = "En activité"
    EN_INTERRUPTION = "En interruption d’activité (congé, disponibilité)"
    RETRAITE = "Retraité(e)"
    SANS_ACTIVITE = "Sans activité"


class Position(Enum):
    """Rule C2: « Position administrative » of civil servants (Code général de la fonction publique, L511-1)."""

    ACTIVITE = "Activité"
    MISE_A_DISPOSITION = "Activité, mis(e) à disposition"
    DETACHEMENT = "Détachement"
    DISPONIBILITE = "Disponibilité"
    CONGE_PARENTAL = "Congé parental"


class TypeEmployeur(Enum):
    """Rule C3: set from the statut, never typed."""

    PUBLIC = "Public"
    PRIVE = "Privé"


TYPES_D_EMPLOYEUR = {
    Statut.FONCTIONNAIRE: TypeEmployeur.PUBLIC,
    Statut.AGENT_NON_TITULAIRE: TypeEmployeur.PUBLIC,
    Statut.INDEPENDANT: TypeEmployeur.PRIVE,
    Statut.SALARIE_PRIVE: TypeEmployeur.PRIVE,
}  # fmt: skip
"""Rule C3, in the words of the manual (3.3.4, g). « Sans » has no employer: its block is hidden."""

QUESTIONS_DU_STATUT = {
    Statut.FONCTIONNAIRE: ("temps", "fonction_publique", "situation", "fonction", "grade", "service", "position"),
    Statut.AGENT_NON_TITULAIRE: ("temps", "fonction_publique", "situation", "fonction", "grade", "service"),
    Statut.INDEPENDANT: ("situation", "fonction", "grade"),
    Statut.SALARIE_PRIVE: ("temps", "situation", "fonction", "grade", "service"),
    Statut.SANS: ("situation",),
}
"""Rule C2: what each statut is asked; of these, what the manual stars is required, the rest is hidden.

« Situation/Position » is starred for all. Only public agents belong to a « fonction publique »; only civil servants
have a « position administrative » (contractual agents do not: décret n° 88-145). Nobody sets the hours of who works
for themself, and who has no activity has no function.
"""

ADRESSE_DE_L_EMPLOYEUR = tuple(
    f"employeur_{nom}" for nom in ("pays", "voie", "appartement", "batiment", "code_postal", "ville")
)
EMPLOYEUR = ("employeur_raison_sociale", "employeur_siret", *ADRESSE_DE_L_EMPLOYEUR, "employeur_tel", "adresse_pro")
COORDONNEES_PRO = tuple(
    f"pro_{nom}"
    for nom in ("pays", "code_postal", "ville", "appartement", "batiment", "voie", "email", "tel", "portable")
)


class Refus(Enum):
    """Why a profile can't be changed now."""

    EN_COURS_D_ETUDE = "Votre demande est en cours d’étude : votre profil peut être lu, mais pas modifié."
    IDENTITE_PRISE = "Un compte existe déjà pour cette personne : vérifiez le nom, le prénom et la date de naissance."
    TROP_D_IDENTITES = (
        "Vous avez changé de nom, de prénom ou de date de naissance trop de fois aujourd’hui : remettez ceux de votre "
        "compte pour enregistrer vos autres réponses, ou réessayez demain."
    )


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
        "identique": "oui" if identite.nom_usage == identite.nom else "",
        "prenom": identite.prenom,
        "naissance": identite.naissance.strftime("%d/%m/%Y"),
        "pays": "FR",
        "nationalite": "FR",
        "employeur_pays": "FR",
        "pro_pays": "FR",
    }


def avec_l_identique(identification: dict[str, Any]) -> dict[str, Any]:
    """Rule C1: « Identique au nom de famille » is ticked when the two names are one, however it was said."""
    meme = identification.get("nom") and identification.get("nom") == identification.get("nom_usage")
    return {**identification, "identique": "oui"} if meme else identification


def type_d_employeur(statut: Statut | None) -> TypeEmployeur | None:
    """Rule C3: PUBLIC or PRIVÉ by the statut; None without an employer."""
    return TYPES_D_EMPLOYEUR.get(statut) if statut else None


def statut_de(code: str) -> Statut | None:
    """The statut of a stored code."""
    return Statut.__members__.get(code)


def champs_poses(statut: Statut | None, adresse_pro: bool) -> frozenset[str]:
    """Rules C2 to C4: the questions on the work that this person is asked; none before the statut is known."""
    if statut is None:
        return frozenset()
    poses = set(QUESTIONS_DU_STATUT[statut])
    if statut in TYPES_D_EMPLOYEUR:
        poses.update(EMPLOYEUR, COORDONNEES_PRO if adresse_pro else ())
    return frozenset(poses)


def champs_caches(statut: Statut | None, adresse_pro: bool) -> frozenset[str]:
    """Rules C2 to C4: the other ones: neither asked, nor checked, nor shown to staff."""
    tous = {*EMPLOYEUR, *COORDONNEES_PRO}.union(*QUESTIONS_DU_STATUT.values())
    return frozenset(tous - champs_poses(statut, adresse_pro))


NOMS_DE_L_EMPLOYEUR = ("employeur_raison_sociale", "employeur_siret")


def employeur_connu(garde: dict[str, Any]) -> dict[str, str]:
    """Rule C3: the type and the names of the employer kept, be it for a former statut; {} when there is none."""
    ancien = garde.get("employeur_anterieur")
    type_ = type_d_employeur(statut_de(str(garde.get("statut", ""))))
    connu = ancien or {"type": type_.name if type_ else "", **{n: garde.get(n) or "" for n in NOMS_DE_L_EMPLOYEUR}}
    return connu if connu["type"] and any(connu[n] for n in NOMS_DE_L_EMPLOYEUR) else {}


def restes_de_l_employeur(garde: dict[str, Any], saisie: dict[str, Any]) -> list[str]:
    """Rule C3: what still names the employer of a former statut, while the present one sets another type."""
    connu, type_ = employeur_connu(garde), type_d_employeur(statut_de(str(saisie.get("statut", ""))))
    if not connu or type_ is None or type_.name == connu["type"]:
        return []
    return [nom for nom in NOMS_DE_L_EMPLOYEUR if connu[nom] and saisie.get(nom) == connu[nom]]


def employeur_anterieur(garde: dict[str, Any], saisie: dict[str, Any], confirme: bool) -> dict[str, str]:
    """Rule C3: what is remembered of the employer of a former statut: until it is replaced or confirmed, or while the
    present statut has no employer."""
    sans = type_d_employeur(statut_de(str(saisie.get("statut", "")))) is None
    return employeur_connu(garde) if sans or (restes_de_l_employeur(garde, saisie) and not confirme) else {}


def statuts_interroges(champ: str) -> list[Statut]:
    """Rules C2 to C4: whose statut is asked this question."""
    return [statut for statut in Statut if champ in champs_poses(statut, adresse_pro=True)]


def situations(statut: Statut) -> tuple[Situation, ...]:
    """Rule C2: what « Situation/Position » may be: « Sans » is for who has no activity or is retired."""
    if statut is Statut.SANS:
        return Situation.RETRAITE, Situation.SANS_ACTIVITE
    return Situation.EN_ACTIVITE, Situation.EN_INTERRUPTION


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
