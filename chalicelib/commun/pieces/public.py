"""What other slices may ask of files."""

from chalicelib.commun.pieces.queries import (
    a_deposer,
    arrive_a_l_instant,
    formulaire_de_depot,
    lien_de_l_original,
    liens_des_pages,
    piece,
    pieces,
    sienne,
)
from chalicelib.commun.pieces.rules import CV, DIPLOME, EtatPiece, Piece, Usage, en_force
from chalicelib.commun.pieces.usecases import (
    abandonner_les_attendus,
    annoncer,
    exiger_disponible,
    mettre_fin,
    supprimer,
)

__all__ = [
    "CV",
    "DIPLOME",
    "EtatPiece",
    "Piece",
    "Usage",
    "a_deposer",
    "abandonner_les_attendus",
    "annoncer",
    "arrive_a_l_instant",
    "en_force",
    "exiger_disponible",
    "formulaire_de_depot",
    "lien_de_l_original",
    "liens_des_pages",
    "mettre_fin",
    "piece",
    "pieces",
    "sienne",
    "supprimer",
]
