"""Dates and sizes as French readers expect them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.dates import NBSP, duree, heure, instant, jour, taille


def lu(texte: str) -> str:
    """With plain spaces; they must have been no-break ones."""
    assert " " not in texte
    return texte.replace(NBSP, " ")


@pytest.mark.rule("S1")
@pytest.mark.parametrize(
    ("valeur", "attendu"),
    [
        pytest.param(date(2026, 11, 21), "21 novembre 2026", id="jour"),
        pytest.param(date(2026, 3, 1), "1er mars 2026", id="premier du mois"),
        pytest.param(date(2026, 8, 11), "11 août 2026", id="onze"),
        pytest.param("2024-02-29", "29 février 2024", id="texte, année bissextile"),
        pytest.param("2026-12-31T22:59:59.000000Z", "31 décembre 2026", id="une seconde avant minuit à Paris"),
        pytest.param("2026-12-31T23:00:00.000000Z", "1er janvier 2027", id="minuit à Paris, hiver"),
        pytest.param("2026-07-13T22:00:00Z", "14 juillet 2026", id="minuit à Paris, été"),
        pytest.param(datetime(2026, 7, 13, 21, 59, tzinfo=UTC), "13 juillet 2026", id="juste avant, été"),
    ],
)
def test_un_jour_se_lit_en_toutes_lettres_a_l_heure_de_paris(valeur: date | str, attendu: str) -> None:
    assert lu(jour(valeur)) == attendu


@pytest.mark.rule("S1", "W1")
@pytest.mark.parametrize(
    ("valeur", "attendu"),
    [
        pytest.param("2026-11-21T13:32:00Z", "14 h 32", id="hiver"),
        pytest.param("2026-06-21T12:05:00Z", "14 h 05", id="été"),
        pytest.param("2026-03-29T00:59:59Z", "1 h 59", id="avant le passage à l’heure d’été"),
        pytest.param("2026-03-29T01:00:00Z", "3 h 00", id="au passage à l’heure d’été"),
        pytest.param("2026-10-25T00:30:00Z", "2 h 30", id="première fois de 2 h 30"),
        pytest.param("2026-10-25T01:30:00Z", "2 h 30", id="seconde fois de 2 h 30"),
        pytest.param(datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=11))), "14 h 00", id="autre fuseau"),
    ],
)
def test_une_heure_se_lit_a_paris(valeur: datetime | str, attendu: str) -> None:
    assert lu(heure(valeur)) == attendu


@pytest.mark.parametrize(
    ("secondes", "attendu"),
    [(1, "une minute"), (60, "une minute"), (61, "2 minutes"), (5400, "90 minutes"), (5401, "2 heures"),
     (82_800, "23 heures")],
)  # fmt: skip
def test_une_attente_se_dit_en_minutes_puis_en_heures(secondes: int, attendu: str) -> None:
    assert duree(secondes).replace("\u00a0", " ") == attendu


def test_un_instant_dit_le_jour_et_l_heure() -> None:
    assert instant("2026-11-21T13:32:00Z").replace(NBSP, " ") == "21 novembre 2026 à 14 h 32"


def test_un_jour_n_a_pas_d_heure() -> None:
    with pytest.raises(TypeError):
        heure("2026-11-21")


@pytest.mark.rule("U2")
@pytest.mark.parametrize(
    ("octets", "attendu"),
    [
        (0, "0 ko"),
        (1, "1 ko"),
        (1_535, "1 ko"),
        (812 * 1024, "812 ko"),
        (1_048_063, "1023 ko"),
        (1_048_064, "1 Mo"),
        (1_240_000, "1,2 Mo"),
        (2 * 1_048_576, "2 Mo"),
        (10 * 1_048_576, "10 Mo"),
    ],
)
def test_une_taille_se_lit_comme_se_comptent_les_limites(octets: int, attendu: str) -> None:
    assert lu(taille(octets)) == attendu


@given(st.integers(-2_000_000_000, 7_000_000_000))
def test_tout_instant_se_lit(secondes: int) -> None:
    valeur = datetime.fromtimestamp(secondes, UTC)
    assert str(valeur.year) in jour(valeur) or str(valeur.year + 1) in jour(valeur)
    assert instant(valeur.isoformat()) == instant(valeur)
