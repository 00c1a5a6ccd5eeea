"""« Identification » (rules C1, C5, C6): formats are always checked, what is required only when asked."""

from datetime import date
from typing import Any

from wtforms import BooleanField, Field, Form, HiddenField
from wtforms.validators import ValidationError

from chalicelib.commun.comptes.rules import Civilite, Identite
from chalicelib.commun.referentiels import public as referentiels
from chalicelib.core.web.forms import Choix, ChoixMultiples, DateFr, Facultatif, Longueur, PortalForm, Requis, Texte
from chalicelib.intervenants.profil import rules

CIVILITES = [(c.name, c.value) for c in Civilite]
OUI_NON = [("oui", "Oui"), ("non", "Non")]
_OUTRE_MER = ("GP", "MQ", "GF", "RE", "YT", "PM", "NC", "PF", "WF")


class Nom:
    """A name of a person."""

    def __call__(self, form: Form, field: Field) -> None:
        """Raises ValidationError with what is accepted."""
        faute = rules.faute_de_nom(field.data) if field.data else None
        if faute:
            raise ValidationError(f"{field.label.text} : {faute}")


class Telephone:
    """A number that exists, of France, overseas or abroad (with +)."""

    def __call__(self, form: Form, field: Field) -> None:
        """Raises ValidationError with an example."""
        import phonenumbers

        for region in ("FR", *_OUTRE_MER):
            try:
                if phonenumbers.is_valid_number(phonenumbers.parse(field.data, region)):
                    return
            except phonenumbers.NumberParseException:
                continue
        raise ValidationError(
            f"{field.label.text} : vérifiez ce numéro, par exemple 03 83 00 00 00, ou +32 2 555 12 12 hors de France."
        )


class IdentificationForm(PortalForm):
    """Page « Identification » of the profile."""

    version = HiddenField()
    civilite = Choix("Civilité", [Requis("Choisissez votre civilité.")], choices=CIVILITES)
    nom = Texte("Nom de famille (naissance)", [Requis("Saisissez votre nom de famille."), Longueur(80), Nom()])
    nom_usage = Texte("Nom d’usage", [Longueur(80), Nom()])
    identique = BooleanField("Identique au nom de famille", false_values=("", "non", "false"))
    prenom = Texte("Prénom", [Requis("Saisissez votre prénom."), Longueur(80), Nom()])
    naissance = DateFr("Date de naissance", [Requis("Saisissez votre date de naissance.")])
    lieu_naissance = Texte("Lieu de naissance (ville)", [Requis("Saisissez votre ville de naissance."), Longueur(100)])
    nationalite = Choix("Nationalité", [Requis("Choisissez votre nationalité.")])
    appartement = Texte("N° appartement ou boîte aux lettres - étage-couloir-escalier", [Longueur(100)])
    batiment = Texte("Entrée - bâtiment-immeuble", [Longueur(100)])
    voie = Texte("Numéro + libellé de la voie", [Requis("Saisissez le numéro et le nom de la voie."), Longueur(150)])
    pays = Choix("Pays de résidence", [Requis("Choisissez votre pays de résidence.")])
    code_postal = Texte("Code postal", [Requis("Saisissez votre code postal."), Longueur(12)])
    ville = Texte("Localité - ville", [Requis("Saisissez votre ville."), Longueur(100)])
    tel_personnel = Texte(
        "Téléphone personnel", [Requis("Saisissez un numéro de téléphone."), Longueur(30), Telephone()]
    )
    portable_personnel = Texte("Portable personnel", [Facultatif(), Longueur(30), Telephone()])
    tel_professionnel = Texte("Téléphone professionnel", [Facultatif(), Longueur(30), Telephone()])
    portable_professionnel = Texte("Téléphone portable professionnel", [Facultatif(), Longueur(30), Telephone()])
    regions = ChoixMultiples("Région(s)", [Requis("Cochez au moins une région.")])
    departements = ChoixMultiples("Département(s)")
    etranger = Choix("Je suis disponible pour effectuer des formations à l’étranger", choices=OUI_NON)
    structure = Choix("Structure de rattachement", [Requis("Choisissez votre structure de rattachement.")])

    def __init__(self, *args: Any, today: date, **known: Any) -> None:
        super().__init__(*args, **known)
        self.today = today
        self.nationalite.choices = [(p.code, p.nationalite or p.nom) for p in referentiels.nationalites()]
        self.pays.choices = [(p.code, p.nom) for p in referentiels.pays()]
        self.regions.choices = [(r.code, r.nom) for r in referentiels.regions()]
        self.departements.choices = [(d.code, d.nom) for d in referentiels.departements()]
        self.structure.choices = [(s.code, s.nom) for s in referentiels.structures()]

    def validate_naissance(self, field: Field) -> None:
        """A day in the past."""
        faute = rules.faute_de_naissance(field.data, self.today) if field.data else None
        if faute:
            raise ValidationError(faute)

    def validate_code_postal(self, field: Field) -> None:
        """Rule C1: the country decides the format."""
        faute = rules.faute_de_code_postal(field.data, self.pays.data or "") if field.data else None
        if faute:
            raise ValidationError(faute)

    def validate_departements(self, field: Field) -> None:
        """Rule C5: departments of the regions chosen."""
        par_code = {d.code: d.region for d in referentiels.departements()}
        choisis = {code: par_code[code] for code in field.data or () if code in par_code}
        hors = rules.departements_hors_regions(choisis, self.regions.data or [])
        if hors:
            noms = ", ".join(d.nom for d in referentiels.departements() if d.code in hors)
            raise ValidationError(f"Cochez aussi la région de : {noms}, ou décochez ces départements.")

    def lisible(self, name: str) -> str:
        """The nom d’usage may be the family name."""
        return super().lisible("nom" if name == "nom_usage" and self.identique.data else name)

    def identite(self) -> Identite | None:
        """The identity typed, once its five fields are good."""
        champs = (self.civilite, self.nom, self.prenom, self.naissance, self.nom_usage)
        naissance: date | None = self.naissance.data
        if naissance is None or any(f.errors for f in champs) or not all(f.data for f in champs[:3]):
            return None
        usage = self.nom.data if self.identique.data else self.nom_usage.data
        return Identite(Civilite[self.civilite.data], self.nom.data, self.prenom.data, naissance, usage or "")
