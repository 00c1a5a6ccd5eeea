"""Opening a ZIP archive within bounds of number, size and time; nothing is written to disk (rule U1)."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from chalicelib.core.contenu.eicar import contient_eicar
from chalicelib.core.contenu.formats import Ecarte, RefusFichier

MEMBRES_MAX = 2000
REPERTOIRE_MAX = 1024 * 1024  # bytes of the central directory
DECOMPRESSE_MAX = 100 * 1024 * 1024  # bytes, all members together
RAPPORT_MAX = 100  # unzipped / zipped, once there are more than RAPPORT_DES bytes unzipped
RAPPORT_DES = 20 * 1024 * 1024
PAS_LU, PAS_ECRIT = 16 * 1024, 256 * 1024  # bytes taken and given at a time by the decompression
_FIN = struct.Struct("<4s4H2LH")  # end of central directory
_LOCAL = struct.Struct("<4s5H3L2H")  # local header
_CHIFFRE = 0x1
_ADMIS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_PROGRAMME = "\x01Ole10Native".encode("utf-16-le")  # how Office wraps any file, programs included


class Archive:
    """A checked central directory. Raises Ecarte at once when a bound is passed; `tout_lire` checks the rest."""

    def __init__(self, contenu: bytes) -> None:
        self._contenu = memoryview(contenu)
        _verifier_la_fin(contenu)
        try:
            with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
                membres = archive.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, struct.error, EOFError) as erreur:
            raise Ecarte(RefusFichier.ABIME) from erreur
        _verifier_les_noms(membres)
        _verifier_les_tailles(membres, len(contenu))
        self._membres = {membre.filename: membre for membre in membres}
        self.noms = frozenset(self._membres)

    def octets(self, nom: str, limite: int) -> bytes:
        """One member, whole; ABIME when it is missing, TROP_LOURD beyond `limite` bytes."""
        membre = self._membres.get(nom)
        if membre is None:
            raise Ecarte(RefusFichier.ABIME)
        if membre.file_size > limite:
            raise Ecarte(RefusFichier.TROP_LOURD)
        return b"".join(self._morceaux(membre))

    def tout_lire(self) -> None:
        """Unzip every member and throw it away: true sizes, checksums, no virus, no program wrapped in."""
        for membre in self._membres.values():
            reste = b""
            for morceau in self._morceaux(membre):
                vu = reste + morceau
                if contient_eicar(vu):
                    raise Ecarte(RefusFichier.INFECTE)
                if _PROGRAMME in vu:
                    raise Ecarte(RefusFichier.CONTENU_ACTIF)
                reste = vu[-100:]

    def _morceaux(self, membre: zipfile.ZipInfo) -> Iterator[bytes]:
        somme = taille = 0
        for morceau in _decompresser(self._brut(membre), membre.compress_type):
            taille += len(morceau)
            somme = zlib.crc32(morceau, somme)
            if taille > membre.file_size:  # it lied on its size
                raise Ecarte(RefusFichier.ARCHIVE_SUSPECTE)
            yield morceau
        if taille != membre.file_size or somme != membre.CRC:
            raise Ecarte(RefusFichier.ABIME)

    def _brut(self, membre: zipfile.ZipInfo) -> memoryview:
        """The zipped bytes, found through the local header, whose name must be the directory's."""
        tete = self._contenu[membre.header_offset : membre.header_offset + _LOCAL.size]
        if membre.header_offset < 0 or len(tete) < _LOCAL.size or bytes(tete[:4]) != b"PK\x03\x04":
            raise Ecarte(RefusFichier.ABIME)
        champs = _LOCAL.unpack(tete)
        debut_nom = membre.header_offset + _LOCAL.size
        debut = debut_nom + champs[9] + champs[10]
        if bytes(self._contenu[debut_nom : debut_nom + champs[9]]) not in _noms_possibles(membre):
            raise Ecarte(RefusFichier.ARCHIVE_SUSPECTE)
        brut = self._contenu[debut : debut + membre.compress_size]
        if len(brut) != membre.compress_size:
            raise Ecarte(RefusFichier.ABIME)
        return brut


def _noms_possibles(membre: zipfile.ZipInfo) -> tuple[bytes, ...]:
    nom = membre.orig_filename
    return nom.encode("utf-8", "replace"), nom.encode("cp437", "replace")


def _decompresser(brut: memoryview, methode: int) -> Iterator[bytes]:
    """The member's bytes, PAS_ECRIT at most at a time."""
    if methode == zipfile.ZIP_STORED:
        yield from (bytes(brut[i : i + PAS_ECRIT]) for i in range(0, len(brut), PAS_ECRIT))
        return
    flux = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for i in range(0, len(brut), PAS_LU):
            entree: bytes | memoryview = brut[i : i + PAS_LU]
            while entree and not flux.eof:
                yield flux.decompress(entree, PAS_ECRIT)
                entree = flux.unconsumed_tail
        yield flux.flush()
    except zlib.error as erreur:
        raise Ecarte(RefusFichier.ABIME) from erreur
    if not flux.eof:
        raise Ecarte(RefusFichier.ABIME)


def _verifier_la_fin(contenu: bytes) -> None:
    """The end record is at the very end, and the directory that it announces is small and just before it."""
    place = contenu.rfind(b"PK\x05\x06", max(0, len(contenu) - 65557))
    if place < 0 or len(contenu) - place < _FIN.size:
        raise Ecarte(RefusFichier.ABIME)
    champs = _FIN.unpack_from(contenu, place)
    membres, taille, debut, commentaire = champs[4:]
    if place + _FIN.size + commentaire != len(contenu) or debut + taille != place:
        raise Ecarte(RefusFichier.ARCHIVE_SUSPECTE)  # also the 64-bit archives, which no document of ours needs
    if membres > MEMBRES_MAX or taille > REPERTOIRE_MAX:
        raise Ecarte(RefusFichier.TROP_LOURD)


def _verifier_les_noms(membres: list[zipfile.ZipInfo]) -> None:
    noms = [membre.filename for membre in membres]
    if len(noms) > MEMBRES_MAX or len(set(noms)) < len(noms):
        raise Ecarte(RefusFichier.ARCHIVE_SUSPECTE)
    if any(_sort_du_dossier(nom) or "\0" in membre.orig_filename for nom, membre in zip(noms, membres, strict=True)):
        raise Ecarte(RefusFichier.ARCHIVE_SUSPECTE)


def _sort_du_dossier(nom: str) -> bool:
    chemin = nom.replace("\\", "/")
    return chemin.startswith("/") or chemin[1:2] == ":" or ".." in chemin.split("/")


def _verifier_les_tailles(membres: list[zipfile.ZipInfo], taille: int) -> None:
    if any(membre.flag_bits & _CHIFFRE for membre in membres):
        raise Ecarte(RefusFichier.PROTEGE)
    if any(membre.compress_type not in _ADMIS for membre in membres):
        raise Ecarte(RefusFichier.ARCHIVE_SUSPECTE)
    if sum(membre.compress_size for membre in membres) > taille:  # members that overlap
        raise Ecarte(RefusFichier.ARCHIVE_SUSPECTE)
    total = sum(membre.file_size for membre in membres)
    if total > DECOMPRESSE_MAX or (total > RAPPORT_DES and total > RAPPORT_MAX * taille):
        raise Ecarte(RefusFichier.TROP_LOURD)


def cache_une_archive(contenu: bytes) -> bool:
    """Whether a ZIP reader would find an archive at the end of these bytes, whatever they begin with."""
    place = contenu.rfind(b"PK\x05\x06", max(0, len(contenu) - 65557))
    if place < 0 or len(contenu) - place < _FIN.size:
        return False
    taille = _FIN.unpack_from(contenu, place)[5]
    return taille > 0 and contenu[max(0, place - taille) :][:4] == b"PK\x01\x02"
