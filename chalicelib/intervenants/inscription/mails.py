"""Mails about accounts and applications (rule V1)."""

from typing import Any

from chalicelib.commun.comptes.rules import Compte, fin_d_activation
from chalicelib.core.mail import Mail
from chalicelib.intervenants.inscription.rules import Demande, Etat, peut_representer_le

_DOSSIER = "intervenants/inscription/templates/mails"


def activation(compte: Compte, jeton: str) -> Mail:
    """Rules B4, W2: « Inscription sur l'Espace intervenants », with the link, and when the account is deleted."""
    values = {"compte": compte, "jeton": jeton, "fin": fin_d_activation(compte)}
    return Mail(compte.email, f"{_DOSSIER}/activation", values)


def transmise(compte: Compte, demande: Demande, structure: str) -> Mail:
    """Rule E1: the application arrived."""
    return Mail(compte.email, f"{_DOSSIER}/transmise", {"compte": compte, "demande": demande, "structure": structure})


def _de_la_demande(compte: Compte, demande: Demande, structure: str) -> dict[str, Any]:
    values = {"compte": compte, "demande": demande, "structure": structure}
    return values | {"representer_le": peut_representer_le(demande)}


def validee(compte: Compte, demande: Demande, structure: str) -> Mail:
    """Rule E5: the profile joins the CVthèque."""
    return Mail(compte.email, f"{_DOSSIER}/validee", _de_la_demande(compte, demande, structure))


def complement(compte: Compte, demande: Demande, structure: str) -> Mail:
    """Rule E4: what is asked, and until when."""
    return Mail(compte.email, f"{_DOSSIER}/complement", _de_la_demande(compte, demande, structure))


def rejetee(compte: Compte, demande: Demande, structure: str) -> Mail:
    """Rule E3: why, and when one may present again."""
    return Mail(compte.email, f"{_DOSSIER}/rejetee", _de_la_demande(compte, demande, structure))


def archivee(compte: Compte, demande: Demande, structure: str) -> Mail:
    """Rule E4: the complement did not come."""
    return Mail(compte.email, f"{_DOSSIER}/archivee", _de_la_demande(compte, demande, structure))


def rappel(compte: Compte, demande: Demande, structure: str) -> Mail:
    """Rule E4: 15 days before an application that is not completed is archived."""
    return Mail(compte.email, f"{_DOSSIER}/rappel", _de_la_demande(compte, demande, structure))


DECISIONS = {Etat.VALIDEE: validee, Etat.COMPLEMENT: complement, Etat.REJETEE: rejetee, Etat.ARCHIVEE: archivee}
"""Rule E2: the mail of each decision."""
