"""What other slices may ask of profiles."""

from chalicelib.intervenants.profil.forms import IdentificationForm
from chalicelib.intervenants.profil.queries import cv_de, formulaire, profil_de, profil_lu, recapitulatif, ref_du_profil
from chalicelib.intervenants.profil.rules import Mode, Profil
from chalicelib.intervenants.profil.usecases import creer_le_profil, ouvrir, verrouiller

__all__ = [
    "IdentificationForm",
    "Mode",
    "Profil",
    "creer_le_profil",
    "cv_de",
    "formulaire",
    "ouvrir",
    "profil_de",
    "profil_lu",
    "recapitulatif",
    "ref_du_profil",
    "verrouiller",
]
