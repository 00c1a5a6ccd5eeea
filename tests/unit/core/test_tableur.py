"""Lists for spreadsheets: nothing typed becomes a formula."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.tableur import csv_text


def lu(texte: str) -> list[list[str]]:
    """As a spreadsheet reads it."""
    return list(csv.reader(texte.removeprefix("\ufeff").splitlines(keepends=True), delimiter=";"))


@pytest.mark.rule("S4")
@pytest.mark.controle("T51")
@pytest.mark.parametrize("saisie", ["=1+1", "+33", "-2", "@SOMME(A1)", "\t=1", "\r=1", "  =1", "\u00a0=1"])
def test_une_formule_reste_un_texte(saisie: str) -> None:
    assert lu(csv_text(["Nom"], [[saisie]]))[1][0].startswith("'")


@pytest.mark.rule("S4")
def test_un_texte_se_lit_tel_qu_il_est() -> None:
    texte = csv_text(["Référence", "Nom"], [["INS-1", 'L’« Été » ; "a"'], ["INS-2", 12]])
    assert texte.startswith("\ufeffRéférence;Nom\r\n")
    assert lu(texte)[1:] == [["INS-1", 'L’« Été » ; "a"'], ["INS-2", "12"]]


@pytest.mark.rule("S4")
@pytest.mark.controle("T51")
@given(st.text(st.characters(exclude_characters="\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\0")))
def test_aucun_texte_ne_commence_une_formule(saisie: str) -> None:
    cellule = lu(csv_text(["Nom"], [[saisie, "fin"]]))[1][0]
    assert cellule.lstrip()[:1] not in tuple("=+-@") and cellule.removeprefix("'") == saisie.removeprefix("'")
