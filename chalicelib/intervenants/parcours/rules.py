"""The law of « Parcours »: its tables, how many lines they take, what must be in them. Pure."""

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

LIGNES_MAX = 30  # in each table
TEXTE_MAX = 2000
ANNEE_MIN = 1940
_ANNEE = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_ENTRE = re.compile(r"[^,;]*(?:[/–-]|\bà\b|\bau\b)[^,;]*")  # between the two years of a period


@dataclass(frozen=True)
class Bloc:
    """A table of « Parcours ». `nom`: what a line is, after « une »; `requis`: at least one line to transmit."""

    code: str
    titre: str
    nom: str
    requis: bool = False
    aide: str = ""

    @property
    def manque(self) -> str:
        """Rule E1: how to mend an empty table."""
        return f"Ajoutez au moins une {self.nom}."


SOUS_SPECIALITES = Bloc("sous-specialites", "Sous-spécialités", "sous-spécialité")
FORMATEUR = Bloc("formateur", "Expériences en qualité de formateur", "expérience en qualité de formateur")
INITIALES = Bloc(
    "initiales",
    "Formations initiales (scolaires, universitaires)",
    "formation initiale",
    requis=True,
    aide="Vous pouvez joindre un diplôme à chaque ligne : PDF, DOC, DOCX, ODT, RTF, TXT ou HTML ; 2 Mo au maximum.",
)
BLOCS = {
    bloc.code: bloc
    for bloc in (
        SOUS_SPECIALITES,
        FORMATEUR,
        Bloc("professionnalisation", "Actions de professionnalisation de formateur",
             "action de professionnalisation de formateur",
             aide="Ce que vous avez suivi pour devenir formateur ou mettre à jour vos connaissances."),
        Bloc("experiences", "Expériences professionnelles", "expérience professionnelle", requis=True),
        Bloc("formations", "Formations professionnelles suivies", "formation professionnelle suivie",
             aide="En lien avec votre candidature en qualité d’intervenant."),
        INITIALES,
        Bloc("langues", "Langues étrangères et/ou régionales", "langue étrangère et/ou régionale",
             aide="Votre maîtrise de certaines langues peut correspondre à des besoins de l’organisme."),
        Bloc("indisponibilites", "Indisponibilités", "période d’indisponibilité"),
    )
}  # fmt: skip

SPECIALITES, REGIONS, LES_DEUX = "specialites", "regions", "specialites-et-regions"
ALERTES = (
    (SPECIALITES, "Si la ou les spécialités de formation me concernent"),
    (REGIONS, "Si la ou les régions sont celles que j’ai sélectionnées"),
    (LES_DEUX, "Si la ou les spécialités de formation ET si la ou les régions me concernent"),
)


class Refus(Enum):
    """Why a table can't be changed so."""

    TABLEAU_PLEIN = (
        f"Ce tableau compte déjà {LIGNES_MAX} lignes, le maximum : supprimez-en une avant d’en ajouter une autre."
    )
    DERNIERE_LIGNE = (
        "Votre profil est dans la CVthèque : ce tableau doit garder au moins une ligne. Ajoutez-en une autre avant de "
        "supprimer celle-ci."
    )


@dataclass(frozen=True)
class Ligne:
    """A line of a table: what was typed, by field name."""

    id: str
    bloc: str
    saisie: dict[str, Any] = field(default_factory=dict)
    version: int = 0


@dataclass(frozen=True)
class Parcours:
    """The page of a person. `reponses`: its own answers, by field name; `version`: of these answers; `revision`: of the
    page and all its lines."""

    compte: str
    reponses: dict[str, Any] = field(default_factory=dict)
    version: int = 0
    revision: int = 0
    enregistre_le: str = ""
    lignes: tuple[Ligne, ...] = ()

    def du(self, bloc: Bloc) -> list[Ligne]:
        """The lines of a table, in the order in which they were added."""
        return [ligne for ligne in self.lignes if ligne.bloc == bloc.code]

    def ligne(self, bloc: Bloc, ligne_id: str) -> Ligne | None:
        """One line."""
        return next((ligne for ligne in self.du(bloc) if ligne.id == ligne_id), None)


def requis(bloc: Bloc, formations_realisees: str) -> bool:
    """Rules D3, D5, D7: whether a table must hold a line; « formateur » where one answers « Oui »."""
    return formations_realisees == "oui" if bloc is FORMATEUR else bloc.requis


def tableaux_a_completer(parcours: Parcours, formations_realisees: str) -> list[Bloc]:
    """Rule E1: the tables that lack their line."""
    return [b for b in BLOCS.values() if requis(b, formations_realisees) and not parcours.du(b)]


def refus_d_ajouter(parcours: Parcours, bloc: Bloc) -> Refus | None:
    """A table takes LIGNES_MAX lines."""
    return Refus.TABLEAU_PLEIN if len(parcours.du(bloc)) >= LIGNES_MAX else None


def refus_de_supprimer(parcours: Parcours, bloc: Bloc, valide: bool) -> Refus | None:
    """Rule E5: the profile of a validated person stays complete."""
    derniere = len(parcours.du(bloc)) == 1 and requis(bloc, str(parcours.reponses.get("formations_realisees", "")))
    return Refus.DERNIERE_LIGNE if valide and derniere else None


def alertes_en_vigueur(choisies: list[str]) -> list[str]:
    """Rules D9, M1: the first two add up; the third demands both conditions and overrides them."""
    return [LES_DEUX] if LES_DEUX in choisies else [code for code, _ in ALERTES if code in choisies]


def faute_d_annees(texte: str, annee: int) -> str | None:
    """Rules D3 to D7: years that one can have worked or learnt in, and in their order. `annee`: the present one."""
    trouvees = list(_ANNEE.finditer(texte))
    annees = [int(a[0]) for a in trouvees]
    if not annees:
        return "écrivez l’année en quatre chiffres, par exemple 2019, ou 2012-2015."
    hors = [a for a in annees if not ANNEE_MIN <= a <= annee + 1]
    if hors:
        return f"vérifiez l’année {hors[0]} : elle doit être comprise entre {ANNEE_MIN} et {annee + 1}."
    if len(annees) == 2 and annees[0] > annees[1] and _ENTRE.fullmatch(texte, trouvees[0].end(), trouvees[1].start()):
        return f"la fin ({annees[1]}) précède le début ({annees[0]}) : vérifiez ces deux années."
    return None


def suite_demandee(action: str) -> str:
    """Rule D12: where a button of the page leads once what is typed is kept: « experiences/ajouter », « …/<ligne> »,
    « …/<ligne>/supprimer »; "" for any other text."""
    bloc, _, reste = action.partition("/")
    demande = re.fullmatch(r"ajouter|[0-9a-z]{26}(?:/supprimer)?", reste)
    return f"/mon-profil/parcours/{action}" if demande and bloc in BLOCS else ""
