"""Images, good and bad."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

from tests.fichiers.bureautique import archive
from tests.fichiers.portables import pdf
from tests.fichiers.textes import bombe


def _image(mode: str = "RGB", taille: tuple[int, int] = (320, 200)) -> Image.Image:
    degrade = Image.radial_gradient("L").resize(taille)
    return Image.merge("RGB", (degrade, degrade.transpose(Image.Transpose.ROTATE_180), degrade)).convert(mode)


def png(mode: str = "RGB", taille: tuple[int, int] = (320, 200)) -> bytes:
    sortie = io.BytesIO()
    _image(mode, taille).save(sortie, "PNG")
    return sortie.getvalue()


def jpg(taille: tuple[int, int] = (320, 200), *, mode: str = "RGB", progressif: bool = False, tourne: int = 0) -> bytes:
    """`tourne`: the EXIF orientation, 1 to 8."""
    sortie, exif = io.BytesIO(), Image.Exif()
    if tourne:
        exif[0x0112] = tourne
    _image(mode, taille).save(sortie, "JPEG", progressive=progressif, exif=exif)
    return sortie.getvalue()


def png_uni(largeur: int, hauteur: int) -> bytes:
    """A complete image of one colour, 1 bit a pixel: a few KB, whatever its size."""
    flux = zlib.compressobj(9)
    ligne = b"\0" + b"\xff" * ((largeur + 7) // 8)
    pixels = b"".join(flux.compress(ligne) for _ in range(hauteur)) + flux.flush()
    return png_de((b"IHDR", struct.pack(">2L5B", largeur, hauteur, 1, 0, 0, 0, 0)), (b"IDAT", pixels), (b"IEND", b""))


def png_de(*blocs: tuple[bytes, bytes]) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">L", len(donnees)) + nom + donnees + struct.pack(">L", zlib.crc32(nom + donnees))
        for nom, donnees in blocs
    )


def png_bombe() -> bytes:
    """50 000 x 50 000 pixels announced, as a bomb does."""
    entete = (b"IHDR", struct.pack(">2L5B", 50_000, 50_000, 8, 6, 0, 0, 0))
    return png_de(entete, (b"IDAT", zlib.compress(bytes(10_000_000), 9)), (b"IEND", b""))


def png_texte_bombe() -> bytes:
    """A small image with a comment of 200 MB once decompressed."""
    return png()[:33] + png_de((b"zTXt", b"Comment\0\0" + bombe(b"", 200)))[8:] + png()[33:]


def png_tronque() -> bytes:
    return png()[:-40]


def png_altere() -> bytes:
    contenu = bytearray(png())
    contenu[len(contenu) // 2] ^= 0xFF
    return bytes(contenu)


def jpg_tronque() -> bytes:
    return jpg()[:-200]


def jpg_geant() -> bytes:
    """A small image whose header announces 60 000 x 60 000 pixels."""
    contenu = jpg()
    place = contenu.index(b"\xff\xc0") + 5
    return contenu[:place] + struct.pack(">2H", 60_000, 60_000) + contenu[place + 4 :]


def jpg_rempli() -> bytes:
    """Nine megabytes of filling between two segments, which readers skip byte by byte."""
    return jpg()[:2] + b"\xff" * 9_000_000 + jpg()[2:]


def jpg_et_zip() -> bytes:
    return jpg() + archive({"programme.exe": b"MZ"})


def jpg_et_pdf() -> bytes:
    """A PDF in a comment of an image."""
    cache = pdf()
    return jpg()[:2] + b"\xff\xfe" + struct.pack(">H", len(cache) + 2) + cache + jpg()[2:]


def jpg_de_telephone() -> bytes:
    """What some cameras append after the image is no reason to refuse it."""
    return jpg() + b"SEFH\x6a\0\0\0Samsung" + bytes(200) + b"SEFT"
