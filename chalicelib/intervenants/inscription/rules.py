"""The law of applications: opening an account, transmitting, deciding. Pure."""

import hashlib
import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.intervenants.parcours.rules import Parcours
from chalicelib.intervenants.profil.rules import Profil

PARIS = ZoneInfo("Europe/Paris")
MOIS_POUR_COMPLETER, RAPPEL_AVANT = 2, timedelta(days=15)  # rule E4
MESSAGE_MAX = 2000
CHOIX_MAX = 20  # applications treated at once: a page of the work list

DOCUMENTS = {
    "charte": "J’ai pris connaissance de la charte des intervenants",
    "conditions-generales": "J’ai pris connaissance des conditions générales d’emploi des intervenants",
    "mentions-legales": "J’ai pris connaissance des mentions légales",
}  # rule B1: each counts once its link was opened


TEXTES_PRETS = {
    "Préciser le parcours": (
        "Votre parcours ne nous permet pas d’apprécier vos compétences. Merci de joindre un CV à jour qui décrit vos "
        "expériences professionnelles et, s’il y a lieu, vos expériences de formateur ou de formatrice."
    ),
    "Corriger les coordonnées": (
        "Vos coordonnées semblent incomplètes ou inexactes. Merci de vérifier votre adresse et vos numéros de "
        "téléphone."
    ),
    "CV illisible": (
        "Le CV que vous avez joint ne s’ouvre pas ou se lit mal. Merci d’en déposer un autre, au format PDF."
    ),
}
"""Rule E4: what gestionnaires often ask, ready to be sent or changed. Title -> text."""
MOTIFS_PRETS = {
    "Pas de besoin dans ces spécialités": (
        "Nous n’avons pas de besoin, pour le moment, dans les spécialités que vous proposez."
    ),
    "Expérience insuffisante": (
        "L’expérience que décrit votre profil ne correspond pas à ce que nous demandons pour intervenir dans les "
        "spécialités que vous proposez."
    ),
    "Hors de nos formations": (
        "Ce que vous proposez ne relève pas des formations que nous organisons pour les agents des collectivités "
        "territoriales."
    ),
}
"""Rule E3: why gestionnaires often reject, in the same way."""


class Etat(Enum):
    """States of an application (section E of the spec). Stored by name, shown by `libelle`."""

    BROUILLON = "À compléter"
    TRANSMISE = "En cours d’étude"
    COMPLEMENT = "Complément demandé"
    VALIDEE = "Validée"
    REJETEE = "Rejetée"
    ARCHIVEE = "Archivée"

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
    FICHIER_EN_COURS = (
        "Votre CV ou un diplôme est encore en cours de vérification : attendez quelques secondes, puis transmettez "
        "votre demande. Si cela dure, retirez ce fichier ou déposez-en un autre."
    )
    TROP_TOT = (
        "Votre demande n’a pas été retenue : vous pourrez la présenter de nouveau un an après sa première étude, "
        "à la date indiquée dans votre profil."
    )
    MODIFIEE_ENTRE_TEMPS = (
        "Votre profil a été modifié dans une autre fenêtre : relisez vos réponses, puis transmettez-les."
    )


@dataclass(frozen=True)
class Demande:
    """An application. Instants are ISO texts in UTC; `nom` is the trainer's, kept for the work list.

    `premiere_etude_le`: the first decision, from which rule E3 counts; `message`: what staff wrote with the last one;
    `echeance`: when a complement that does not come archives the application (rule E4); `rappelee`: told before.
    """

    compte: str
    etat: Etat = Etat.BROUILLON
    structure: str = ""
    reference: str = ""
    nom: str = ""
    transmise_le: str = ""
    decidee_le: str = ""
    decidee_par: str = ""
    cv: str = ""
    premiere_etude_le: str = ""
    message: str = ""
    echeance: str = ""
    rappelee: bool = False

    @property
    def libelle(self) -> str:
        """Rule E2: its state, as the list shows it; what a complement brought back says so."""
        revenue = self.etat is Etat.TRANSMISE and self.premiere_etude_le
        return "Complément reçu" if revenue else self.etat.libelle


@dataclass(frozen=True)
class Decision:
    """Rule E2: one line of an application's history. `message`: what staff wrote."""

    etat: Etat
    par: str
    le: str
    message: str = ""


TRANCHES = (7, 15, 30)
"""Days: the delays that statistics tell apart, each bound included; the last one is beyond."""


@dataclass(frozen=True)
class Mois:
    """What a structure decided in a month, « 2026-11 »: how many decisions of each kind, after how long.

    `tranches`: how many in each of TRANCHES, and beyond; `jours`: the sum of their delays, in days.
    """

    mois: str
    tranches: tuple[int, ...] = (0,) * (len(TRANCHES) + 1)
    jours: int = 0
    validees: int = 0
    complements: int = 0
    rejets: int = 0

    @property
    def decisions(self) -> int:
        """All of them."""
        return sum(self.tranches)


def tranche(jours: int) -> int:
    """The rank in TRANCHES of a delay."""
    return sum(jours > borne for borne in TRANCHES)


@dataclass(frozen=True)
class Remise:
    """What the last transmission handed in. `empreintes`: title of a block -> digest of its answers; `modifies`: the
    titles of those that differ from the transmission before, None when there was none since the first analysis."""

    empreintes: Mapping[str, str]
    modifies: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Ensemble:
    """What one person's partition holds: the profile, its page « Parcours », the application and its history."""

    fiche: Profil
    parcours: Parcours
    demande: Demande | None
    decisions: list[Decision]
    remise: Remise | None = None


@dataclass(frozen=True)
class Filtre:
    """Rule S4: what a work list shows. `structure`: a code, or "" for all; `apres`: `curseur` of the last one seen;
    `etat`: TRANSMISE, COMPLEMENT, or any other for what is treated."""

    structure: str = ""
    recentes: bool = False
    apres: str = ""
    etat: Etat = Etat.TRANSMISE

    def structures(self, siennes: tuple[str, ...]) -> tuple[str, ...]:
        """Rule T6: the structures to look into: the one chosen among the gestionnaire's, or all of theirs."""
        return tuple(code for code in siennes if self.structure in {code, ""})

    @property
    def a_traiter(self) -> "Filtre":
        """Rule E2: the list of what waits, from its beginning; in the order asked for, when it is of what waits."""
        return Filtre(self.structure, self.recentes and self.etat is Etat.TRANSMISE)

    def adresse(self, chemin: str) -> str:
        """Rule S4: an address that keeps it; the usual list adds nothing."""
        etat = "" if self.etat is Etat.TRANSMISE else self.etat.name
        dits = {"etat": etat, "ordre": "recentes" if self.recentes else "", "structure": self.structure,
                "apres": self.apres}  # fmt: skip
        question = "&".join(f"{nom}={valeur}" for nom, valeur in dits.items() if valeur)
        return chemin + ("&" if "?" in chemin else "?") + question if question else chemin


USUEL = Filtre()


def refus_de_transmettre(demande: Demande, complete: bool, fichier_en_cours: bool, today: date) -> Refus | None:
    """Rules E1, E3: why this application can't be transmitted now. `today`: the civil day in Paris."""
    if demande.etat is Etat.TRANSMISE:
        return Refus.DEJA_TRANSMISE
    if demande.etat is Etat.VALIDEE:
        return Refus.DEJA_VALIDEE
    if trop_tot(demande, today):
        return Refus.TROP_TOT
    if not complete:
        return Refus.INCOMPLETE
    return Refus.FICHIER_EN_COURS if fichier_en_cours else None


CURRICULUM = "Curriculum vitae"


def empreintes(blocs: Iterable[Mapping[str, Any]], tableaux: Iterable[Any], cv: str) -> dict[str, str]:
    """Rule E4: title -> digest of each block and table of the profile, in the order of its pages. `cv`: its file's id,
    "" for none. What a question is called is not in the digest: only where it is answered, and what."""
    reponses: dict[str, Any] = {b["titre"]: [(ou, dit) for _, dit, ou in b["lignes"] if dit] for b in blocs}
    for tableau in tableaux:
        lignes = [(rangee.cellules, rangee.diplome.id if rangee.diplome else "") for rangee in tableau.rangees]
        reponses[tableau.bloc.titre] = lignes
    reponses[CURRICULUM] = cv
    return {titre: hashlib.sha256(repr(dite).encode()).hexdigest()[:16] for titre, dite in reponses.items()}


def modifies(avant: Mapping[str, str], apres: Mapping[str, str]) -> tuple[str, ...]:
    """Rule E4: the titles of what was changed, added or taken away between two transmissions."""
    return tuple(titre for titre in {**apres, **avant} if avant.get(titre) != apres.get(titre))


def peut_traiter(demande: Demande | None, structures: tuple[str, ...]) -> bool:
    """Rules E2, T6: staff treat the applications that were transmitted to their structures; others do not exist."""
    return demande is not None and demande.etat is not Etat.BROUILLON and demande.structure in structures


def rang(demande: Demande) -> str:
    """The instant by which a work list sorts: since when the application waits for whom it waits for."""
    return demande.transmise_le if demande.etat is Etat.TRANSMISE else demande.decidee_le


def curseur(demande: Demande) -> str:
    """Where an application stands in its work list: no two at the same place, were they moved at one instant."""
    return f"{rang(demande)}.{demande.compte}"


_PLACE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\.([0-9a-z]{1,40})")


@dataclass(frozen=True)
class Vue:
    """An application that waits, as a work list showed it: whose, and transmitted when."""

    compte: str
    transmise_le: str


def vue(place: str) -> Vue | None:
    """What `curseur` named, of an application that waited; None for any other text."""
    lue = _PLACE.fullmatch(place)
    return Vue(lue[2], lue[1]) if lue else None


class Issue(Enum):
    """What became of an application that was chosen among others."""

    A_DECIDER = "À décider"
    FAITE = "Décidée"
    DEJA = "Déjà traitée"
    REVENUE = "Transmise de nouveau"


def issue(vue: Vue, actuelle: Demande, faite: bool) -> Issue:
    """Rule E2: whether it may still be decided as it was seen, or who was first. `faite`: by what was just asked."""
    if faite:
        return Issue.FAITE
    if actuelle.etat is not Etat.TRANSMISE:
        return Issue.DEJA
    return Issue.A_DECIDER if actuelle.transmise_le == vue.transmise_le else Issue.REVENUE


def est_decidee_ainsi(actuelle: Demande, vue: Vue, etat: Etat, par: str, message: str) -> bool:
    """Whether this very decision was taken of what was seen: the same form was sent before."""
    decidee = (actuelle.etat, actuelle.transmise_le, actuelle.decidee_par, actuelle.message)
    return decidee == (etat, vue.transmise_le, par, message)


def peut_representer_le(demande: Demande) -> date | None:
    """Rule E3: the day from which a rejected application may be presented again: one year after its first analysis."""
    if demande.etat is not Etat.REJETEE:
        return None
    return _mois_plus_tard(datetime.fromisoformat(demande.premiere_etude_le).astimezone(PARIS), 12).date()


def trop_tot(demande: Demande, today: date) -> bool:
    """Rule E3: whether that day is still to come."""
    jour = peut_representer_le(demande)
    return jour is not None and today < jour


def echeance_du_complement(demande_le: datetime) -> datetime:
    """Rule E4: two months to complete, to the minute, in Paris time."""
    return _mois_plus_tard(demande_le.astimezone(PARIS), MOIS_POUR_COMPLETER)


def rappel_du_complement(echeance: datetime) -> datetime:
    """Rule E4: the reminder goes out 15 days before."""
    return echeance.astimezone(PARIS) - RAPPEL_AVANT


def _mois_plus_tard(moment: datetime, mois: int) -> datetime:
    """The same day and time so many months later; the last day of a month that has not that many."""
    annee, rang = divmod(moment.month - 1 + mois, 12)
    jour = min(moment.day, monthrange(moment.year + annee, rang + 1)[1])
    return moment.replace(year=moment.year + annee, month=rang + 1, day=jour)


def reference(identifiant: str, annee: int) -> str:
    """What a person quotes: « INS-2026-7F3K9Q2M »; `identifiant`: 26 characters, the last ones are chance."""
    return f"INS-{annee}-{identifiant[-8:].upper()}"


def attente(jours: int) -> str:
    """Rule E2: how long an application has waited."""
    if jours < 1:
        return "Aujourd’hui"
    return "1 jour" if jours == 1 else f"{jours} jours"
