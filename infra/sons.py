"""Build the French sounds of the digits that the captcha speaks (rule T5): `chalicelib/core/sons/<digit>.wav`.

The voice is espeak-ng's, taken whole from the PyPI package `espeakng-loader` (library and data; nothing to install by
hand). The files are 16-bit mono WAV at 8 kHz, silence trimmed, all at the same loudness: about 60 KB for ten digits.
They are built, never committed. Running it again writes the same bytes, and only what differs.

    python infra/sons.py [directory]

Exit code 1 and one sentence on what is missing when the voice can't be had.
"""

from __future__ import annotations

import ctypes
import io
import math
import sys
import wave
from array import array
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

DOSSIER = Path(__file__).resolve().parent.parent / "chalicelib" / "core" / "sons"
MOTS = dict(enumerate(("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf")))
FREQUENCE = 8000  # Hz, of what is written
DEBIT = 130  # words a minute: slow enough to be written down
GRAINE = 2026  # the synthesiser adds its own noise: seeded, so that a second run gives the same bytes
NIVEAU = 5000.0  # root mean square aimed at, out of 32767
SEUIL = 0.012  # of the peak: quieter than that at either end is silence
CHARS_UTF8, PARAM_DEBIT, SORTIE_SYNCHRONE = 1, 1, 2  # enums of espeak-ng's speak_lib.h
DEMI_LARGEUR = 40  # samples either side of the resampling filter

Rappel = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class SonsImpossibles(RuntimeError):
    """What is missing, in words for whoever runs the build."""


class Voix:
    """The French voice: `dire(text)` gives samples at `frequence` Hz. Only one per process (espeak-ng is global)."""

    def __init__(self) -> None:
        self._lib, donnees = bibliotheque()
        self.frequence = int(self._lib.espeak_Initialize(SORTIE_SYNCHRONE, 0, donnees.encode(), 0))
        if self.frequence <= 0:
            raise SonsImpossibles(f"espeak-ng ne démarre pas, ses données ne se lisent pas dans {donnees}")
        if self._lib.espeak_SetVoiceByName(b"fr") != 0:
            raise SonsImpossibles(f"espeak-ng n’a pas de voix française dans {donnees}")
        self._lib.espeak_SetParameter(PARAM_DEBIT, DEBIT, 0)
        self._recu = bytearray()
        self._rappel = Rappel(self._recevoir)  # kept: the library calls it long after this line
        self._lib.espeak_SetSynthCallback(self._rappel)

    def _recevoir(self, onde: ctypes._Pointer[ctypes.c_short], nombre: int, _evenements: int | None) -> int:
        if onde and nombre > 0:
            self._recu += ctypes.string_at(onde, nombre * 2)
        return 0

    def dire(self, texte: str) -> array[int]:
        self._recu.clear()
        self._lib.espeak_ng_SetRandSeed(ctypes.c_long(GRAINE))
        octets = texte.encode()
        if self._lib.espeak_Synth(octets, len(octets) + 1, 0, 0, 0, CHARS_UTF8, None, None) != 0:
            raise SonsImpossibles(f"espeak-ng refuse de dire « {texte} »")
        self._lib.espeak_Synchronize()
        if not self._recu:
            raise SonsImpossibles(f"espeak-ng ne dit rien pour « {texte} »")
        return array("h", bytes(self._recu))


def bibliotheque() -> tuple[ctypes.CDLL, str]:
    """The library and the directory of its data, or what is missing."""
    try:
        chargeur = import_module("espeakng_loader")
    except ImportError as erreur:
        raise SonsImpossibles("le paquet espeakng-loader n’est pas installé") from erreur
    chemin = chargeur.get_library_path()
    try:
        return ctypes.CDLL(chemin), str(chargeur.get_data_path())
    except (OSError, RuntimeError) as erreur:
        raise SonsImpossibles(f"espeakng-loader n’a rien pour cette machine ({erreur})") from erreur


def reechantillonner(onde: array[int], depuis: int, vers: int) -> list[float]:
    """The same sound at `vers` Hz: windowed sinc, cut just under half of the new rate so that nothing folds back."""
    coupure = 0.92 * vers / depuis

    def filtre(ecart: float) -> float:
        x = coupure * ecart
        sinus = coupure if abs(x) < 1e-9 else coupure * math.sin(math.pi * x) / (math.pi * x)
        return sinus * (0.5 + 0.5 * math.cos(math.pi * ecart / DEMI_LARGEUR))

    marge = [0] * DEMI_LARGEUR
    entree = [*marge, *onde, *marge]
    phases: dict[int, list[float]] = {}
    sortie = []
    for n in range(len(onde) * vers // depuis):
        debut, reste = divmod(n * depuis, vers)
        if reste not in phases:
            phases[reste] = [filtre(k - DEMI_LARGEUR - reste / vers) for k in range(1, 2 * DEMI_LARGEUR)]
        fenetre = entree[debut + 1 : debut + 2 * DEMI_LARGEUR]
        sortie.append(sum(map(float.__mul__, phases[reste], map(float, fenetre))))
    return sortie


def egaliser(onde: list[float]) -> list[int]:
    """Silence cut at both ends (10 ms kept), loudness set, peaks bounded, ends faded so that nothing clicks."""
    seuil = SEUIL * max(map(abs, onde))
    forts = [i for i, valeur in enumerate(onde) if abs(valeur) >= seuil]
    marge = FREQUENCE // 100
    coupe = onde[max(0, forts[0] - marge) : forts[-1] + marge]
    gain = NIVEAU / math.sqrt(sum(valeur * valeur for valeur in coupe) / len(coupe))
    gain = min(gain, 32000 / max(map(abs, coupe)))
    fin = len(coupe) - 1
    return [round(valeur * gain * min(1, i / marge, (fin - i) / marge)) for i, valeur in enumerate(coupe)]


def wav(onde: list[int]) -> bytes:
    """A 16-bit mono WAV file at 8 kHz."""
    sortie = io.BytesIO()
    with wave.open(sortie, "wb") as fichier:
        fichier.setparams((1, 2, FREQUENCE, len(onde), "NONE", ""))
        valeurs = array("h", onde)
        if sys.byteorder == "big":
            valeurs.byteswap()
        fichier.writeframes(valeurs.tobytes())
    return sortie.getvalue()


def construire(dossier: Path, annoncer: Callable[[str], object]) -> None:
    """Write the ten files where they are missing or differ. Raises SonsImpossibles, OSError."""
    voix = Voix()
    sons = {
        f"{chiffre}.wav": wav(egaliser(reechantillonner(voix.dire(mot), voix.frequence, FREQUENCE)))
        for chiffre, mot in MOTS.items()
    }
    if len(set(sons.values())) < len(sons):
        raise SonsImpossibles("espeak-ng dit la même chose pour deux chiffres")
    dossier.mkdir(parents=True, exist_ok=True)
    changes = [nom for nom, son in sons.items() if not tel_quel(dossier / nom, son)]
    for nom in changes:
        (dossier / nom).write_bytes(sons[nom])
    annoncer(f"{dossier}: {len(sons)} sounds, {sum(map(len, sons.values())) // 1024} KB, {len(changes)} written\n")


def tel_quel(chemin: Path, contenu: bytes) -> bool:
    return chemin.is_file() and chemin.read_bytes() == contenu


def main(arguments: list[str]) -> int:
    try:
        construire(Path(arguments[0]) if arguments else DOSSIER, sys.stdout.write)
    except (SonsImpossibles, OSError) as erreur:
        sys.stderr.write(
            f"Les sons du captcha n’ont pas pu être créés : {erreur}. "
            "Relancez la même commande ; si cela ne suffit pas : make clean.\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
