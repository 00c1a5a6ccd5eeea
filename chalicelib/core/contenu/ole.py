"""DOC and XLS: compound files (MS-CFB), read just far enough to know what they hold (rule U1)."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from chalicelib.core.contenu.formats import Ecarte, Format, RefusFichier, Verdict

_ENTREE = 128  # bytes of a directory entry
_AUCUN = 0xFFFFFFFA  # from here on, sector numbers are marks (end of chain, free ...)
_RACINE = 5
_MACROS = {"macros", "_vba_project_cur", "_vba_project", "vba"}
_PROGRAMMES = {"\x01ole10native"}
_CHIFFRES = {"encryptedpackage"}
_PRINCIPAUX = {"worddocument": Format.DOC, "workbook": Format.XLS, "book": Format.XLS}
_LU_MAX = 64 * 1024 * 1024  # bytes of one stream; files are smaller
_BOF, _FILEPASS, _FEUILLE, _EOF = 0x809, 0x2F, 0x85, 0x0A  # records of a workbook
_FEUILLE_DE_MACROS = 1


@dataclass(frozen=True)
class _Entree:
    nom: str  # lower case: names are compared so
    genre: int
    gauche: int
    droite: int
    enfant: int
    secteur: int
    taille: int


class _Composite:
    """A compound file: its sectors, their chains, its directory. Every walk is bounded by the file's own size."""

    def __init__(self, contenu: bytes) -> None:
        self._contenu = contenu
        if len(contenu) < 512:
            raise Ecarte(RefusFichier.ABIME)
        (puissance, petite) = struct.unpack_from("<2H", contenu, 30)
        if puissance not in (9, 12) or petite != 6:
            raise Ecarte(RefusFichier.ABIME)
        self._taille = 1 << puissance
        self._repertoire, self._seuil, self._petite_fat = struct.unpack_from("<L4xLL", contenu, 48)
        self._fat = self._lire_la_fat()
        self.entrees = [self._entree(brut) for brut in self._decoupe(self._repertoire, _ENTREE)]
        if not self.entrees or self.entrees[0].genre != _RACINE:
            raise Ecarte(RefusFichier.ABIME)

    def _secteur(self, numero: int) -> bytes:
        debut = (numero + 1) * self._taille
        octets = self._contenu[debut : debut + self._taille]
        if not octets:
            raise Ecarte(RefusFichier.ABIME)
        return octets

    def _lire_la_fat(self) -> array[int]:
        numeros = list(struct.unpack_from("<109L", self._contenu, 76))
        suivant, nombre = struct.unpack_from("<2L", self._contenu, 68)
        for _ in range(min(nombre, len(self._contenu) // self._taille)):
            if suivant >= _AUCUN:
                break
            *suite, suivant = _entiers(self._secteur(suivant))
            numeros += suite
        utiles = dict.fromkeys(numero for numero in numeros if numero < _AUCUN)
        if (len(utiles) - 1) * self._taille > len(self._contenu):
            raise Ecarte(RefusFichier.ABIME)
        return self._entiers_de(utiles)

    def _entiers_de(self, numeros: Iterable[int]) -> array[int]:
        """The 32-bit numbers of these sectors, 4 bytes each in memory whatever a file pretends to hold."""
        return array("I", chain.from_iterable(_entiers(self._secteur(numero)) for numero in numeros))

    def chaine(self, numero: int) -> Iterator[int]:
        """The numbers of a chain of sectors; ABIME when it loops or leaves the table."""
        vus = 0
        while numero < _AUCUN:
            vus += 1
            if vus > len(self._fat) or numero >= len(self._fat):
                raise Ecarte(RefusFichier.ABIME)
            yield numero
            numero = self._fat[numero]

    def _decoupe(self, numero: int, pas: int) -> Iterator[bytes]:
        for secteur in self.chaine(numero):
            octets = self._secteur(secteur)
            yield from (octets[i : i + pas] for i in range(0, len(octets) - pas + 1, pas))

    def _entree(self, brut: bytes) -> _Entree:
        longueur, genre, gauche, droite, enfant = struct.unpack_from("<HBx3L", brut, 64)
        secteur, taille = struct.unpack_from("<2L", brut, 116)
        nom = brut[: max(0, min(longueur, 64) - 2)].decode("utf-16-le", "replace")
        return _Entree(nom.lower(), genre, gauche, droite, enfant, secteur, taille)

    def enfants(self, parent: _Entree) -> list[_Entree]:
        """The entries directly under one, in no order."""
        vus: set[int] = set()
        a_voir = [parent.enfant]
        while a_voir:
            numero = a_voir.pop()
            if numero < len(self.entrees) and numero not in vus:
                vus.add(numero)
                a_voir += [self.entrees[numero].gauche, self.entrees[numero].droite]
        return [self.entrees[numero] for numero in vus]

    def flux(self, entree: _Entree, maximum: int) -> bytes:
        """The first bytes of a stream, and the proof that the rest of it is there."""
        if entree.taille > min(_LU_MAX, len(self._contenu)):
            raise Ecarte(RefusFichier.ABIME)
        if entree.taille < self._seuil:
            return self._petit_flux(entree)[:maximum]
        numeros = list(self.chaine(entree.secteur))
        if len(numeros) * self._taille < entree.taille:
            raise Ecarte(RefusFichier.ABIME)
        if (numeros[-1] + 1) * self._taille + (entree.taille - 1) % self._taille >= len(self._contenu):
            raise Ecarte(RefusFichier.ABIME)
        return b"".join(map(self._secteur, numeros[: maximum // self._taille + 1]))[: min(maximum, entree.taille)]

    def _petit_flux(self, entree: _Entree) -> bytes:
        """A stream under 4 KB: cut in pieces of 64 bytes inside the root's own stream."""
        reserve = b"".join(map(self._secteur, self.chaine(self.entrees[0].secteur)))
        suites = self._entiers_de(self.chaine(self._petite_fat))
        octets, numero = bytearray(), entree.secteur
        while len(octets) < entree.taille:
            if numero >= len(suites) or numero * 64 >= len(reserve):
                raise Ecarte(RefusFichier.ABIME)
            octets += reserve[numero * 64 : numero * 64 + 64]
            numero = suites[numero]
        return bytes(octets[: entree.taille])


def _entiers(octets: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(octets) // 4}L", octets[: len(octets) // 4 * 4])


def examiner(contenu: bytes) -> Verdict:
    """The verdict on a compound file; `format` None when it is neither of ours. Raises Ecarte."""
    fichier = _Composite(contenu)
    noms = {entree.nom for entree in fichier.entrees if entree.genre}
    racine = {entree.nom: entree for entree in fichier.enfants(fichier.entrees[0])}
    if noms & _CHIFFRES:  # a DOCX or XLSX with a password
        return Verdict(None, RefusFichier.PROTEGE)
    for nom, format_ in _PRINCIPAUX.items():
        if nom in racine:
            if noms & _MACROS:
                return Verdict(format_, RefusFichier.MACROS)
            if noms & _PROGRAMMES:
                return Verdict(format_, RefusFichier.CONTENU_ACTIF)
            debut = fichier.flux(racine[nom], 256 * 1024)
            return Verdict(format_, _refus_word(debut) if format_ is Format.DOC else _refus_excel(debut))
    return Verdict(None)


def _refus_word(flux: bytes) -> RefusFichier | None:
    """Bits of the header of a Word document (FIB): its mark, then whether it is encrypted."""
    if len(flux) < 12:
        return RefusFichier.ABIME
    marque, drapeaux = struct.unpack_from("<H8xH", flux)
    if marque not in (0xA5EC, 0xA5DC):
        return RefusFichier.ABIME
    return RefusFichier.PROTEGE if drapeaux & 0x0100 else None


def _refus_excel(flux: bytes) -> RefusFichier | None:
    """The records at the head of a workbook, up to its first end: a password, or a sheet of macros."""
    if len(flux) < 4 or struct.unpack_from("<H", flux)[0] != _BOF:
        return RefusFichier.ABIME
    place = 0
    while place + 4 <= len(flux):
        genre, longueur = struct.unpack_from("<2H", flux, place)
        if genre == _FILEPASS:
            return RefusFichier.PROTEGE
        if genre == _FEUILLE and flux[place + 9 : place + 10] == bytes([_FEUILLE_DE_MACROS]):
            return RefusFichier.MACROS
        if genre == _EOF:
            return None
        place += 4 + longueur
    return None
