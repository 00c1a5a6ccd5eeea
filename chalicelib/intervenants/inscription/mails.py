"""Mails about accounts and applications (rule V1)."""

from chalicelib.commun.comptes.rules import Compte
from chalicelib.core.mail import Mail
from chalicelib.intervenants.inscription.rules import Demande

_DOSSIER = "intervenants/inscription/templates/mails"


def activation(compte: Compte, jeton: str) -> Mail:
    """Rule B4: « Inscription sur l'Espace intervenants », with the link."""
    return Mail(compte.email, f"{_DOSSIER}/activation", {"compte": compte, "jeton": jeton})


def transmise(compte: Compte, demande: Demande, structure: str) -> Mail:
    """Rule E1: the application arrived."""
    return Mail(compte.email, f"{_DOSSIER}/transmise", {"compte": compte, "demande": demande, "structure": structure})


def validee(compte: Compte, demande: Demande, structure: str) -> Mail:
    """Rule E2: the decision."""
    return Mail(compte.email, f"{_DOSSIER}/validee", {"compte": compte, "demande": demande, "structure": structure})
