"""Mails about accounts (rule V1)."""

from chalicelib.commun.comptes.rules import Compte
from chalicelib.core.mail import Mail


def blocage(compte: Compte) -> Mail:
    """Rule T4: many wrong passwords were given, the next ones are refused for a while."""
    return Mail(compte.email, "commun/comptes/templates/mails/blocage", {"compte": compte})
