"""What files hold: checking them, showing their pages, naming them (rules U1 to U3, Z5).

Pure; knows no use and no storage.

    verdict = verifier(contenu, frozenset({Format.PDF, Format.DOCX}), 2 * MO, nom="cv.pdf")
    if verdict.refus:
        message(verdict.refus, formats, 2 * MO)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from chalicelib.core.contenu.pages import mime_image, pages_images
    from chalicelib.core.contenu.verification import verifier

_PLUS_TARD = {"mime_image": "pages", "pages_images": "pages", "verifier": "verification"}

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


def __getattr__(nom: str) -> Any:
    """What reads files is loaded at first use: pages that only name formats and reasons start without it."""
    if nom in _PLUS_TARD:
        return getattr(import_module(f"{__name__}.{_PLUS_TARD[nom]}"), nom)
    raise AttributeError(nom)
