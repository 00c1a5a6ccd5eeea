"""Forms that change an identifier."""

from typing import Any, ClassVar

from wtforms import Field, HiddenField, PasswordField
from wtforms.validators import ValidationError

from chalicelib.commun.comptes import public as comptes
from chalicelib.commun.comptes.rules import Compte
from chalicelib.commun.defis import public as defis
from chalicelib.commun.referentiels import public as referentiels
from chalicelib.core.web.forms import Adresse, Longueur, PortalForm, Requis, Texte

_LONG = 1000  # characters; the law of passwords says less


def _actuel() -> PasswordField:
    return PasswordField("Mot de passe actuel", [Requis("Saisissez votre mot de passe actuel."), Longueur(_LONG)])


def _nouveau() -> PasswordField:
    return PasswordField("Nouveau mot de passe", [Requis("Choisissez un nouveau mot de passe."), Longueur(_LONG)])


def _confirmation() -> PasswordField:
    return PasswordField(
        "Confirmer le nouveau mot de passe", [Requis("Saisissez une seconde fois le nouveau mot de passe.")]
    )


class OubliForm(PortalForm):
    """« Mot de passe oublié » (rule J5)."""

    POUR: ClassVar[str] = "oubli"

    email = Texte("Adresse e-mail", [Requis("Saisissez votre adresse e-mail."), Longueur(254), Adresse()])
    defi = HiddenField()
    captcha = defis.champ()


class _AvecNouveau(PortalForm):
    """What both forms of a new password check."""

    def __init__(self, *args: Any, compte: Compte, **known: Any) -> None:
        super().__init__(*args, **known)
        self.compte = compte

    def validate_mot_de_passe(self, field: Field) -> None:
        """Rules B2, T2."""
        identite = self.compte.identite
        siens = (identite.nom, identite.prenom, identite.nom_usage, self.compte.email)
        mots = siens + referentiels.noms_des_structures()
        fautes = comptes.fautes_du_mot_de_passe(field.data, mots, identite.naissance)
        field.errors = [*field.errors, *fautes]

    def validate_confirmation_mot_de_passe(self, field: Field) -> None:
        """The password typed twice."""
        if field.data and field.data != self["mot_de_passe"].data:
            raise ValidationError("Les deux mots de passe diffèrent : saisissez-les de nouveau.")


class ReinitialisationForm(_AvecNouveau):
    """Behind the link of « Mot de passe oublié » (rule J5)."""

    mot_de_passe = _nouveau()
    confirmation_mot_de_passe = _confirmation()


class MotDePasseForm(_AvecNouveau):
    """« Changer mon mot de passe » (rule J4)."""

    mot_de_passe_actuel = _actuel()
    mot_de_passe = _nouveau()
    confirmation_mot_de_passe = _confirmation()

    def validate_mot_de_passe(self, field: Field) -> None:
        """Rules B2, J1, T2: another one than the present one."""
        if field.data == self.mot_de_passe_actuel.data:
            raise ValidationError("Choisissez un mot de passe différent de l’actuel.")
        super().validate_mot_de_passe(field)


class AdresseForm(PortalForm):
    """Another address (rule J3)."""

    email = Texte(
        "Nouvelle adresse e-mail", [Requis("Saisissez votre nouvelle adresse e-mail."), Longueur(254), Adresse()]
    )
    confirmation_email = Texte(
        "Confirmer la nouvelle adresse e-mail", [Requis("Saisissez une seconde fois votre nouvelle adresse e-mail.")]
    )
    mot_de_passe_actuel = _actuel()

    def validate_confirmation_email(self, field: Field) -> None:
        """The address typed twice."""
        tapee = " ".join((self.email.raw_data or [""])[0].split())
        if field.data and tapee and field.data.casefold() != tapee.casefold():
            raise ValidationError("Les deux adresses e-mail diffèrent : vérifiez-les.")
