"""The field of the captcha."""

from wtforms import HiddenField

from chalicelib.core.web.forms import Longueur, PortalForm, Requis, Texte


def champ() -> Texte:
    """What is copied from the picture. Each form declares it where its page shows it, beside `defi` and `POUR`."""
    return Texte(
        "Recopier le texte de l’image", [Requis("Recopiez les chiffres de l’image, ou écoutez-les."), Longueur(40)]
    )


class DefiForm(PortalForm):
    """The captcha alone: what a script asks for when another picture is wanted."""

    defi = HiddenField()
    captcha = champ()

    def __init__(self, pour: str) -> None:
        super().__init__()
        self.POUR = pour  # what the captcha is solved for: the name of its form
