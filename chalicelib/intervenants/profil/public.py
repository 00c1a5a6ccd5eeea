"""What other slices may ask of profiles."""

from chalicelib.intervenants.profil.forms import IdentificationForm
from chalicelib.intervenants.profil.queries import cv_de, formulaire, profil_de, profil_lu, recapitulatif, ref_du_profil
from chalicelib.intervenants.profil.rules import Mode, Profil, champs_differents, refus_de_modifier
from chalicelib.intervenants.profil.store import RANGEES, profil_des_lignes
from chalicelib.intervenants.profil.store import pk as partition_de
from chalicelib.intervenants.profil.usecases import commencer, conclure, creer_le_profil, ouvrir, verrouiller

__all__ = [
    "RANGEES",
    "IdentificationForm",
    "Mode",
    "Profil",
    "champs_differents",
    "commencer",
    "conclure",
    "creer_le_profil",
    "cv_de",
    "formulaire",
    "ouvrir",
    "partition_de",
    "profil_de",
    "profil_des_lignes",
    "profil_lu",
    "recapitulatif",
    "ref_du_profil",
    "refus_de_modifier",
    "verrouiller",
]
