"""Mails about identifiers (rule V1)."""

from chalicelib.commun.comptes.rules import Compte, fin_d_activation
from chalicelib.core.mail import Mail

_DOSSIER = "commun/identifiants/templates/mails"


def reinitialisation(compte: Compte, jeton: str) -> Mail:
    """Rule J5: the link that leads to a new password."""
    return Mail(compte.email, f"{_DOSSIER}/reinitialisation", {"compte": compte, "jeton": jeton})


def a_activer(compte: Compte, jeton: str) -> Mail:
    """Rules J5, W2: the account waits for its activation; its link again, and when the account is deleted."""
    values = {"compte": compte, "jeton": jeton, "fin": fin_d_activation(compte)}
    return Mail(compte.email, f"{_DOSSIER}/a_activer", values)


def archive(compte: Compte) -> Mail:
    """Rules J5, N4: the account is archived; how to come back."""
    return Mail(compte.email, f"{_DOSSIER}/archive", {"compte": compte})


def reinitialise(compte: Compte) -> Mail:
    """Rule J5: the password was changed by a link."""
    return Mail(compte.email, f"{_DOSSIER}/reinitialise", {"compte": compte})


def adresse_a_confirmer(email: str, jeton: str) -> Mail:
    """Rule J3: to the new address. Nobody is named: it may be a stranger's."""
    return Mail(email, f"{_DOSSIER}/adresse_a_confirmer", {"jeton": jeton})


def adresse_deja_prise(compte: Compte) -> Mail:
    """Rules J3, Z2: to the owner of an address that somebody wanted for another account."""
    return Mail(compte.email, f"{_DOSSIER}/adresse_deja_prise", {"compte": compte})


def adresse_demandee(compte: Compte) -> Mail:
    """Rule J3: the old address is told of the request."""
    return Mail(compte.email, f"{_DOSSIER}/adresse_demandee", {"compte": compte})


def adresse_changee(compte: Compte) -> Mail:
    """Rule J3: the old address is told that it no longer serves."""
    return Mail(compte.email, f"{_DOSSIER}/adresse_changee", {"compte": compte})
