"""What other slices may ask of files."""

from chalicelib.commun.pieces.queries import (
    arrive_a_l_instant,
    derniere,
    formulaire_de_depot,
    lien_de_l_original,
    liens_des_pages,
    piece,
    pieces,
)
from chalicelib.commun.pieces.rules import CV, EtatPiece, Piece, Usage
from chalicelib.commun.pieces.usecases import abandonner_les_attendus, annoncer, exiger_disponible, supprimer

__all__ = [
    "CV",
    "EtatPiece",
    "Piece",
    "Usage",
    "abandonner_les_attendus",
    "annoncer",
    "arrive_a_l_instant",
    "derniere",
    "exiger_disponible",
    "formulaire_de_depot",
    "lien_de_l_original",
    "liens_des_pages",
    "piece",
    "pieces",
    "supprimer",
]
