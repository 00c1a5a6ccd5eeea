"""Whether a file may be accepted, from its bytes and its name (rules U1, U2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chalicelib.core.contenu import bureautique, images, ole, pdf, textes
from chalicelib.core.contenu.eicar import contient_eicar
from chalicelib.core.contenu.formats import (
    Ecarte,
    Format,
    RefusFichier,
    Verdict,
    VerificationImpossible,
    format_de,
)
from chalicelib.core.contenu.noms import extension

Examen = Callable[[bytes], Verdict]

# How a file begins, the formats that begin so, and who examines them.
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNATURES: tuple[tuple[bytes, frozenset[Format], Examen], ...] = (
    (pdf.SIGNATURE, frozenset({Format.PDF}), pdf.examiner),
    (b"PK\x03\x04", frozenset({Format.DOCX, Format.XLSX, Format.ODT}), bureautique.examiner),
    # An encrypted DOCX or XLSX is a compound file too.
    (_OLE, frozenset({Format.DOC, Format.XLS, Format.DOCX, Format.XLSX}), ole.examiner),
    (b"{\\rtf", frozenset({Format.RTF}), textes.examiner_rtf),
    (images.SIGNATURE_PNG, frozenset({Format.PNG}), images.examiner_png),
    (images.SIGNATURE_JPG, frozenset({Format.JPG}), images.examiner_jpg),
)


def verifier(contenu: bytes, formats: frozenset[Format], taille_max: int, nom: str | None = None) -> Verdict:
    """U1, U2: the verdict on a file for a use that accepts `formats` and `taille_max` bytes.

    Bounded in time (2 s) and memory (100 MB beyond the file), whatever the bytes; any that can't be read is refused.
    `nom` is the name that the person's file had: its extension, when there is one, must be what the content is.
    Raises VerificationImpossible when a library is missing here, never for a file.
    """
    suffixe = extension(nom or "")
    attendu = format_de(suffixe)
    refus = _refus_d_emblee(contenu, taille_max) or (
        RefusFichier.MAUVAIS_FORMAT if suffixe and attendu not in formats else None
    )
    if refus:
        return Verdict(None, refus)
    try:
        verdict = reconnaitre(contenu, attendu)
    except VerificationImpossible:
        raise
    except Exception:  # a reader met what it does not expect: what can't be checked is not accepted
        return Verdict(attendu, RefusFichier.ABIME)
    return _confronter(verdict, formats, attendu)


def _refus_d_emblee(contenu: bytes, taille_max: int) -> RefusFichier | None:
    if not contenu:
        return RefusFichier.VIDE
    if len(contenu) > taille_max:
        return RefusFichier.TROP_GROS
    return RefusFichier.INFECTE if contient_eicar(contenu) else None


def reconnaitre(contenu: bytes, attendu: Format | None = None) -> Verdict:
    """What the bytes are and what is wrong with them, whatever is accepted; `attendu` is what their name says."""
    debut = contenu[:64].lstrip(b"\xef\xbb\xbf \t\r\n\0")
    for signature, possibles, examiner in _SIGNATURES:
        if not (debut if signature == pdf.SIGNATURE else contenu).startswith(signature):
            continue
        if attendu and attendu not in possibles:
            return Verdict(None)
        try:
            return examiner(contenu)
        except Ecarte as ecarte:
            return Verdict(next(iter(possibles)) if len(possibles) == 1 else None, ecarte.refus)
    return textes.examiner(contenu, attendu)


def _confronter(verdict: Verdict, formats: frozenset[Format], attendu: Format | None) -> Verdict:
    """The verdict of the readers against what the name says and what the use accepts."""
    if verdict.format is None and verdict.refus:
        return verdict
    if attendu and verdict.format is not attendu:
        return replace(verdict, refus=RefusFichier.RENOMME)
    if verdict.format not in formats:
        return replace(verdict, refus=RefusFichier.MAUVAIS_FORMAT)
    return verdict
