"""Compound files (DOC, XLS), good and bad."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping

from tests.fichiers.textes import TEXTE

_FIN, _LIBRE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
Arbre = Mapping[str, "bytes | Arbre"]


def ole(arbre: Arbre) -> bytes:
    """A compound file of 512-byte sectors: bytes are streams, mappings are storages. Streams are padded to 4 KB."""
    entrees: list[bytearray] = []
    flux: list[bytes] = []
    _entrer("Root Entry", 5, arbre, entrees, flux)
    repertoire = b"".join(entrees)
    repertoire += bytes(-len(repertoire) % 512)
    corps, fat = repertoire, _suite(0, len(repertoire) // 512)
    for contenu in flux:
        fat += _suite(len(fat), len(contenu) // 512)
        corps += contenu
    nombre = 1
    while nombre * 128 < len(fat) + nombre:
        nombre += 1
    places = list(range(len(fat), len(fat) + nombre))
    fat += [_FAT] * nombre
    fat += [_LIBRE] * (nombre * 128 - len(fat))
    entete = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H6x", 62, 3, 0xFFFE, 9, 6)
    entete += struct.pack("<9L", 0, nombre, 0, 0, 4096, _FIN, 0, _FIN, 0)
    entete += struct.pack("<109L", *places, *[_LIBRE] * (109 - nombre))
    return entete + corps + struct.pack(f"<{len(fat)}L", *fat)


def _suite(debut: int, nombre: int) -> list[int]:
    return [*range(debut + 1, debut + nombre), _FIN] if nombre else []


def _entrer(nom: str, genre: int, contenu: bytes | Arbre, entrees: list[bytearray], flux: list[bytes]) -> int:
    """Append the entry of a storage or stream and of all under it; answers its number."""
    numero = len(entrees)
    utf16 = nom.encode("utf-16-le")
    entree = bytearray(128)
    entree[: len(utf16)] = utf16
    struct.pack_into("<HBB3L", entree, 64, len(utf16) + 2, genre, 1, _LIBRE, _LIBRE, _LIBRE)
    struct.pack_into("<2L", entree, 116, _FIN, 0)
    entrees.append(entree)
    if isinstance(contenu, bytes):
        plein = contenu + bytes(max(4096 - len(contenu), -len(contenu) % 512))
        premier = sum(len(autre) for autre in flux) // 512
        struct.pack_into("<2L", entree, 116, premier, len(plein))  # moved past the directory below
        flux.append(plein)
        return numero
    precedent: bytearray | None = None
    for enfant, dedans in contenu.items():
        suivant = _entrer(enfant, 2 if isinstance(dedans, bytes) else 1, dedans, entrees, flux)
        struct.pack_into("<L", precedent or entree, 72 if precedent else 76, suivant)
        precedent = entrees[suivant]
    if genre == 5:
        _decaler(entrees)
    return numero


def _decaler(entrees: Iterable[bytearray]) -> None:
    """Streams come after the directory, whose size is known at the end."""
    liste = list(entrees)
    decalage = (len(liste) * 128 + 511) // 512
    for entree in liste:
        premier, taille = struct.unpack_from("<2L", entree, 116)
        if taille:
            struct.pack_into("<L", entree, 116, premier + decalage)


def _fib(drapeaux: int = 0) -> bytes:
    return struct.pack("<H8xH", 0xA5EC, drapeaux) + TEXTE.encode("cp1252")


def doc(en_plus: Arbre | None = None) -> bytes:
    return ole({"WordDocument": _fib(), "1Table": b"", **(en_plus or {})})


def doc_macros() -> bytes:
    return doc({"Macros": {"VBA": {"_VBA_PROJECT": b"\xcc\x61", "ThisDocument": b"x"}}})


def doc_programme() -> bytes:
    return doc({"ObjectPool": {"_1234": {"\x01Ole10Native": b"MZ"}}})


def doc_protege() -> bytes:
    return ole({"WordDocument": _fib(0x0100), "1Table": b""})


def doc_tronque() -> bytes:
    return doc()[:-1024]


def doc_en_boucle() -> bytes:
    """A table of sectors where the directory's chain never ends."""
    contenu = bytearray(doc())
    contenu[-512:-508] = struct.pack("<L", 0)
    return bytes(contenu)


def docx_protege() -> bytes:
    return ole({"EncryptionInfo": b"\x04\0\x04\0", "EncryptedPackage": b"x" * 5000})


def _biff(*enregistrements: tuple[int, bytes]) -> bytes:
    return b"".join(struct.pack("<2H", genre, len(donnees)) + donnees for genre, donnees in enregistrements)


def xls(*enregistrements: tuple[int, bytes], en_plus: Arbre | None = None) -> bytes:
    feuille = (0x85, struct.pack("<L2B", 0, 0, 0) + b"\x07\0Feuil 1")
    classeur = _biff((0x809, struct.pack("<2H", 0x600, 5)), *enregistrements, feuille, (0x0A, b""))
    return ole({"Workbook": classeur, **(en_plus or {})})


def xls_protege() -> bytes:
    return xls((0x2F, bytes(6)))


def xls_macros() -> bytes:
    return xls(en_plus={"_VBA_PROJECT_CUR": {"VBA": {"dir": b"x"}}})


def xls_macros_4() -> bytes:
    """A sheet of Excel 4 macros."""
    return xls((0x85, struct.pack("<L2B", 0, 0, 1) + b"\x06\0Macro1"))
