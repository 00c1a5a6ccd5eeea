"""The picture and the sound of a captcha code (rule T5), as `data:` URIs: pure drawing, nothing is kept or sent.

Who draws the code, keeps it and burns it is `captcha.py`. The sounds come from `chalicelib/core/sons/`, built by
`python infra/sons.py`. Pillow and captcha are imported when a picture is asked for: few requests do.
"""

from __future__ import annotations

import base64
import functools
import io
import sys
import wave
from array import array
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from captcha.image import ImageCaptcha

# Digits that neither the eye nor the ear takes for another. Left out:
# - 1: by eye a 7; by ear « un » is short and close to « cinq » through a loudspeaker;
# - 5: by ear « cinq » is close to « sept » and « quatre » (the nearest pairs of all ten, measured on the built sounds);
#   by eye a 6 or a 3 once slanted;
# - 6: by eye an 8, a 0 or a 9 upside down; by ear « six » is close to « huit », and to « dix » for who expects it.
CHIFFRES = "0234789"

LARGEUR, HAUTEUR = 240, 80  # pixels
ENCRE, PAPIER = (30, 30, 40, 255), (255, 255, 255)
COURBES = 3  # through the digits, besides the package's own
NUANCES = 16  # levels of grey kept: enough for smooth edges, half the weight of colours
FREQUENCE = 8000  # Hz, as built
ATTENTE = 0.4  # s of noise before the first digit, for the listener to be ready, and after the last
PAUSES = (0.35, 0.55)  # s between two digits: time to type one
VITESSES = (0.9, 1.1)  # each digit's own speed, hence pitch
FORCES = (0.75, 1.0)
BRUIT = 0.035  # of full scale: about 17 dB under the voice
SONS = Path(__file__).resolve().parent.parent / "sons"


class Alea(Protocol):
    """What is needed of a `random.Random`: it comes from the Context, the only place that may make one."""

    def uniform(self, a: float, b: float, /) -> float: ...
    def randbytes(self, n: int, /) -> bytes: ...


def image(code: str) -> str:
    """T5: the code as a noisy picture, `data:image/png;base64,...` (240 x 80 px, under 12 KB). Raises ValueError.

    The noise is the captcha package's own (it uses the system's secrets), the ink is dark on white: contrast > 12:1.
    """
    _verifier(code)
    dessin = _dessinateur().generate_image(code, bg_color=PAPIER, fg_color=ENCRE)
    for _ in range(COURBES):
        _dessinateur().create_noise_curve(dessin, ENCRE)
    sortie = io.BytesIO()
    dessin.convert("L").quantize(NUANCES).save(sortie, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(sortie.getvalue()).decode()


def son(code: str, alea: Alea) -> str:
    """T5: the code said in French, digit by digit, `data:audio/wav;base64,...` (8-bit, 8 kHz, mono; 9 KB a digit).

    Speed, pitch, loudness, pauses and noise vary with `alea`. Raises ValueError (not our digits), FileNotFoundError
    (sounds not built).
    """
    _verifier(code)
    onde = _silence(ATTENTE)
    for chiffre in code:
        onde += _prononcer(_enregistrement(chiffre), alea.uniform(*VITESSES), alea.uniform(*FORCES))
        onde += _silence(alea.uniform(*PAUSES))
    onde += _silence(ATTENTE)
    bruit = alea.randbytes(len(onde))
    octets = bytes(
        min(255, max(0, round(128 + 127 * (valeur + BRUIT * (hasard - 127.5) / 127.5))))
        for valeur, hasard in zip(onde, bruit, strict=True)
    )
    return "data:audio/wav;base64," + base64.b64encode(_wav(octets)).decode()


def _verifier(code: str) -> None:
    if not code or set(code) - set(CHIFFRES):
        raise ValueError(f"a captcha code is made of {CHIFFRES} only")


@functools.cache
def _dessinateur() -> ImageCaptcha:
    """Loads the package's own font (DroidSansMono, Apache 2.0) once; gentler than its defaults, to stay legible."""
    from captcha.image import ImageCaptcha

    class Dessinateur(ImageCaptcha):
        character_rotate = (-24, 4)  # degrees, to the right only: a 7 that stands upright is read as a 1
        character_warp_dx = (0.0, 0.03)
        character_warp_dy = (0.0, 0.1)
        word_space_probability = 1.0  # no space between digits: they are packed, and overlap a little
        word_offset_dx = 0.15

    dessinateur = Dessinateur(width=LARGEUR, height=HAUTEUR, font_sizes=(56, 62, 68))
    dessinateur.lookup_table = [min(255, 8 * ton) for ton in range(256)]  # our ink (tone 31) is opaque, edges smooth
    return dessinateur


@functools.cache
def _enregistrement(chiffre: str) -> tuple[float, ...]:
    """One digit as built, from -1 to 1."""
    chemin = SONS / f"{chiffre}.wav"
    if not chemin.is_file():
        raise FileNotFoundError(f"{chemin.name} is not built: run python infra/sons.py")
    with wave.open(str(chemin), "rb") as fichier:
        valeurs = array("h", fichier.readframes(fichier.getnframes()))
    if sys.byteorder == "big":
        valeurs.byteswap()
    return tuple(valeur / 32768 for valeur in valeurs)


def _prononcer(onde: tuple[float, ...], vitesse: float, force: float) -> list[float]:
    """The digit read `vitesse` times faster (linear interpolation) and `force` times as loud."""
    sortie = []
    for n in range(int((len(onde) - 1) / vitesse)):
        i, reste = divmod(n * vitesse, 1)
        avant, apres = onde[int(i)], onde[int(i) + 1]
        sortie.append(force * (avant + (apres - avant) * reste))
    return sortie


def _silence(secondes: float) -> list[float]:
    return [0.0] * int(secondes * FREQUENCE)


def _wav(octets: bytes) -> bytes:
    sortie = io.BytesIO()
    with wave.open(sortie, "wb") as fichier:
        fichier.setparams((1, 1, FREQUENCE, len(octets), "NONE", ""))
        fichier.writeframes(octets)
    return sortie.getvalue()
