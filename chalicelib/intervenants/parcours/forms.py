"""« Parcours » (rules D1 to D11): the page's own answers, and the form of a line of each table."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, ClassVar

from wtforms import Field, HiddenField
from wtforms.validators import ValidationError

from chalicelib.commun.referentiels import public as referentiels
from chalicelib.core.web.forms import (
    Choix,
    ChoixMultiples,
    DateFr,
    Facultatif,
    Longueur,
    Paragraphe,
    PortalForm,
    Requis,
    RequisSi,
    Texte,
)
from chalicelib.intervenants.parcours import rules
from chalicelib.intervenants.parcours.rules import TEXTE_MAX, Bloc

OUI_NON = [("oui", "Oui"), ("non", "Non")]


class ParcoursForm(PortalForm):
    """The answers of the page itself."""

    version = HiddenField()
    natures = ChoixMultiples("Natures de formation")
    publics = ChoixMultiples("Publics")
    prestations = ChoixMultiples("Prestations complémentaires possibles")
    autre_prestation = Texte("Autre prestation complémentaire", [Longueur(200)])
    methodes = ChoixMultiples("Quelles méthodes pédagogiques utilisez-vous ?")
    formations_realisees = Choix(
        "Avez-vous déjà réalisé des formations ?",
        [Requis("Répondez à « Avez-vous déjà réalisé des formations ? ».")],
        choices=OUI_NON,
    )
    motivation = Paragraphe(
        "Votre motivation pour devenir intervenant",
        [
            RequisSi("Écrivez votre motivation pour devenir intervenant.", "formations_realisees", "non"),
            Longueur(TEXTE_MAX),
        ],
    )
    alertes = ChoixMultiples(
        "Je souhaite recevoir des alertes lorsque des annonces sont publiées", choices=rules.ALERTES
    )
    reseaux = Choix("Participez-vous à des réseaux sociaux professionnels ?", choices=OUI_NON)
    reseaux_lesquels = Texte("Lesquels ?", [Longueur(300)])

    def __init__(self, *args: Any, **known: Any) -> None:
        super().__init__(*args, **known)
        for nom in ("natures", "publics", "prestations", "methodes"):
            self[nom].choices = referentiels.liste(nom)

    def garde(self) -> dict[str, Any]:
        """What is kept of the page: what was typed."""
        return {nom: v for nom, v in self.typed().items() if nom != "version"}

    def champs_caches(self) -> frozenset[str]:
        """Rule D3: what this person is not asked, their other answer being what it is."""
        sous = {"motivation": self.formations_realisees.data != "non", "reseaux_lesquels": self.reseaux.data != "oui"}
        return frozenset(nom for nom, cache in sous.items() if cache)

    def lisible(self, name: str) -> str:
        """Rule D9: of the alerts, those that hold."""
        if name != "alertes":
            return super().lisible(name)
        libelles = dict(rules.ALERTES)
        return ", ".join(libelles[code] for code in rules.alertes_en_vigueur(self.alertes.data or []))


class Annees:
    """Years that one can have lived; a period that ends after its beginning."""

    def __call__(self, form: Any, field: Field) -> None:
        """Raises ValidationError with what is wrong."""
        faute = rules.faute_d_annees(field.data, form.today.year)
        if faute:
            raise ValidationError(f"{field.label.text} : {faute}")


Groupes = Sequence[tuple[str, Sequence[tuple[str, str]]]]


class LigneForm(PortalForm):
    """Base of the form of a line. LISTES: for a field, its choices by group; a short list is one group without name."""

    LISTES: ClassVar[Mapping[str, Callable[[], Groupes]]] = {}

    version = HiddenField()

    def __init__(self, *args: Any, today: date, **known: Any) -> None:
        super().__init__(*args, **known)
        self.today = today
        for nom, groupes in self.LISTES.items():
            self[nom].choices = [paire for _, paires in groupes() for paire in paires]

    def options(self, name: str) -> Sequence[Any]:
        """What a list of the page shows: groups, or choices."""
        groupes = self.LISTES[name]()
        return groupes if groupes[0][0] else groupes[0][1]

    def garde(self) -> dict[str, str]:
        """What is kept of a line that is valid: texts, codes, and days as jj/mm/aaaa."""
        return {f.name: _texte(f.data) for f in self if f.name != "version"}


def _texte(valeur: Any) -> str:
    return f"{valeur:%d/%m/%Y}" if isinstance(valeur, date) else str(valeur or "")


def _court(libelle: str, manque: str = "", *autres: Any) -> Texte:
    return Texte(libelle, [Requis(manque) if manque else Facultatif(), Longueur(200), *autres])


def _annees(libelle: str) -> Texte:
    return _court(libelle, f"{libelle} : saisissez au moins une année, par exemple 2019.", Annees())


def _long(libelle: str) -> Paragraphe:
    return Paragraphe(libelle, [Facultatif(), Longueur(TEXTE_MAX)])


def _liste(nom: str) -> Callable[[], Groupes]:
    return lambda: [("", referentiels.liste(nom))]


@cache
def _par_specialite() -> Groupes:
    groupes: dict[str, list[tuple[str, str]]] = {}
    for s in referentiels.sous_specialites():
        groupes.setdefault(s.specialite, []).append((s.cle, s.intitule))
    return list(groupes.items())


@cache
def _par_genre() -> Groupes:
    langues = referentiels.langues()
    genres = (("Langues régionales et de France", True), ("Langues étrangères", False))
    return [(nom, [(g.code, g.nom) for g in langues if g.regionale is genre]) for nom, genre in genres]


class SousSpecialiteForm(LigneForm):
    """Rule D1."""

    LISTES: ClassVar[Any] = {"sous_specialite": _par_specialite}

    sous_specialite = Choix("Sous-spécialité", [Requis("Choisissez une sous-spécialité.")])
    expertise = _court("Expertise en")
    observations = _long("Observations et motivations")


class FormateurForm(LigneForm):
    """Rule D3."""

    contexte = _court("Contexte")
    libelle = _court("Libellé", "Saisissez le libellé de la formation que vous avez réalisée.")
    public = _court("Public")
    annees = _annees("Années")
    duree = _court("Durée")
    organismes = _court("Organismes", "Saisissez l’organisme pour lequel vous êtes intervenu.")


class ProfessionnalisationForm(LigneForm):
    """Rule D4."""

    libelle = _court("Libellé de l’action", "Saisissez le libellé de l’action.")
    organisme = _court("Organisme", "Saisissez l’organisme.")
    duree = _court("Durée")
    annee = _annees("Année")


class ExperienceForm(LigneForm):
    """Rule D5."""

    employeur = _court("Employeur", "Saisissez votre employeur.")
    fonction = _court("Fonction", "Saisissez la fonction que vous avez exercée.")
    periode = _annees("Période")
    missions = _long("Missions")
    responsabilites = _long("Responsabilités / Observations")


class FormationForm(LigneForm):
    """Rule D6."""

    LISTES: ClassVar[Any] = {"nature": _liste("natures_suivies")}

    nature = Choix("Nature de la formation", [Requis("Choisissez la nature de la formation.")])
    libelle = _court("Libellé de la formation", "Saisissez le libellé de la formation.")
    organisme = _court("Organisme et/ou institutions", "Saisissez l’organisme qui a donné la formation.")
    duree = _court("Durées")
    annees = _annees("Années")


class InitialeForm(LigneForm):
    """Rule D7."""

    LISTES: ClassVar[Any] = {"niveau": _liste("niveaux")}

    niveau = Choix("Niveau scolaire", [Requis("Choisissez votre niveau scolaire.")])
    titre = _court("Titre du diplôme ou de la qualification", "Saisissez le titre de votre diplôme ou qualification.")
    organisme = _court("Organismes et/ou institutions", "Saisissez l’école, l’université ou l’organisme.")
    annee = _annees("Année")


def _maitrise(libelle: str) -> Choix:
    return Choix(libelle, [Requis(f"{libelle} : répondez par oui ou par non.")], choices=OUI_NON)


class LangueForm(LigneForm):
    """Rule D8."""

    LISTES: ClassVar[Any] = {"langue": _par_genre}

    langue = Choix("Libellé de la langue", [Requis("Choisissez une langue.")])
    conversation = _maitrise("Conversation")
    animation = _maitrise("Animation")
    redaction = _maitrise("Rédaction")


class IndisponibiliteForm(LigneForm):
    """Rule D11."""

    du = DateFr("Du", [Requis("Saisissez le premier jour de la période.")])
    au = DateFr("Au", [Requis("Saisissez le dernier jour de la période.")])

    def validate_au(self, field: Field) -> None:
        """A period ends after its beginning."""
        if field.data and self.du.data and field.data < self.du.data:
            raise ValidationError("Au : le dernier jour précède le premier, vérifiez ces deux dates.")


FORMS: dict[str, type[LigneForm]] = {
    "sous-specialites": SousSpecialiteForm,
    "formateur": FormateurForm,
    "professionnalisation": ProfessionnalisationForm,
    "experiences": ExperienceForm,
    "formations": FormationForm,
    "initiales": InitialeForm,
    "langues": LangueForm,
    "indisponibilites": IndisponibiliteForm,
}


@cache
def _champs(code: str) -> list[tuple[str, str, dict[str, str]]]:
    """The columns of a table: field, label, what its codes mean."""
    form = FORMS[code](today=date.min)
    return [(f.name, f.label.text, dict(getattr(f, "choices", ()))) for f in form if f.name != "version"]


def colonnes(bloc: Bloc) -> list[str]:
    """The heads of a table."""
    return [libelle for _, libelle, _ in _champs(bloc.code)]


def cellules(bloc: Bloc, saisie: dict[str, Any]) -> list[str]:
    """A line as people read it."""
    lues = ((choix, str(saisie.get(nom, ""))) for nom, _, choix in _champs(bloc.code))
    return [choix.get(valeur, "") if choix else valeur for choix, valeur in lues]
