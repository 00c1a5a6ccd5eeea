"""The bell that stops a reader which turns for ever rings, and only then."""

from __future__ import annotations

import re

import pytest

from tests.unit.delais import TropLong, sans_attendre


def test_un_lecteur_sans_fin_est_arrete() -> None:
    with pytest.raises(TropLong), sans_attendre(0.05):
        re.fullmatch(r"(a|a)*b", "a" * 40)


def test_un_lecteur_rapide_ne_l_est_pas() -> None:
    with sans_attendre(0.05):
        assert re.fullmatch(r"a*b", "a" * 40) is None
    sum(range(3_000_000))
