"""JPG and PNG: complete, of bounded pixels, hiding nothing; checked without ever holding their pixels (rule U1)."""

from __future__ import annotations

import io
import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from chalicelib.core.contenu.archives import cache_une_archive
from chalicelib.core.contenu.formats import PIXELS_MAX, Ecarte, Format, RefusFichier, Verdict

SIGNATURE_PNG = b"\x89PNG\r\n\x1a\n"
SIGNATURE_JPG = b"\xff\xd8\xff"
_BLOCS_MAX = 50_000  # chunks of a PNG
_SEGMENTS_MAX = 2_000  # of a JPG, around its scans
_REMPLISSAGE_MAX = 1_000  # bytes between two segments of a JPG
_PASSES_MAX = 32  # scans of a JPG: each one costs a pass over all the pixels
_PASSES_PIXELS_MAX = 10_000_000  # beyond, an image in several scans is not decoded here: it would be held whole
_PAS = 256 * 1024  # bytes decompressed at a time
_COMPOSANTES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # PNG colour type -> values a pixel
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_MARQUE = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")  # in scan data: what is neither an escape nor a restart
_TAILLES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_TAILLES_LUES = (0xC0, 0xC1, 0xC2)  # sequential and progressive: what browsers and Pillow show


def examiner_png(contenu: bytes) -> Verdict:
    """Raises Ecarte."""
    _refuser_les_cachettes(contenu, _fin_du_png(contenu))
    _ouvrir(contenu, "PNG")
    return Verdict(Format.PNG)


def examiner_jpg(contenu: bytes) -> Verdict:
    """Raises Ecarte."""
    plan = _parcourir_jpg(contenu)
    _refuser_les_cachettes(contenu, plan.fin)
    _ouvrir(contenu, "JPEG", decoder=plan.passes == 1 or plan.pixels <= _PASSES_PIXELS_MAX)
    return Verdict(Format.JPG)


def borner(largeur: int, hauteur: int) -> None:
    if not largeur or not hauteur:
        raise Ecarte(RefusFichier.ABIME)
    if largeur * hauteur > PIXELS_MAX:
        raise Ecarte(RefusFichier.IMAGE_TROP_GRANDE)


def _refuser_les_cachettes(contenu: bytes, fin: int) -> None:
    """What cameras append after the image is tolerated; an archive or a PDF is not."""
    if b"%PDF-" in contenu or contenu.find(b"PK\x03\x04", fin) >= 0 or cache_une_archive(contenu):
        raise Ecarte(RefusFichier.CONTENU_CACHE)


def _ouvrir(contenu: bytes, genre: str, *, decoder: bool = False) -> None:
    """Pillow understands it too; `decoder` runs through all of it at an eighth of its size (JPG only)."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(contenu), formats=(genre,)) as image:
                borner(*image.size)
                if decoder:
                    image.draft("RGB", (max(1, image.width // 8), max(1, image.height // 8)))
                    image.load()
    except Image.DecompressionBombError as erreur:
        raise Ecarte(RefusFichier.IMAGE_TROP_GRANDE) from erreur
    except (OSError, ValueError, SyntaxError, struct.error, KeyError, IndexError, TypeError, OverflowError) as erreur:
        raise Ecarte(RefusFichier.ABIME) from erreur


def _fin_du_png(contenu: bytes) -> int:
    """Where the image ends. ABIME when a chunk is cut or altered, or pixels are missing."""
    pixels: _Pixels | None = None
    for nom, donnees, fin in _blocs(contenu):
        if nom == b"IHDR" and pixels is None:
            pixels = _Pixels(_octets_attendus(donnees))
        elif pixels is None:
            break
        elif nom == b"IDAT":
            pixels.compter(donnees)
        elif nom == b"IEND" and pixels.complets:
            return fin
    raise Ecarte(RefusFichier.ABIME)


def _blocs(contenu: bytes) -> Iterator[tuple[bytes, memoryview, int]]:
    """The chunks: name, data, where the next one starts; stops at the first that is cut or altered."""
    vue, place = memoryview(contenu), len(SIGNATURE_PNG)
    for _ in range(_BLOCS_MAX):
        if place + 12 > len(vue):
            return
        (longueur,) = struct.unpack_from(">L", vue, place)
        fin = place + 12 + longueur
        if fin > len(vue) or zlib.crc32(vue[place + 4 : fin - 4]) != struct.unpack_from(">L", vue, fin - 4)[0]:
            return
        yield bytes(vue[place + 4 : place + 8]), vue[place + 8 : fin - 4], fin
        place = fin


def _octets_attendus(entete: memoryview) -> int:
    """How many bytes the pixels take once decompressed. Raises Ecarte beyond the bound of pixels."""
    if len(entete) != 13:
        raise Ecarte(RefusFichier.ABIME)
    largeur, hauteur, profondeur, couleur, _, _, entrelace = struct.unpack(">2L5B", entete)
    borner(largeur, hauteur)
    if couleur not in _COMPOSANTES or profondeur not in (1, 2, 4, 8, 16):
        raise Ecarte(RefusFichier.ABIME)
    bits = profondeur * _COMPOSANTES[couleur]
    total = 0
    for x, y, pas_x, pas_y in _ADAM7 if entrelace else ((0, 0, 1, 1),):
        colonnes, lignes = -((x - largeur) // pas_x), -((y - hauteur) // pas_y)
        if colonnes > 0 and lignes > 0:
            total += lignes * (1 + (colonnes * bits + 7) // 8)
    return total


class _Pixels:
    """Counts decompressed pixels and forgets them; never decompresses more than is expected."""

    def __init__(self, attendus: int) -> None:
        self._manquants = attendus
        self._flux = zlib.decompressobj()

    @property
    def complets(self) -> bool:
        return self._manquants <= 0

    def compter(self, donnees: memoryview) -> None:
        try:
            for i in range(0, len(donnees), 16 * 1024):
                entree: bytes | memoryview = donnees[i : i + 16 * 1024]
                while entree and not self._flux.eof and not self.complets:
                    self._manquants -= len(self._flux.decompress(entree, _PAS))
                    entree = self._flux.unconsumed_tail
        except zlib.error as erreur:
            raise Ecarte(RefusFichier.ABIME) from erreur


@dataclass
class _Plan:
    """What a walk over the segments of a JPG found."""

    pixels: int = 0
    passes: int = 0
    fin: int = field(default=0)


def _parcourir_jpg(contenu: bytes) -> _Plan:
    """Raises Ecarte: cut before its end, too many scans, a kind of JPG that nothing shows."""
    plan, place = _Plan(), 2
    for _ in range(_SEGMENTS_MAX):
        trouve = _MARQUE.search(contenu, place)
        if trouve is None or (not plan.passes and not _est_un_remplissage(contenu, place, trouve.start())):
            break
        marque, place = contenu[trouve.start() + 1], trouve.end()
        if marque == 0xD9:
            if not plan.pixels or not plan.passes:
                break
            plan.fin = place
            return plan
        if marque in (0x01, 0xD8):
            continue
        if place + 2 > len(contenu):
            break
        _noter_le_segment(plan, marque, contenu[place : place + 8])
        place += max(2, struct.unpack_from(">H", contenu, place)[0])
    raise Ecarte(RefusFichier.ABIME)


def _est_un_remplissage(contenu: bytes, debut: int, fin: int) -> bool:
    """Between two segments there may be a few FF, nothing else (Pillow reads them one by one)."""
    return fin - debut <= _REMPLISSAGE_MAX and not contenu[debut:fin].strip(b"\xff")


def _noter_le_segment(plan: _Plan, marque: int, debut: bytes) -> None:
    if marque in _TAILLES:
        if marque not in _TAILLES_LUES or len(debut) < 7:
            raise Ecarte(RefusFichier.ABIME)
        hauteur, largeur = struct.unpack_from(">2H", debut, 3)
        borner(largeur, hauteur)
        plan.pixels = max(plan.pixels, largeur * hauteur)
    elif marque == 0xDA:
        plan.passes += 1
        if plan.passes > _PASSES_MAX:
            raise Ecarte(RefusFichier.ARCHIVE_SUSPECTE)
