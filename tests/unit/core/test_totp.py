"""The second factor's codes, by the vectors of RFC 6238 and RFC 4226."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.totp import PERIOD, code, step_of

CLE = base64.b32encode(b"12345678901234567890").decode()
PRESENT = 1_900_000_000
PAS = PRESENT // PERIOD


@pytest.mark.rule("J6")
@pytest.mark.parametrize(
    ("secondes", "huit_chiffres"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_les_codes_de_la_rfc_6238(secondes: int, huit_chiffres: str) -> None:
    assert code(CLE, secondes // PERIOD) == huit_chiffres[-6:]
    assert step_of(CLE, huit_chiffres[-6:], secondes) == secondes // PERIOD


@pytest.mark.rule("J6")
def test_les_dix_codes_de_la_rfc_4226() -> None:
    attendus = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
    assert [code(CLE, pas) for pas in range(10)] == attendus


@pytest.mark.rule("J6")
@pytest.mark.parametrize(("decalage", "accepte"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)], ids=str)
def test_un_code_vaut_pour_son_pas_et_ses_voisins(decalage: int, accepte: bool) -> None:
    trouve = step_of(CLE, code(CLE, PAS + decalage), PRESENT)
    assert trouve == (PAS + decalage if accepte else None)


@pytest.mark.rule("J6", "S2")
@pytest.mark.parametrize("forme", ["{} {}", " {}{} ", "{}\t{}", "{}\u00a0{}"])
def test_les_espaces_d_un_code_ne_comptent_pas(forme: str) -> None:
    juste = code(CLE, PAS)
    assert step_of(CLE, forme.format(juste[:3], juste[3:]), PRESENT) == PAS


def test_la_cle_publiee_de_la_demo_se_lit_en_minuscules_et_sans_bourrage() -> None:
    assert code("jbswy3dpehpk3pxp", 1) == code("JBSWY3DPEHPK3PXP", 1)
    assert code(base64.b32encode(b"12345").decode().rstrip("="), 1)


@pytest.mark.rule("J6", "T4")
@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_aucune_saisie_ne_fait_echouer_le_controle_du_code(saisie: str) -> None:
    trouve = step_of(CLE, saisie, PRESENT)
    assert trouve is None or code(CLE, trouve) == "".join(saisie.split())
