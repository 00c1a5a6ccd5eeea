"""Forms of login."""

from wtforms import HiddenField, PasswordField

from chalicelib.core.web.forms import Longueur, PortalForm, Requis, Texte


class ConnexionForm(PortalForm):
    """Rule A1, A2."""

    identifiant = Texte(
        "Identifiant", [Requis("Saisissez votre identifiant : c’est votre adresse e-mail."), Longueur(254)]
    )
    mot_de_passe = PasswordField("Mot de passe", [Requis("Saisissez votre mot de passe."), Longueur(200)])
    suite = HiddenField()
    reprise = HiddenField()


class CodeForm(PortalForm):
    """The second factor (rule J6)."""

    code = Texte("Code à six chiffres", [Requis("Saisissez le code que montre votre application."), Longueur(20)])
    reprise = HiddenField()
