"""The captcha's picture and its French sound (rule T5)."""

from __future__ import annotations

import base64
import io
import math
import subprocess
import sys
import wave
from collections.abc import Iterator
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from PIL import Image

from chalicelib.core.web import captcha_dessin
from chalicelib.core.web.captcha_dessin import CHIFFRES, image, son

RACINE = Path(__file__).resolve().parents[3]
CODE = CHIFFRES[:6]


class Tirage:
    """Chance that can be drawn again: a linear congruential generator."""

    def __init__(self, graine: int) -> None:
        self._etat = graine

    def uniform(self, a: float, b: float, /) -> float:
        self._etat = (self._etat * 6364136223846793005 + 1442695040888963407) % 2**64
        return a + (b - a) * (self._etat >> 11) / 2**53

    def randbytes(self, n: int, /) -> bytes:
        return bytes(int(self.uniform(0, 256)) for _ in range(n))


def fabriquer(dossier: Path) -> subprocess.CompletedProcess[str]:
    commande = [sys.executable, str(RACINE / "infra" / "sons.py"), str(dossier)]
    return subprocess.run(commande, capture_output=True, check=False, text=True)


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    chemin = tmp_path_factory.mktemp("captcha") / "sons"
    fini = fabriquer(chemin)
    assert fini.returncode == 0, fini.stderr
    return chemin


@pytest.fixture
def sons(dossier: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(captcha_dessin, "SONS", dossier)
    captcha_dessin._enregistrement.cache_clear()
    yield dossier
    captcha_dessin._enregistrement.cache_clear()


def octets(adresse: str, type_: str) -> bytes:
    entete, _, contenu = adresse.partition(",")
    assert entete == f"data:{type_};base64"
    return base64.b64decode(contenu, validate=True)


def onde(adresse: str) -> list[int]:
    with wave.open(io.BytesIO(octets(adresse, "audio/wav"))) as fichier:
        assert (fichier.getnchannels(), fichier.getsampwidth(), fichier.getframerate()) == (1, 1, 8000)
        return [octet - 128 for octet in fichier.readframes(fichier.getnframes())]


def mots(valeurs: list[int]) -> int:
    """How many words are heard: stretches of 20 ms louder than the noise, less than 0.2 s apart."""
    forts = [
        debut
        for debut in range(0, len(valeurs), 160)
        if math.sqrt(sum(v * v for v in valeurs[debut : debut + 160]) / 160) > 8
    ]
    return sum(suivant - fort > 1600 for fort, suivant in pairwise(forts)) + bool(forts)


def empreinte(valeurs: list[float]) -> list[float]:
    """The shape of a sound: energy in 9 bands over 10 slices of time, of length 1."""
    pas, bandes = len(valeurs) // 10, (250, 400, 600, 850, 1200, 1700, 2300, 3000, 3700)
    forme = []
    for tranche in range(10):
        morceau = valeurs[tranche * pas : (tranche + 1) * pas]
        for bande in bandes:
            angle = 2 * math.pi * bande / 8000
            cosinus = sum(v * math.cos(angle * i) for i, v in enumerate(morceau))
            sinus = sum(v * math.sin(angle * i) for i, v in enumerate(morceau))
            forme.append(math.log1p(math.hypot(cosinus, sinus)))
    moyenne = sum(forme) / len(forme)
    norme = math.sqrt(sum((v - moyenne) ** 2 for v in forme))
    return [(v - moyenne) / norme for v in forme]


@pytest.mark.rule("T5")
def test_l_image_se_lit_en_noir_sur_blanc_et_reste_legere() -> None:
    adresse = image(CODE)
    dessin = Image.open(io.BytesIO(octets(adresse, "image/png"))).convert("L")
    assert dessin.size == (240, 80)
    assert len(adresse) < 12_000
    clairs = sum(dessin.histogram()[200:])
    sombres = sum(dessin.histogram()[:90])
    assert 0.5 < clairs / (240 * 80) < 0.95
    assert 0.05 < sombres / (240 * 80) < 0.45


@pytest.mark.rule("T5")
def test_deux_images_d_un_meme_code_different() -> None:
    assert image(CODE) != image(CODE)


@pytest.mark.rule("T5")
@pytest.mark.parametrize("code", ["", "12345a", "1", "２３４", "../23"])
def test_un_code_d_autre_chose_que_nos_chiffres_n_est_ni_dessine_ni_dit(code: str) -> None:
    with pytest.raises(ValueError, match=CHIFFRES):
        image(code)
    with pytest.raises(ValueError, match=CHIFFRES):
        son(code, Tirage(1))


@pytest.mark.rule("T5")
@pytest.mark.usefixtures("sons")
@pytest.mark.parametrize("code", [CHIFFRES[:6], CHIFFRES[-6:], CHIFFRES[0] * 6, CHIFFRES[1] * 3])
def test_le_son_dit_autant_de_mots_que_le_code_a_de_chiffres(code: str) -> None:
    adresse = son(code, Tirage(7))
    valeurs = onde(adresse)
    assert mots(valeurs) == len(code)
    assert 0.6 * len(code) < len(valeurs) / 8000 < 1.1 * len(code) + 1
    assert len(adresse) < 120 * 1024


@pytest.mark.rule("T5")
@pytest.mark.usefixtures("sons")
def test_le_son_change_a_chaque_tirage_et_se_rejoue_avec_le_meme() -> None:
    assert son(CODE, Tirage(1)) == son(CODE, Tirage(1))
    assert son(CODE, Tirage(1)) != son(CODE, Tirage(2))


@pytest.mark.rule("T5")
@pytest.mark.usefixtures("sons")
def test_le_silence_n_est_jamais_vide_et_rien_ne_sature() -> None:
    valeurs = onde(son(CODE, Tirage(3)))
    assert any(valeurs[:1600]), "noise before the first digit"
    assert sum(abs(valeur) >= 127 for valeur in valeurs) < len(valeurs) / 500


@pytest.mark.rule("T5")
@pytest.mark.usefixtures("sons")
def test_les_chiffres_se_distinguent_a_l_oreille_deux_a_deux() -> None:
    formes = {chiffre: empreinte(list(captcha_dessin._enregistrement(chiffre))) for chiffre in CHIFFRES}
    for un, autre in combinations(CHIFFRES, 2):
        ressemblance = sum(a * b for a, b in zip(formes[un], formes[autre], strict=True))
        assert ressemblance < 0.75, f"{un} et {autre} se ressemblent"


@pytest.mark.rule("T5")
def test_les_sons_non_fabriques_se_disent_avec_ce_qu_il_faut_lancer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(captcha_dessin, "SONS", tmp_path)
    captcha_dessin._enregistrement.cache_clear()
    with pytest.raises(FileNotFoundError, match=r"infra/sons\.py"):
        son(CODE, Tirage(1))


@pytest.mark.rule("T5")
def test_fabriquer_les_sons_deux_fois_ne_recrit_rien(dossier: Path) -> None:
    avant = {chemin.name: (chemin.stat().st_mtime_ns, chemin.read_bytes()) for chemin in dossier.iterdir()}
    assert sorted(avant) == [f"{chiffre}.wav" for chiffre in range(10)]
    fini = fabriquer(dossier)
    assert "0 written" in fini.stdout
    assert avant == {chemin.name: (chemin.stat().st_mtime_ns, chemin.read_bytes()) for chemin in dossier.iterdir()}
    for _, contenu in avant.values():
        with wave.open(io.BytesIO(contenu)) as fichier:
            assert 0.2 < fichier.getnframes() / fichier.getframerate() < 0.7


@pytest.mark.rule("T5")
def test_sans_la_voix_la_fabrication_dit_ce_qui_manque(tmp_path: Path) -> None:
    script = str(RACINE / "infra" / "sons.py")
    commande = [sys.executable, "-S", script, str(tmp_path)]
    fini = subprocess.run(commande, capture_output=True, check=False, text=True)
    assert fini.returncode == 1
    assert "espeakng-loader n’est pas installé" in fini.stderr and "make clean" in fini.stderr
    assert "Traceback" not in fini.stderr
