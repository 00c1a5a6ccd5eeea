"""Texts, good and bad."""

from __future__ import annotations

import zlib

from chalicelib.core.contenu.eicar import EICAR

TEXTE = "Curriculum vitæ\r\nFormatrice depuis 2009, à Nancy : « accueil du public ».\r\n"


def txt(encodage: str = "utf-8") -> bytes:
    return TEXTE.encode(encodage)


def html() -> bytes:
    return b"<!DOCTYPE html><html lang='fr'><title>CV</title><p>Formatrice</p><script>alert(1)</script></html>"


def rtf(corps: bytes = b"Formatrice \\'e0 Nancy \\{2009\\}") -> bytes:
    return b"{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}\\f0 " + corps + b"\\par}\r\n"


def rtf_objet() -> bytes:
    return rtf(b"{\\object\\objemb{\\*\\objclass Package}{\\*\\objdata 0105000002000000}}")


def rtf_tronque() -> bytes:
    return rtf()[:-8]


def eicar() -> bytes:
    return EICAR


def bombe(debut: bytes, mo: int) -> bytes:
    """A zlib stream of `debut` then `mo` megabytes of spaces: the same compressed block, repeated."""
    compresseur, bloc = zlib.compressobj(9), b" " * (1024 * 1024)
    tete = compresseur.compress(debut) + compresseur.flush(zlib.Z_FULL_FLUSH)
    corps = compresseur.compress(bloc) + compresseur.flush(zlib.Z_FULL_FLUSH)
    somme = zlib.adler32(debut)
    for _ in range(mo):
        somme = zlib.adler32(bloc, somme)
    return tete + corps * mo + b"\3\0" + somme.to_bytes(4, "big")
