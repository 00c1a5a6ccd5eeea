"""What other slices may ask of applications."""

from chalicelib.intervenants.inscription import store
from chalicelib.intervenants.inscription.rules import TRANCHES, Mois, tranche

mois_de_la_structure = store.mois
attentes_de_la_structure = store.attentes

__all__ = ["TRANCHES", "Mois", "tranche"]
