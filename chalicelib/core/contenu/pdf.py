"""PDF: what can be told from its bytes, then what PDFium says of it, in a process of its own (rules U1, U3)."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress

from chalicelib.core.contenu import pdf_isole
from chalicelib.core.contenu.archives import cache_une_archive
from chalicelib.core.contenu.formats import (
    PAGES_MAX,
    PIXELS_MAX,
    Ecarte,
    Format,
    RefusFichier,
    Verdict,
    VerificationImpossible,
)

SIGNATURE = b"%PDF-"
FIN_MAX = 1024  # bytes that may follow the end mark, besides blanks
DELAI_EXAMEN, DELAI_PAGES = 10.0, 120.0  # seconds on the clock; the processor's are bounded inside
_IMAGE_MAX = 64 * 1024 * 1024


def examiner(contenu: bytes) -> Verdict:
    """Raises Ecarte (truncated, another file hidden in it, and what PDFium found), VerificationImpossible."""
    fin = contenu.rstrip(b"\0 \t\r\n")
    if fin.rfind(b"%%EOF", max(0, len(fin) - FIN_MAX)) < 0:
        raise Ecarte(RefusFichier.ABIME)
    if cache_une_archive(contenu):
        raise Ecarte(RefusFichier.CONTENU_CACHE)
    try:
        fini = subprocess.run(  # noqa: S603  (this same Python, no word of a person among its arguments)
            _commande("examen", PAGES_MAX, PIXELS_MAX),
            input=contenu,
            capture_output=True,
            timeout=DELAI_EXAMEN,
            check=False,
        )
    except subprocess.TimeoutExpired as erreur:
        raise Ecarte(RefusFichier.TROP_LOURD) from erreur
    if fini.returncode < 0 or fini.returncode == pdf_isole.TROP_LOURD:  # killed by a limit, or by its own fault
        raise Ecarte(RefusFichier.TROP_LOURD)
    if fini.returncode == pdf_isole.ILLISIBLE:
        raise Ecarte(RefusFichier.ABIME)
    if fini.returncode:
        raise VerificationImpossible(fini.stderr.decode("utf-8", "replace")[-500:])
    return Verdict(Format.PDF, RefusFichier[fini.stdout.decode()] if fini.stdout else None)


def pages(contenu: bytes, largeur: int, max_pages: int) -> Iterator[bytes]:
    """One image a page, as they are drawn; ends early when PDFium gives up or takes too long."""
    commande = _commande("pages", largeur, max_pages)
    with subprocess.Popen(  # noqa: S603  (as above)
        commande, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as enfant:
        minuteur = threading.Timer(DELAI_PAGES, enfant.kill)
        minuteur.start()
        try:
            yield from _recevoir(enfant, contenu)
        finally:
            minuteur.cancel()
            enfant.kill()


def _recevoir(enfant: subprocess.Popen[bytes], contenu: bytes) -> Iterator[bytes]:
    if enfant.stdin is None or enfant.stdout is None:
        return
    with suppress(BrokenPipeError):  # it died: there will be nothing to read
        enfant.stdin.write(contenu)
    with suppress(BrokenPipeError):
        enfant.stdin.close()
    while len(entete := enfant.stdout.read(4)) == 4:
        (longueur,) = struct.unpack(">L", entete)
        image = enfant.stdout.read(min(longueur, _IMAGE_MAX))
        if len(image) < longueur:
            return
        yield image


def _commande(tache: str, a: int, b: int) -> list[str]:
    """This same Python, with this same path, whatever directory it is started from."""
    return [sys.executable, "-I", pdf_isole.__file__, json.dumps(sys.path), tache, str(a), str(b)]
