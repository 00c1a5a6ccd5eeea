"""What other slices may ask of public employers."""

from chalicelib.commun.employeurs.queries import chercher
from chalicelib.commun.employeurs.rules import Employeur, Recherche, employeur_choisi

__all__ = ["Employeur", "Recherche", "chercher", "employeur_choisi"]
