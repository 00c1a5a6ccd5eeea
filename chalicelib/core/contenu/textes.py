"""TXT, HTML and RTF (rules U1, Z5)."""

from __future__ import annotations

import codecs
import re

from chalicelib.core.contenu.formats import Format, RefusFichier, Verdict

_CONTROLES = re.compile("[\0-\x08\x0b\x0e-\x1f\x7f]")
_PAGE = re.compile(r"(<!--[^>]{0,500}-->\s*|<\?xml[^>]{0,200}>\s*)?<(!doctype\s+html|html)\b", re.IGNORECASE)
_BALISE = re.compile(r"<[a-z][a-z0-9]*[\s/>]", re.IGNORECASE)
_OBJET = re.compile(rb"\\obj(ect|data|ocx|emb|link|autlink|update|html)(?![a-z])")
_TETE = 2000  # characters where a page says that it is one
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def examiner(contenu: bytes, attendu: Format | None) -> Verdict:
    """TXT or HTML when the bytes are text; `attendu` (what the name says) settles what could be either.

    HTML is told by a tag and looked at no further: it is only ever downloaded (Z5).
    """
    texte = decoder(contenu)
    if texte is None:
        return Verdict(None)
    if not texte.strip():
        return Verdict(Format.TXT if attendu is None else attendu, RefusFichier.VIDE)
    html = _PAGE.match(texte.lstrip()[:_TETE]) is not None or (
        attendu is Format.HTML and _BALISE.search(texte) is not None
    )
    return Verdict(Format.HTML if html else Format.TXT)


def decoder(contenu: bytes) -> str | None:
    """The text in UTF-16 (with its mark), UTF-8 or Windows-1252; None when it is no text."""
    encodages = ("utf-16",) if contenu.startswith(_UTF16) else ("utf-8-sig", "cp1252")
    for encodage in encodages:
        try:
            texte = contenu.decode(encodage)
        except UnicodeDecodeError:
            continue
        return None if _CONTROLES.search(texte) else texte
    return None


def examiner_rtf(contenu: bytes) -> Verdict:
    """RTF: groups that all close, no embedded object (it may be a program)."""
    if _OBJET.search(contenu):
        return Verdict(Format.RTF, RefusFichier.CONTENU_ACTIF)
    nu = contenu.rstrip(b"\0 \t\r\n")
    for echappe in (b"\\\\", rb"\{", rb"\}"):  # in this order: an escaped backslash escapes nothing
        nu = nu.replace(echappe, b"")
    equilibre = nu.count(b"{") == nu.count(b"}") or rb"\bin" in nu
    return Verdict(Format.RTF, None if equilibre and nu.endswith(b"}") else RefusFichier.ABIME)
