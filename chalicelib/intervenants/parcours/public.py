"""What other slices may ask of « Parcours »."""

from chalicelib.intervenants.parcours.queries import est_complet, formulaire, manques, recapitulatif, tableaux
from chalicelib.intervenants.parcours.rules import Parcours
from chalicelib.intervenants.parcours.store import RANGEES, exiger_inchange, parcours_des_lignes

__all__ = [
    "RANGEES",
    "Parcours",
    "est_complet",
    "exiger_inchange",
    "formulaire",
    "manques",
    "parcours_des_lignes",
    "recapitulatif",
    "tableaux",
]
