"""What staff look at on screen: images made from the original (rule U3)."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator

from chalicelib.core.contenu import pdf
from chalicelib.core.contenu.formats import PIXELS_MAX, Format
from chalicelib.core.contenu.images import SIGNATURE_PNG
from chalicelib.core.contenu.pdf_isole import HAUTEUR_MAX, image_legere

_ORIENTATION, _COUCHEE = 0x0112, 5  # EXIF: from 5 on, what is stored lies on its side
_PILLOW = {Format.JPG: "JPEG", Format.PNG: "PNG"}


def pages_images(contenu: bytes, format_: Format, largeur: int = 1000, max_pages: int = 30) -> Iterator[bytes]:
    """U3: the pages of a checked PDF, or the one image, at most `largeur` pixels wide, each as PNG or JPEG bytes
    (see `mime_image`), drawn as they are asked for. Nothing for other formats, or when it can't be drawn.

    Memory: 4 bytes a pixel of the original (160 MB at the bound; twice with transparency); a PDF is drawn in another
    process, of 512 MB.
    """
    if format_ is Format.PDF:
        yield from pdf.pages(contenu, largeur, max_pages)
    elif format_ in _PILLOW:
        yield from _image(contenu, _PILLOW[format_], largeur)


def mime_image(image: bytes) -> str:
    """The type of one of `pages_images`."""
    return Format.PNG.mime if image.startswith(SIGNATURE_PNG) else Format.JPG.mime


def _image(contenu: bytes, genre: str, largeur: int) -> Iterator[bytes]:
    """Turned as its EXIF says, on white, without its metadata (place, camera, author)."""
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(contenu), formats=(genre,)) as image:
                if image.width * image.height > PIXELS_MAX:
                    return
                cadre = (largeur, HAUTEUR_MAX * largeur)
                image.draft("RGB", cadre)
                couche = image.getexif().get(_ORIENTATION, 1) >= _COUCHEE
                image.thumbnail(cadre[::-1] if couche else cadre)  # first: what follows copies the image
                droite = ImageOps.exif_transpose(image)
                claire = droite.convert("RGBA") if droite.has_transparency_data else droite.convert("RGB")
    except (OSError, ValueError, SyntaxError, TypeError, struct.error, Image.DecompressionBombError):
        return
    if claire.mode == "RGBA":
        fond = Image.new("RGBA", claire.size, "white")
        claire = Image.alpha_composite(fond, claire).convert("RGB")
    yield image_legere(claire)
