"""« Identification » (rules C1 to C7): formats are always checked, what is required only when asked."""

from collections.abc import Callable, Iterable
from datetime import date
from enum import Enum
from typing import Any

from wtforms import BooleanField, Field, Form, HiddenField
from wtforms.validators import ValidationError

from chalicelib.commun.comptes.rules import Civilite, Identite
from chalicelib.commun.employeurs.rules import faute_de_siret, siret_lisible
from chalicelib.commun.referentiels import public as referentiels
from chalicelib.core.web.forms import (
    Adresse,
    Choix,
    ChoixMultiples,
    DateFr,
    Facultatif,
    Longueur,
    PortalForm,
    Requis,
    Texte,
)
from chalicelib.intervenants.profil import rules


def _choix(valeurs: Iterable[Enum]) -> list[tuple[str, str]]:
    return [(v.name, v.value) for v in valeurs]


CIVILITES = _choix(Civilite)
DECOCHE = ("", "non", "false")
OUI_NON = [("oui", "Oui"), ("non", "Non")]
TELEPHONE_MAX = 30
_OUTRE_MER = ("GP", "MQ", "GF", "RE", "YT", "PM", "NC", "PF", "WF")


class Nom:
    """A name of a person."""

    def __call__(self, form: Form, field: Field) -> None:
        """Raises ValidationError with what is accepted."""
        faute = rules.faute_de_nom(field.data) if field.data else None
        if faute:
            raise ValidationError(f"{field.label.text} : {faute}")


class NomUsage(Requis):
    """Rules B1, C1: asked, unless it is the family name."""

    def __call__(self, form: Form, field: Field) -> None:
        """As Requis, while « Identique au nom de famille » is not ticked."""
        if not form["identique"].data:
            super().__call__(form, field)


class CodePostal:
    """Rules C1, C3, C4: the country, asked before, decides the format."""

    def __init__(self, pays: str, de_qui: str = "") -> None:
        self.pays, self.de_qui = pays, de_qui

    def __call__(self, form: Form, field: Field) -> None:
        """Raises ValidationError with an example."""
        faute = rules.faute_de_code_postal(field.data, form[self.pays].data or "") if field.data else None
        if faute:
            raise ValidationError(f"{field.label.text} : {faute[0].lower()}{faute[1:]}" if self.de_qui else faute)


class Siret:
    """Rule C3: the number of an establishment, by its key."""

    def __call__(self, form: Form, field: Field) -> None:
        """Raises ValidationError with how to mend."""
        faute = faute_de_siret(field.data)
        if faute:
            raise ValidationError(f"{field.label.text} : {faute}")


class Telephone:
    """A number that exists, of France, overseas or abroad (with +)."""

    def __call__(self, form: Form, field: Field) -> None:
        """Raises ValidationError with an example."""
        if _numero(field.data) is None:
            raise ValidationError(
                f"{field.label.text} : vérifiez ce numéro, par exemple 03 83 00 00 00, ou +32 2 555 12 12 hors de "
                "France."
            )


def _numero(texte: str) -> Any:
    """The number that exists, or None."""
    import phonenumbers

    for region in ("FR", *_OUTRE_MER):
        try:
            lu = phonenumbers.parse(texte, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(lu):
            return lu
    return None


def telephone_lisible(texte: str) -> str:
    """« 03 83 12 34 56 », « +32 2 555 12 12 »; what is no number stays as it was typed."""
    import phonenumbers

    numero = _numero(texte) if len(texte) <= TELEPHONE_MAX else None
    if numero is None:
        return texte
    national = phonenumbers.format_number(numero, phonenumbers.PhoneNumberFormat.NATIONAL)
    francais = phonenumbers.region_code_for_number(numero) in ("FR", *_OUTRE_MER) and national.startswith("0")
    international = phonenumbers.format_number(numero, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return national if francais else international


_LISIBLES: dict[type, Callable[[str], str]] = {Telephone: telephone_lisible, Siret: siret_lisible}


class IdentificationForm(PortalForm):
    """Page « Identification » of the profile."""

    version = HiddenField()
    civilite = Choix("Civilité", [Requis("Choisissez votre civilité.")], choices=CIVILITES)
    nom = Texte("Nom de famille (naissance)", [Requis("Saisissez votre nom de famille."), Longueur(80), Nom()])
    nom_usage = Texte(
        "Nom d’usage",
        [NomUsage("Saisissez votre nom d’usage, ou cochez « Identique au nom de famille »."), Longueur(80), Nom()],
    )
    identique = BooleanField("Identique au nom de famille", false_values=DECOCHE)
    prenom = Texte("Prénom", [Requis("Saisissez votre prénom."), Longueur(80), Nom()])
    naissance = DateFr("Date de naissance", [Requis("Saisissez votre date de naissance.")])
    lieu_naissance = Texte("Lieu de naissance (ville)", [Requis("Saisissez votre ville de naissance."), Longueur(100)])
    nationalite = Choix("Nationalité", [Requis("Choisissez votre nationalité.")])
    appartement = Texte("N° appartement ou boîte aux lettres - étage-couloir-escalier", [Longueur(100)])
    batiment = Texte("Entrée - bâtiment-immeuble", [Longueur(100)])
    voie = Texte("Numéro + libellé de la voie", [Requis("Saisissez le numéro et le nom de la voie."), Longueur(150)])
    pays = Choix("Pays de résidence", [Requis("Choisissez votre pays de résidence.")])
    code_postal = Texte("Code postal", [Requis("Saisissez votre code postal."), Longueur(12), CodePostal("pays")])
    ville = Texte("Localité - ville", [Requis("Saisissez votre ville."), Longueur(100)])
    tel_personnel = Texte(
        "Téléphone personnel", [Requis("Saisissez un numéro de téléphone."), Longueur(TELEPHONE_MAX), Telephone()]
    )
    portable_personnel = Texte("Portable personnel", [Facultatif(), Longueur(TELEPHONE_MAX), Telephone()])
    tel_professionnel = Texte("Téléphone professionnel", [Facultatif(), Longueur(TELEPHONE_MAX), Telephone()])
    portable_professionnel = Texte(
        "Téléphone portable professionnel", [Facultatif(), Longueur(TELEPHONE_MAX), Telephone()]
    )
    statut = Choix(
        "Statut professionnel", [Requis("Choisissez votre statut professionnel.")], choices=_choix(rules.Statut)
    )
    temps = Choix(
        "Temps complet/temps non complet",
        [Requis("Indiquez si vous travaillez à temps complet ou non complet.")],
        choices=_choix(rules.Temps),
    )
    fonction_publique = Choix(
        "Fonction publique", [Requis("Choisissez votre fonction publique.")], choices=_choix(rules.FonctionPublique)
    )
    situation = Choix("Situation/Position", [Requis("Choisissez votre situation.")], choices=_choix(rules.Situation))
    fonction = Texte("Fonction", [Requis("Saisissez votre fonction."), Longueur(100)])
    grade = Texte("Grade ou qualité", [Longueur(100)])
    service = Texte("Service", [Longueur(100)])
    position = Choix("Position administrative", choices=_choix(rules.Position))
    employeur_raison_sociale = Texte(
        "Raison sociale de l’employeur", [Requis("Saisissez la raison sociale de l’employeur."), Longueur(150)]
    )
    employeur_siret = Texte("N° de SIRET de l’employeur principal", [Facultatif(), Longueur(30), Siret()])
    employeur_pays = Choix("Pays de l’employeur", [Requis("Choisissez le pays de l’employeur.")])
    employeur_voie = Texte(
        "Numéro et libellé de la voie de l’employeur",
        [Requis("Saisissez le numéro et le nom de la voie de l’employeur."), Longueur(150)],
    )
    employeur_appartement = Texte("Boîte aux lettres - étage - couloir - escalier de l’employeur", [Longueur(150)])
    employeur_batiment = Texte("Entrée - bâtiment - immeuble de l’employeur", [Longueur(150)])
    employeur_code_postal = Texte(
        "Code postal de l’employeur",
        [Requis("Saisissez le code postal de l’employeur."), Longueur(12), CodePostal("employeur_pays", "l’employeur")],
    )
    employeur_ville = Texte(
        "Localité - ville de l’employeur", [Requis("Saisissez la ville de l’employeur."), Longueur(150)]
    )
    employeur_tel = Texte("Numéro de téléphone de l’employeur", [Facultatif(), Longueur(TELEPHONE_MAX), Telephone()])
    employeur_inchange = BooleanField("C’est toujours mon employeur", false_values=DECOCHE)
    adresse_pro = BooleanField("Adresse différente de celle de l’employeur", false_values=DECOCHE)
    pro_pays = Choix("Pays du lieu de travail")
    pro_code_postal = Texte(
        "Code postal du lieu de travail",
        [Requis("Saisissez le code postal du lieu de travail."), Longueur(12), CodePostal("pro_pays", "travail")],
    )
    pro_ville = Texte(
        "Localité - ville du lieu de travail", [Requis("Saisissez la ville du lieu de travail."), Longueur(100)]
    )
    pro_appartement = Texte("N° appartement ou boîte aux lettres du lieu de travail", [Longueur(100)])
    pro_batiment = Texte("Entrée - bâtiment - immeuble du lieu de travail", [Longueur(100)])
    pro_voie = Texte(
        "Numéro et libellé de la voie du lieu de travail",
        [Requis("Saisissez le numéro et le nom de la voie du lieu de travail."), Longueur(150)],
    )
    pro_email = Texte("Adresse e-mail professionnelle", [Facultatif(), Longueur(254), Adresse()])
    pro_tel = Texte("Numéro de téléphone du lieu de travail", [Facultatif(), Longueur(TELEPHONE_MAX), Telephone()])
    pro_portable = Texte("Numéro de portable du lieu de travail", [Facultatif(), Longueur(TELEPHONE_MAX), Telephone()])
    regions = ChoixMultiples("Région(s)", [Requis("Cochez au moins une région.")])
    departements = ChoixMultiples("Département(s)")
    etranger = Choix("Je suis disponible pour effectuer des formations à l’étranger", choices=OUI_NON)
    structure = Choix("Structure de rattachement", [Requis("Choisissez votre structure de rattachement.")])
    permis = Choix("Êtes-vous titulaire du permis de conduire ?", choices=OUI_NON)
    vehicule = Choix("Disposez-vous d’un véhicule personnel ?", choices=OUI_NON)

    def __init__(self, *args: Any, today: date, connu: dict[str, Any] | None = None, **known: Any) -> None:
        """`connu`: the answers kept until now."""
        super().__init__(*args, **known)
        self.today = today
        self.connu = connu or {}
        self.nationalite.choices = [(p.code, p.nationalite or p.nom) for p in referentiels.nationalites()]
        pays = [(p.code, p.nom) for p in referentiels.pays()]
        self.pays.choices = self.employeur_pays.choices = self.pro_pays.choices = pays
        self.regions.choices = [(r.code, r.nom) for r in referentiels.regions()]
        self.departements.choices = [(d.code, d.nom) for d in referentiels.departements()]
        self.structure.choices = [(s.code, s.nom) for s in referentiels.structures()]

    def validate_naissance(self, field: Field) -> None:
        """A day in the past."""
        faute = rules.faute_de_naissance(field.data, self.today) if field.data else None
        if faute:
            raise ValidationError(faute)

    def validate_situation(self, field: Field) -> None:
        """Rule C2: a situation that goes with the statut."""
        statut = rules.statut_de(self.statut.data or "")
        if field.data and statut and field.data not in {s.name for s in rules.situations(statut)}:
            raise ValidationError("Situation/Position : choisissez une situation qui va avec votre statut.")

    def validate_employeur_raison_sociale(self, field: Field) -> None:
        """Rule C3: the employer of a former statut is replaced, or confirmed."""
        self._refuser_l_ancien(field, "cet employeur")

    def validate_employeur_siret(self, field: Field) -> None:
        """Rule C3: as the raison sociale."""
        self._refuser_l_ancien(field, "ce numéro")

    def _refuser_l_ancien(self, field: Field, quoi: str) -> None:
        if not self.employeur_inchange.data and field.name in self.restes_de_l_employeur():
            raise ValidationError(
                f"{field.label.text} : {quoi} est celui de votre statut précédent. Remplacez-le, ou cochez "
                f"« {self.employeur_inchange.label.text} »."
            )

    def restes_de_l_employeur(self) -> list[str]:
        """Rule C3: the fields that still name the employer of a former statut."""
        return rules.restes_de_l_employeur(self.connu, self.typed())

    def garde(self) -> dict[str, Any]:
        """What is kept of the page: what was typed, and of a former employer what is not settled yet."""
        typed = self.typed()
        confirme = typed.pop("employeur_inchange")
        del typed["version"]
        ancien = rules.employeur_anterieur(self.connu, typed, bool(confirme))
        return typed | ({"employeur_anterieur": ancien} if ancien else {})

    def validate_departements(self, field: Field) -> None:
        """Rule C5: departments of the regions chosen."""
        par_code = {d.code: d.region for d in referentiels.departements()}
        choisis = {code: par_code[code] for code in field.data or () if code in par_code}
        hors = rules.departements_hors_regions(choisis, self.regions.data or [])
        if hors:
            noms = ", ".join(d.nom for d in referentiels.departements() if d.code in hors)
            raise ValidationError(f"Cochez aussi la région de : {noms}, ou décochez ces départements.")

    def champs_caches(self) -> frozenset[str]:
        """Rules C2 to C4: what this person is not asked."""
        return rules.champs_caches(rules.statut_de(self.statut.data or ""), bool(self.adresse_pro.data))

    def lisible(self, name: str) -> str:
        """The nom d’usage may be the family name; phones and SIRET are shown as people write them."""
        field = self["nom" if name == "nom_usage" and self.identique.data else name]
        if isinstance(field.data, bool):
            return "Oui" if field.data else "Non"
        for genre, montrer in _LISIBLES.items():
            if field.data and any(isinstance(v, genre) for v in field.validators):
                return montrer(field.data)
        return super().lisible(field.name)

    def identite(self) -> Identite | None:
        """The identity typed, once its five fields are good."""
        champs = (self.civilite, self.nom, self.prenom, self.naissance, self.nom_usage)
        naissance: date | None = self.naissance.data
        if naissance is None or any(f.errors for f in champs) or not all(f.data for f in champs[:3]):
            return None
        usage = self.nom.data if self.identique.data else self.nom_usage.data
        return Identite(Civilite[self.civilite.data], self.nom.data, self.prenom.data, naissance, usage or "")
