"""The law of applications: opening an account, transmitting, deciding. Pure."""

from dataclasses import dataclass
from enum import Enum

DOCUMENTS = {
    "charte": "J’ai pris connaissance de la charte des intervenants",
    "conditions-generales": "J’ai pris connaissance des conditions générales d’emploi des intervenants",
    "mentions-legales": "J’ai pris connaissance des mentions légales",
}  # rule B1: each counts once its link was opened


class Etat(Enum):
    """States of an application (section E of the spec). Stored by name, shown by `libelle`."""

    BROUILLON = "À compléter"
    TRANSMISE = "En cours d’étude"
    VALIDEE = "Validée"

    @property
    def libelle(self) -> str:
        """What people read."""
        return self.value


class Refus(Enum):
    """Why an act on an application is refused."""

    COMPTE_EXISTANT = (
        "Un compte existe déjà avec cette identité ou cette adresse e-mail. Authentifiez-vous, ou écrivez-nous par "
        "« Aide et Contact » si vous n’avez plus vos identifiants."
    )
    COMPTE_ARCHIVE = (
        "Un compte archivé existe déjà avec cette identité ou cette adresse e-mail. Demandez sa réactivation par "
        "« Aide et Contact »."
    )
    DEJA_TRANSMISE = "Votre demande a déjà été transmise : elle est en cours d’étude."
    DEJA_VALIDEE = "Votre demande d’inscription est déjà validée."
    INCOMPLETE = "Il manque des réponses obligatoires : complétez-les, puis transmettez votre demande."
    CV_EN_COURS = (
        "Votre CV est encore en cours de vérification : attendez quelques secondes, puis transmettez votre demande."
    )
    MODIFIEE_ENTRE_TEMPS = (
        "Votre profil a été modifié dans une autre fenêtre : relisez vos réponses, puis transmettez-les."
    )


@dataclass(frozen=True)
class Demande:
    """An application. Instants are ISO texts in UTC; `nom` is the trainer's, kept for the work list."""

    compte: str
    etat: Etat = Etat.BROUILLON
    structure: str = ""
    reference: str = ""
    nom: str = ""
    transmise_le: str = ""
    decidee_le: str = ""
    decidee_par: str = ""
    cv: str = ""


@dataclass(frozen=True)
class Filtre:
    """Rule S4: what a work list shows. `structure`: a code, or "" for all; `apres`: instant of the last one seen."""

    structure: str = ""
    recentes: bool = False
    apres: str = ""

    def structures(self, siennes: tuple[str, ...]) -> tuple[str, ...]:
        """Rule T6: the structures to look into: the one chosen among the gestionnaire's, or all of theirs."""
        return tuple(code for code in siennes if self.structure in {code, ""})


def refus_de_transmettre(demande: Demande, complete: bool, cv_en_cours: bool) -> Refus | None:
    """Rule E1: why this application can't be transmitted now."""
    if demande.etat is Etat.TRANSMISE:
        return Refus.DEJA_TRANSMISE
    if demande.etat is Etat.VALIDEE:
        return Refus.DEJA_VALIDEE
    if not complete:
        return Refus.INCOMPLETE
    return Refus.CV_EN_COURS if cv_en_cours else None


def peut_traiter(demande: Demande | None, structures: tuple[str, ...]) -> bool:
    """Rules E2, T6: staff treat the applications that were transmitted to their structures; others do not exist."""
    return demande is not None and demande.etat is not Etat.BROUILLON and demande.structure in structures


def reference(identifiant: str, annee: int) -> str:
    """What a person quotes: « INS-2026-7F3K9Q2M »; `identifiant`: 26 characters, the last ones are chance."""
    return f"INS-{annee}-{identifiant[-8:].upper()}"


def attente(jours: int) -> str:
    """Rule E2: how long an application has waited."""
    if jours < 1:
        return "Aujourd’hui"
    return "1 jour" if jours == 1 else f"{jours} jours"
