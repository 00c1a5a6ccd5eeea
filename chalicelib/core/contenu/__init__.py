"""What files hold: checking them, showing their pages, naming them (rules U1 to U3, Z5).

Pure; knows no use and no storage.

    verdict = verifier(contenu, frozenset({Format.PDF, Format.DOCX}), 2 * MO, nom="cv.pdf")
    if verdict.refus:
        message(verdict.refus, formats, 2 * MO)
"""

from chalicelib.core.contenu.eicar import contient_eicar
from chalicelib.core.contenu.formats import (
    MO,
    PAGES_MAX,
    PIXELS_MAX,
    Format,
    RefusFichier,
    Verdict,
    VerificationImpossible,
    accept,
    format_de,
    liste,
    message,
    taille_lisible,
)
from chalicelib.core.contenu.noms import content_disposition, extension, nom_sur
from chalicelib.core.contenu.pages import mime_image, pages_images
from chalicelib.core.contenu.verification import verifier

__all__ = [
    "MO",
    "PAGES_MAX",
    "PIXELS_MAX",
    "Format",
    "RefusFichier",
    "Verdict",
    "VerificationImpossible",
    "accept",
    "content_disposition",
    "contient_eicar",
    "extension",
    "format_de",
    "liste",
    "message",
    "mime_image",
    "nom_sur",
    "pages_images",
    "taille_lisible",
    "verifier",
]
