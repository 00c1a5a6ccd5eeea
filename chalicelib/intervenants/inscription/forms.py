"""« Création d'un compte de connexion » (rule B1)."""

from datetime import date
from typing import Any, ClassVar

from wtforms import BooleanField, Field, Form, HiddenField, PasswordField
from wtforms.validators import ValidationError

from chalicelib.commun.comptes import public as comptes
from chalicelib.commun.comptes.rules import Civilite, Identite
from chalicelib.commun.defis import public as defis
from chalicelib.commun.referentiels import public as referentiels
from chalicelib.commun.referentiels.rules import cle_de_tri
from chalicelib.core.web.forms import (
    Adresse,
    Choix,
    ChoixMultiples,
    DateFr,
    Longueur,
    Paragraphe,
    PortalForm,
    Requis,
    Texte,
)
from chalicelib.intervenants.inscription.rules import CHOIX_MAX, MESSAGE_MAX, MOTIFS_PRETS, TEXTES_PRETS
from chalicelib.intervenants.profil.rules import faute_de_naissance, faute_de_nom

CIVILITES = [(c.name, c.value) for c in Civilite]


class Nom:
    """A name of a person."""

    def __call__(self, form: Form, field: Field) -> None:
        """Raises ValidationError with what is accepted."""
        faute = faute_de_nom(field.data) if field.data else None
        if faute:
            raise ValidationError(f"{field.label.text} : {faute}")


class CompteForm(PortalForm):
    """Page « Déposer un CV »."""

    POUR: ClassVar[str] = "compte"  # what its captcha is solved for

    civilite = Choix("Civilité", [Requis("Choisissez votre civilité.")], choices=CIVILITES)
    nom = Texte("Nom de famille (naissance)", [Requis("Saisissez votre nom de famille."), Longueur(80), Nom()])
    nom_usage = Texte("Nom d’usage", [Longueur(80), Nom()])
    identique = BooleanField("Identique au nom de famille", false_values=("", "non", "false"))
    prenom = Texte("Prénom", [Requis("Saisissez votre prénom."), Longueur(80), Nom()])
    naissance = DateFr("Date de naissance", [Requis("Saisissez votre date de naissance.")])
    email = Texte("Adresse e-mail (identifiant)", [Requis("Saisissez votre adresse e-mail."), Longueur(254), Adresse()])
    confirmation_email = Texte(
        "Confirmer l’adresse e-mail", [Requis("Saisissez une seconde fois votre adresse e-mail.")]
    )
    mot_de_passe = PasswordField("Mot de passe", [Requis("Choisissez un mot de passe."), Longueur(1000)])
    confirmation_mot_de_passe = PasswordField(
        "Confirmer le mot de passe", [Requis("Saisissez une seconde fois votre mot de passe.")]
    )
    defi = HiddenField()
    captcha = defis.champ()

    def __init__(self, *args: Any, today: date, **known: Any) -> None:
        super().__init__(*args, **known)
        self.today = today

    def validate_nom_usage(self, field: Field) -> None:
        """Asked, unless it is the family name (rule B1)."""
        if not field.data and not self.identique.data:
            raise ValidationError("Saisissez votre nom d’usage, ou cochez « Identique au nom de famille ».")

    def validate_naissance(self, field: Field) -> None:
        """A day in the past."""
        faute = faute_de_naissance(field.data, self.today) if field.data else None
        if faute:
            raise ValidationError(faute)

    def validate_confirmation_email(self, field: Field) -> None:
        """The address typed twice."""
        if field.data and self.email.raw_data and field.data.casefold() != self._typed("email").casefold():
            raise ValidationError("Les deux adresses e-mail diffèrent : vérifiez-les.")

    def validate_mot_de_passe(self, field: Field) -> None:
        """Rules B2, T2."""
        if not field.data or len(field.data) > 1000:
            return
        siens = (self.nom.data or "", self.prenom.data or "", self.nom_usage.data or "", self._typed("email"))
        mots = siens + referentiels.noms_des_structures()
        fautes = comptes.fautes_du_mot_de_passe(field.data, mots, self.naissance.data)
        field.errors = [*field.errors, *fautes]

    def validate_confirmation_mot_de_passe(self, field: Field) -> None:
        """The password typed twice."""
        if field.data and field.data != self.mot_de_passe.data:
            raise ValidationError("Les deux mots de passe diffèrent : saisissez-les de nouveau.")

    def _typed(self, name: str) -> str:
        raw = self[name].raw_data
        return " ".join(raw[0].split()) if raw else ""

    def identite(self) -> Identite:
        """The identity, of a form that is valid."""
        naissance: date | None = self.naissance.data
        if naissance is None:
            raise ValueError("the form was not validated")
        usage = self.nom.data if self.identique.data else self.nom_usage.data
        return Identite(Civilite[self.civilite.data], self.nom.data, self.prenom.data, naissance, usage)


class ComplementForm(PortalForm):
    """Rule E4: what is asked from the person; a ready text stands for an empty one."""

    textes: ClassVar = TEXTES_PRETS
    texte_pret = Choix("Texte prêt", choices=[(titre, titre) for titre in TEXTES_PRETS])
    complement = Paragraphe("Votre message", [Longueur(MESSAGE_MAX)])

    def validate_complement(self, field: Field) -> None:
        """A message, or a ready text."""
        field.data = field.data or TEXTES_PRETS.get(self.texte_pret.data or "", "")
        if not field.data:
            raise ValidationError("Écrivez ce que la personne doit compléter, ou choisissez un texte prêt.")

    @property
    def message(self) -> str:
        """What the person will read, or what was typed of it."""
        return str(self.complement.data or "")


class RejetForm(PortalForm):
    """Rule E3: with a reason; a ready text stands for an empty one."""

    textes: ClassVar = MOTIFS_PRETS
    motif_pret = Choix("Motif prêt", choices=[(titre, titre) for titre in MOTIFS_PRETS])
    motif = Paragraphe("Motif", [Longueur(MESSAGE_MAX)])

    def validate_motif(self, field: Field) -> None:
        """A reason, or a ready text."""
        field.data = field.data or MOTIFS_PRETS.get(self.motif_pret.data or "", "")
        if not field.data:
            raise ValidationError(
                "Écrivez pourquoi la demande n’est pas retenue, ou choisissez un motif prêt : la personne le lira."
            )

    @property
    def message(self) -> str:
        """What the person will read, or what was typed of it."""
        return str(self.motif.data or "")


class ChoixForm(PortalForm):
    """Applications chosen in a work list: the place of each (rules.curseur), never in an address."""

    choix = ChoixMultiples("Demandes", [Requis("Choisissez au moins une demande.")], connus=False)

    def validate_choix(self, field: Field) -> None:
        """A page of the list."""
        if len(field.data) > CHOIX_MAX:
            raise ValidationError(f"Choisissez {CHOIX_MAX} demandes au plus.")


class LotForm(ChoixForm):
    """What is to be done of them."""

    acte = Choix(
        "Décision", [Requis("Dites ce que vous décidez de ces demandes.")],
        choices=[("complement", "Demander un complément"), ("rejeter", "Rejeter")],
    )  # fmt: skip


class RechercheForm(PortalForm):
    """Rule S4: staff look for an application. Sent by POST: a name never stands in an address."""

    recherche = Texte("Nom ou référence", [Requis("Saisissez le début d’un nom, ou une référence."), Longueur(100)])

    def validate_recherche(self, field: Field) -> None:
        """Something to look for."""
        if field.data and not cle_de_tri(field.data):
            raise ValidationError("Saisissez des lettres ou des chiffres : le début d’un nom, ou une référence.")


class RenvoiForm(PortalForm):
    """Ask for the activation mail again (rule B5)."""

    POUR: ClassVar[str] = "renvoi"

    email = Texte("Adresse e-mail", [Requis("Saisissez votre adresse e-mail."), Longueur(254), Adresse()])
    defi = HiddenField()
    captcha = defis.champ()
