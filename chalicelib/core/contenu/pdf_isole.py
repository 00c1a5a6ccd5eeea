"""What touches PDFium: runs in a process of its own, with little time and memory (see `pdf.py`).

PDFium is C++ fed with strangers' bytes: here it may run out of memory, loop or crash without the caller. Run as a
script, it imports nothing of ours: it starts in 0.1 s.
"""

from __future__ import annotations

import io
import json
import re
import struct
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any, BinaryIO

TROP_LOURD, ILLISIBLE = 70, 71  # exit codes: out of memory, not readable
MEMOIRE = {"examen": 96, "pages": 512}  # MB, on top of what the process has once started and of the file itself
CALCUL = {"examen": 2, "pages": 60}  # seconds of processor
HAUTEUR_MAX = 4  # times the width: beyond, a page is narrowed
QUALITE = 80  # of a JPEG
# How PDFium writes what runs or hides when it rewrites a document: names without escapes, no comments.
_ACTIF = re.compile(
    rb"/S\s*/(?:JavaScript|Launch|Rendition|ImportData)\b|/EmbeddedFiles?\b|/EF\s*(?:<<|\d)|/RichMedia\b|/XFA\s*[\[\d]"
)
_IMAGE = re.compile(rb"/Subtype\s*/Image\b")
_COTES = (re.compile(rb"/Width\s+(\d{1,9})"), re.compile(rb"/Height\s+(\d{1,9})"))
_PROTEGE = (4, 5)  # FPDF_ERR_PASSWORD, FPDF_ERR_SECURITY


def examiner(contenu: bytes, pages_max: int, pixels_max: int) -> str:
    """The name of a RefusFichier, or nothing: opens without a password, has pages, nothing active, no huge image.

    The document is rewritten by PDFium, without its encryption when an empty password opens it (a printing
    restriction, as official certificates have), and what it wrote is searched: compressed objects are in clear there.
    """
    pdfium = import_module("pypdfium2")
    try:
        document = pdfium.PdfDocument(contenu)
        nombre = len(document)
        if not nombre:
            return "ABIME"
        if nombre > pages_max:
            return "TROP_DE_PAGES"
        document[0].get_size()
        copie = io.BytesIO()
        document.save(copie, flags=pdfium.raw.FPDF_REMOVE_SECURITY)
    except pdfium.PdfiumError as erreur:
        return "PROTEGE" if getattr(erreur, "err_code", None) in _PROTEGE else "ABIME"
    clair = copie.getbuffer()
    if _ACTIF.search(clair) or _ACTIF.search(contenu):
        return "CONTENU_ACTIF"
    return "IMAGE_TROP_GRANDE" if _image_trop_grande(bytes(clair), pixels_max) else ""


def _image_trop_grande(clair: bytes, pixels_max: int) -> bool:
    """Whether a dictionary of an image announces more pixels than allowed."""
    for trouve in _IMAGE.finditer(clair):
        avant = max(0, trouve.start() - 2000)
        debut = max(clair.rfind(b" obj", avant, trouve.start()), avant)
        entete = clair[debut : trouve.end() + 2000].partition(b"stream")[0]
        cotes = [cote.search(entete) for cote in _COTES]
        if cotes[0] and cotes[1] and int(cotes[0][1]) * int(cotes[1][1]) > pixels_max:
            return True
    return False


def pages(contenu: bytes, largeur: int, pages_max: int) -> Iterator[bytes]:
    """The images of the first pages, `largeur` pixels wide; a page that PDFium can't draw is left out."""
    pdfium = import_module("pypdfium2")
    try:
        document = pdfium.PdfDocument(contenu)
        if document.get_formtype():
            document.init_forms()
        nombre = min(len(document), pages_max)
    except pdfium.PdfiumError:
        return
    for numero in range(nombre):
        try:
            yield _dessiner(document[numero], largeur)
        except (pdfium.PdfiumError, ValueError, OSError):
            continue


def _dessiner(page: Any, largeur: int) -> bytes:
    page_largeur, page_hauteur = page.get_size()
    echelle = min(largeur / page_largeur, HAUTEUR_MAX * largeur / page_hauteur)
    return image_legere(page.render(scale=echelle).to_pil())


def image_legere(image: Any) -> bytes:
    """A Pillow image as PNG or JPEG, whichever is smaller: text is lighter in the one, photographs in the other."""
    jpeg = io.BytesIO()
    image.convert("RGB").save(jpeg, "JPEG", quality=QUALITE, optimize=True)
    png = io.BytesIO()
    image.convert("L" if _est_grise(image) else "RGB").save(png, "PNG", compress_level=6)
    return min(png.getvalue(), jpeg.getvalue(), key=len)


def _est_grise(image: Any) -> bool:
    if image.mode in ("1", "L"):
        return True
    octets = image.convert("RGB").resize((64, 64)).tobytes()
    return all(max(pixel) - min(pixel) < 8 for pixel in zip(octets[::3], octets[1::3], octets[2::3], strict=True))


def borner(tache: str, taille: int) -> None:
    """Limit this process, on top of what it already uses; where the system has no limits, the caller's delay holds."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    secondes = int(usage.ru_utime + usage.ru_stime) + CALCUL[tache]
    resource.setrlimit(resource.RLIMIT_CPU, (secondes, secondes))
    try:
        with open("/proc/self/statm", encoding="ascii") as fichier:
            occupe = int(fichier.read().split()[0]) * resource.getpagesize()
    except OSError:
        return
    plafond = occupe + MEMOIRE[tache] * 1024 * 1024 + 4 * taille
    resource.setrlimit(resource.RLIMIT_AS, (plafond, plafond))


def main(tache: str, a: int, b: int, sortie: BinaryIO) -> int:
    """`examen` pages_max pixels_max: writes a reason. `pages` largeur pages_max: writes images, each after its size."""
    contenu = sys.stdin.buffer.read()
    import_module("pypdfium2")  # what is loaded before the limits are set does not count in them
    if tache == "pages":
        import_module("PIL.Image").preinit()
    borner(tache, len(contenu))
    try:
        if tache == "examen":
            sortie.write(examiner(contenu, a, b).encode())
        else:
            for image in pages(contenu, a, b):
                sortie.write(struct.pack(">L", len(image)) + image)
                sortie.flush()
    except MemoryError:
        return TROP_LOURD
    except Exception:  # PDFium, or its Python side, met what it does not expect
        return ILLISIBLE
    return 0


if __name__ == "__main__":
    sys.path[:] = json.loads(sys.argv[1])
    sys.exit(main(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.stdout.buffer))
